"""The index, its feeds, buyers' pages, indicators' pages, over real HTTP."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.web import assets
from bot.web.indicator_page import IndicatorPage
from bot.web.listing import Listing
from tests.bot.web.serving import Served, served
from tests.bot.web.test_evidence import HOSTILE, site_of
from tests.watchers.tenders import batch, finding, judged, release
from watchers.database import Database
from watchers.rules import load_rules
from watchers.store import Store

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
async def store(database: Database, clock: Any) -> Store:
    store = Store(database, clock)
    ones = [
        judged(
            release(f"ocds-demo-{number}", title=f"Roof {number}" if number else HOSTILE,
                    datePublished=(datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=number)).isoformat()),
            *([finding("KZ-16", unit="", weight=4)] if number % 2 else []),
        )
        for number in range(45)
    ]  # fmt: skip
    await store.save("portal", batch(*ones), ones, cursor="1")
    return store


@pytest.fixture
async def pages(store: Store, clock: Any) -> AsyncIterator[Served]:
    site = site_of(clock)
    routes = [*assets.routes(), *Listing(site, store, load_rules()).routes(), *IndicatorPage(site).routes()]
    async with served(site, routes) as pages:
        yield pages


def titles(html: str) -> list[str]:
    return re.findall(r'<h2><a href="[^"]*/t/\d+">([^<]*)</a>', html)


async def test_the_index_turns_its_pages_without_losing_or_repeating(pages: Served) -> None:
    seen, path = list[str](), "/?min_weight=0"
    while path:
        answer = await pages.get(path)
        assert answer.status == 200
        seen += titles(answer.text)
        further = re.search(r'<a class="button" href="([^"]+)" rel="next"', answer.text)
        path = further[1].replace("&amp;", "&") if further else ""
    assert len(seen) == len(set(seen)) == 45
    assert seen[0] == "Roof 44"
    for path in ("/ru", "/ru/"):
        assert (await pages.get(path)).headers["Content-Language"] == "ru"


async def test_a_filter_is_said_kept_in_the_form_and_searched_by(pages: Served) -> None:
    answer = await pages.get("/?words=roof&min_weight=1&region=KZ-75&region=KZ-61&buyer=Алғабас")
    assert answer.status == 200
    assert '<option value="1" selected>' in answer.text
    assert 'name="words" value="roof"' in answer.text
    assert 'value="KZ-75" checked' in answer.text
    assert "with the word" in answer.text
    assert titles(answer.text) == []
    found = await pages.get("/?words=roof&min_weight=1&buyer=Алғабас&lang=en")
    assert len(titles(found.text)) == 20


async def test_what_is_not_understood_is_named_and_left_out(pages: Served) -> None:
    answer = await pages.get("/", params=[("min_amount", "abc <b>"), ("deadline", "x" * 3000), ("after", "nowhere")])
    assert answer.status == 200
    assert "This was not understood: abc &lt;b&gt;" in answer.text
    assert titles(answer.text)
    assert "noindex" in answer.text


async def test_a_feed_is_valid_atom_for_any_filter(pages: Served) -> None:
    answer = await pages.get("/feed.atom?min_weight=0&buyer=KZ-BIN-000000000007")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.text)  # noqa: S314 - our own
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)) == 30
    assert all(one and one.startswith("https://baqylau.example/t/") for one in ids)
    assert feed.findtext(f"{ATOM}updated") == "2026-11-22T09:05:00+00:00"
    itself = next(link.get("href") for link in feed.iter(f"{ATOM}link") if link.get("rel") == "self")
    assert itself == "https://baqylau.example/en/feed.atom?min_weight=0&buyer=KZ-BIN-000000000007"
    again = await pages.get("/feed.atom?min_weight=0&buyer=KZ-BIN-000000000007", If_None_Match=answer.headers["ETag"])
    assert again.status == 304


async def test_a_feed_carries_hostile_words_as_text(pages: Served) -> None:
    answer = await pages.get("/feed.atom", params=[("min_weight", "0"), ("words", "script")])
    (entry,) = ET.fromstring(answer.text).iter(f"{ATOM}entry")  # noqa: S314 - our own
    assert (entry.findtext(f"{ATOM}title") or "").startswith("<script>alert(1)</script>")


async def test_a_buyer_has_a_page_and_a_stranger_has_none(pages: Served) -> None:
    answer = await pages.get("/b/KZ-BIN-000000000007")
    assert answer.status == 200
    assert "<h1>Algabas education department</h1>" in answer.text
    assert len(titles(answer.text)) == 20
    flagged = await pages.get("/b/KZ-BIN-000000000007?flagged=1")
    assert all(int(title.split()[1]) % 2 for title in titles(flagged.text))
    for path in ("/b/KZ-BIN-00000000000", "/b/%", "/b/..%2f..", "/b/" + "7" * 300, "/b/", "/b/_"):
        assert (await pages.get(path)).status in {400, 404}, path


async def test_an_indicator_has_a_page_in_each_language(pages: Served) -> None:
    for language, title in (("kk", "Қалай есептеледі"), ("ru", "Как считается"), ("en", "How it is computed")):
        answer = await pages.get(f"/{language}/i/R003")
        assert (answer.status, title in answer.text) == (200, True)
    for path in ("/i/R999", "/i/../R003", "/i/R003/", "/i/x"):
        assert (await pages.get(path)).status == 404


async def test_robots_are_kept_from_peoples_own_links(pages: Served) -> None:
    answer = await pages.get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /unsubscribe/" in answer.text
