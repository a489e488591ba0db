"""What people paste: numbers, links to the portals, ocids, whole messages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.bot.chat.bodies import store_year
from watchers.database import Database
from watchers.naming import number_shown
from watchers.pasted import find_named, ocids_in, portal_links
from watchers.store import Store

GOSZAKUP = "ocds-kz0001-goszakup-17379603-1"


@pytest.mark.parametrize(
    "text",
    [
        "17379603-1", "№ 17379603-1", "17379603", "look: 17379603\u20111, is it right?", GOSZAKUP,
        "https://old.goszakup.gov.kz/ru/announce/index/17379603",
        "https://goszakup.gov.kz/kk/announce/index/17379603?tab=lots",
        "https://v3bl.goszakup.gov.kz/ru/announce/index/17379603#lots",
        "http://www.goszakup.gov.kz/ru/announce/index/17379603/",
        "goszakup.gov.kz/ru/announce/index/17379603", "https://zakup.gov.kz/announcement/17379603-1",
    ],
)  # fmt: skip
async def test_a_number_or_a_link_names_the_purchase(database: Database, text: str) -> None:
    store = Store(database, lambda: datetime(2026, 11, 26, tzinfo=UTC))
    await store_year(store)
    named = await store.named(GOSZAKUP)
    assert named is not None
    assert await find_named(store, text) == [named.id]


def test_prozorros_numbers_and_links_are_known() -> None:
    expected = "ocds-be6bcu-UA-2026-11-22-000123-a"
    for text in ("UA-2026-11-22-000123-a", "https://prozorro.gov.ua/tender/UA-2026-11-22-000123-a"):
        assert expected in ocids_in(text)


@pytest.mark.parametrize(
    "text",
    ["", "school 12", "call 8 701", "https://example.org/17379603", "2026-11-22", "https://goszakup.gov.kz.evil.org/1"],
)
def test_other_texts_name_nothing(text: str) -> None:
    assert ocids_in(text) == []
    assert portal_links(text) == []


def test_a_long_text_asks_for_no_more_than_forty_names() -> None:
    assert len(ocids_in(" ".join(str(10_000_000 + number) for number in range(300)))) == 40


def test_the_number_that_people_see() -> None:
    assert number_shown(GOSZAKUP) == "17379603-1"
    assert number_shown("ocds-be6bcu-UA-2026-11-22-000123-a") == "UA-2026-11-22-000123-a"
    assert number_shown("ocds-demo-000001") == "ocds-demo-000001"
