"""`/learn`: the lessons to read and to print, one a page, with their question, drawing, rules and the day of each."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from markupsafe import Markup

from alerts.acts import acts
from alerts.render.markdown import commonmark
from bot.learn.lesson import Lesson
from bot.learn.library import Lessons
from bot.learn.pictures import alt_text, picture
from bot.learn.words import checked_line, expired, with_links, with_rules
from bot.web.site import HEADERS, Page, Site

__all__ = ["LessonPages"]

_AN_HOUR = "public, max-age=3600"
_SLUG = r"{slug:[a-z0-9][a-z0-9-]{0,39}}"


class LessonPages:
    """Answers for lessons. `bot`: the bot's name in Telegram, '' where it is not known."""

    def __init__(self, site: Site, lessons: Lessons) -> None:
        self._site = site
        self._lessons = lessons

    def routes(self) -> list[web.AbstractRouteDef]:
        """The list, each lesson, its drawing."""
        return [
            *self._site.get("/learn", self.path),
            *self._site.get(f"/learn/{_SLUG}", self.lesson),
            *self._site.get(f"/learn/{_SLUG}/drawing.png", self.drawing),
        ]

    async def path(self, page: Page) -> web.StreamResponse:
        """All lessons in the order they are best read in."""
        return page.render("lessons", cache=_AN_HOUR, lessons=self._lessons.path(page.language))

    async def lesson(self, page: Page) -> web.StreamResponse:
        """One lesson: all its cards one under another."""
        lesson = self._found(page)
        cards = [self._card(lesson, number, page) for number in range(len(lesson.cards))]
        path = f"/learn/{lesson.slug}"
        return page.render(
            "lesson",
            cache=_AN_HOUR,
            lesson=lesson,
            cards=cards,
            described=" ".join(with_rules(lesson.cards[0].body, lesson.language, self._lessons.today()).split())[:280],
            address=self._site.public.at(f"/{page.language}{path}"),
            drawing=page.link(f"{path}/drawing.png") if lesson.picture else "",
            drawn=alt_text(lesson.picture, lesson.language) if lesson.picture else "",
        )

    async def drawing(self, page: Page) -> web.StreamResponse:
        """The drawing of a lesson as PNG."""
        lesson = self._found(page)
        if not lesson.picture:
            raise web.HTTPNotFound
        body = await asyncio.to_thread(picture, lesson.picture, lesson.language)
        return web.Response(body=body, content_type="image/png", headers={**HEADERS, "Cache-Control": _AN_HOUR})

    def _found(self, page: Page) -> Lesson:
        lesson = self._lessons.lesson(page.request.match_info["slug"], page.language)
        if lesson is None:
            raise web.HTTPNotFound
        return lesson

    def _card(self, lesson: Lesson, number: int, page: Page) -> dict[str, Any]:
        card = lesson.cards[number]
        stale = expired(card, self._lessons.today(), self._lessons.good_for)
        text = with_links(card.body, page.link("/learn/{slug}"))
        markdown = with_rules(text, lesson.language, self._lessons.today())
        return {
            "title": card.title,
            "html": Markup(commonmark().render(markdown)),  # noqa: S704 - rendered with markup of the source off
            "checked": checked_line(card, lesson.language),
            "stale": acts()[stale.act] if stale is not None else None,
        }
