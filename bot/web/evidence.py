"""`/t/<tender>`: what is known of a tender and what about it deserves a look."""

from __future__ import annotations

from aiohttp import web

from alerts.render import TenderCard, view
from alerts.render.sentences import Sentences
from bot.web.site import Page, Site
from watchers.rules import Rules
from watchers.store import Store

__all__ = ["Evidence"]

_LARGEST_ID = 2**63 - 1


class Evidence:
    """Answers for tenders."""

    def __init__(self, site: Site, store: Store, rules: Rules, sentences: Sentences | None = None) -> None:
        self._site = site
        self._store = store
        self._rules = rules
        self._sentences = sentences or Sentences()

    def routes(self) -> list[web.AbstractRouteDef]:
        """The page of a tender as it stands."""
        return self._site.get(r"/t/{tender:[1-9]\d{0,18}}", self.tender)

    async def tender(self, page: Page) -> web.StreamResponse:
        """The newest snapshot of a tender."""
        key = int(page.request.match_info["tender"])
        stored = await self._store.tender(key) if key <= _LARGEST_ID else None
        snapshot = await self._store.snapshot(stored.snapshot_id) if stored else None
        if snapshot is None:
            raise web.HTTPNotFound
        card, now = TenderCard.of(snapshot), self._site.clock()
        language, zone = page.language, self._site.zone
        left = view.remaining(card, self._rules, now, language, zone)
        return page.render(
            "evidence",
            card=card,
            title=view.heading(card, language),
            place=view.place(card, language),
            terms=view.terms(card, self._rules, language, zone, now, left=left),
            flags=[self._sentences.of(flag, language, zone, now) for flag in card.flags],
            coverage=view.coverage(card, language),
            seen=view.seen(card, language, zone, now),
        )
