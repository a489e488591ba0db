"""Watches the watchers: how each source stands is kept, and what the operator should know of becomes an alarm.

An alarm stands until there is proof of the contrary: a restart alone ends none, and raises none. Telling people of it
is for others (`bot.operator`); `standings` says what was told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
import structlog
from sqlalchemy import select, update

from watchers.database import Database
from watchers.poll import Standing, State, Watcher
from watchers.rhythm import Rhythm
from watchers.tables import standings

__all__ = ["Alarm", "Stood", "Vigil", "alarm_of", "read_standings", "say_told"]

_log = structlog.get_logger("watchers.vigil")

_UNANSWERED = timedelta(minutes=30)
_UNFINISHED = timedelta(hours=2)
_KEPT_EVERY = timedelta(minutes=1)


class Alarm(StrEnum):
    """What the operator should know."""

    NONE = ""
    REFUSED = "refused"  # for good: a token, an address
    BROKEN = "broken"  # on this side: nothing can be stored, or a bug
    UNANSWERING = "unanswering"
    SLOW = "slow"  # it answers, and was not read to the end for long
    SILENT = "silent"  # nothing new though people work


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `standings`: how a source stood when it was looked at last. Moments are UTC."""

    source: str
    state: str = ""
    trouble: str = ""
    good_at: datetime | None = None
    new_at: datetime | None = None
    alarm: str = ""
    alarm_at: datetime | None = None
    told: str = ""
    told_at: datetime | None = None
    checked_at: datetime | None = None


_COLUMNS = tuple(standings.c[name] for name in Stood.__struct_fields__)


def alarm_of(
    standing: Standing, before: Stood, rhythm: Rhythm, *, poll_seconds: float, started: datetime, now: datetime
) -> Alarm:
    """The alarm that stands now. `before`: what was kept last; `started`: when this process began."""
    if standing.state is State.OFF:
        return Alarm.REFUSED
    if standing.failures and standing.ours:
        return Alarm.BROKEN
    poll = timedelta(seconds=poll_seconds)
    if now - (standing.good_at or started) > max(_UNANSWERED, 5 * poll):
        return Alarm.UNANSWERING
    if standing.good_at is None:
        return Alarm(before.alarm)  # this process knows nothing better yet
    if standing.caught_at is not None and now - standing.caught_at > max(_UNFINISHED, 20 * poll):
        return Alarm.SLOW
    return _silence(standing, before, rhythm, started, now)


def _silence(standing: Standing, before: Stood, rhythm: Rhythm, started: datetime, now: datetime) -> Alarm:
    if not rhythm.quiet:
        return Alarm.NONE
    last = standing.new_at or before.new_at
    if before.alarm == Alarm.SILENT and before.alarm_at and (last is None or last < before.alarm_at):
        return Alarm.SILENT
    since = max(filter(None, (last, started)))
    return Alarm.SILENT if rhythm.worked(since, now) >= rhythm.quiet else Alarm.NONE


class Vigil:
    """Looks at every watcher of this process; a rhythm says of a source when news of it are to be expected."""

    def __init__(
        self,
        watchers: Sequence[Watcher],
        database: Database,
        rhythms: Mapping[str, Rhythm],
        clock: Callable[[], datetime],
    ) -> None:
        self._watchers = watchers
        self._database = database
        self._rhythms = rhythms
        self._clock = clock
        self._started = clock()

    async def do_one(self) -> bool:
        """Look once and keep what changed; always False: there is nothing more to do at once."""
        stood = {one.source: one for one in await read_standings(self._database)}
        rows = []
        for watcher in self._watchers:
            before = stood.get(watcher.source.name, Stood(source=watcher.source.name))
            row = self._look(watcher, before)
            if row is not None:
                rows.append(row)
        if rows:
            await self._keep(rows)
        return False

    def _look(self, watcher: Watcher, before: Stood) -> dict[str, Any] | None:
        """The row to keep; None if nothing is worth a write."""
        now, standing = self._clock(), watcher.standing
        rhythm = self._rhythms[watcher.source.name]
        alarm = alarm_of(
            standing, before, rhythm, poll_seconds=watcher.source.poll_seconds, started=self._started, now=now
        )
        if alarm != before.alarm:
            log = _log.warning if alarm else _log.info
            log("alarm" if alarm else "alarm over", source=before.source, alarm=alarm or before.alarm)
        elif before.checked_at and now - before.checked_at < _KEPT_EVERY and standing.state == before.state:
            return None
        return {
            "source": before.source,
            "state": standing.state.value,
            "trouble": standing.trouble,
            "good_at": standing.good_at or before.good_at,
            "new_at": standing.new_at or before.new_at,
            "alarm": alarm.value,
            "alarm_at": before.alarm_at if alarm == before.alarm else now if alarm else before.alarm_at,
            "checked_at": now,
        }

    async def _keep(self, rows: Sequence[dict[str, Any]]) -> None:
        insert = self._database.insert(standings)
        kept = {name: insert.excluded[name] for name in rows[0] if name != "source"}
        async with self._database.write() as connection:
            await connection.execute(
                insert.on_conflict_do_update(index_elements=[standings.c.source], set_=kept), list(rows)
            )


async def read_standings(database: Database) -> list[Stood]:
    """How every source stood when it was looked at last."""
    async with database.read() as connection:
        rows = await connection.execute(select(*_COLUMNS).order_by(standings.c.source))
        return [Stood(**row) for row in rows.mappings()]


async def say_told(database: Database, one: Stood, now: datetime, *, told: bool = True) -> bool:
    """Note that the operator is told of the alarm of a standing, or of its end; False where another process was first.

    `told` False takes it back: the message did not go out.
    """
    before, after = (one.told, one.alarm) if told else (one.alarm, one.told)
    here = update(standings).where(standings.c.source == one.source, standings.c.told == before)
    async with database.write() as connection:
        changed = await connection.execute(here.values(told=after, told_at=now))
    return changed.rowcount == 1
