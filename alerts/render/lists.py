"""A list of alerts in one message: a few lines a tender, in pages short enough for Telegram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from alerts.changes import Changes
from alerts.channels.telegram.text import MESSAGE_LIMIT, cut, cut_html, safe_link, utf16
from alerts.render import view
from alerts.render.card import TenderCard
from alerts.render.changed import change_sentences
from alerts.render.environment import template
from alerts.render.sentences import Sentences
from watchers.rules import Rules

__all__ = ["ON_A_PAGE", "brief_html", "page_html", "page_of", "row_of"]

ON_A_PAGE = 10
_TITLE, _BUYER, _FLAG, _CHANGE = 80, 60, 80, 120
_NOTHING: dict[str, Any] = {"terms": "", "changes": (), "flag": ""}


def page_of(tenders: Sequence[TenderCard], number: int) -> tuple[Sequence[TenderCard], int, int, int]:
    """The tenders of a page (the nearest there is), the place of its first, its number, the number of the last."""
    last = max(0, (len(tenders) - 1) // ON_A_PAGE)
    number = min(max(number, 0), last)
    return tenders[number * ON_A_PAGE : (number + 1) * ON_A_PAGE], number * ON_A_PAGE + 1, number, last


def row_of(  # noqa: PLR0917 - as for a page
    tender: TenderCard, sentences: Sentences, rules: Rules | None, language: str, zone: str, now: datetime
) -> dict[str, Any]:
    """What a list tells of one tender: title, link, buyer, terms and the heaviest flag, each short."""
    left = view.remaining(tender, rules, now, language, zone)
    flags = tender.flags
    return {
        "title": cut(view.heading(tender, language), _TITLE),
        "link": safe_link(tender.link),
        "buyer": cut(view.place(tender, language), _BUYER),
        "terms": view.terms(tender, rules, language, zone, now, left=left),
        "flag": cut(sentences.of(flags[0], language, zone, now).lead, _FLAG) if flags else "",
    }


def brief_html(  # noqa: PLR0917 - as for a page
    tenders: Sequence[TenderCard],
    sentences: Sentences,
    rules: Rules | None,
    language: str,
    zone: str,
    now: datetime,
) -> str:
    """A few tenders by number, each with its terms and its first flag, to stand inside another message."""
    items = [row_of(tender, sentences, rules, language, zone, now) for tender in tenders]
    return template("brief", language).render(items=items).strip()


def page_html(  # noqa: PLR0917 - what a page is made of
    shown: Sequence[TenderCard],
    count: int,
    first: int,
    reason: str,
    notes: Mapping[int, Changes],
    sentences: Sentences,
    rules: Rules | None,
    language: str,
    zone: str,
    now: datetime,
) -> str:
    """Telegram's HTML; where everything would be too long, the flags are left to the buttons, then the terms too."""
    items = []
    for tender in shown:
        told: list[str] = []
        if tender.tender_id in notes:
            changes = notes[tender.tender_id]
            told = change_sentences(tender, changes, sentences, rules, language, zone=zone, now=now)
        row = row_of(tender, sentences, rules, language, zone, now)
        items.append(row | {"changes": [cut(said, _CHANGE) for said in told]})
    flagged = any(tender.flags for tender in shown)
    html = ""
    for kept in (("terms", "changes", "flag"), ("terms", "changes"), ("changes",), ()):
        html = template("list", language).render(
            items=[_NOTHING | {key: item[key] for key in ("title", "link", *kept)} for item in items],
            count=count, first=first, reason=reason, flagged=flagged,
        )  # fmt: skip
        if utf16(html) <= MESSAGE_LIMIT:
            break
    return cut_html(html, MESSAGE_LIMIT)
