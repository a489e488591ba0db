"""The same purchases from the state portal and from the Unified Platform: one tender, one alert, no back and forth."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from alerts.filters import Criteria
from alerts.matching import Matcher
from alerts.outbox import Outbox
from alerts.subscriptions import Subscriptions
from alerts.tables import outbox
from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.records import Tender
from tests.standins.unified import UnifiedStandIn
from tests.watchers.sources.goszakup.watching import HOUR, MONDAY, Watched, watched
from tests.watchers.sources.polling import HASTE
from watchers.database import Database
from watchers.indicators.base import Context, Finding
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.poll import Watcher
from watchers.rules import load_rules
from watchers.sources.base import open_source
from watchers.tables import events, snapshots, tenders


def shown(platform: UnifiedStandIn, tender: Tender) -> None:
    """What the platform makes of an announcement of the portal: fewer words, other words, the same number."""
    platform.publish(
        tender.id - 17_000_000,
        tender.number_anno,
        published=datetime.fromtimestamp(tender.published, UTC),
        closes=datetime.fromtimestamp(tender.end, UTC),
        title=f"{tender.title_ru} (закуп)",
        buyer=(tender.buyer.bin, tender.buyer.name_ru),
        lots=len(tender.lots),
        price=tender.lots[0].amount,
        external=tender.id,
    )


def judge(release: Release, /, **_: Any) -> list[Finding]:
    return judge_release(release, Context(rules=load_rules()), load_indicators())


class Both:
    """Two watchers over one store, and a person who follows everything."""

    def __init__(self, portal: Watched, platform: UnifiedStandIn, database: Database) -> None:
        self.portal, self.platform, self.database, self.store = portal, platform, database, portal.store
        settings = {"kind": "unified", "base_url": platform.base_url, "start": "2026-11-01T00:00:00Z", **HASTE}
        self.source = open_source("unified", settings, portal.now)
        self.unified = Watcher(self.source, portal.store, judge, portal.now)
        portal.watcher = Watcher(portal.source, portal.store, judge, portal.now)
        self.subscriptions = Subscriptions(database, portal.now)
        self.matcher = Matcher(portal.store, self.subscriptions, Outbox(database, portal.now), portal.now)

    async def follow(self) -> None:
        person = await self.subscriptions.get_or_create("telegram", "1", "ru")
        await self.subscriptions.add(person.id, Criteria(min_weight=0))

    async def read(self, watcher: Watcher) -> None:
        while await watcher.do_one():
            pass

    async def match(self) -> None:
        while await self.matcher.do_one():
            pass

    async def told(self) -> list[tuple[str, str]]:
        """Every message owed about an announcement: which one, of what."""
        query = select(tenders.c.ocid, outbox.c.event).join(tenders, tenders.c.id == outbox.c.tender_id)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        return sorted((row.ocid, row.event) for row in rows if "/" not in row.ocid)  # a contract's number has one

    async def kinds(self) -> set[str]:
        async with self.database.read() as connection:
            return set((await connection.execute(select(events.c.kind))).scalars())

    async def holders(self) -> dict[str, str]:
        async with self.database.read() as connection:
            rows = await connection.execute(select(tenders.c.ocid, tenders.c.source))
            return {row.ocid: row.source for row in rows}

    async def versions(self) -> int:
        async with self.database.read() as connection:
            return len((await connection.execute(select(snapshots.c.id))).all())


@pytest.fixture
async def both(database: Database) -> Any:
    country = Country(MONDAY, per_day=40, seed=3)
    country.advance(11 * HOUR)
    async with watched(database, country, start="2026-11-01T00:00:00Z") as portal, UnifiedStandIn() as platform:
        one = Both(portal, platform, database)
        await one.follow()
        for tender in country.tenders():
            shown(platform, tender)
        yield one
        await one.source.close()


@pytest.mark.parametrize("first", ["unified", "goszakup", "at once"])
async def test_one_alert_a_tender_whichever_source_is_first(both: Both, first: str) -> None:
    published = both.portal.published()
    assert len(published) > 5
    if first == "at once":
        await asyncio.gather(both.read(both.unified), both.read(both.portal.watcher))
    order = (both.unified, both.portal.watcher) if first != "goszakup" else (both.portal.watcher, both.unified)
    for watcher in order:
        await both.read(watcher)
        await both.match()
    assert await both.told() == [(ocid, "published") for ocid in sorted(published)]
    assert set((await both.holders()).values()) == {"goszakup"}
    assert await both.kinds() <= {"published", "retold", "flag_withdrawn"}, "two descriptions are no change"
    versions = await both.versions()
    for _ in range(2):  # nothing alternates
        both.portal.country.advance(60)
        both.portal.restart()
        await both.read(both.unified)
        await both.read(Watcher(both.portal.source, both.store, judge, both.portal.now))
    assert await both.versions() - versions <= len(both.portal.published() - published)


async def test_either_source_alone_still_works(both: Both) -> None:
    await both.read(both.unified)
    await both.match()
    assert set((await both.holders()).values()) == {"unified"}
    assert [ocid for ocid, _ in await both.told()] == sorted(both.portal.published())
