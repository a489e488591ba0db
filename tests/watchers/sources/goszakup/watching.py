"""A country, its portal on loopback, and a watcher over both whose clock is the country's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import func, select

from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.records import Tender
from bot.sandbox.goszakup.server import Goszakup as Portal
from tests.watchers.sources.polling import HASTE
from watchers.database import Database
from watchers.indicators.base import Finding
from watchers.ocds import Release
from watchers.poll import Watcher
from watchers.sources.base import SourceError, open_source
from watchers.sources.goszakup.identity import ocid_of
from watchers.store import Store
from watchers.tables import set_aside, snapshots, tenders

MONDAY = datetime(2026, 11, 9, tzinfo=timezone(timedelta(hours=5)))
DAY, HOUR = 86_400, 3_600

_OF_A_TENDER = snapshots.c.tender_id == tenders.c.id


def nothing(_: Release, /, **__: Any) -> list[Finding]:
    return []


class Watched:
    """One watcher that starts again from the store as often as asked."""

    def __init__(
        self,
        country: Country,
        portal: Portal,
        database: Database,
        settings: Mapping[str, Any],
        judge: Callable[..., list[Finding]],
    ) -> None:
        self._judge = judge
        self.country = country
        self.portal = portal
        self.database = database
        self.settings = {"kind": "goszakup", "base_url": portal.url, "token": portal.token, **HASTE, **settings}
        self.store = Store(database, self.now)
        self.restart()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.country.now, UTC)

    def restart(self) -> None:
        self.source = open_source("goszakup", self.settings, self.now)
        self.watcher = Watcher(self.source, self.store, self._judge, self.now)

    async def read(self, *, tries: int = 1) -> SourceError | None:
        """Read until caught up; the trouble it ended with after so many tries, None if all is well."""
        trouble: SourceError | None = None
        for _ in range(tries):
            try:
                while await self.watcher.do_one():
                    pass
            except SourceError as error:
                trouble = error
            else:
                return None
        return trouble

    async def stored(self) -> dict[str, int]:
        """How many snapshots there are of each ocid."""
        query = select(tenders.c.ocid, func.count()).select_from(tenders.join(snapshots, _OF_A_TENDER))
        async with self.database.read() as connection:
            rows = await connection.execute(query.group_by(tenders.c.id, tenders.c.ocid))
            return {row[0]: row[1] for row in rows}

    async def newest(self, number: int) -> Release:
        """The newest release of an announcement."""
        query = select(tenders.c.snapshot_id).where(tenders.c.ocid == self.ocid(number))
        async with self.database.read() as connection:
            snapshot = (await connection.execute(query)).scalar_one()
        found = await self.store.snapshot(snapshot)
        assert found is not None
        return found.release

    async def reasons(self) -> list[str]:
        async with self.database.read() as connection:
            return list((await connection.execute(select(set_aside.c.reason).order_by(set_aside.c.id))).scalars())

    def ocid(self, number: int) -> str:
        return ocid_of("goszakup", self.tender(number).number_anno)

    def tender(self, number: int) -> Tender:
        tender = self.country.shelves["TrdBuy"].get(number)
        assert isinstance(tender, Tender)
        return tender

    def published(self) -> set[str]:
        return {self.ocid(number) for number in self.country.ledger.published()}


@asynccontextmanager
async def watched(
    database: Database, country: Country, *, judge: Callable[..., list[Finding]] = nothing, **settings: Any
) -> AsyncIterator[Watched]:
    async with Portal(country) as portal:
        one = Watched(country, portal, database, settings, judge)
        yield one
        await one.source.close()
