"""A list of purchases that were looked up: a heading, a few lines of each, as Telegram's HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.channels.telegram.text import MESSAGE_LIMIT, cut, cut_html, safe_link, utf16
from alerts.render import view
from alerts.render.card import TenderCard
from alerts.render.environment import template
from alerts.render.sentences import Sentences
from watchers.rules import Rules

__all__ = ["found_html"]

_TITLE, _BUYER, _FLAG = 80, 60, 80
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
    items = []
    for tender in shown:
        left = view.remaining(tender, rules, now, language, zone)
        flags = tender.flags
        items.append(
            {
                "title": cut(view.heading(tender, language), _TITLE),
                "link": safe_link(tender.link),
                "buyer": cut(view.place(tender, language), _BUYER),
                "terms": view.terms(tender, rules, language, zone, now, left=left),
                "flag": cut(sentences.of(flags[0], language, zone, now).lead, _FLAG) if flags else "",
            }
        )
    flagged, html = any(tender.flags for tender in shown), ""
    for kept in (("link", "buyer", "terms", "flag"), ("link", "terms", "flag"), ("link", "terms"), ("link",), ()):
        html = template("found", language).render(
            items=[_NOTHING | {key: item[key] for key in ("title", *kept)} for item in items],
            heading=heading, note=note, first=first, flagged=flagged,
        ).strip()  # fmt: skip
        if utf16(html) <= MESSAGE_LIMIT:
            break
    return cut_html(html, MESSAGE_LIMIT)
