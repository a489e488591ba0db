"""The evidence page of a tender, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from alerts.public_pages import PublicPages
from bot.web import assets
from bot.web.evidence import Evidence
from bot.web.site import Site
from tests.bot.web.serving import Served, served
from tests.watchers.tenders import batch, finding, judged, release
from watchers.database import Database
from watchers.rules import load_rules
from watchers.store import Store


@pytest.fixture
async def pages(database: Database, clock: Any) -> AsyncIterator[Served]:
    store = Store(database, clock)
    one = judged(release(), finding("KZ-16", unit="", value=2))
    await store.save("portal", batch(one), [one], cursor="1")
    site = Site(public=PublicPages("https://baqylau.example"), clock=clock)
    async with served(site, [*assets.routes(), *Evidence(site, store, load_rules()).routes()]) as pages:
        yield pages


async def test_the_page_of_a_tender_says_what_it_is_and_what_was_found(pages: Served) -> None:
    answer = await pages.get("/t/1")
    assert answer.status == 200
    assert "<h1>Roof repair, school No. 12</h1>" in answer.text
    assert "not proof of wrongdoing" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert answer.headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/t/1", "kk-KZ", "kk"),
        ("/t/1", "de, ru;q=0.3, kk;q=0.2", "ru"),
        ("/t/1", "de", "kk"),
        ("/ru/t/1", "en", "ru"),
        ("/t/1?lang=ru", "en", "ru"),
        ("/t/1?lang=xx", "en", "en"),
    ],
)
async def test_a_page_speaks_the_language_asked_for(pages: Served, path: str, accepted: str, language: str) -> None:
    answer = await pages.get(path, Accept_Language=accepted)
    assert (answer.headers["Content-Language"], f'<html lang="{language}">' in answer.text) == (language, True)


@pytest.mark.parametrize(
    "path", ["/t/2", "/t/0", "/t/x", "/t/99999999999999999999", "/t/9999999999999999999", "/xx/t/1"]
)
async def test_what_is_not_there_is_said_in_the_readers_language(pages: Served, path: str) -> None:
    answer = await pages.get(path, Accept_Language="ru")
    assert (answer.status, "Такой страницы нет" in answer.text) == (404, True)


async def test_a_copy_that_is_current_is_not_sent_again(pages: Served) -> None:
    first = await pages.get("/t/1")
    again = await pages.get("/t/1", If_None_Match=first.headers["ETag"])
    assert (again.status, again.text) == (304, "")


async def test_the_style_sheet_is_kept_for_ever_under_its_hash(pages: Served) -> None:
    answer = await pages.get(assets.asset_address("site.css"))
    assert (answer.status, "immutable" in answer.headers["Cache-Control"]) == (200, True)
    assert (await pages.get("/static/site.0000000000000000.css")).status == 404
    assert (await pages.get("/static/../site.py")).status == 404


def test_an_address_is_written_in_one_place() -> None:
    pages = PublicPages("https://baqylau.example")
    assert pages.tender(12) == "https://baqylau.example/t/12"
    assert pages.snapshot(12, 3) == "https://baqylau.example/t/12/3"
    assert pages.buyer("KZ-BIN-1/2?") == "https://baqylau.example/b/KZ-BIN-1%2F2%3F"
    assert PublicPages().tender(12) == ""
