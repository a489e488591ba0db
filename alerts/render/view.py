"""The parts of a card in one language, already cut to what a small screen and Telegram's limits allow."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from alerts import format as words
from alerts.channels.telegram.text import clean, cut, isolate, utf16
from alerts.i18n import mark, translator
from alerts.render.card import TenderCard
from alerts.render.sentences import Sentence
from watchers.places import region
from watchers.rules import Rules

__all__ = [
    "CARD_LIMIT",
    "FRAME_LIMIT",
    "NAMES_LIMIT",
    "NUMBER_LIMIT",
    "CardView",
    "buyer_name",
    "coverage",
    "fitted",
    "heading",
    "method_name",
    "method_of",
    "names_text",
    "place",
    "remaining",
    "seen",
    "terms",
    "theirs",
]

CARD_LIMIT = 900  # of visible text, in UTF-16 units
NAMES_LIMIT = 120
NUMBER_LIMIT = 40
FRAME_LIMIT = 335  # the mark, told before, the count of checks, how many more flags, the last line with the number
_MOST_FLAGS = 3
_TITLE, _BUYER, _METHOD, _NAME = 140, 120, 60, 60
_SMALLEST_FLAG = 60

_ISO_CODE = re.compile(r"[A-Za-z]{3}")

_METHODS = {
    "open": mark("open tender"),
    "selective": mark("selective tender"),
    "limited": mark("limited tender"),
    "direct": mark("direct award"),
}


_OFF = {"cancelled", "withdrawn"}
_YEARS = re.compile(r"\s*\([^()]*\d{4}[^()]*\)$")  # "Auction (since 2022)": of interest to the code list only


class CardView(msgspec.Struct, frozen=True):
    """What the card's template lays out; plain text, escaped there."""

    title: str
    place: str
    terms: str
    flags: list[Sentence]


def theirs(text: str, limit: int) -> str:
    """A publisher's text, made safe to stand in ours."""
    return isolate(cut(clean(text), limit))


def heading(card: TenderCard, language: str) -> str:
    """The title in the reader's language where the publisher gives it, else as it is; a dash for none."""
    summary = card.summary
    return theirs(summary.titles.get(language) or summary.title, _TITLE) or "—"


def place(card: TenderCard, language: str) -> str:
    """Who buys, and where: "Education department of Algabas district, Turkistan Region"."""
    summary = card.summary
    where = region(summary.region) if summary.region else None
    return ", ".join(filter(None, (buyer_name(card, language), where.name(language) if where else "")))


def buyer_name(card: TenderCard, language: str) -> str:
    """The buyer's name in the reader's language where the publisher gives it."""
    return theirs(card.summary.buyer_names.get(language) or card.summary.buyer_name, _BUYER)


def remaining(card: TenderCard, rules: Rules | None, now: datetime, language: str, zone: str) -> str:
    """How long bids are taken, in working days where the calendar of that country is confirmed: "(5 days left)"."""
    closes_at = card.summary.closes_at
    if closes_at is None:
        return ""
    country = card.country
    if rules is None or not country:
        return words.days_left(closes_at, now, None, language, zone)
    calendar = rules.calendar(country)
    sure = all(calendar.confirmed(moment.year) for moment in (now, closes_at))
    return words.days_left(closes_at, now, calendar.working_days if sure else None, language, calendar.zone.key)


def method_name(card: TenderCard, rules: Rules | None, language: str) -> str:
    """How it is bought, in the reader's language where the rules know the method, else as the publisher says it."""
    return method_of(card.summary.method, card, rules, language)


def method_of(stated: str, card: TenderCard, rules: Rules | None, language: str) -> str:
    """The same for a method that is stated so, in the card's country."""
    known = rules.method(card.country, stated) if rules else None
    if known is None:
        plain = _METHODS.get(stated)
        return translator(language).gettext(plain) if plain else theirs(stated, _METHOD)
    name = _YEARS.sub("", {"kk": known.name_kk, "ru": known.name_ru}.get(language, known.name_en))
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def terms(card: TenderCard, rules: Rules | None, language: str, zone: str, now: datetime, *, left: str) -> str:
    """How much, by which method, until when: "48.2 M ₸ · open tender · bids until 27 Nov, 10:00 (3 days left)"."""
    _ = translator(language).gettext
    summary = card.summary
    parts = [
        words.money(summary.amount, summary.currency if _ISO_CODE.fullmatch(summary.currency) else "", language),
        method_name(card, rules, language),
    ]
    if summary.status.casefold() in _OFF:
        parts.append(_("cancelled"))
    elif summary.closes_at is not None and summary.closes_at > now:
        until = _("bids until %(when)s") % {
            "when": words.when(summary.closes_at, language, zone, now=now, case="dative")
        }
        parts.append(f"{until} {left}".rstrip())
    elif summary.closes_at is not None:
        closed = words.when(summary.closes_at, language, zone, now=now, case="locative")
        parts.append(_("bids closed %(when)s") % {"when": closed})
    return " · ".join(filter(None, parts))


def coverage(card: TenderCard, language: str) -> str:
    """How many checks could be made: "Checks made: 14 of 22." '' where none was possible."""
    if not card.checks_possible:
        return ""
    possible = words.number_in_case(card.checks_possible, language, "ablative")
    text = translator(language).gettext("Checks made: %(made)s of %(possible)s.")
    return text % {"made": card.checks_made, "possible": possible}


def seen(card: TenderCard, language: str, zone: str, now: datetime) -> str:
    """When the data were read: "Portal data as of 22 Nov, 14:05."."""
    moment = words.when(card.seen_at, language, zone, now=now, case="locative")
    return translator(language).gettext("Portal data as of %(when)s.") % {"when": moment}


def names_text(names: tuple[str, ...], language: str) -> str:
    """The names of the filters that matched, three at most: "Matches: Schools, Turkistan." '' without names."""
    if not names:
        return ""
    _ = translator(language).gettext
    shown = ", ".join(isolate(cut(clean(name), _NAME)) for name in names[:3])
    if len(names) > 3:
        shown = _("%(names)s and %(more)s more") % {"names": shown, "more": len(names) - 3}
    return cut(_("Matches: %(names)s.") % {"names": shown}, NAMES_LIMIT).replace("….", "…")


def fitted(sentences: list[Sentence], room: int, most: int = _MOST_FLAGS) -> list[Sentence]:
    """The first sentences, each cut to its share of `room` UTF-16 units; what one leaves, the next may use."""
    chosen: list[Sentence] = []
    for index, (lead, rest) in enumerate(sentences[:most]):
        share = room // (min(len(sentences), most) - index) - 1
        if share < _SMALLEST_FLAG and chosen:
            break
        lead = cut(lead, max(share, 1))  # noqa: PLW2901 - the same thing, shorter
        rest = cut(rest, share - utf16(lead)) if share > utf16(lead) else ""  # noqa: PLW2901
        chosen.append(Sentence((lead, rest)))
        room -= utf16(lead) + utf16(rest) + 1
    return chosen
