"""The typed release keeps what a publisher wrote and gives clean values."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import pytest

from watchers.ocds import Period, Release, Tender, Value, number, parse_datetime


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T09:00:00+05:00", datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=5)))),
        ("2026-11-23T09:00:00Z", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        (
            "2026-11-23 09:00:00.1234567",
            datetime(2026, 11, 23, 9, microsecond=0, tzinfo=UTC).replace(microsecond=123456),
        ),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T09:00+0530", datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=5, minutes=30)))),
    ],
)
def test_dates_of_real_publishers_become_moments_with_a_zone(text, moment):
    assert parse_datetime(text) == moment
    assert parse_datetime(text).tzinfo is not None


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13-01", "2026-02-30", "2026-11-23T25:00:00Z", "20261123", "2026-11-23T09:00:00+99:00"]
)
def test_what_is_no_date_is_none(text):
    assert parse_datetime(text) is None


@pytest.mark.parametrize(
    ("wire", "amount"),
    [
        (b"12345678901234567.89", Decimal("12345678901234567.89")),
        (b"0.1", Decimal("0.1")),
        (b'"1500.50"', Decimal("1500.50")),
        (b"null", None),
        (b"1e9999", None),
        (b'"about ten"', None),
        (b'"NaN"', None),
        (b"-5", Decimal(-5)),
    ],
)
def test_amounts_are_exact_or_none(wire, amount):
    value = msgspec.json.decode(b'{"amount": %s, "currency": "KZT"}' % wire, type=Value)
    assert value.amount == amount


def test_an_amount_built_by_a_source_reads_back_exactly():
    assert Value.of("0.10").amount == Decimal("0.10")
    assert Value.of(None).amount is None
    assert bytes(number(Decimal("1E+3"))) == b"1000"


def test_a_release_survives_writing_and_reading_with_camel_case_and_nothing_empty():
    release = Release(ocid="a", tender=Tender(tender_period=Period(end_date="2026-11-23"), title_kk="Шатыр"))
    wire = msgspec.json.encode(release)
    assert wire == '{"ocid":"a","tender":{"title_kk":"Шатыр","tenderPeriod":{"endDate":"2026-11-23"}}}'.encode()
    assert msgspec.json.decode(wire, type=Release) == release


def test_numbers_as_ids_are_compared_as_text():
    release = msgspec.json.decode(b'{"ocid":"a","tender":{"items":[{"id":7}]},"tag":"tender"}', type=Release)
    assert release.tender.items[0].key == "7"
    assert release.tags == ("tender",)


def test_a_megabyte_that_calls_itself_an_amount_or_a_date_is_neither_read_nor_remembered():
    value = msgspec.json.decode(b'{"amount": "%s"}' % (b"1" * 1_000_000), type=Value)
    assert value.amount is None
    assert parse_datetime("2026-11-23" + " " * 1_000_000) is None
