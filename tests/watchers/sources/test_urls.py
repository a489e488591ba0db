from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watchers.sources.base import SourceError
from watchers.sources.ocds_feed.urls import fill, next_address, round_up, written

NOON = datetime(2026, 11, 22, 12, 30, 15, 250_000, tzinfo=UTC)


def test_values_are_quoted_whatever_they_hold() -> None:
    assert fill("http://x/{id}?a={limit}", {"id": "a/b c&d?", "limit": 5}) == "http://x/a%2Fb%20c%26d%3F?a=5"


@pytest.mark.parametrize(
    ("date_format", "zone", "text"),
    [
        ("%Y-%m-%dT%H:%M:%SZ", "UTC", "2026-11-22T12:30:15Z"),
        ("%Y-%m-%dT%H:%M:%S%z", "Asia/Almaty", "2026-11-22T17:30:15+05:00"),
        ("%d.%m.%Y %H:%M", "Asia/Tashkent", "22.11.2026 17:30"),
        ("%m-%Y", "UTC", "11-2026"),
    ],
)
def test_a_date_is_written_as_the_publisher_wants_it(date_format: str, zone: str, text: str) -> None:
    assert written(NOON, date_format, zone) == text


@pytest.mark.parametrize(
    ("date_format", "zone", "text"),
    [
        ("%Y-%m-%dT%H:%M:%S", "UTC", "2026-11-22T12:30:16"),
        ("%Y-%m-%d %H:%M", "UTC", "2026-11-22 12:31"),
        ("%Y-%m-%d", "UTC", "2026-11-23"),
        ("%Y-%m-%d", "Pacific/Auckland", "2026-11-24"),
        ("%m-%Y", "UTC", "12-2026"),
        ("%Y-%m-%dT%H:%M:%S.%f", "UTC", "2026-11-22T12:30:15.250000"),
    ],
)
def test_the_end_of_a_window_is_rounded_up_to_what_the_format_can_say(date_format: str, zone: str, text: str) -> None:
    assert written(round_up(NOON, date_format, zone), date_format, zone) == text


def test_a_moment_that_needs_no_rounding_is_kept() -> None:
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    for date_format in ("%m-%Y", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"):
        assert round_up(midnight, date_format, "UTC") == midnight


def test_a_next_link_is_resolved_and_keeps_the_publishers_scheme_and_port() -> None:
    base = "https://api.example.org:8443/v1/releases"
    for said in ("?page=2", "/v1/releases?page=2", "http://api.example.org/v1/releases?page=2"):
        assert next_address("n", base, said, base, ()) == f"{base}?page=2"


@pytest.mark.parametrize(
    "said", ["http://169.254.169.254/latest", "//evil.example/x", "https://api.example.org.evil/x"]
)
def test_a_next_link_elsewhere_is_refused(said: str) -> None:
    base = "https://api.example.org/releases"
    with pytest.raises(SourceError, match="on another host"):
        next_address("n", base, said, base, ())


@pytest.mark.parametrize("said", ["file:///etc/passwd", "gopher://api.example.org/x", "javascript:alert(1)"])
def test_a_next_link_that_is_no_web_address_is_refused(said: str) -> None:
    base = "https://api.example.org/releases"
    with pytest.raises(SourceError, match="not a web address"):
        next_address("n", base, said, base, ())
