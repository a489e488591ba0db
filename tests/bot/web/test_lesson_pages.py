"""The lessons on the web, over real HTTP: whole, in three languages, with what a shared link shows."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.learn.checking import shipped_slugs
from bot.learn.library import Lessons
from bot.web import assets
from bot.web.lesson_pages import LessonPages
from templates import LANGUAGES
from tests.bot.web.serving import Served, served
from tests.bot.web.test_evidence import site_of


@pytest.fixture
async def pages(clock: Any) -> AsyncIterator[Served]:
    site = site_of(clock)
    async with served(site, [*assets.routes(), *LessonPages(site, Lessons(clock)).routes()]) as pages:
        yield pages


async def test_every_lesson_is_served_whole_in_every_language(pages: Served) -> None:
    for language in LANGUAGES:
        listed = await pages.get(f"/{language}/learn")
        assert listed.status == 200
        for slug in shipped_slugs():
            assert f"/{language}/learn/{slug}" in listed.text
            page = await pages.get(f"/{language}/learn/{slug}")
            assert page.status == 200
            assert page.text.count("<h2 id=") >= 4
            assert page.text.count("<li>") >= 6, "the question and its answers"
            assert f'<article lang="{language}">' in page.text
            body = page.text.split("<article")[1]
            assert "{" not in body
            assert "learn:" not in body
            for target in re.findall(r'href="(/[^"]*)"', body):
                assert (await pages.get(target)).status == 200, target


async def test_what_a_shared_link_shows(pages: Served) -> None:
    page = await pages.get("/kk/learn/too-little-time")
    assert '<meta property="og:title" content="Уақыт тым аз">' in page.text
    assert re.search(r'og:url" content="https://[^"]+/kk/learn/too-little-time"', page.text)
    drawing = re.search(r'og:image" content="https://[^/]+(/kk/learn/too-little-time/drawing.png)"', page.text)
    assert drawing is not None
    image = await pages.get(drawing[1])
    assert (image.status, image.headers["Content-Type"]) == (200, "image/png")
    assert 'alt="Өтінімге кемінде' in page.text
    plain = await pages.get("/en/learn/one-bidder")
    assert "/static/card." in plain.text


async def test_what_is_not_there_is_said_so(pages: Served) -> None:
    for path in ("/learn/nothing", "/learn/one-bidder/drawing.png", "/learn/..%2f", "/learn/nothing/drawing.png"):
        assert (await pages.get(path)).status == 404


async def test_a_card_past_its_rule_s_date_says_so_on_the_page_too(clock: Any) -> None:
    site = site_of(clock)
    lessons = Lessons(clock, good_for=timedelta(days=-10))
    async with served(site, [*assets.routes(), *LessonPages(site, lessons).routes()]) as pages:
        page = await pages.get("/en/learn/too-little-time")
        assert "is being checked" in page.text
        assert "rating-point tender" not in page.text.split("<article")[1]
