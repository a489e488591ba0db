"""The page of a buyer: its year in figures, the list behind each, the picture; nothing counted twice."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

import bot.web.buyer
from alerts.i18n import LANGUAGES
from bot.web.listing import Listing
from tests.bot.chat.bodies import BUYER, NAMES, PAINTS, ROOFS, store_year
from tests.bot.web.serving import Served, served
from tests.bot.web.test_evidence import HOSTILE, site_of, words_of
from tests.watchers.tenders import batch, judged, release
from watchers.database import Database
from watchers.profiles import buyer_profile
from watchers.rules import load_rules
from watchers.store import Store

SAID = {
    "en": ("Without competition 17 % 2 of 12 lots", "50 % 5 of 10 competitive lots", "25 % 3 of 12 purchases"),
    "ru": ("Без конкуренции 17 % 2 из 12 лотов", "50 % 5 из 10", "25 % 3 из 12 закупок"),
    "kk": ("Бәсекесіз 17 % 2 лот, барлығы 12", "50 % өтінімдері ашылған 10", "25 % 3 сатып алу, барлығы 12"),
}


@pytest.fixture
async def store(database: Database, clock: Any) -> Store:
    store = Store(database, clock)
    await store_year(store)
    return store


@pytest.fixture
async def pages(store: Store, clock: Any) -> AsyncIterator[Served]:
    async with served(site_of(clock), Listing(site_of(clock), store, load_rules()).routes()) as pages:
        yield pages


def entries(text: str) -> list[str]:
    return re.findall(r'<h2><a href="[^"]*/t/\d+">([^<]*)</a>', text)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_year_is_said_with_what_each_figure_is_counted_of(pages: Served, language: str) -> None:
    answer = await pages.get(f"/{language}/b/{BUYER}")
    assert answer.status == 200
    words = words_of(html.unescape(answer.text)).replace("\xa0", " ")
    for said in SAID[language]:
        assert said in words, words
    assert NAMES[ROOFS] in words
    assert len(entries(answer.text)) == 12


async def test_every_number_leads_to_the_list_that_it_counts(pages: Served, store: Store, clock: Any) -> None:
    profile = await buyer_profile(store.database, BUYER, clock())
    assert profile is not None
    page = html.unescape((await pages.get(f"/en/b/{BUYER}")).text)
    links = dict.fromkeys(re.findall(rf'href="(/en/b/{BUYER}/[a-z]+[^"]*)"', page))
    wanted = {
        "all": profile.purchases, "direct": profile.uncompetitive.part, "one": profile.single.part,
        "open": len(profile.bidders),
        "off": profile.cancelled.part, "flag": profile.flagged.part, "deal": profile.contracts,
    }  # fmt: skip
    for link in links:
        answer = await pages.get(link)
        assert answer.status == 200, link
        assert 'content="noindex"' in answer.text
        what, _, query = link.rpartition("/")[2].partition("?")
        if not query:
            assert len(entries(answer.text)) == wanted.pop(what), link
            assert f">{entries(answer.text)[0]}<" in answer.text
    assert not wanted
    partners = [link for link in links if "/with?supplier=" in link]
    assert [link.rpartition("=")[2] for link in partners] == [one.id for one in profile.top]
    for link, one in zip(partners, profile.top, strict=True):
        assert len(entries((await pages.get(link)).text)) == one.contracts


async def test_a_number_that_is_nothing_or_of_nobody_is_no_page(pages: Served) -> None:
    for path in (f"/b/{BUYER}/nothing", f"/b/{BUYER}/won", f"/b/{BUYER}/with", f"/b/{BUYER}/with?supplier=other",
                 "/b/KZ-BIN-000000000999/all", "/b/KZ-BIN-000000000999/year.png"):  # fmt: skip
        assert (await pages.get(path)).status == 404, path
    for start in ("-1", "x", "99999", "٣"):
        assert (await pages.get(f"/b/{BUYER}/all", params={"from": start})).status == 200


async def test_lists_turn_their_pages(pages: Served, store: Store) -> None:
    more = [judged(release(f"ocds-demo-{number}", title=f"Chalk {number}")) for number in range(45)]
    await store.save("portal", batch(*more), more, cursor="1")
    seen, path = list[str](), "/en/b/KZ-BIN-000000000007/all"
    while path:
        answer = await pages.get(path)
        seen += entries(answer.text)
        found = re.search(r'<a class="button" href="([^"]+)" rel="next"', answer.text)
        path = html.unescape(found[1]) if found else ""
    assert len(seen) == len(set(seen)) == 45


async def test_few_cases_show_no_share_and_no_contract_no_sum(pages: Served, store: Store) -> None:
    few = [judged(release("ocds-demo-1", title=HOSTILE))]
    await store.save("portal", batch(*few), few, cursor="1")
    answer = await pages.get("/en/b/KZ-BIN-000000000007")
    words = words_of(answer.text)
    assert "fewer than 10 cases" in words
    assert "%" not in words.partition("By month")[0].partition("The year in figures")[2]
    assert "contract signed" not in words
    assert "<script>" not in answer.text


async def test_the_picture_is_light_or_dark_and_drawn_once(pages: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = list[tuple[str, bool]]()

    def draw(profile: Any, language: str, *, dark: bool) -> bytes:
        drawn.append((language, dark))
        return b"\x89PNG" + bytes([dark])

    monkeypatch.setattr("bot.charts.draw", draw)
    page = await pages.get(f"/ru/b/{BUYER}")
    paths = re.findall(r'(?:srcset|src)="([^"]+\.png)"', page.text)
    assert len(paths) == 2
    for path in paths * 2:
        answer = await pages.get(path)
        assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
        assert "max-age=600" in answer.headers["Cache-Control"]
    assert sorted(drawn) == [("ru", False), ("ru", True)]


async def test_a_year_is_counted_once_in_ten_minutes(
    pages: Served, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = list[str]()

    async def count(database: Database, buyer_id: str, now: Any) -> Any:
        counted.append(buyer_id)
        return await buyer_profile(database, buyer_id, now)

    monkeypatch.setattr(bot.web.buyer, "buyer_profile", count)
    for _ in range(3):
        await pages.get(f"/b/{BUYER}")
        await pages.get(f"/ru/b/{BUYER}/with?supplier={PAINTS}")
    assert counted == [BUYER]
    clock.advance(minutes=11)
    await pages.get(f"/b/{BUYER}")
    assert counted == [BUYER, BUYER]


async def test_further_pages_and_flagged_ones_do_not_repeat_the_year(pages: Served) -> None:
    for query in ("?flagged=1", "?after=1763283600.000000-5"):
        answer = await pages.get(f"/en/b/{BUYER}{query}")
        assert answer.status == 200
        assert "The year in figures" not in answer.text
