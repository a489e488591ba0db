"""What a filter is written as is read back to the same filter, whatever it asks for."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.filters import FILTERS, Criteria, checked, read_filter
from alerts.filters.methods import METHODS
from alerts.filters.written import written
from watchers.categories import everyday_categories
from watchers.places import regions


def read_back(criteria: Criteria) -> Criteria:
    texts: dict[str, list[str]] = {}
    for key, text in written(criteria):
        texts.setdefault(key, []).append(text)
    found = Criteria()
    for key, several in texts.items():
        found = read_filter(key, ", ".join(several), found)
    return found


def lists(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=4, unique=True).map(tuple)


SUMS = st.none() | st.decimals("0.01", "999999999999", places=2)
DAYS = st.none() | st.integers(0, 365)


@st.composite
def criteria(draw: st.DrawFn) -> Criteria:
    least, most = draw(SUMS), draw(SUMS)
    if least is not None and most is not None:
        least, most = min(least, most), max(least, most)
    first, last = draw(DAYS), draw(DAYS)
    if first is not None and last is not None:
        first, last = min(first, last), max(first, last)
    return checked(
        Criteria(
            regions=draw(lists([one.code for one in regions("KZ")])),
            buyers=draw(lists(["KZ-BIN-000000000007", "KZ-BIN-000000000008", "UA-EDR-123"])),
            suppliers=draw(lists(["KZ-BIN-000000000009"])),
            categories=draw(lists([*(one.slug for one in everyday_categories()), "CPV:4521", "ENSTRU:1920"])),
            min_amount=least and Decimal(least),
            max_amount=most and Decimal(most),
            currency=draw(st.sampled_from(["KZT", "UAH", "EUR"])),
            min_weight=draw(st.none() | st.integers(0, 5)),
            indicators=draw(lists(["R003", "KZ-10", "R018"])),
            methods=draw(lists(list(METHODS))),
            min_days=first,
            max_days=last,
            words=draw(lists(["кровл", "ремонт школ", "№ 12", "a&b=c"])),
            without_words=draw(lists(["дезинфекц", "x + y"])),
        )
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(criteria())
def test_what_is_written_is_read_back(wanted: Criteria) -> None:
    assert read_back(wanted) == wanted


def test_every_filter_is_written() -> None:
    for row in FILTERS:
        wanted = read_filter(row.key, row.example)
        assert {key for key, _ in written(wanted)} == {row.key}
        assert read_back(wanted) == wanted
