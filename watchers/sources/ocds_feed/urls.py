"""Builds the URLs of a feed: templates filled with quoted values, dates in the publisher's own format, next links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote, urljoin, urlsplit
from zoneinfo import ZoneInfo

from watchers.sources.base import SourceError

__all__ = ["fill", "next_address", "placeholders", "round_up", "written"]

_PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")


def placeholders(template: str) -> frozenset[str]:
    """The names in braces in a template."""
    return frozenset(_PLACEHOLDER.findall(template))


def fill(template: str, values: Mapping[str, object]) -> str:
    """Put values into a template, each URL-quoted: an id may hold spaces, `/` and `&`."""
    return _PLACEHOLDER.sub(lambda found: quote(str(values.get(found[1], "")), safe=""), template)


def written(moment: datetime, date_format: str, zone: str) -> str:
    """A moment as the publisher writes it: strftime in its zone, `%f` in microseconds, `%z` as +HH:MM."""
    local = moment.astimezone(ZoneInfo(zone))
    offset = local.strftime("%z")
    return local.strftime(date_format.replace("%z", f"{offset[:3]}:{offset[3:5]}"))


def round_up(moment: datetime, date_format: str, zone: str) -> datetime:
    """The next moment that `date_format` can express: a window that ends today, said in days, ends tomorrow.

    Rounding down would leave out the rest of the day, which many publishers take as excluded.
    """
    local = moment.astimezone(ZoneInfo(zone))
    if "%f" in date_format or "%s" in date_format:
        return moment
    floor = local.replace(microsecond=0)
    step = timedelta(seconds=1)
    if "%S" not in date_format and "%T" not in date_format:
        floor, step = floor.replace(second=0), timedelta(minutes=1)
        if "%M" not in date_format:
            floor, step = floor.replace(minute=0), timedelta(hours=1)
        if "%H" not in date_format:
            floor, step = floor.replace(hour=0, minute=0), timedelta(days=1)
        if "%d" not in date_format and "%j" not in date_format and "%H" not in date_format:
            floor, step = floor.replace(day=1), timedelta(days=32)
    if floor == local:
        return moment
    rounded = floor + step
    return rounded.replace(day=1) if step.days > 1 else rounded


def next_address(name: str, current: str, said: str, base: str, allow_hosts: tuple[str, ...]) -> str:
    """Resolve the link to the next page. Raises SourceError for a link to a host that is not the publisher's.

    A page decides where we go next, so it must not send us elsewhere (SSRF). The same host without TLS or on another
    port is the common slip of a service behind a proxy: the scheme and port of `base` are kept.
    """
    target = urlsplit(urljoin(current, said))
    home = urlsplit(base)
    if target.scheme not in {"http", "https"} or not target.hostname:
        raise SourceError(f"{name}: the next page is {said!r}, which is not a web address", permanent=True)
    if target.hostname == home.hostname:
        return target._replace(scheme=home.scheme, netloc=home.netloc).geturl()
    if target.hostname in allow_hosts:
        return target.geturl()
    raise SourceError(
        f"{name}: the next page is on another host, {target.hostname}: refused;"
        f" add it to sources.{name}.allow_hosts if it is meant",
        permanent=True,
    )
