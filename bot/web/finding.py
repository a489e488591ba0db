"""Purchases for lists on pages: found a few searches at a time, each told in a few lines."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec
from aiohttp import web

from alerts.filters import Criteria
from alerts.render import TenderCard, view
from alerts.render.sentences import Sentence, Sentences
from alerts.search import Found, Place, search
from bot.web.site import Page, Site
from watchers.rules import Rules
from watchers.store import Store

__all__ = ["ON_A_PAGE", "Entry", "Finder", "further"]

ON_A_PAGE = 20
_AT_ONCE = 2
_PATIENCE = 5.0
"""Seconds that a search waits for others before it asks to come again."""


class Entry(msgspec.Struct, frozen=True):
    """A purchase in a list: plain text. `updated` is when its newest version was read (UTC)."""

    tender_id: int
    title: str
    place: str
    terms: str
    flag: Sentence | None
    more: int
    updated: datetime


class Finder:
    """Finds purchases and puts them into words."""

    def __init__(self, site: Site, store: Store, rules: Rules, sentences: Sentences) -> None:
        self._site = site
        self._store = store
        self._rules = rules
        self._sentences = sentences
        self._searching = asyncio.Semaphore(_AT_ONCE)

    async def find(self, criteria: Criteria, after: Place | None, most: int) -> Found:
        """Search, a few at a time: whoever searches much waits for those who search, not those who read."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._searching.acquire()
        except TimeoutError:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"}) from None
        try:
            return await search(self._store, criteria, self._site.clock(), after=after, most=most)
        finally:
            self._searching.release()

    async def cards(self, tender_ids: Sequence[int]) -> list[TenderCard]:
        """The purchases as they stand, in this order; what is not stored any more is left out."""
        known = await self._store.tenders(tender_ids)
        snapshots = await self._store.snapshots([one.snapshot_id for one in known.values()])
        found = [snapshots.get(known[id_].snapshot_id) for id_ in tender_ids if id_ in known]
        return [TenderCard.of(snapshot) for snapshot in found if snapshot is not None]

    def entries(self, cards: Sequence[TenderCard], language: str) -> list[Entry]:
        """Each in a few lines."""
        now, zone = self._site.clock(), self._site.zone
        found = []
        for card in cards:
            left = view.remaining(card, self._rules, now, language, zone)
            flags = card.flags
            found.append(
                Entry(
                    tender_id=card.tender_id,
                    title=view.heading(card, language),
                    place=view.place(card, language),
                    terms=view.terms(card, self._rules, language, zone, now, left=left),
                    flag=self._sentences.of(flags[0], language, zone, now) if flags else None,
                    more=max(len(flags) - 1, 0),
                    updated=card.seen_at,
                )
            )
        return found


def further(page: Page, path: str, query: str, found: Found) -> str:
    """The address of the next page, '' at the end."""
    if found.after is None:
        return ""
    return f"{page.link(path)}?{f'{query}&' if query else ''}after={found.after}"
