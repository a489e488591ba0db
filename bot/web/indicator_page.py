"""`/i/<code>`: what a check looks at, how it is computed, what it leaves out, and by which rule; `/robots.txt`."""

from __future__ import annotations

from aiohttp import web

from alerts.render.sentences import Sentences
from bot.web.site import Page, Site

__all__ = ["IndicatorPage"]

_A_DAY = "public, max-age=86400"
_AN_HOUR = "public, max-age=3600"


class IndicatorPage:
    """Answers for indicators, and for robots."""

    def __init__(self, site: Site, sentences: Sentences | None = None) -> None:
        self._site = site
        self._sentences = sentences or Sentences()

    def routes(self) -> list[web.AbstractRouteDef]:
        """The page of each indicator, and what robots may read."""
        return [
            *self._site.get(r"/i/{code:(?:R|KZ-)\d{2,3}}", self.indicator),
            *self._site.get("/robots.txt", self.robots),
        ]

    async def indicator(self, page: Page) -> web.StreamResponse:
        """The whole page of an indicator, as its folder in `templates/indicators` has it."""
        code = page.request.match_info["code"]
        told = self._sentences.pages.page(code, page.language)
        if told is None:
            raise web.HTTPNotFound
        return page.render(
            "indicator", cache=_AN_HOUR, modified=self._site.since, code=code, name=told.name, sections=told.sections
        )

    async def robots(self, page: Page) -> web.StreamResponse:
        """Pages about purchases may be found; downloads, people's own links and depths of lists need not be."""
        return page.render("robots", cache=_A_DAY, content_type="text/plain")
