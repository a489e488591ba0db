"""Fixtures of the alerts: a store with tenders about invented buyers, subscribers, an outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from alerts.filters import Criteria
from alerts.outbox import Debt, Outbox
from alerts.subscriptions import Subscriptions
from alerts.tables import outbox as outbox_table
from watchers.database import Database
from watchers.indicators.base import Family, Finding, Status, Subject, Tier
from watchers.ocds import Classification, Identifier, Item, Organization, Release, Tender, Value
from watchers.store import Store
from watchers.tables import events, findings, snapshots, tenders


def flag(code: str = "R003", weight: int = 4, tier: Tier = Tier.A) -> Finding:
    """A fired finding."""
    return Finding(
        ocid="ocds-x-1", indicator=code, version=1, status=Status.FIRED, subject=Subject("process", "ocds-x-1"),
        tier=tier, weight=weight, family=Family.TERMS, value=3,
    )  # fmt: skip


def roof_repair(
    amount: int = 48_200_000, bin_: str = "000000000001", published: str = "2026-11-22T08:00:00Z"
) -> Release:
    """The tender of the card in every manual: a school's roof."""
    buyer = Organization(id=bin_, name="Алғабас білім бөлімі", identifier=Identifier(id=bin_, scheme="KZ-BIN"))
    roof = Item(id="1", classification=Classification(id="439110.000.000000", scheme="ENSTRU"))
    tender = Tender(
        title="Ремонт кровли школы № 12", value=Value.of(amount, "KZT"), items=(roof,), date_published=published
    )  # fmt: skip
    return Release(ocid="ocds-x-1", buyer=buyer, tender=tender)


class World:
    """What a test needs of the lower floors, made with as few words as possible."""

    def __init__(self, database: Database, clock: Any) -> None:
        self.database = database
        self.clock = clock
        self.store = Store(database, clock)
        self.subscriptions = Subscriptions(database, clock, limit=5)
        self.outbox = Outbox(database, clock)
        self._ids = 0
        self._sequence: dict[int, int] = {}

    async def person(self, address: str = "1", *filters: Criteria) -> int:
        """A subscriber with these filters; returns the id."""
        found = await self.subscriptions.get_or_create("telegram", address, "ru")
        for criteria in filters:
            await self.subscriptions.add(found.id, criteria)
        return found.id

    async def tender(self) -> int:
        """A tender without a snapshot's content; returns the id (of both)."""
        return await self.happen(kind=None)

    async def happen(
        self,
        kind: str | None = "published",
        release: Release | None = None,
        flags: Sequence[Finding] = (),
        tender_id: int | None = None,
    ) -> int:
        """A new snapshot, of a new tender or of one at hand, and its event; returns the tender's id."""
        self._ids += 1
        now, id_ = self.clock(), tender_id or self._ids
        number = self._sequence[id_] = self._sequence.get(id_, 0) + 1
        snapshot = self._ids
        body = msgspec.json.encode(release or Release(ocid=f"ocds-x-{id_}"))
        async with self.database.write() as connection:
            if tender_id is None:
                row = {"id": id_, "source": "test", "ocid": f"ocds-x-{id_}", "snapshot_id": snapshot}
                await connection.execute(tenders.insert().values(**row, seen_at=now, changed_at=now))
            row = {"id": snapshot, "tender_id": id_, "sequence": number, "sha256": "", "release": body}
            await connection.execute(snapshots.insert().values(**row, seen_at=now))
            for one in flags:
                row = {"snapshot_id": snapshot, "indicator": one.indicator, "version": 1, "status": one.status.value}
                row |= {"tier": one.tier.value, "weight": one.weight, "finding": msgspec.to_builtins(one)}
                await connection.execute(findings.insert().values(**row))
            if kind is not None:
                row = {"tender_id": id_, "snapshot_id": snapshot, "kind": kind, "detail": {}, "happened_at": now}
                await connection.execute(events.insert().values(**row))
        return id_

    async def owe(
        self,
        subscriber_id: int,
        *,
        tender: int | None = None,
        minutes: int = 0,
        priority: int = 30,
        event: str = "published",
    ) -> int:
        """One message owed about a tender (a new one if none is named), published so many minutes from now."""
        tender = tender or await self.tender()
        moment = self.clock() + timedelta(minutes=minutes)
        async with self.database.write() as connection:
            await self.outbox.owe(connection, [Debt(subscriber_id, tender, None, event, (), priority, moment)])
        return max(row.id for row in await self.rows())

    async def rows(self) -> list[Any]:
        """The whole outbox by id."""
        async with self.database.read() as connection:
            return list(await connection.execute(outbox_table.select().order_by(outbox_table.c.id)))

    async def states(self) -> list[str]:
        """The states of the whole outbox by id."""
        return [row.state for row in await self.rows()]


@pytest.fixture
def world(database: Database, clock: Any) -> World:
    return World(database, clock)


@pytest.fixture
def now(clock: Any) -> datetime:
    return clock()
