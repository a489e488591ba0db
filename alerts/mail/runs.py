"""The runs that make digests: what was held for an address since its last one becomes one mail, once.

In one transaction a run is written down with its range, the rows it tells of are marked as carried by its mail, the
mail is owed, and the moment of the next run is set. A kill leaves all of it or nothing; two processes lock the
addresses they work on. What a mail named that is in doubt, or was refused, is taken over by the next one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, and_, bindparam, exists, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.format import zone_of
from alerts.mail.muted import muted_rows
from alerts.mail.run import DIGEST_PRIORITY, WEEK, HeldRow, Made, Run, mail_row, quiet_week, run_rows, slots_of
from alerts.mail.tables import Frequency, digest_runs, mail_settings
from alerts.muting import Muting
from alerts.tables import Standing, State, outbox, subscribers
from alerts.timing import Mode, next_slot
from watchers.store import Store
from watchers.tables import tenders

__all__ = ["DigestRuns"]

log = structlog.get_logger(__name__)

_PEOPLE = 100  # in one transaction
_held = outbox.c.state == text("'held'")
_COLUMNS = (*(outbox.c[name] for name in HeldRow.__struct_fields__[:6]), tenders.c.weight, tenders.c.buyer_id)
_carry = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state=State.CARRIED.value, carried_by=bindparam("mail"), finished_at=bindparam("at"))
)


class DigestRuns:
    """Makes what is due. `do_one` in a loop; several processes may."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._database = store.database
        self._clock = clock
        self._muting = Muting(store)

    async def do_one(self) -> bool:
        """Make the runs of some addresses; False if none is due."""
        now = self._clock()
        async with self._database.write() as connection:
            people = await self._due(connection, now)
            if not people:
                return False
            runs = await self._runs(connection, people, now)
            await self._write(connection, runs, now)
        late = sum(len(run.slots) - 1 for run in runs)
        log.info("digests made", runs=len(runs), mails=sum(run.mails for run in runs), missed=late)
        return True

    async def _due(self, connection: AsyncConnection, now: datetime) -> Sequence[Row[Any]]:
        wanted = (mail_settings, subscribers.c.zone, subscribers.c.digest_at)
        query = select(*wanted).join(subscribers, subscribers.c.id == mail_settings.c.subscriber_id)
        query = query.where(mail_settings.c.next_at <= now, subscribers.c.state == Standing.ACTIVE)
        query = query.order_by(mail_settings.c.next_at, mail_settings.c.subscriber_id).limit(_PEOPLE)
        return (await connection.execute(query.with_for_update(skip_locked=True))).all()

    async def _runs(self, connection: AsyncConnection, people: Sequence[Row[Any]], now: datetime) -> list[Run]:
        ids = [one.subscriber_id for one in people]
        rows = await self._rows(connection, ids)
        rows = await self._wanted(connection, rows, now)
        doubtful = await self._doubtful(connection, ids)
        made = await self._made(connection, ids, now)
        runs = []
        for one in people:
            slots = slots_of(one, now)
            today = slots[-1].astimezone(zone_of(one.zone)).date()
            if (today, one.frequency) in {(run.run_date, run.kind) for run in made[one.subscriber_id]}:
                slots = []  # its mail of this day is made: what came since waits for the next
            theirs, lost = (rows[one.subscriber_id], doubtful[one.subscriber_id]) if slots else ([], [])
            quiet = one.all_quiet and quiet_week(one, today, made[one.subscriber_id])
            kind = Frequency(one.frequency)
            runs.append(
                Run(one.subscriber_id, kind, slots, one.zone, one.covered_until, theirs, lost, bool(slots) and quiet)
            )
        return runs

    async def _rows(self, connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[HeldRow]]:
        mine = and_(_held, self._database.among(outbox.c.subscriber_id, ids))
        query = select(*_COLUMNS).join(tenders, tenders.c.id == outbox.c.tender_id).where(mine)
        found: dict[int, list[HeldRow]] = defaultdict(list)
        for row in await connection.execute(query.order_by(outbox.c.id).with_for_update(of=outbox)):
            found[row.subscriber_id].append(HeldRow(*row))
        return found

    async def _wanted(
        self, connection: AsyncConnection, rows: dict[int, list[HeldRow]], now: datetime
    ) -> dict[int, list[HeldRow]]:
        """Without what the chats muted whose filters these rows are of."""
        everything = [row for theirs in rows.values() for row in theirs]
        muted = await muted_rows(self._muting, connection, everything, now)
        for id_, why in muted.items():
            skip = {"state": State.SKIPPED.value, "answer": f"muted: {why}", "finished_at": now}
            await connection.execute(update(outbox).where(outbox.c.id == id_).values(skip))
        left: dict[int, list[HeldRow]] = defaultdict(list)
        left |= {who: [row for row in theirs if row.id not in muted] for who, theirs in rows.items()}
        return left

    async def _doubtful(self, connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[int]]:
        """Digests that may not have arrived, or were refused for what they were: their rows are told again."""
        lost = outbox.c.state.in_([State.UNCERTAIN, State.FAILED])
        mine = self._database.among(outbox.c.subscriber_id, ids)
        named = outbox.alias()
        query = select(outbox.c.subscriber_id, outbox.c.id).where(
            mine, lost, outbox.c.priority == DIGEST_PRIORITY, outbox.c.carried_by.is_(None),
            exists().where(named.c.carried_by == outbox.c.id),
        )  # fmt: skip
        found: dict[int, list[int]] = defaultdict(list)
        for subscriber_id, id_ in await connection.execute(query.with_for_update()):
            found[subscriber_id].append(id_)
        return found

    async def _made(self, connection: AsyncConnection, ids: Sequence[int], now: datetime) -> dict[int, list[Made]]:
        """The runs of the last days: their day and kind, and what came of them."""
        mine = self._database.among(digest_runs.c.subscriber_id, ids)
        recent = digest_runs.c.run_date >= (now - WEEK).date() - timedelta(days=1)
        query = select(
            digest_runs.c.subscriber_id, digest_runs.c.run_date, digest_runs.c.kind, digest_runs.c.outcome
        ).where(mine, recent)
        found: dict[int, list[Made]] = defaultdict(list)
        for row in await connection.execute(query):
            found[row.subscriber_id].append(Made(row.run_date, row.kind, row.outcome))
        return found

    async def _write(self, connection: AsyncConnection, runs: Sequence[Run], now: datetime) -> None:
        making = [run for run in runs if run.slots]
        run_ids = await self._database.reserve_ids(connection, digest_runs, sum(len(run.slots) for run in making))
        mailing = [run for run in making if run.mails]
        mail_ids = await self._database.reserve_ids(connection, outbox, len(mailing))
        mail_of = dict(zip((run.subscriber_id for run in mailing), mail_ids, strict=True))
        ids = iter(run_ids)
        written, mails = [], []
        for run in making:
            mail = mail_of.get(run.subscriber_id)
            lines = run_rows(run, [next(ids) for _ in run.slots], mail, now)
            written += lines
            mails += [mail_row(run, mail, lines[-1]["id"], now)] if mail is not None else []
        if written:
            await connection.execute(digest_runs.insert(), written)
        if mails:
            await connection.execute(outbox.insert(), mails)
        carried = [
            {"row": row.id, "mail": mail_of[run.subscriber_id], "at": now} for run in mailing for row in run.rows
        ]
        if carried:
            await connection.execute(_carry, carried)
        for run in mailing:
            if run.doubtful:
                taken = or_(outbox.c.id.in_(run.doubtful), outbox.c.carried_by.in_(run.doubtful))
                change = update(outbox).where(taken).values(carried_by=mail_of[run.subscriber_id])
                await connection.execute(change)
        await self._move_on(connection, runs, now)

    async def _move_on(self, connection: AsyncConnection, runs: Sequence[Run], now: datetime) -> None:
        query = select(subscribers.c.id, subscribers.c.zone, subscribers.c.digest_at).where(
            self._database.among(subscribers.c.id, [run.subscriber_id for run in runs])
        )
        people = {row.id: row for row in await connection.execute(query)}
        moved = (
            update(mail_settings)
            .where(mail_settings.c.subscriber_id == bindparam("who"))
            .values(next_at=bindparam("next"), covered_until=bindparam("until"))
        )
        values = []
        for run in runs:
            person = people[run.subscriber_id]
            slot = next_slot(Mode(run.kind), now, person.zone, person.digest_at)
            values.append({"who": run.subscriber_id, "next": slot, "until": now if run.slots else run.range_from})
        await connection.execute(moved, values)
