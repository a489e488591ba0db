"""What matters most, with every part real: each matched tender reaches each person once, whatever happens."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.bot.road import Road
from tests.standins.prozorro import Tender, read_tenders

LVIV = (
    Path(__file__).parents[3] / "shared/data/ocds/ukraine-prozorro-openprocurement/lviv-2026-10-05_12-half-A.jsonl.gz"
)

KINDS = (
    ("15800000-6", "Хліб для лікарні", "priceQuotation"),
    ("45453000-7", "Капітальний ремонт даху", "aboveThreshold"),
    ("30200000-1", "Ноутбуки для школи", "reporting"),
    ("09130000-9", "Бензин А-95", "belowThreshold"),
)


def invented(number: int) -> Tender:
    """A tender of an invented buyer; every third is bought without competition, every fourth has little time."""
    cpv, title, method = KINDS[number % len(KINDS)]
    day = 1 + number % 9
    buyer = {
        "name": f"КНП «Вигадана установа № {number % 7}»",
        "identifier": {"scheme": "UA-EDR", "id": f"0000000{number % 7}"},
        "address": {"region": "Львівська область" if number % 2 else "м. Київ"},
    }
    return {
        "id": f"{number:032x}",
        "tenderID": f"UA-2026-10-{day:02}-{number:06}-a",
        "title": f"{title} {number}",
        "status": "active.tendering",
        "procurementMethod": "limited" if method == "reporting" else "open",
        "procurementMethodType": method,
        "dateModified": f"2026-10-{day:02}T{number % 24:02}:00:00+03:00",
        "value": {"amount": 10_000.0 * (number + 1), "currency": "UAH"},
        "procuringEntity": buyer,
        "tenderPeriod": {
            "startDate": f"2026-10-{day:02}T09:00:00+03:00",
            "endDate": f"2026-10-{day + (2 if number % 4 else 18):02}T18:00:00+03:00",
        },
        "items": [{"id": "1", "description": title, "classification": {"scheme": "ДК021", "id": cpv}, "quantity": 5.0}],
    }


def assert_nothing_lost_nothing_twice(outcome, tenders):
    assert outcome.stored == tenders
    assert all(map(len, outcome.expected)), "the road must owe something to everybody to prove anything"
    assert not any(outcome.lost)
    assert not any(outcome.twice)
    assert not any(outcome.unasked)


@pytest.mark.timeout(400)
async def test_every_matched_tender_is_told_once_over_two_restarts_and_a_kill(database_url, tmp_path):
    tenders = [invented(number) for number in range(100)]
    road = Road(tenders, tmp_path, database_url=database_url)
    outcome = await road.travel([signal.SIGTERM, signal.SIGKILL, signal.SIGTERM])
    assert_nothing_lost_nothing_twice(outcome, len(tenders))


@pytest.mark.shared
@pytest.mark.timeout(900)
async def test_a_week_of_real_tenders_is_told_once_over_a_restart_and_a_kill(tmp_path):
    if not LVIV.is_file():
        pytest.skip("the real data (../shared/data) are not beside this checkout")
    tenders = list(read_tenders(LVIV))[:300]
    outcome = await Road(tenders, tmp_path).travel([signal.SIGKILL, signal.SIGTERM])
    assert_nothing_lost_nothing_twice(outcome, len(tenders))
