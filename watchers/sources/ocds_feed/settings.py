"""The keys of an OCDS feed; docs/sources.md explains each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchers.http_settings import HttpSettings
from watchers.ocds import parse_datetime
from watchers.sources.ocds_feed.urls import placeholders
from watchers.sources.pages import Fixup

__all__ = ["FeedSettings"]

_PAGE_PLACEHOLDERS = frozenset({"since", "until", "page", "offset", "cursor", "limit"})


class FeedSettings(HttpSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One publisher's feed, described. Times are in seconds, pointers are JSON Pointers (RFC 6901)."""

    url: str
    style: Literal["cursor", "window", "newest", "full"]
    next_url: str = ""
    next_pointer: str = ""
    next_is: Literal["url", "cursor"] = "url"
    first_cursor: str = ""
    expired_statuses: tuple[int, ...] = (404, 410)
    paging: Literal["none", "next", "page", "offset"] = "none"
    first_page: int = 1
    limit: int = 100
    pages_pointer: str = ""
    max_pages: int = 10_000
    start: str = "now"
    window_seconds: float = 86_400.0
    overlap_seconds: float = 3_600.0
    date_format: str = "%Y-%m-%dT%H:%M:%SZ"
    zone: str = "UTC"
    records_pointer: str = ""
    list_pointer: str = ""
    id_pointer: str = "/id"
    date_pointer: str = ""
    detail_url: str = ""
    encoding: str = ""
    fixups: tuple[Fixup, ...] = ()
    link: str = ""

    def __post_init__(self) -> None:
        """Refuse a description that cannot be followed. Raises ValueError."""
        super().__post_init__()
        _check_placeholders(self)
        for key in ("next_pointer", "pages_pointer", "records_pointer", "list_pointer", "id_pointer", "date_pointer"):
            pointer = getattr(self, key)
            if pointer and not pointer.startswith("/"):
                raise ValueError(f"{key} = {pointer!r} is not a JSON Pointer: it starts with /")
        if (self.style == "cursor" or self.paging == "next") and not self.next_pointer:
            raise ValueError("next_pointer is needed: where a page says which one is next, e.g. /links/next")
        if self.next_is == "cursor" and not {"cursor"} & placeholders(self.next_url or self.url):
            raise ValueError("next_is = 'cursor' needs {cursor} in next_url or url")
        if self.style == "window" and "since" not in placeholders(self.url):
            raise ValueError("style = 'window' needs {since} in url")
        if self.overlap_seconds < 0 or self.window_seconds <= 0 or self.limit < 1 or self.max_pages < 1:
            raise ValueError("overlap_seconds must not be negative; window_seconds, limit, max_pages must be above 0")
        if self.style == "window" and self.overlap_seconds >= self.window_seconds:
            raise ValueError("overlap_seconds must be less than window_seconds, or the windows never move on")
        if self.start != "now" and parse_datetime(self.start) is None:
            raise ValueError(f"start = {self.start!r} is neither 'now' nor an ISO 8601 date")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"zone = {self.zone!r} is not a time zone name, e.g. Europe/London") from None

    def start_moment(self, now: datetime) -> datetime:
        """Where a first poll begins: `start`, or `overlap_seconds` before now."""
        if self.start == "now":
            return datetime.fromtimestamp(now.timestamp() - self.overlap_seconds, UTC)
        moment = parse_datetime(self.start)
        assert moment is not None, "checked when the settings were read"  # noqa: S101
        return moment.astimezone(UTC)


def _check_placeholders(settings: FeedSettings) -> None:
    allowed = {
        "url": _PAGE_PLACEHOLDERS,
        "next_url": _PAGE_PLACEHOLDERS,
        "detail_url": frozenset({"id"}),
        "link": frozenset({"ocid", "id", "tender_id"}),
    }
    for key, names in allowed.items():
        template = getattr(settings, key)
        unknown = placeholders(template) - names
        if unknown:
            raise ValueError(
                f"{key} has the unknown placeholder {{{min(unknown)}}}: known are {', '.join(sorted(names))}"
            )
    if settings.detail_url and "id" not in placeholders(settings.detail_url):
        raise ValueError("detail_url needs {id}")
    if settings.paging in {"page", "offset"} and settings.paging not in placeholders(settings.url):
        raise ValueError(f"paging = {settings.paging!r} needs {{{settings.paging}}} in url")
