"""From a run to its edition: what its mail carries is read for many digests at once, each snapshot once."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from sqlalchemy import Row, and_, select

from alerts.changes import Changes
from alerts.filters import Criteria
from alerts.filters.label import label
from alerts.filters.written import written
from alerts.mail.run import Outcome
from alerts.mail.tables import Attach, Frequency, digest_runs, mail_links, mail_settings
from alerts.outbox import Event, Owed
from alerts.render.card import TenderCard
from alerts.render.digest.edition import Doubt, Edition, Entry, Links, Week
from alerts.since import changes_since
from alerts.tables import State, outbox, subscriptions
from alerts.told import told_to
from watchers.reading import in_parts
from watchers.store import Store

__all__ = ["Digests", "Kept"]

_KNOWN = timedelta(days=60)  # how far back runs are counted


class Kept(msgspec.Struct, frozen=True):
    """Everything of one run but its links."""

    edition: Edition
    run_id: int
    attach: Attach
    made_at: datetime


class Digests:
    """Reads editions. `prepare` for a batch, then `edition` for each of it."""

    KEPT = 2000

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._database = store.database
        self._clock = clock
        self._cards: OrderedDict[int, TenderCard] = OrderedDict()
        self._filters: dict[int, tuple[str, Criteria]] = {}
        self._labels: dict[tuple[int, str], str] = {}
        self._queries: dict[int, str] = {}
        self._ready: dict[int, Kept] = {}

    async def prepare(self, batch: Sequence[Owed]) -> None:
        """Read what these digests tell of, in few statements."""
        owed = [one for one in batch if one.event.startswith(f"{Event.DIGEST}:")]
        self._ready = {}
        if not owed:
            return
        runs = await self._runs([one.id for one in owed])
        carried = await self._carried([one.id for one in owed])
        people = [one.subscriber_id for one in owed]
        weeks = await self._weeks(people)
        settings = await self._settings(people)
        doubts = await self._doubts(people, runs)
        rows = [row for theirs in (*carried.values(), *doubts.values()) for row in theirs]
        await self._read_cards({row.snapshot_id for row in rows if row.snapshot_id is not None})
        await self._read_filters({id_ for theirs in carried.values() for row in theirs for id_ in row.matched})
        for one in owed:
            if one.id in runs:
                attach = settings.get(one.subscriber_id, Attach.NOTHING)
                week = weeks[one.subscriber_id]
                self._ready[one.id] = await self._kept(
                    one, runs[one.id], carried[one.id], doubts[one.subscriber_id], week, attach
                )

    async def edition(self, owed: Owed) -> Kept:
        """The edition of one row. Raises LookupError where its run is not known any more."""
        if owed.id not in self._ready:
            await self.prepare([owed])
        if owed.id not in self._ready:
            raise LookupError(f"digest {owed.id} belongs to no run")
        return self._ready[owed.id]

    async def _kept(  # noqa: PLR0917 - what was read
        self, owed: Owed, runs: Sequence[Row[Any]], rows: Sequence[Row[Any]], doubts: Sequence[Row[Any]],
        week: Week, attach: Attach,
    ) -> Kept:  # fmt: skip
        run = next(one for one in runs if one.outcome == Outcome.MAIL)
        entries = [await self._entry(owed, row, run.range_from) for row in rows if row.snapshot_id in self._cards]
        edition = Edition(
            language=owed.language, zone=owed.zone, now=run.made_at, run_date=run.run_date,
            weekly=run.kind == Frequency.WEEKLY, range_from=min(one.range_from for one in runs),
            entries=_once(entries), missed=tuple(one.run_date for one in runs if one.outcome == Outcome.LATE),
            doubts=tuple(Doubt(self._cards[one.snapshot_id], one.finished_at) for one in doubts
                         if one.snapshot_id in self._cards),
            week=_until(week, run.run_date), links=Links(),
        )  # fmt: skip
        return Kept(edition, run.id, attach, run.made_at)

    async def _entry(self, owed: Owed, row: Row[Any], range_from: datetime) -> Entry:
        card = self._cards[row.snapshot_id]
        changes = None
        if row.event.startswith(Event.CHANGED):
            changes = await self._changes(owed, row, card)
        elif row.event == Event.REANNOUNCED:
            changes = Changes(reannounced=True)
        return Entry(
            card=card,
            filters=tuple(self._name(id_, owed.language) for id_ in row.matched if id_ in self._filters),
            followed=not row.matched,
            query=next((self._queries[id_] for id_ in row.matched if id_ in self._queries), ""),
            changes=changes,
            raised=row.event.startswith(Event.FLAG_RAISED),
            again=row.finished_at is not None and row.finished_at <= range_from,
        )

    async def _changes(self, owed: Owed, row: Row[Any], card: TenderCard) -> Changes:
        told = await told_to(self._database, owed.subscriber_id, [card.tender_id])
        return await changes_since(self._store, told, owed.subscriber_id, (row.id, card.tender_id, card.snapshot_id))

    def _name(self, subscription_id: int, language: str) -> str:
        key = (subscription_id, language)
        if key not in self._labels:
            name, criteria = self._filters[subscription_id]
            self._labels[key] = name or label(criteria, language)
        return self._labels[key]

    async def _runs(self, mail_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
        query = select(digest_runs).where(self._database.among(digest_runs.c.outbox_id, mail_ids))
        found: dict[int, list[Row[Any]]] = defaultdict(list)
        async with self._database.read() as connection:
            for row in await connection.execute(query.order_by(digest_runs.c.range_from, digest_runs.c.id)):
                found[row.outbox_id].append(row)
        return found

    async def _carried(self, mail_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
        columns = (outbox.c[name] for name in ("id", "carried_by", "snapshot_id", "event", "matched", "finished_at"))
        query = select(*columns).where(
            self._database.among(outbox.c.carried_by, mail_ids), outbox.c.snapshot_id.is_not(None)
        )
        found: dict[int, list[Row[Any]]] = defaultdict(list)
        async with self._database.read() as connection:
            for row in await connection.execute(query.order_by(outbox.c.id)):
                found[row.carried_by].append(row)
        return found

    async def _weeks(self, people: Sequence[int]) -> dict[int, Week]:
        columns = (digest_runs.c.subscriber_id, digest_runs.c.run_date, digest_runs.c.flagged, digest_runs.c.serious)
        recent = digest_runs.c.run_date >= (self._clock() - _KNOWN).date()
        query = select(*columns).where(self._database.among(digest_runs.c.subscriber_id, people), recent)
        days: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
        async with self._database.read() as connection:
            for row in await connection.execute(query.order_by(digest_runs.c.run_date)):
                days[row.subscriber_id].append((row.run_date, row.flagged, row.serious))
        return defaultdict(Week, {who: Week(tuple(theirs)) for who, theirs in days.items()})

    async def _settings(self, people: Sequence[int]) -> dict[int, Attach]:
        query = select(mail_settings.c.subscriber_id, mail_settings.c.attach)
        query = query.where(self._database.among(mail_settings.c.subscriber_id, people))
        async with self._database.read() as connection:
            return {row.subscriber_id: Attach(row.attach) for row in await connection.execute(query)}

    async def _doubts(self, people: Sequence[int], runs: Mapping[int, Sequence[Row[Any]]]) -> dict[int, list[Row[Any]]]:
        """Chat messages in doubt, of the chats whose filters an address shares, of the range of its run."""
        ranges = {theirs[0].subscriber_id: (theirs[0].range_from, theirs[-1].range_until) for theirs in runs.values()}
        query = (
            select(mail_links.c.mail_id, outbox.c.snapshot_id, outbox.c.finished_at)
            .join(outbox, outbox.c.subscriber_id == mail_links.c.chat_id)
            .where(
                self._database.among(mail_links.c.mail_id, people),
                outbox.c.state == State.UNCERTAIN, outbox.c.snapshot_id.is_not(None),
            )
        )  # fmt: skip
        found: dict[int, list[Any]] = defaultdict(list)
        async with self._database.read() as connection:
            for row in await connection.execute(query.order_by(outbox.c.id)):
                begin, end = ranges.get(row.mail_id, (row.finished_at, row.finished_at))
                if begin < row.finished_at <= end:
                    found[row.mail_id].append(row)
        return found

    async def _read_cards(self, snapshot_ids: set[int]) -> None:
        missing = snapshot_ids - self._cards.keys()
        for part in in_parts(sorted(missing)):
            for snapshot in (await self._store.snapshots(part)).values():
                self._cards[snapshot.id] = TenderCard.of(snapshot)
        for id_ in snapshot_ids & self._cards.keys():
            self._cards.move_to_end(id_)
        while len(self._cards) > max(self.KEPT, len(snapshot_ids)):
            self._cards.popitem(last=False)

    async def _read_filters(self, ids: set[int]) -> None:
        query = select(subscriptions.c.id, subscriptions.c.name, subscriptions.c.criteria)
        self._labels, self._filters, self._queries = {}, {}, {}
        async with self._database.read() as connection:
            for part in in_parts(sorted(ids)):
                for row in await connection.execute(query.where(and_(self._database.among(subscriptions.c.id, part)))):
                    criteria = msgspec.convert(row.criteria or {}, Criteria)
                    self._filters[row.id] = (row.name, criteria)
                    self._queries[row.id] = urlencode(written(criteria))


def _once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Each purchase once: its newest row, and as news where one of its rows is."""
    found: dict[int, Entry] = {}
    for entry in entries:
        before = found.get(entry.card.tender_id)
        if before is not None and before.changes is None and entry.changes is not None:
            entry = msgspec.structs.replace(before, card=entry.card)  # noqa: PLW2901 - not known to be told of before
        found[entry.card.tender_id] = entry
    return tuple(found.values())


def _until(week: Week, day: date) -> Week:
    return Week(tuple(one for one in week.days if one[0] <= day))
