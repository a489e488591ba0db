"""The keys every source that speaks HTTP has; docs/sources.md explains each."""

from __future__ import annotations

from watchers.sources.base import SourceSettings

__all__ = ["HttpSettings"]


class HttpSettings(SourceSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom we say we are, how patient, how fast and how much; seconds, requests a second, MiB."""

    user_agent: str = ""
    contact: str = ""
    token: str = ""
    headers: dict[str, str] = {}
    timeout_seconds: float = 120.0
    attempts: int = 5
    retry_wait_seconds: float = 1.0
    retry_after_max_seconds: float = 300.0
    requests_per_second: float = 5.0
    max_concurrency: int = 4
    max_body_mb: float = 64.0
    forbidden_is_rate_limit: bool = False
    breaker_failures: int = 5
    breaker_seconds: float = 60.0
    allow_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense. httpx gets slower beyond ten requests at once."""
        super().__post_init__()
        if not 1 <= self.max_concurrency <= 10:
            raise ValueError("max_concurrency must be between 1 and 10")
        if self.requests_per_second <= 0:
            raise ValueError("requests_per_second must be above 0 (0.1 is one request in ten seconds)")
        if self.attempts < 1 or self.breaker_failures < 1:
            raise ValueError("attempts and breaker_failures must be at least 1")
