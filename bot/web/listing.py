"""`/`: purchases that a filter matches, `/feed.atom`: the same as a feed."""

from __future__ import annotations

from aiohttp import web

from alerts.filters import Criteria, sentence
from alerts.render.sentences import Sentences
from alerts.search import Place
from bot.web.buyer import Buyers
from bot.web.facts import theirs
from bot.web.filter_form import Sent, fields, named, read_form
from bot.web.finding import ON_A_PAGE, Finder, further
from bot.web.site import Page, Site
from watchers.rules import Rules
from watchers.store import Store

__all__ = ["Listing"]

_IN_A_FEED = 30
_LONGEST_SAID = 400
_FEED_FRESH = "public, max-age=300"


class Listing:
    """Answers with lists of purchases."""

    def __init__(self, site: Site, store: Store, rules: Rules, sentences: Sentences | None = None) -> None:
        self._site = site
        self._store = store
        self._sentences = sentences or Sentences()
        self._finder = Finder(site, store, rules, self._sentences)
        self._buyers = Buyers(site, store, self._finder)

    def routes(self) -> list[web.AbstractRouteDef]:
        """The index, its feed, the pages of buyers."""
        return [
            *self._site.get("/", self.index),
            *self._site.get("/feed.atom", self.feed),
            *self._buyers.routes(),
        ]

    async def index(self, page: Page) -> web.StreamResponse:
        """Purchases that the address's filter matches, what is worth a look if it names none."""
        sent, after = await self._asked(page)
        found = await self._finder.find(sent.criteria, after, ON_A_PAGE)
        feed = page.link("/feed.atom") + (f"?{sent.query}" if sent.query else "")
        return page.render(
            "index",
            said=await self._said(sent.criteria, page.language),
            entries=self._finder.entries(found.cards, page.language),
            fields=fields(sent, page.language, self._sentences),
            wrong=bool(sent.wrong),
            filtered=bool(sent.texts),
            query=sent.query,
            first=after is None,
            full=found.full,
            further=further(page, "/", sent.query, found),
            feed=feed,
            mail=self._site.mail,
        )

    async def feed(self, page: Page) -> web.StreamResponse:
        """The newest of them as an Atom feed."""
        sent, _ = await self._asked(page)
        found = await self._finder.find(sent.criteria, None, _IN_A_FEED)
        entries = self._finder.entries(found.cards, page.language)
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

    async def _asked(self, page: Page) -> tuple[Sent, Place | None]:
        sent = await read_form(page.request.query, self._store)
        return sent, Place.read(page.request.query.get("after", ""))

    async def _said(self, criteria: Criteria, language: str) -> str:
        said = sentence(criteria, language, await named(criteria, self._store, self._sentences, language))
        return theirs(said, _LONGEST_SAID)
