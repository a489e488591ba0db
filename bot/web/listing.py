"""`/`: purchases that a filter matches, `/feed.atom`: the same as a feed, `/b/<buyer>`: those of one buyer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote, urlencode

import msgspec
from aiohttp import web

from alerts.filters import Criteria, sentence
from alerts.render import TenderCard, view
from alerts.render.sentences import Sentence, Sentences
from alerts.search import Found, Place, search
from bot.web.facts import theirs
from bot.web.filter_form import Sent, fields, named, read_form
from bot.web.site import Page, Site
from watchers.rules import Rules
from watchers.store import Store

__all__ = ["Listing"]

_ON_A_PAGE, _IN_A_FEED = 20, 30
_AT_ONCE = 2
_LONGEST_SAID = 400
_PATIENCE = 5.0
"""Seconds that a search waits for others before it asks to come again."""
_FEED_FRESH = "public, max-age=300"


class Entry(msgspec.Struct, frozen=True):
    """A purchase in a list: plain text. `updated` is when its newest version was read (UTC)."""

    tender_id: int
    title: str
    place: str
    terms: str
    flag: Sentence | None
    more: int
    updated: datetime


class Listing:
    """Answers with lists of purchases."""

    def __init__(self, site: Site, store: Store, rules: Rules, sentences: Sentences | None = None) -> None:
        self._site = site
        self._store = store
        self._rules = rules
        self._sentences = sentences or Sentences()
        self._searching = asyncio.Semaphore(_AT_ONCE)

    def routes(self) -> list[web.AbstractRouteDef]:
        """The index, its feed, the page of a buyer."""
        return [
            *self._site.get("/", self.index),
            *self._site.get("/feed.atom", self.feed),
            *self._site.get(r"/b/{buyer:[^/]{1,255}}", self.buyer),
        ]

    async def index(self, page: Page) -> web.StreamResponse:
        """Purchases that the address's filter matches, what is worth a look if it names none."""
        sent, after = await self._asked(page)
        found = await self._find(sent.criteria, after, _ON_A_PAGE)
        feed = page.link("/feed.atom") + (f"?{sent.query}" if sent.query else "")
        return page.render(
            "index",
            said=await self._said(sent.criteria, page.language),
            entries=self._entries(found.cards, page.language),
            fields=fields(sent, page.language, self._sentences),
            wrong=bool(sent.wrong),
            filtered=bool(sent.texts),
            query=sent.query,
            first=after is None,
            full=found.full,
            further=_further(page, "/", sent.query, found),
            feed=feed,
            mail=self._site.mail,
        )

    async def feed(self, page: Page) -> web.StreamResponse:
        """The newest of them as an Atom feed."""
        sent, _ = await self._asked(page)
        found = await self._find(sent.criteria, None, _IN_A_FEED)
        entries = self._entries(found.cards, page.language)
        base = self._site.public.public_url or str(page.request.url.origin())
        query = f"?{sent.query}" if sent.query else ""
        return page.render(
            "feed",
            content_type="application/atom+xml",
            cache=_FEED_FRESH,
            base=base,
            itself=f"{base}/{page.language}/feed.atom{query}",
            pages=f"{base}/{page.language}{query}",
            said=await self._said(sent.criteria, page.language),
            entries=entries,
            updated=max((entry.updated for entry in entries), default=self._site.since or self._site.clock()),
        )

    async def buyer(self, page: Page) -> web.StreamResponse:
        """What a buyer announced, flagged or not."""
        buyer_id = page.request.match_info["buyer"]
        name = await self._name_of(buyer_id)
        if name is None:
            raise web.HTTPNotFound
        after = Place.read(page.request.query.get("after", ""))
        flagged = page.request.query.get("flagged") == "1"
        criteria = Criteria(buyers=(buyer_id,), min_weight=1 if flagged else 0)
        found = await self._find(criteria, after, _ON_A_PAGE)
        path, query = f"/b/{quote(buyer_id, safe='')}", "flagged=1" if flagged else ""
        return page.render(
            "buyer",
            name=(view.buyer_name(found.cards[0], page.language) if found.cards else "") or theirs(name),
            buyer_id=buyer_id,
            entries=self._entries(found.cards, page.language),
            first=after is None,
            flagged=flagged,
            path=path,
            query=urlencode([("buyer", buyer_id), ("min_weight", "1" if flagged else "0")]),
            full=found.full,
            further=_further(page, path, query, found),
            address=self._site.public.buyer(buyer_id),
        )

    async def _asked(self, page: Page) -> tuple[Sent, Place | None]:
        sent = await read_form(page.request.query, self._store)
        return sent, Place.read(page.request.query.get("after", ""))

    async def _find(self, criteria: Criteria, after: Place | None, most: int) -> Found:
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

    async def _said(self, criteria: Criteria, language: str) -> str:
        said = sentence(criteria, language, await named(criteria, self._store, self._sentences, language))
        return theirs(said, _LONGEST_SAID)

    async def _name_of(self, buyer_id: str) -> str | None:
        known = {buyer.id: buyer.name for buyer in await self._store.find_buyers(buyer_id, 5)}
        return known.get(buyer_id)

    def _entries(self, cards: Sequence[TenderCard], language: str) -> list[Entry]:
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


def _further(page: Page, path: str, query: str, found: Found) -> str:
    """The address of the next page, '' at the end."""
    if found.after is None:
        return ""
    return f"{page.link(path)}?{f'{query}&' if query else ''}after={found.after}"
