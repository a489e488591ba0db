"""The demo's announcements are many, in three languages, and lawful or not just as their case says."""

from datetime import UTC, datetime

import pytest

from bot.demo.records import ZONE, release_of, rows
from watchers.summary import summarise

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


def weekday(day):
    return day.weekday() < 5


def test_there_are_enough_and_more_clean_ones_than_flagged():
    cases = [row.case for row in rows()]
    assert len(cases) >= 60
    assert cases.count("clean") > len(cases) / 2
    assert len({row.number for row in rows()}) == len(cases)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.number)
def test_each_is_whole_and_has_a_name_in_every_language(row):
    release = release_of(row, NOW, weekday, "http://127.0.0.1")
    summary = summarise(release)
    assert set(summary.titles) == set(summary.buyer_names) == {"kk", "ru", "en"}
    assert summary.region.startswith("KZ-")
    assert summary.amount == row.amount
    assert summary.category_keys
    assert summary.published_at <= NOW


@pytest.mark.parametrize("row", [row for row in rows() if row.days], ids=lambda row: row.number)
def test_a_window_has_the_working_days_its_row_says_and_ends_on_one(row):
    period = release_of(row, NOW, weekday, "http://127.0.0.1").tender.tender_period
    first, last = period.start.astimezone(ZONE).date(), period.end.astimezone(ZONE).date()
    days = sum(
        weekday(date) for date in (first.fromordinal(n) for n in range(first.toordinal() + 1, last.toordinal() + 1))
    )
    assert days == (row.days if row.method == "quotation" else row.days - 1)
    assert weekday(last)
