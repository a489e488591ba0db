"""What somebody asked for about when they are told: quiet hours, alerts a day, digest time, snooze, mutes.

Every change looks again at what is owed and not on its way, in its own transaction: what is wanted counts from the
next message on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.tables import State, mutes, outbox, subscribers
from watchers.database import Database

__all__ = ["MOST_MUTES", "Mute", "MuteKind", "Preferences", "Wishes"]

MOST_MUTES = 100


class MuteKind(StrEnum):
    """What can be muted."""

    BUYER = "buyer"
    CATEGORY = "category"
    INDICATOR = "indicator"


class Mute(msgspec.Struct, frozen=True):
    """Something a subscriber hears nothing of until a moment (UTC)."""

    id: int
    kind: MuteKind
    value: str
    until: datetime


class Wishes(msgspec.Struct, frozen=True):
    """A subscriber's settings. Minutes count from midnight in their zone; `per_day` None: as configured, 0: any.

    `short`: alerts name their flags only. `news`: the operator may write to them.
    """

    zone: str
    quiet_from: int | None
    quiet_until: int | None
    per_day: int | None
    digest_at: int
    snoozed_until: datetime | None
    short: bool = False
    news: bool = False

    @property
    def quiet(self) -> tuple[int, int] | None:
        """The quiet hours; None without."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        return self.quiet_from, self.quiet_until


_COLUMNS = tuple(subscribers.c[name] for name in Wishes.__struct_fields__)


class Preferences:
    """The settings and mutes of all subscribers of a database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def wishes(self, subscriber_id: int) -> Wishes:
        """What a subscriber asked for. Raises LookupError for nobody."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(*_COLUMNS).where(subscribers.c.id == subscriber_id))).one_or_none()
        if row is None:
            raise LookupError(f"preferences: there is no subscriber {subscriber_id}")
        return Wishes(*row)

    async def set_quiet(self, subscriber_id: int, quiet: tuple[int, int] | None) -> None:
        """Quiet from, until (minutes after midnight, over midnight too); None for no quiet hours."""
        start, end = quiet or (None, None)
        await self._set(subscriber_id, {"quiet_from": start, "quiet_until": end}, waiting="quiet")

    async def set_per_day(self, subscriber_id: int, per_day: int | None) -> None:
        """At most so many alerts at once in a day; 0 for any number, None for what is configured."""
        await self._set(subscriber_id, {"per_day": per_day}, waiting="limit")

    async def set_digest_at(self, subscriber_id: int, minutes: int) -> None:
        """When lists come, in minutes after midnight. What waits already comes at the moment it was promised."""
        await self._set(subscriber_id, {"digest_at": minutes})

    async def set_zone(self, subscriber_id: int, zone: str) -> None:
        """Times count in this zone of the IANA database from now on."""
        await self._set(subscriber_id, {"zone": zone}, waiting="quiet")

    async def set_short(self, subscriber_id: int, short: bool) -> None:
        """Alerts name their flags only, from the next one on; or tell their numbers again."""
        await self._set(subscriber_id, {"short": short})

    async def set_news(self, subscriber_id: int, news: bool) -> None:
        """Whether the operator may write to them."""
        await self._set(subscriber_id, {"news": news})

    async def snooze(self, subscriber_id: int, until: datetime | None) -> None:
        """Nothing comes before `until`; None: from now on alerts come again, what waited as one list."""
        waiting = "snooze" if until is None else ""
        await self._set(subscriber_id, {"snoozed_until": until}, waiting=waiting, stop=until is not None)

    async def _set(self, subscriber_id: int, values: dict[str, Any], *, waiting: str = "", stop: bool = False) -> None:
        """Write settings; what waits for a reason that may be gone is decided anew, and, with `stop`, what is due."""
        now = self._clock()
        mine = outbox.c.subscriber_id == subscriber_id
        async with self._database.write() as connection:
            change = update(subscribers).where(subscribers.c.id == subscriber_id)
            await connection.execute(change.values(**values, changed_at=now))
            if waiting:
                held = and_(mine, outbox.c.state == State.HELD, outbox.c.held_for == waiting)
                await connection.execute(update(outbox).where(held).values(due_at=now))
            if stop:
                await _hold_again(connection, mine)

    async def mute(self, subscriber_id: int, kind: MuteKind, value: str, *, days: int) -> Mute | None:
        """Hear nothing of it for so many days, from now; None where there are `MOST_MUTES` already."""
        now = self._clock()
        until = now + timedelta(days=days)
        row = {"subscriber_id": subscriber_id, "kind": kind.value, "value": value, "until": until}
        longer = self._database.insert(mutes).values(row)
        longer = longer.on_conflict_do_update(index_elements=["subscriber_id", "kind", "value"], set_={"until": until})
        async with self._database.write() as connection:
            over = and_(mutes.c.subscriber_id == subscriber_id, mutes.c.until <= now)
            await connection.execute(delete(mutes).where(over))
            # The subscriber's row is locked, so that two at once cannot both take the last place.
            await connection.execute(
                select(subscribers.c.id).where(subscribers.c.id == subscriber_id).with_for_update()
            )
            kept = list(await connection.execute(select(mutes).where(mutes.c.subscriber_id == subscriber_id)))
            if len(kept) >= MOST_MUTES and all((one.kind, one.value) != (kind.value, value) for one in kept):
                return None
            id_ = (await connection.execute(longer.returning(mutes.c.id))).scalar_one()
            await _hold_again(connection, outbox.c.subscriber_id == subscriber_id)
        return Mute(id_, kind, value, until)

    async def unmute(self, subscriber_id: int, mute_id: int) -> Mute | None:
        """Hear of it again; None where there is no such mute of theirs. What was skipped meanwhile stays so."""
        mine = and_(mutes.c.id == mute_id, mutes.c.subscriber_id == subscriber_id)
        async with self._database.write() as connection:
            row = (await connection.execute(delete(mutes).where(mine).returning(mutes))).one_or_none()
        return None if row is None else Mute(row.id, MuteKind(row.kind), row.value, row.until)

    async def mutes(self, subscriber_id: int) -> list[Mute]:
        """What is muted now, what ends first first."""
        now = self._clock()
        mine = and_(mutes.c.subscriber_id == subscriber_id, mutes.c.until > now)
        async with self._database.read() as connection:
            rows = (await connection.execute(select(mutes).where(mine).order_by(mutes.c.until, mutes.c.id))).all()
        return [Mute(row.id, MuteKind(row.kind), row.value, row.until) for row in rows]


async def _hold_again(connection: AsyncConnection, mine: ColumnElement[bool]) -> None:
    """Alerts that are due and not on their way are decided anew, and no longer count in the day's limit."""
    due = and_(mine, outbox.c.state == State.DUE, outbox.c.tender_id.is_not(None))
    await connection.execute(update(outbox).where(due).values(state=State.HELD, released_at=None))
