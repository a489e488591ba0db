"""The keys of `[sources.NAME]` with kind = "goszakup"."""

from __future__ import annotations

from watchers.http_settings import HttpSettings
from watchers.ocds import parse_datetime

__all__ = ["LINK_BASE", "GoszakupSettings"]

LINK_BASE = "https://old.goszakup.gov.kz"
"""Where people open an announcement, unless the configuration says otherwise: the portal moved in 2026."""


class GoszakupSettings(HttpSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the portal is and how it is read; docs/sources.md explains each key."""

    base_url: str = "https://ows.goszakup.gov.kz"
    link_base: str = LINK_BASE
    start: str = "now"
    limit: int = 200
    at_once: int = 50
    overlap_seconds: float = 1800.0
    lookback_days: float = 7.0
    sweep_pages: int = 10
    slow_seconds: float = 15.0
    split_seconds: float = 600.0
    subject_days: float = 30.0
    register_hours: float = 24.0
    poll_seconds: float = 120.0
    silence_hours: float = 3.0
    work_hours: str = "09:00-19:00"
    calendar: str = "KZ"
    timeout_seconds: float = 40.0

    def __post_init__(self) -> None:
        """Refuse page sizes the portal does not give and a start that is no date. Raises ValueError."""
        super().__post_init__()
        if not 1 <= self.limit <= 200:
            raise ValueError("limit must be between 1 and 200, the most the portal gives")
        if not 1 <= self.at_once <= 200:
            raise ValueError("at_once must be between 1 and 200")
        if self.start != "now" and parse_datetime(self.start) is None:
            raise ValueError(f"start = {self.start!r} is neither 'now' nor an ISO 8601 date")
