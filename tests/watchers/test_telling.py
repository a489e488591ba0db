"""One process told of by several sources: one tender, the fuller description stands, nothing alternates."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from tests.watchers.tenders import batch, finding, judged, release
from watchers.database import Database
from watchers.indicators.base import Status
from watchers.ocds import Release
from watchers.store import Judged, Saved, Store
from watchers.tables import snapshots, tenders
from watchers.telling import scope_of

OCID = "ocds-kz0001-goszakup-17163708-1"
RICH, POOR = 20, 10


@pytest.fixture
def store(database: Database, clock: Any) -> Store:
    return Store(database, clock)


async def tell(store: Store, source: str, rank: int, *ones: Judged) -> Saved:
    return await store.save(source, batch(*ones), ones, cursor="1", rank=rank)


async def rich(store: Store, *ones: Judged) -> Saved:
    return await tell(store, "rich", RICH, *ones)


async def poor(store: Store, *ones: Judged) -> Saved:
    return await tell(store, "poor", POOR, *ones)


def said(title: str, **tender: Any) -> Release:
    return release(OCID, title=title, **tender)


async def told(store: Store) -> list[tuple[str, dict[str, Any]]]:
    return [(one.kind, one.detail) for one in await store.unmatched_events(100)]


async def stands(store: Store) -> tuple[str, str, int]:
    """Title and source of the only tender, and how many snapshots it has."""
    (tender,) = await store.recent_tenders()
    snapshot = await store.snapshot(tender.snapshot_id)
    assert snapshot is not None
    assert snapshot.release.tender is not None
    assert snapshot.release.tender.title == tender.title
    return tender.title, tender.source, snapshot.sequence


@pytest.mark.parametrize(
    ("ocid", "scope"),
    [(OCID, ""), ("OCDS-87SD3T-1", ""), ("ocds-87sd3t-", "feed"), ("ocds-demo-1", "feed"), ("17", "feed")],
)
def test_only_a_registered_ocid_means_the_same_process_to_all(ocid: str, scope: str) -> None:
    assert scope_of("feed", ocid) == scope


async def test_the_fuller_source_takes_over_without_a_change_being_told(store: Store) -> None:
    await poor(store, judged(said("Roof", procurementMethodDetails="tender"), finding("R003")))
    await rich(store, judged(said("Roof repair"), finding("R003"), finding("R010")))
    assert await stands(store) == ("Roof repair", "rich", 2)
    assert await told(store) == [("published", {}), ("retold", {"codes": ["R010"]})]


async def test_the_poorer_source_adds_nothing_to_what_the_fuller_one_tells(store: Store) -> None:
    await rich(store, judged(said("Roof repair")))
    for title in ("Roof", "Roof again"):
        assert await poor(store, judged(said(title))) == Saved(0, 0, 1, 0, 0, 0)
    await rich(store, judged(said("Roof repair", status="cancelled")))
    assert await stands(store) == ("Roof repair", "rich", 2)
    assert [kind for kind, _ in await told(store)] == ["published", "cancelled"]


async def test_what_people_must_know_is_told_by_a_source_that_takes_over_too(store: Store) -> None:
    await poor(store, judged(said("Roof"), finding("R003"), finding("R010")))
    award = {"awards": [{"id": "1", "status": "active", "suppliers": [{"id": "s"}]}]}
    known = judged(
        said("Roof repair", status="cancelled", top=award),
        finding("R003", Status.CLEAR), finding("R010", Status.NOT_COMPUTABLE),
    )  # fmt: skip
    await rich(store, known)
    assert await told(store) == [
        ("published", {}), ("awarded", {"awards": 1}), ("cancelled", {"status": "cancelled"}),
        ("retold", {"codes": []}), ("flag_withdrawn", {"codes": ["R003"]}),
    ]  # fmt: skip


async def test_a_holder_that_fell_silent_keeps_nobody_out_and_takes_back_what_it_knew(store: Store, clock: Any) -> None:
    await rich(store, judged(said("Roof repair")))
    clock.advance(hours=5)
    await poor(store, judged(said("Roof")))
    assert (await stands(store))[1] == "rich"
    clock.advance(hours=2)
    await poor(store, judged(said("Roof")))
    assert await stands(store) == ("Roof", "poor", 2)
    await poor(store, judged(said("Roof", status="cancelled")))
    await rich(store, judged(said("Roof repair")))
    assert await stands(store) == ("Roof repair", "rich", 4)
    await poor(store, judged(said("Roof", status="cancelled")))
    assert await stands(store) == ("Roof repair", "rich", 4)
    assert [kind for kind, _ in await told(store)] == ["published", "retold", "cancelled", "retold"]


async def test_two_equal_sources_do_not_alternate_on_what_each_goes_on_saying(store: Store) -> None:
    for _ in range(3):
        await tell(store, "one", 0, judged(said("A")))
        await tell(store, "two", 0, judged(said("B")))
    assert await stands(store) == ("B", "two", 2)
    await tell(store, "one", 0, judged(said("A, corrected")))
    assert await stands(store) == ("A, corrected", "one", 3)


async def test_a_batch_may_tell_of_a_process_twice_and_take_it_over(store: Store) -> None:
    await poor(store, judged(said("Roof")))
    await rich(store, judged(said("Roof repair")), judged(said("Roof repair", status="unsuccessful")))
    assert await stands(store) == ("Roof repair", "rich", 3)
    assert [kind for kind, _ in await told(store)] == ["published", "retold", "changed"]


async def test_sources_that_save_at_once_make_one_tender_each_and_neither_fails(database_url: str, clock: Any) -> None:
    databases = [Database(database_url) for _ in range(3)]
    stores = [Store(database, clock) for database in databases]
    for start in range(0, 60, 20):
        ocids = [f"ocds-kz0001-goszakup-{n}-1" for n in range(start, start + 20)]
        backwards = [judged(release(ocid, title="rich")) for ocid in reversed(ocids)]
        await asyncio.gather(
            poor(stores[0], *(judged(release(ocid, title="poor")) for ocid in ocids)),
            rich(stores[1], *backwards),
            tell(stores[2], "third", POOR, *(judged(release(ocid, title="third")) for ocid in ocids)),
        )
    async with databases[0].read() as connection:
        found = (await connection.execute(select(tenders.c.source, tenders.c.title, tenders.c.snapshot_id))).all()
        newest = (await connection.execute(select(snapshots.c.id, snapshots.c.source, snapshots.c.sequence))).all()
    assert [row[:2] for row in found] == [("rich", "rich")] * 60
    last = {row.id: row.source for row in newest}
    assert {last[row.snapshot_id] for row in found} == {"rich"}
    assert [one.kind for one in await stores[0].unmatched_events(500)].count("published") == 60
    for database in databases:
        await database.close()
