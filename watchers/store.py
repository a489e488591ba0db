"""What was read and what was found, kept: one transaction a batch, nothing overwritten, the same content stored once.

Reading is in `watchers.reading`; both sides are methods of one `Store`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Insert, Table, bindparam, case, delete, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from watchers.base_rates import keep_answers
from watchers.changes import View, view_of
from watchers.database import Database, clean
from watchers.encoding import Encoded, Judged, encode, heard
from watchers.history.keeping import keep
from watchers.holders import Holders
from watchers.indicators.base import Status
from watchers.intake import Intake, set_aside_row, take_in
from watchers.memory import StoredMemory, keep_notes
from watchers.reading import Reading, StoredEvent, StoredSnapshot, StoredTender, in_parts
from watchers.sources.base import Batch
from watchers.tables import buyers, cursors, events, findings, raw_answers, set_aside, snapshots, suppliers, tenders
from watchers.telling import Teller

__all__ = [
    "Judged", "Saved", "Store", "StoreError", "StoredEvent", "StoredSnapshot", "StoredTender",
    "buyers", "cursors", "events", "findings", "raw_answers", "set_aside", "snapshots", "tenders",
]  # fmt: skip

_DEADLOCK = "40P01"  # PostgreSQL
_ATTEMPTS = 5
"""How often a batch is worked out anew because another source told of the same processes meanwhile."""
SET_ASIDE_KEPT = 10_000
"""Records set aside that are kept of a source, the newest: a publisher gone wrong must not fill the disk."""


class StoreError(Exception):
    """A batch could not be saved: nothing of it was, and the cursor stands. Raised by `Store.save`."""


class Saved(msgspec.Struct, frozen=True):
    """How many of a batch were what. `changed` counts snapshots after a process's first."""

    new: int
    changed: int
    unchanged: int
    set_aside: int
    flags: int
    events: int


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store(Reading):
    """The tables of `watchers`, written by one batch at a time a source and read by everyone.

    `clock` gives the moment a thing was seen, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = _utc_now) -> None:
        super().__init__(database)
        self._clock = clock
        self._holders = Holders(database)
        self._keep_buyer, self._keep_supplier = (_keep_body(database, table) for table in (buyers, suppliers))

    def memory(self, source: str) -> StoredMemory:
        """What a source remembers beside its cursor."""
        return StoredMemory(self.database, source)

    async def save(
        self,
        source: str,
        batch: Batch,
        judged: Sequence[Judged],
        *,
        cursor: str,
        rank: int = 0,
        place: str = "",
        old: bool = False,
    ) -> Saved:
        """Store what is new of a batch, its events, what it set aside and the cursor, all or nothing.

        `judged` are the batch's records in the order they were read. `rank`: how much the source knows compared with
        others that tell of the same processes. `place`: what the cursor is kept under, if not the source's name.
        `old`: that a process not known before was published is no news to tell anybody. Raises StoreError: disk full,
        database locked or gone.
        """
        try:
            return await self._save(Teller(source, rank, old), batch, judged, (place or source, cursor))
        except (SQLAlchemyError, OSError) as error:
            cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
            raise StoreError(
                f"store: {len(judged)} records of {source} were not saved ({_first_line(cause)}): "
                "free disk space or mend the database; the batch is read again from the same cursor"
            ) from error

    async def _save(self, teller: Teller, batch: Batch, judged: Sequence[Judged], cursor: tuple[str, str]) -> Saved:
        now = self._clock()
        encoded, unusable = await asyncio.to_thread(encode, judged)
        for left in reversed(range(_ATTEMPTS)):
            try:
                intake = await self._work_out(teller, encoded, now)
                aside = [set_aside_row(teller.name, one, now) for one in (*batch.rejected, *unusable, *intake.rejected)]
                async with self.database.write() as connection:
                    await self._write(connection, teller.name, intake)
                    await self._keep_aside(connection, teller.name, aside)
                    await keep_notes(connection, self.database, teller.name, batch.notes, now)
                    await self._move_cursor(connection, *cursor, now)
                return _counted(len(encoded) - len(intake.rejected), len(aside), intake)
            except DBAPIError as error:
                if not left or not _lost_a_race(error):
                    raise
        raise AssertionError  # the last attempt returns or raises

    async def _work_out(self, teller: Teller, encoded: Sequence[Encoded], now: datetime) -> Intake:
        """What of a batch is news, compared with what is stored at this moment."""
        async with self.database.read() as connection:
            ocids = {clean(one.judged.record.release.ocid) for one in encoded}
            known = await self._holders.known(connection, teller, ocids, now)
            views = await self._views(connection, heard(teller, encoded, known))
        return await asyncio.to_thread(take_in, teller, encoded, known, views, now)

    async def _views(self, connection: AsyncConnection, ocids: Mapping[int, str]) -> dict[str, View]:
        """What these snapshots said, by the ocid given for each snapshot id."""
        stored = await self.read_snapshots(connection, ocids)
        return {ocids[key]: view_of(snapshot.release, snapshot.findings) for key, snapshot in stored.items()}

    async def _write(self, connection: AsyncConnection, source: str, intake: Intake) -> None:
        if not intake.snapshots:
            return
        raw_ids = await self._keep_raw(connection, source, intake.raw_answers)
        await self._fill_keys(connection, intake, raw_ids)
        new = sorted((one.row for one in intake.tenders if one.new), key=itemgetter("ocid"))  # one order: no deadlock
        changed = sorted(
            (one.row | {"key": one.row["id"]} for one in intake.tenders if not one.new), key=itemgetter("key")
        )
        for statement, rows in (
            (tenders.insert(), new),
            (_renew_tender, changed),
            (snapshots.insert(), [one.row for one in intake.snapshots]),
            (findings.insert(), [row for one in intake.snapshots for row in one.findings]),
            (events.insert(), [row for one in intake.snapshots for row in one.events]),
            (self._keep_supplier, sorted(intake.suppliers.values(), key=itemgetter("id"))),
            (self._keep_buyer, sorted(intake.buyers.values(), key=itemgetter("id"))),  # one order: no deadlock
        ):
            if rows:
                await connection.execute(statement, rows)
        await self._keep_history(connection, intake)
        await keep_answers(connection, self.database, intake.answers)

    async def _keep_history(self, connection: AsyncConnection, intake: Intake) -> None:
        """In the order read, so that the newest state of a process is the one that is kept."""
        rows = {one.tender.ocid: one.history for one in intake.snapshots}
        terms = [(one.row["id"], one.history.terms) for one in intake.snapshots if one.history.terms is not None]
        contacts = [contact for one in intake.snapshots for contact in one.history.contacts]
        await keep(self.database, connection, rows, terms, contacts)

    async def _keep_raw(
        self, connection: AsyncConnection, source: str, answers: Mapping[str, dict[str, Any]]
    ) -> dict[str, int]:
        """Keys of raw answers by SHA-256; one that is stored already is not stored again."""
        insert = self.database.insert(raw_answers).on_conflict_do_nothing()
        await connection.execute(insert, list(answers.values()))
        keys: dict[str, int] = {}
        for part in in_parts(answers):
            found = select(raw_answers.c.sha256, raw_answers.c.id).where(
                raw_answers.c.source == source, raw_answers.c.sha256.in_(part)
            )
            keys.update((row.sha256, row.id) for row in await connection.execute(found))
        return keys

    async def _fill_keys(self, connection: AsyncConnection, intake: Intake, raw_ids: Mapping[str, int]) -> None:
        new = [tender for tender in intake.tenders if tender.new]
        for tender, key in zip(new, await self.database.reserve_ids(connection, tenders, len(new)), strict=True):
            tender.id = key
        keys = await self.database.reserve_ids(connection, snapshots, len(intake.snapshots))
        for snapshot, key in zip(intake.snapshots, keys, strict=True):
            tender = snapshot.tender
            snapshot.row |= {"id": key, "tender_id": tender.id, "raw_id": raw_ids[snapshot.raw_sha256]}
            tender.row |= {"id": tender.id, "snapshot_id": key}  # the last of a tender is its newest
            for finding in snapshot.findings:
                finding["snapshot_id"] = key
            for event in snapshot.events:
                event |= {"snapshot_id": key, "tender_id": tender.id}

    async def _keep_aside(self, connection: AsyncConnection, source: str, rows: Sequence[dict[str, Any]]) -> None:
        if not rows:
            return
        await connection.execute(self.database.insert(set_aside).on_conflict_do_nothing(), rows)
        mine = set_aside.c.source == source
        oldest_kept = select(set_aside.c.id).where(mine).order_by(set_aside.c.id.desc()).offset(SET_ASIDE_KEPT - 1)
        oldest = oldest_kept.limit(1).scalar_subquery()
        await connection.execute(delete(set_aside).where(mine, set_aside.c.id < oldest))

    async def _move_cursor(self, connection: AsyncConnection, place: str, cursor: str, now: datetime) -> None:
        row = {"source": place, "cursor": clean(cursor), "moved_at": now, "polled_at": now}
        insert = self.database.insert(cursors).values(row)
        stands = cursors.c.cursor == insert.excluded.cursor
        moved_at = case((stands, cursors.c.moved_at), else_=insert.excluded.moved_at)
        kept = {"cursor": insert.excluded.cursor, "moved_at": moved_at, "polled_at": now}
        await connection.execute(insert.on_conflict_do_update(index_elements=[cursors.c.source], set_=kept))


_RENEWED = (
    "source", "rank", "snapshot_id", "title", "buyer_id", "buyer_name", "region", "amount", "currency", "published_at",
    "closes_at", "weight", "changed_at",
)  # fmt: skip
_renew_tender = (
    update(tenders).where(tenders.c.id == bindparam("key")).values({name: bindparam(name) for name in _RENEWED})
)


def _keep_body(database: Database, table: Table) -> Insert:
    """A buyer or a supplier, by the name that was written last."""
    insert = database.insert(table)
    newest = {name: insert.excluded[name] for name in ("name", "search", "seen_at")}
    return insert.on_conflict_do_update(index_elements=[table.c.id], set_=newest)


def _lost_a_race(error: DBAPIError) -> bool:
    """Whether another source wrote of the same processes meanwhile: reading again and computing anew will do."""
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) == _DEADLOCK


def _first_line(cause: BaseException) -> str:
    return str(cause).strip().partition("\n")[0] or type(cause).__name__


def _counted(usable: int, aside: int, intake: Intake) -> Saved:
    new = sum(1 for tender in intake.tenders if tender.new)
    stored = len(intake.snapshots)
    return Saved(
        new=new,
        changed=stored - new,
        unchanged=usable - stored,
        set_aside=aside,
        flags=sum(row["status"] == Status.FIRED for one in intake.snapshots for row in one.findings),
        events=sum(len(one.events) for one in intake.snapshots),
    )
