"""How long a tip is kept: by its state, with a warning before and grace for who wrote lately; a legal hold stops it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, text, update

from bot.config_sections import Tips as Settings
from bot.tips.audit import write_audit
from bot.tips.desk import Desk, Tip, read_tip
from bot.tips.drafts import hour
from bot.tips.news import News, Said, add_news
from bot.tips.roles import Act
from bot.tips.states import State
from bot.tips.tables import tip_messages, tip_part_keys, tip_parts, tip_routes, tip_senders, tips

__all__ = ["Retention"]


class Retention:
    """Warns and erases tips whose time is over."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk = desk
        self._settings = settings

    def erased_at(self, tip: Tip) -> datetime | None:
        """When a tip is erased if nothing happens; None: not while it is so (a hold; with an authority)."""
        kept = self._kept(tip.state)
        if tip.held or kept is None:
            return None
        return max(tip.changed_at + kept, tip.heard_at + timedelta(days=self._settings.grace_days))

    def _kept(self, state: State) -> timedelta | None:
        days = {
            State.RECEIVED: self._settings.received_days,
            State.AUTHORITY: None,
            State.CLOSED: self._settings.closed_days,
            State.DECLINED: self._settings.declined_days,
            State.MERGED: self._settings.closed_days,
        }.get(state, self._settings.open_days)
        return timedelta(days=days) if days is not None else None

    async def run(self) -> int:
        """Warn those that are erased soon, erase those whose time is over; returns how many were erased.

        A tip is never erased without its warning having stood for `warn_days`, unless that is 0.
        """
        now = self._desk.clock()
        ahead = timedelta(days=self._settings.warn_days)
        gone: list[Tip] = []
        for tip in await self._all():
            ends = self.erased_at(tip)
            if ends is None or ends - ahead > now:
                continue
            if ahead and tip.warned_at is None:
                await self._warn(tip, max(ends, now + ahead))
            elif ends <= now and (tip.warned_at is None or tip.warned_at + ahead <= now):
                gone.append(tip)
        if gone:
            await self._erase(gone)
        return len(gone)

    async def _all(self) -> list[Tip]:
        async with self._desk.database.read() as connection:
            return [read_tip(row) for row in (await connection.execute(select(tips))).all()]

    async def _warn(self, tip: Tip, ends: datetime) -> None:
        now = self._desk.clock()
        async with self._desk.database.write() as connection:
            await connection.execute(update(tips).where(tips.c.id == tip.id).values(warned_at=hour(now)))
            await add_news(connection, tip, News(Said.WARNING, ends.date().isoformat()), now)
            await write_audit(connection, now, "server", Act.WARN, tip.ref)

    async def _erase(self, gone: list[Tip]) -> None:
        ids = [tip.id for tip in gone]
        async with self._desk.database.write() as connection:
            parts = select(tip_parts.c.id).where(tip_parts.c.tip_id.in_(ids))
            await connection.execute(delete(tip_part_keys).where(tip_part_keys.c.part_id.in_(parts)))
            for table in (tip_parts, tip_messages, tip_routes, tip_senders):
                await connection.execute(delete(table).where(table.c.tip_id.in_(ids)))
            await connection.execute(update(tips).where(tips.c.merged_into.in_(ids)).values(merged_into=None))
            await connection.execute(delete(tips).where(tips.c.id.in_(ids)))
            for tip in gone:
                await write_audit(connection, self._desk.clock(), "server", Act.ERASE, tip.ref, detail=tip.state)
        await self.wipe()

    async def wipe(self) -> None:
        """Take what was deleted out of the files too, as far as the database lets us.

        SQLite: the log is written back and cut to nothing (deleted content is zeroes in the file already). PostgreSQL:
        dead rows of these tables are vacuumed; its own log and backups are beyond us.
        """
        database = self._desk.database
        if database.dialect == "sqlite":
            async with database.engine.connect() as connection:
                await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            return
        names = ", ".join(
            table.name for table in (tip_parts, tip_part_keys, tip_messages, tip_routes, tip_senders, tips)
        )
        async with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text(f"VACUUM {names}"))
