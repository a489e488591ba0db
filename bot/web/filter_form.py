"""The filters as a form: one field a row of `alerts.filters.FILTERS`, read back from an address or from what was sent.

A form says what a person chose in words they could have typed, so that an address with `?region=KZ-75&words=roof` can
be written by hand, and a filter that is added to the rows is a field here without a line of code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import msgspec
from multidict import MultiMapping

from alerts.filters import FILTERS, BadFilter, Criteria, read_filter
from alerts.filters.row import Filter, Keyboard
from alerts.filters.speech import Speech
from alerts.i18n import translator
from alerts.render.sentences import Sentences
from watchers.categories import everyday_categories
from watchers.places import regions
from watchers.store import Store

__all__ = ["Field", "Sent", "fields", "named", "read_form"]

_LONGEST = 500
_MOST_VALUES = 50
_MOST_BUYERS = 20
_NUMBER = re.compile(r"\d")
_HEADS = 2  # values of a list that its closed field names


class Choice(msgspec.Struct, frozen=True):
    """A value to choose, and what it is called."""

    value: str
    label: str
    chosen: bool


class Field(msgspec.Struct, frozen=True):
    """A field of the form: choices (one or `several`), or a text. `wrong`: what was written is not understood."""

    key: str
    title: str
    hint: str
    choices: list[Choice]
    several: bool
    text: str
    wrong: bool
    chosen: str  # what is chosen of several, in short


class Sent(msgspec.Struct, frozen=True):
    """What was chosen: the filter (without what was not understood), the texts by field, and the fields at fault."""

    criteria: Criteria
    texts: dict[str, list[str]]
    wrong: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The same as the query of an address."""
        return urlencode([(key, text) for key, texts in self.texts.items() for text in texts])


async def read_form(values: MultiMapping[str], store: Store) -> Sent:
    """Read a query or a form. Nothing in it is an error: what is not understood is named and left out."""
    criteria, texts, wrong = Criteria(), dict[str, list[str]](), list[str]()
    for row in FILTERS:
        given = [text.strip()[:_LONGEST] for text in values.getall(row.key, ())[:_MOST_VALUES]]
        given = [text for text in given if text and text != "-"]
        if not given:
            continue
        texts[row.key] = given
        try:
            words = await _buyers(given, store) if row.keyboard is Keyboard.BUYERS else given
            criteria = read_filter(row.key, ", ".join(words), criteria)
        except BadFilter:
            wrong.append(row.key)
    return Sent(criteria, texts, tuple(wrong))


async def _buyers(given: list[str], store: Store) -> list[str]:
    """Ids of buyers; what is no number is taken for words of a name, and stands for the buyers it finds."""
    found = list[str]()
    for text in given:
        if _NUMBER.search(text):
            found.append(text)
        else:
            found += [buyer.id for buyer in await store.find_buyers(text, _MOST_BUYERS)]
    return found


def fields(sent: Sent, language: str, sentences: Sentences) -> list[Field]:
    """Every field of the form as it was filled in."""
    return [_field(row, sent, language, sentences) for row in FILTERS]


def _field(row: Filter, sent: Sent, language: str, sentences: Sentences) -> Field:
    _ = translator(language).gettext
    texts = sent.texts.get(row.key, [])
    several = isinstance(getattr(Criteria(), row.fields[0]), tuple)
    choices = [
        Choice(value, label, value in texts or (value == "-" and not texts))
        for value, label in _choices(row, language, sentences)
    ]
    others = [text for text in texts if not any(text == choice.value for choice in choices)]
    if choices and others:  # an address written by hand
        choices += [Choice(text, text, chosen=True) for text in others]
    chosen = [choice.label for choice in choices if choice.chosen] if several else []
    return Field(
        key=row.key,
        title=_(row.title),
        hint=_(row.hint),
        choices=choices,
        several=several and bool(choices),
        text=", ".join(texts),
        wrong=row.key in sent.wrong,
        chosen=", ".join(chosen[:_HEADS]) + (f" +{len(chosen) - _HEADS}" if len(chosen) > _HEADS else ""),
    )


def _choices(row: Filter, language: str, sentences: Sentences) -> Iterator[tuple[str, str]]:
    if row.keyboard is Keyboard.PLACES:
        yield from ((one.code, one.name(language)) for one in regions("KZ"))
    elif row.keyboard is Keyboard.KINDS:
        yield from ((one.slug, one.name(language)) for one in everyday_categories())
    elif row.keyboard is Keyboard.CHOICES:
        offers = row.offers()
        speech = Speech(language, {offer.text: sentences.name(offer.text, language) for offer in offers})
        yield from ((offer.text, offer.label(speech)) for offer in offers)


async def named(criteria: Criteria, store: Store, sentences: Sentences, language: str) -> Mapping[str, str]:
    """The names of buyers and indicators in a filter, for its sentence."""
    names = {code: sentences.name(code, language) for code in criteria.indicators}
    for one in criteria.buyers[:5]:
        found = await store.find_buyers(one, 1)
        names |= {buyer.id: buyer.name for buyer in found}
    return names
