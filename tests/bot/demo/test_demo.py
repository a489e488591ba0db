"""The demo: a country that is always at work, alerts in the language asked for, a page behind each of them."""

from __future__ import annotations

import asyncio
from datetime import datetime

import httpx
import pytest

from bot.demo.country import publish_one, working_moment, young_country
from bot.demo.portal import Portal
from bot.demo.show import show
from bot.sandbox.goszakup.moments import ZONE
from tests.watchers.tenders import release
from watchers.ocds import Release


@pytest.mark.parametrize(
    ("now", "at_work"),
    [
        ((2026, 11, 24, 11, 30), (2026, 11, 24, 11, 30)),
        ((2026, 11, 24, 3, 15), (2026, 11, 23, 11, 15)),
        ((2026, 11, 24, 22, 5), (2026, 11, 24, 11, 5)),
        ((2026, 11, 22, 12, 0), (2026, 11, 20, 11, 0)),
        ((2026, 12, 16, 12, 0), (2026, 12, 15, 11, 0)),
    ],
    ids=["at work", "at night", "in the evening", "on a Sunday", "on a holiday"],
)
def test_the_country_is_at_work_whenever_the_demo_runs(now: tuple[int, ...], at_work: tuple[int, ...]) -> None:
    assert working_moment(datetime(*now, tzinfo=ZONE)) == datetime(*at_work, tzinfo=ZONE)  # type: ignore[misc]


def test_there_is_something_to_show_and_more_comes() -> None:
    country = young_country(datetime(2026, 11, 24, 11, tzinfo=ZONE))
    published = country.ledger.published()
    assert 150 < len(published) < 600
    assert len({name for names in country.ledger.defects.values() for name in names}) > 8
    publish_one(country)
    assert len(country.ledger.published()) == len(published) + 1


async def test_every_announcement_has_a_page_and_others_have_none() -> None:
    async def find(number: int) -> Release | None:
        lots = [{"id": "1", "title": "Roof, east wing", "value": {"amount": 1200000, "currency": "KZT"}}]
        return release(f"ocds-kz0001-goszakup-{number}-2", lots=lots) if number == 7 else None

    async with Portal(find) as portal, httpx.AsyncClient() as client:
        page = await client.get(f"{portal.base}/ru/announce/index/7")
        assert page.status_code == 200
        for said in ("Roof repair, school No. 12", "7-2", "Roof, east wing", "1 200 000"):
            assert said in page.text
        assert (await client.get(f"{portal.base}/ru/announce/index/8")).status_code == 404


async def test_it_prints_the_first_alerts_and_ends(capsys: pytest.CaptureFixture[str]) -> None:
    await show(asyncio.Event(), once=True, port=0, language="kk")
    said = capsys.readouterr().out
    assert said.count("🚩") == 5
    assert said.count("бұзушылықтың дәлелі емес") == 5
    assert "5 alerts shown as Айжан sees them" in said
    flags = [line for line in said.splitlines() if "│ " in line and ":" in line and "Тексерілген" not in line]
    assert len({line.partition(":")[0] for line in flags}) >= 3, "the first alerts show different things"
