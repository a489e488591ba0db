"""The keys of the Unified Procurement Platform; docs/sources.md explains each."""

from __future__ import annotations

from datetime import datetime

from watchers.http_settings import HttpSettings
from watchers.ocds import parse_datetime
from watchers.sources.goszakup.identity import GOSZAKUP, MITWORK, SAMRUK

__all__ = ["SYSTEMS", "UnifiedSettings"]

SYSTEMS = {1: GOSZAKUP, 2: MITWORK, 3: SAMRUK}
"""The procurement systems behind the platform, by its numbers for them."""


class UnifiedSettings(HttpSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the platform is and how it is read. Seconds, hours, days; `limit` is lots on a page."""

    base_url: str = "https://zakup.gov.kz/api/core/api/core"
    link_base: str = "https://zakup.gov.kz/announcement"
    systems: tuple[int, ...] = (1, 2, 3)
    files: bool = True
    start: str = "now"
    limit: int = 100
    most_listed: int = 9000
    look_back_hours: float = 6.0
    look_back_seconds: float = 3600.0
    closed_days: float = 5.0
    sweep_seconds: float = 6 * 3600.0
    sweep_pages: int = 60
    poll_seconds: float = 300.0
    requests_per_second: float = 2.0
    max_concurrency: int = 2
    timeout_seconds: float = 60.0

    def __post_init__(self) -> None:
        """Refuse unknown systems, page sizes that make no sense, a start that is no date. Raises ValueError."""
        super().__post_init__()
        unknown = sorted(set(self.systems) - SYSTEMS.keys())
        if unknown or not self.systems:
            known = ", ".join(f"{number} {name}" for number, name in SYSTEMS.items())
            raise ValueError(f"systems = {list(self.systems)}: choose among {known}")
        if not 1 <= self.limit <= 1000:
            raise ValueError("limit must be between 1 and 1000")
        if self.most_listed < self.limit:
            raise ValueError("most_listed must not be below limit")
        if self.start != "now" and parse_datetime(self.start) is None:
            raise ValueError(f"start = {self.start!r} is neither 'now' nor an ISO 8601 date")

    def first_moment(self, now: datetime) -> datetime:
        """From when on announcements are taken."""
        return now if self.start == "now" else parse_datetime(self.start) or now
