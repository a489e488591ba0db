from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.rules import load_rules
from watchers.rules.calendars import calendar_of

_RULES = load_rules()
_DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("begin", "end", "days"),
    [
        (date(2026, 11, 2), date(2026, 11, 2), 0),
        (date(2026, 11, 2), date(2026, 11, 4), 2),
        (date(2026, 11, 6), date(2026, 11, 9), 1),  # over a weekend
        (date(2026, 11, 9), date(2026, 11, 6), 0),  # backwards
        (date(2026, 3, 20), date(2026, 3, 26), 1),  # Nauryz and its moved days
        (date(2026, 8, 28), date(2026, 9, 1), 2),  # 31 August 2026 is worked
        (date(2025, 8, 29), date(2025, 9, 2), 1),  # 1 September 2025 was off for 30 August
        (date(2025, 1, 2), date(2025, 1, 6), 2),  # 3 January off, Sunday 5 January worked
        (date(2027, 3, 12), date(2027, 3, 16), 1),  # 15 March from 2027
        (date(2026, 3, 13), date(2026, 3, 16), 1),  # but not before
    ],
)
def test_working_days_in_kazakhstan(begin: date, end: date, days: int) -> None:
    assert _RULES.working_days(begin, end) == days


def test_moments_are_counted_by_the_date_in_astana() -> None:
    evening = datetime(2026, 11, 2, 19, 30, tzinfo=UTC)  # 3 November 00:30 in Astana
    assert _RULES.working_days(evening, date(2026, 11, 4)) == 1


@given(begin=_DAYS, end=_DAYS)
def test_the_count_is_that_of_the_days_one_by_one(begin: date, end: date) -> None:
    calendar = calendar_of("KZ")
    span = range((end - begin).days)
    one_by_one = sum(calendar.is_working_day(begin + timedelta(days=n + 1)) for n in span)
    assert calendar.working_days(begin, end) == one_by_one
    assert calendar.days_off(begin, end) == len(span) - one_by_one


@given(day=_DAYS)
def test_no_working_day_lies_between_a_day_and_the_working_day_before_it(day: date) -> None:
    calendar = calendar_of("KZ")
    before = calendar.working_day_before(day)
    assert calendar.is_working_day(before)
    assert calendar.working_days(before, day) == (1 if calendar.is_working_day(day) else 0)


def test_only_years_whose_days_off_are_published_are_confirmed() -> None:
    assert [year for year in range(2020, 2031) if _RULES.calendar_confirmed(year)] == [2025, 2026]


@pytest.mark.parametrize("jurisdiction", ["UA", "DO", ""])
def test_elsewhere_weekdays_are_counted_and_never_confirmed(jurisdiction: str) -> None:
    assert _RULES.working_days(date(2026, 12, 31), date(2027, 1, 4), jurisdiction) == 2
    assert not _RULES.calendar_confirmed(2026, jurisdiction)
