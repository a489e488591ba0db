"""What `baqylau doctor` finds of sources: whether each answers now, how it stood last, what was set aside of it."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec

from bot.checked import Checked
from bot.config import Config
from watchers.database import Database
from watchers.sources.base import Batch, SourceError, open_source, source_kinds
from watchers.store import Store
from watchers.vigil import Alarm, Stood, read_standings

__all__ = ["probe_source", "what_is_known"]

_ONE_REQUEST = {"attempts": 1, "timeout_seconds": 20.0, "limit": 1}
"""How a source is opened for a probe, where its kind has these keys."""
_CONNECTING = 5.0
_SHOWN = 4
_NUMBERS = re.compile(r"\d[\d.,E+]*")
_MENDS = {
    Alarm.REFUSED: "see the line of the probe above",
    Alarm.BROKEN: "free disk space or mend the database; if it is neither, please report it",
    Alarm.UNANSWERING: "see the line of the probe above; if it answers there, is baqylau running?",
    Alarm.SLOW: "wait, or lower at_once",
    Alarm.SILENT: "look at the publisher's own pages whether there is anything new",
}


class _Batches(AsyncIterator[Batch]):
    async def aclose(self) -> None: ...


async def probe_source(config: Config, name: str, patience: float) -> Checked:
    """Ask a source once, within so many seconds."""
    subject = f"source {name}"
    settings = config.source_settings(name)
    declared = source_kinds().get(settings["kind"])
    keys = declared.Settings.__struct_fields__ if declared else ()
    probing = settings | {key: value for key, value in _ONE_REQUEST.items() if key in keys}
    try:
        source = open_source(name, probing, lambda: datetime.now(UTC))
    except SourceError as error:
        return Checked(subject, False, str(error), "mend that section of config.toml")
    try:
        async with asyncio.timeout(patience), aclosing(cast("_Batches", source.batches(None))) as batches:
            batch = await anext(batches, None)
    except SourceError as error:
        mend = "docs/sources.md says more" if error.permanent else await _network_mend(settings, declared)
        return Checked(subject, False, str(error), mend)
    except TimeoutError:
        seen = f"no answer within {patience:.0f} seconds"
        return Checked(subject, False, seen, await _network_mend(settings, declared))
    except Exception as error:  # noqa: BLE001 - a doctor reports what breaks, whatever it is
        return Checked(subject, False, f"reading broke ({type(error).__name__}: {error})", "please report it")
    finally:
        await source.close()
    return _answered(subject, batch)


def _answered(subject: str, batch: Batch | None) -> Checked:
    if batch is None or not (batch.records or batch.rejected):
        return Checked(subject, True, "it answers")
    if not batch.records:
        seen = f"it answers, but none of {len(batch.rejected)} records can be read ({batch.rejected[0].reason})"
        return Checked(subject, False, seen, "check its kind and keys, docs/sources.md")
    return Checked(subject, True, f"it answers ({len(batch.records)} records read in one request)")


async def _network_mend(settings: dict[str, Any], declared: Any) -> str:
    """Tell a wrong address from a machine without network, and both from a publisher in trouble."""
    fields = msgspec.structs.fields(declared.Settings) if declared else ()
    usual = next((str(one.default) for one in fields if one.name == "base_url"), "")
    given = urlsplit(str(settings.get("base_url") or settings.get("url") or usual))
    host, port = given.hostname or "", given.port or (80 if given.scheme == "http" else 443)
    if not await _resolves(host):
        other = urlsplit(usual).hostname
        if other and other != host and await _resolves(other):
            return f"there is no host {host}: base_url has a mistake, the usual one is {usual}"
        return f"the name {host} cannot be looked up: is this machine connected, and is base_url written right?"
    if not await _connects(host, port):
        return f"nothing answers at {host}:{port}: check base_url, a firewall or a proxy; or the publisher is down"
    return "the host answers, but not as it should: check base_url; if it is right, wait and try again"


async def _resolves(host: str) -> bool:
    try:
        async with asyncio.timeout(_CONNECTING):
            return bool(await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):  # TimeoutError is an OSError
        return False


async def _connects(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(_CONNECTING):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


async def what_is_known(database: Database, enabled: Sequence[str]) -> list[Checked]:
    """How each source stood when it was last watched, and what of it was set aside with which reasons."""
    stood = {one.source: one for one in await read_standings(database)}
    aside = await Store(database).set_aside_reasons()
    found = [_stood(f"source {name}", stood[name]) for name in enabled if name in stood]
    return found + [_aside(f"source {name}", aside[name]) for name in enabled if name in aside]


def _stood(subject: str, one: Stood) -> Checked:
    read = f"last read well {_at(one.good_at)}, something new {_at(one.new_at)}"
    if not one.alarm:
        return Checked(subject, True, read)
    seen = f"{one.alarm} since {_at(one.alarm_at)}" + (f" ({one.trouble})" if one.trouble else "") + f"; {read}"
    return Checked(subject, False, seen, _MENDS[Alarm(one.alarm)])


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"


def _aside(subject: str, reasons: dict[str, int]) -> Checked:
    """Reasons that differ by their numbers alone are one."""
    alike: Counter[str] = Counter()
    example: dict[str, str] = {}
    for reason, count in reasons.items():
        key = _NUMBERS.sub("0", reason)
        alike[key] += count
        example.setdefault(key, reason)
    most = [f"{count} × {example[key]}" for key, count in alike.most_common(_SHOWN)]
    rest = sum(alike.values()) - sum(count for _, count in alike.most_common(_SHOWN))
    more = f"; {rest} for other reasons" if rest else ""
    return Checked(subject, True, f"{sum(alike.values())} records are set aside: {'; '.join(most)}{more}")
