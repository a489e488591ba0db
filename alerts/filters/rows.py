"""The filters: one row each, and the four things done with all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from alerts.filters.criteria import BadFilter, Criteria, checked
from alerts.filters.facts import TenderFacts, level_of
from alerts.filters.reading import (
    read_amount,
    read_buyers,
    read_categories,
    read_indicators,
    read_regions,
    read_weight,
    read_words,
)
from alerts.filters.speech import Speech
from alerts.filters.words import holds
from alerts.format import money, number
from alerts.i18n import mark

__all__ = ["FILTERS", "Filter", "matches", "read_filter", "sentence"]


@dataclass(frozen=True)
class Filter:
    """One row. `title`, `about` and clauses are message ids; functions get criteria in which the filter is set."""

    key: str
    title: str
    about: str  # for docs/filters.md: what matches, what does not
    example: str  # a text that `read` takes
    is_set: Callable[[Criteria], bool]
    matches: Callable[[Criteria, TenderFacts], bool]
    clause: Callable[[Criteria, Speech], str]
    read: Callable[[str], Mapping[str, Any]]
    index_keys: Callable[[Criteria], Collection[str]] | None = None  # a tender that matches has one of these keys


def _purchases(criteria: Criteria, speech: Speech) -> str:
    if criteria.min_weight is None:
        return speech.say(mark("Purchases worth a look"))
    if criteria.min_weight == 0:
        return speech.say(mark("All purchases, flagged or not"))
    if criteria.min_weight == 1:
        return speech.say(mark("Flagged purchases"))
    weight = number(criteria.min_weight, speech.language)
    return speech.say(mark("Purchases with a flag of weight %(weight)s or more"), weight=weight)


def _in_region(criteria: Criteria, facts: TenderFacts) -> bool:
    return any(code in criteria.regions for code in facts.regions)


def _from_amount(criteria: Criteria, facts: TenderFacts) -> bool:
    if criteria.min_amount is None:
        return True
    return facts.amount is not None and facts.currency == criteria.currency and facts.amount >= criteria.min_amount


FILTERS: tuple[Filter, ...] = (
    Filter(
        key="min_weight",
        title=mark("Weight of flags"),
        about="Without a number, the default: what is worth a look, that is a flag by a written rule (tier A) of "
        "weight 4 or more, or flags of two families. With one, from 1 to 5: the heaviest flag weighs at least so much; "
        "0 takes tenders without flags too. Flags that are context only (tier C) do not count.",
        example="3",
        is_set=lambda criteria: True,  # noqa: ARG005 - it has a value always
        matches=lambda criteria, facts: bool(facts.levels >> level_of(criteria.min_weight) & 1),
        clause=_purchases,
        read=read_weight,
    ),
    Filter(
        key="region",
        title=mark("Region"),
        about="The place of delivery, or the buyer's seat where no delivery is known, is in any of these regions. A "
        "country takes all its regions, a region all its districts; a tender whose region is not known is in none, one "
        "whose district is not known in no district.",
        example="Turkistan region, KZ-75, город Семей",
        is_set=lambda criteria: bool(criteria.regions),
        matches=_in_region,
        clause=lambda criteria, speech: speech.say(
            mark("in %(places)s"), places=speech.any_of([*map(speech.place, criteria.regions)])
        ),
        read=read_regions,
        index_keys=lambda criteria: criteria.regions,
    ),
    Filter(
        key="category",
        title=mark("What is bought"),
        about="An item of the tender is of any of these kinds: an everyday kind, or a code of CPV, ENS TRU or UNSPSC "
        "by its first 2 to 6 characters, or the whole code.",
        example="fuel, CPV:4521",
        is_set=lambda criteria: bool(criteria.categories),
        matches=lambda criteria, facts: not facts.categories.isdisjoint(criteria.categories),
        clause=lambda criteria, speech: speech.any_of([*map(speech.kind, criteria.categories)]),
        read=read_categories,
        index_keys=lambda criteria: criteria.categories,
    ),
    Filter(
        key="buyer",
        title=mark("Buyer"),
        about="The buyer is any of these, by id.",
        example="KZ-BIN-000000000000",
        is_set=lambda criteria: bool(criteria.buyers),
        matches=lambda criteria, facts: facts.buyer in criteria.buyers,
        clause=lambda criteria, speech: speech.say(
            mark("buyer %(buyers)s"), buyers=speech.any_of([*map(speech.named, criteria.buyers)])
        ),
        read=read_buyers,
        index_keys=lambda criteria: criteria.buyers,
    ),
    Filter(
        key="min_amount",
        title=mark("Amount"),
        about="The estimate is at least so much. A tender without an amount, or in another currency than the "
        "filter's, does not match: sums are not converted.",
        example="10 млн ₸",
        is_set=lambda criteria: criteria.min_amount is not None,
        matches=_from_amount,
        clause=lambda criteria, speech: speech.say(
            mark("from %(amount)s"), amount=money(criteria.min_amount, criteria.currency, speech.language)
        ),
        read=read_amount,
    ),
    Filter(
        key="indicators",
        title=mark("Flags"),
        about="Any of these indicators raised a flag. The least weight holds as well.",
        example="R003, R018",
        is_set=lambda criteria: bool(criteria.indicators),
        matches=lambda criteria, facts: not facts.indicators.isdisjoint(criteria.indicators),
        clause=lambda criteria, speech: speech.say(
            mark("flag %(flags)s"), flags=speech.any_of([*map(speech.named, criteria.indicators)])
        ),
        read=read_indicators,
        index_keys=lambda criteria: criteria.indicators,
    ),
    Filter(
        key="words",
        title=mark("Words"),
        about="The title, a description or an item has any of these words, by their beginning, or phrases of words "
        "that follow one another. Case, ё and Latin letters inside Cyrillic words make no difference; there are no "
        "patterns.",
        example="кровл, ремонт школ",
        is_set=lambda criteria: bool(criteria.words),
        matches=lambda criteria, facts: any(holds(facts.words, word) for word in criteria.words),
        clause=lambda criteria, speech: speech.say(
            mark("with the word %(words)s"), words=speech.quoted(criteria.words)
        ),
        read=lambda text: {"words": read_words(text)},
        index_keys=lambda criteria: criteria.words,
    ),
    Filter(
        key="without_words",
        title=mark("Excluded words"),
        about="None of these words or phrases is there; compared like the words above.",
        example="дезинфекц",
        is_set=lambda criteria: bool(criteria.without_words),
        matches=lambda criteria, facts: not any(holds(facts.words, word) for word in criteria.without_words),
        clause=lambda criteria, speech: speech.say(
            mark("without the word %(words)s"), words=speech.quoted(criteria.without_words)
        ),
        read=lambda text: {"without_words": read_words(text)},
    ),
)

_BY_KEY = {row.key: row for row in FILTERS}


def matches(criteria: Criteria, facts: TenderFacts) -> bool:
    """Whether a tender is what was asked for. What the matching index answers is this, sooner."""
    return all(row.matches(criteria, facts) for row in FILTERS if row.is_set(criteria))


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
    row = _BY_KEY[key]
    if len(text) > 2000:
        raise BadFilter("filters: the text is longer than 2,000 characters: write less")
    try:
        return checked(msgspec.structs.replace(criteria or Criteria(), **row.read(text)))
    except BadFilter:
        raise
    except ValueError as error:
        raise BadFilter(f"filters: {error}") from None
