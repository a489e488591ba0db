"""Time zones as people call them: Kazakhstan's first, any other by its name or by its city in our languages."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.dates import get_timezone_location

from alerts.filters.words import fold
from alerts.i18n import LANGUAGES

__all__ = ["AT_HOME", "LONGEST_ZONE", "find_zones", "is_zone", "zone_name"]

AT_HOME = (
    "Asia/Almaty", "Asia/Qostanay", "Asia/Qyzylorda", "Asia/Aqtobe", "Asia/Aqtau", "Asia/Atyrau", "Asia/Oral",
)  # fmt: skip
"""The zones of Kazakhstan in the IANA database."""
LONGEST_ZONE = 32
_CITY_HAS = 2  # shorter words name half the world


@cache
def _zones() -> frozenset[str]:
    """Those of a place, without the aliases of other programs (posix/..., Etc/...)."""
    regions = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/",
               "Indian/", "Pacific/")  # fmt: skip
    return frozenset({"UTC", *(one for one in available_timezones() if one.startswith(regions))})


def is_zone(name: str) -> bool:
    """Whether a zone may be kept."""
    return name in _zones() and len(name) <= LONGEST_ZONE


def _city(name: str, language: str) -> str:
    if name == "UTC":
        return name
    return str(get_timezone_location(ZoneInfo(name), locale=Locale.parse(language), return_city=True))


def zone_name(name: str, language: str, now: datetime) -> str:
    """A zone's city and how far its clocks are from UTC now: "Алматы, UTC+5"."""
    offset = now.astimezone(ZoneInfo(name)).utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    away = f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
    return away if name == "UTC" else f"{_city(name, language)}, {away}"


@cache
def _called() -> dict[str, tuple[str, ...]]:
    """By each zone, what people may type for it, folded."""
    return {
        name: tuple(dict.fromkeys(fold(one) for one in (name, name.rpartition("/")[2].replace("_", " "),
                                                       *(_city(name, language) for language in LANGUAGES))))
        for name in sorted(_zones() - {"UTC"})
    } | {"UTC": ("utc",)}  # fmt: skip


def find_zones(typed: str, limit: int = 8) -> list[str]:
    """Zones whose name or city begins as typed, whole names first, then Kazakhstan's."""
    wanted = fold(typed)
    if len(wanted) < _CITY_HAS:
        return []
    exact = [name for name, said in _called().items() if wanted in said and is_zone(name)]
    begun = [name for name, said in _called().items() if any(one.startswith(wanted) for one in said) and is_zone(name)]
    return list(dict.fromkeys([*exact, *sorted(begun, key=lambda name: (name not in AT_HOME, name))]))[:limit]
