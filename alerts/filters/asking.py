"""What is done with all the filters: asked of a tender, said in a sentence, read from a person's text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from alerts.filters.criteria import BadFilter, Criteria, checked
from alerts.filters.facts import TenderFacts
from alerts.filters.row import Filter
from alerts.filters.rows import FILTERS
from alerts.filters.speech import Speech
from alerts.i18n import mark

__all__ = ["asker", "matches", "read_filter", "row_of", "sentence"]

_SLOW = {"words", "without_words"}  # a text is read for these
_BY_KEY = {row.key: row for row in FILTERS}


def row_of(key: str) -> Filter:
    """One filter by its key. Raises KeyError where there is none."""
    return _BY_KEY[key]


def matches(criteria: Criteria, facts: TenderFacts) -> bool:
    """Whether a tender is what was asked for. What the matching index answers is this, sooner."""
    return all(row.matches(criteria, facts) for row in FILTERS if row.is_set(criteria))


def asker(criteria: Criteria) -> Callable[[TenderFacts], bool]:
    """`matches` of one filter, for asking it of many tenders."""
    rows = sorted((row for row in FILTERS if row.is_set(criteria)), key=lambda row: row.key in _SLOW)
    asks = [row.matches for row in rows]

    def ask(facts: TenderFacts) -> bool:
        for one in asks:  # noqa: SIM110 - asked a million times, and a generator costs as much as the question
            if not one(criteria, facts):
                return False
        return True

    return ask


def sentence(criteria: Criteria, language: str, names: Mapping[str, str] | None = None) -> str:
    """What is matched, in words: "Flagged purchases in Turkistan region, fuel and lubricants, from 10 M ₸".

    `names`: of buyers and indicators by their ids; what is not there is called by its id.
    """
    speech = Speech(language, names or {})
    (_, text), *rest = [(row.key, row.clause(criteria, speech)) for row in FILTERS if row.is_set(criteria)]
    joint = mark("%(text)s %(clause)s") if rest and rest[0][0] == "region" else mark("%(text)s: %(clause)s")
    for _, clause in rest:
        text = speech.say(joint, text=text, clause=clause)
        joint = mark("%(text)s, %(clause)s")
    return text


def read_filter(key: str, text: str, criteria: Criteria | None = None) -> Criteria:
    """`criteria` with one filter (`Filter.key`) read from a person's text. Raises BadFilter, KeyError for no filter."""
    row = row_of(key)
    if len(text) > 2000:
        raise BadFilter("filters: the text is longer than 2,000 characters: write less")
    try:
        return checked(msgspec.structs.replace(criteria or Criteria(), **row.read(text)))
    except BadFilter:
        raise
    except ValueError as error:
        raise BadFilter(f"filters: {error}") from None
