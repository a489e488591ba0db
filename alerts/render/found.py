"""A list of purchases that were looked up: a heading, a few lines of each, as Telegram's HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.channels.telegram.text import MESSAGE_LIMIT, cut_html, utf16
from alerts.render.card import TenderCard
from alerts.render.environment import template
from alerts.render.lists import row_of
from alerts.render.sentences import Sentences
from watchers.rules import Rules

__all__ = ["found_html"]

_NOTHING = {"link": "", "buyer": "", "terms": "", "flag": ""}


def found_html(  # noqa: PLR0917 - as for a page of a list
    shown: Sequence[TenderCard],
    first: int,
    heading: str,
    note: str,
    sentences: Sentences,
    rules: Rules | None,
    language: str,
    zone: str,
    now: datetime,
) -> str:
    """`first`: the number of the first one; where all would be too long, flags and buyers are left to the cards."""
    items = [row_of(tender, sentences, rules, language, zone, now) for tender in shown]
    flagged, html = any(tender.flags for tender in shown), ""
    for kept in (("link", "buyer", "terms", "flag"), ("link", "terms", "flag"), ("link", "terms"), ("link",), ()):
        html = template("found", language).render(
            items=[_NOTHING | {key: item[key] for key in ("title", *kept)} for item in items],
            heading=heading, note=note, first=first, flagged=flagged,
        ).strip()  # fmt: skip
        if utf16(html) <= MESSAGE_LIMIT:
            break
    return cut_html(html, MESSAGE_LIMIT)
