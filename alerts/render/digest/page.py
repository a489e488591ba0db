"""A digest as HTML and as text: short enough for two minutes and for every mail client."""

from __future__ import annotations

from typing import Any

import msgspec

from alerts.format import when
from alerts.render.digest.chart import bars, compared, drawn
from alerts.render.digest.edition import Edition, Entry
from alerts.render.digest.heading import subject
from alerts.render.digest.layout import page_of
from alerts.render.digest.lines import Lines, grouped, rest
from alerts.render.sentences import Sentences
from watchers.rules import Rules

__all__ = ["DigestPage", "DigestRenderer"]

_AT_MOST = 25  # purchases in full; the rest are counted, with a link
_CHANGED, _DOUBTS = 15, 10
LARGEST = 62_000
"""Bytes of the HTML: in base64, with the text beside it, the mail stays below 100 KB, where Gmail cuts."""


class DigestPage(msgspec.Struct, frozen=True):
    """A digest in words."""

    subject: str
    html: str
    text: str


class DigestRenderer:
    """Renders editions. What many digests name is put into words once."""

    def __init__(self, rules: Rules | None = None, sentences: Sentences | None = None) -> None:
        self._lines = Lines(rules, sentences)

    def render(self, edition: Edition) -> DigestPage:
        """The subject, the HTML and the text. What is too much is left out and said: "and 37 more"."""
        most = _AT_MOST
        while True:
            values = self._values(edition, most)
            page = page_of("digest", edition.language, values)
            if len(page.html.encode()) <= LARGEST or most <= 1:
                return DigestPage(values["subject"], page.html, page.text)
            most = most * 3 // 4

    def _values(self, edition: Edition, most: int) -> dict[str, Any]:
        news, again, changed = edition.news, edition.again, edition.changed
        room = max(most - len(news), min(most, 5))
        shown, shown_again = news[:most], again[:room]
        shown_changed = changed[: min(most, _CHANGED)]
        small = bars(edition)
        day = when(edition.run_date, edition.language, now=edition.now)
        since = when(edition.range_from, edition.language, edition.zone, now=edition.now, case="ablative")
        return {
            "language": edition.language,
            "subject": subject(edition),
            "day": day,
            "since": since,
            "weekly": edition.weekly,
            "missed": [when(day, edition.language, now=edition.now) for day in edition.missed],
            "bars": small,
            "drawn": drawn(small),
            "compared": compared(edition),
            "groups": grouped(shown, self._lines, edition),
            "again": grouped(shown_again, self._lines, edition),
            "changed": [self._lines.line(one, edition) for one in shown_changed],
            "doubts": [self._lines.doubt(one, edition) for one in edition.doubts[:_DOUBTS]],
            "more": len(news) - len(shown),
            "rest": rest(news[len(shown) :], edition),
            "more_again": len(again) - len(shown_again),
            "more_changed": len(changed) - len(shown_changed),
            "more_doubts": max(0, len(edition.doubts) - _DOUBTS),
            "flagged": _flagged(edition.entries),
            "quiet": not edition.entries and not edition.doubts,
            "links": edition.links,
        }


def _flagged(entries: tuple[Entry, ...]) -> bool:
    return any(one.card.flags for one in entries)
