"""zakup.sk.kz: off unless switched on, everything new once, a refusal said plainly."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config
from tests.standins.samruk import SamrukStandIn
from tests.watchers.sources.polling import HASTE, ocids
from watchers.database import Database
from watchers.indicators.procedure import procedure_of
from watchers.poll import Watcher
from watchers.rules import load_rules
from watchers.sources.base import Batch, Source, SourceError
from watchers.sources.samruk.mapping import map_advert
from watchers.sources.samruk.model import read_advert, read_lots
from watchers.store import Store

QUASI = Path(__file__).parents[4] / "shared/data/goszakup/quasi"


@pytest.fixture
async def portal() -> AsyncIterator[SamrukStandIn]:
    async with SamrukStandIn() as server:
        yield server


@pytest.fixture
def source(opened: Callable[..., Source], portal: SamrukStandIn) -> Source:
    return opened(kind="samruk", base_url=portal.url, retry_after_max_seconds=0.0, **HASTE)


async def read(source: Source, cursor: str | None = None) -> list[Batch]:
    return [batch async for batch in source.batches(cursor)]


def publish(portal: SamrukStandIn, clock: Any, *keys: int, days: int = 8, **how: Any) -> None:
    for key in keys:
        portal.publish(key, clock(), closes=clock() + timedelta(days=days), **how)


@pytest.mark.parametrize("shows_changes", [True, False])
async def test_everything_new_and_changed_is_told_once_over_restarts(
    portal: SamrukStandIn, opened: Any, database: Database, clock: Any, shows_changes: bool
) -> None:
    portal.shows_changes = shows_changes
    store = Store(database, clock)
    publish(portal, clock, 1, 2)

    async def watch() -> None:
        watcher = Watcher(opened(kind="samruk", base_url=portal.url, **HASTE), store, lambda _, **__: [], clock)
        while await watcher.do_one():
            pass

    clock.advance(minutes=1)
    await watch()
    publish(portal, clock, *range(3, 40))
    clock.advance(minutes=15)
    await watch()
    assert (await store.counts())["tenders"] == 37
    asked = len(portal.faults.requests)
    await watch()
    assert len(portal.faults.requests) == asked + 1, "a page without anything new ends the reading"
    portal.change(3, clock(), sumTruNoNds=9.5)
    await watch()
    assert ((await store.counts())["tenders"], (await store.counts())["snapshots"]) == (37, 38)
    portal.change(4, clock(), advertStatus="CANCELED", simpleStatus="INACTIVE")
    clock.advance(days=9)
    for _ in range(3):
        await watch()
    kinds = [event.kind for event in await store.unmatched_events(200)]
    assert (kinds.count("published"), kinds.count("cancelled")) == (37, 1)


async def test_a_release_says_what_the_portal_says_and_no_telephone(
    source: Source, portal: SamrukStandIn, clock: Any
) -> None:
    (start,) = await read(source)
    clock.advance(minutes=1)
    publish(portal, clock, 77, lots=2)
    (batch,) = await read(source, start.cursor)
    (record,) = batch.records
    release, tender = record.release, record.release.tender
    assert tender is not None
    assert record.link == "https://zakup.sk.kz/#/ext(popup:item/77/advert)"
    assert (release.ocid, release.buyer.id) == ("ocds-kz0001-samruk-77", "KZ-BIN-990140002117")
    assert (tender.status, tender.procurement_method, tender.main_procurement_category) == ("active", "open", "works")
    assert (tender.value.amount, len(tender.lots), len(tender.items)) == (1_000_001, 2, 2)
    assert tender.items[0].classification.id == "410040.300.000012"
    assert tender.items[0].delivery_address.region_code == "KZ-75"
    assert [document.document_type for document in tender.documents] == ["biddingDocuments"]
    procedure = procedure_of(release, load_rules())
    assert (procedure.jurisdiction, procedure.group, procedure.method.under_law) == ("KZ", "tender", False)
    assert "700 000" not in str(release)


@pytest.mark.parametrize(
    ("fault", "said", "permanent"),
    [
        ({"kind": "status", "status": 418, "times": 9}, r"refuses programs \(418\): open it in a browser", True),
        ({"kind": "status", "status": 403, "times": 9}, r"refuses programs \(403\)", True),
        ({"kind": "status", "status": 429, "times": 9}, "asked too often.*requests_per_second", False),
        ({"kind": "html", "times": 9}, "a page for browsers instead of data: a check against programs", False),
        ({"kind": "status", "status": 404, "times": 9}, "it may have moved, check sources.test.base_url", True),
        ({"kind": "status", "status": 500, "times": 9}, "answered 500", False),
    ],
)
async def test_a_refusal_is_said_plainly_with_what_to_do(
    source: Source, portal: SamrukStandIn, fault: dict[str, Any], said: str, permanent: bool
) -> None:
    portal.faults.add(fault.pop("kind"), **fault)
    with pytest.raises(SourceError, match=said) as caught:
        await anext(source.batches(None))  # what doctor asks
    assert caught.value.permanent is permanent
    if permanent and "refuses" in said:
        assert "sources.test.enabled to false" in str(caught.value)


async def test_what_cannot_be_read_is_set_aside_and_the_rest_goes_on(
    source: Source, portal: SamrukStandIn, clock: Any
) -> None:
    (start,) = await read(source)
    clock.advance(minutes=1)
    publish(portal, clock, 1, 2, 3, 4)
    portal.adverts[1]["sumTruNoNds"] = "много"
    portal.lots[2] = {"error": "no"}  # type: ignore[assignment]
    portal.adverts[3]["number"] = "??"
    portal.lots[2] = [{"id": {}, "count": 1}]
    batches = await read(source, start.cursor)
    assert ocids(batches) == ["ocds-kz0001-samruk-4"]
    assert sum(len(batch.rejected) for batch in batches) == 3


async def test_pages_that_repeat_are_not_followed(source: Source, portal: SamrukStandIn, clock: Any) -> None:
    (start,) = await read(source)
    clock.advance(minutes=1)
    publish(portal, clock, *range(1, 11))
    portal.sticks = True
    with pytest.raises(SourceError, match="page 1 of the list shows again what was read: not followed"):
        await read(source, start.cursor)


def test_it_is_off_unless_switched_on() -> None:
    for given, enabled in (({}, False), ({"enabled": True}, True)):
        config = Config.model_validate({"sources": {"samruk": {"kind": "samruk"} | given}})
        assert config.sources["samruk"].enabled is enabled
    assert Config.model_validate({"sources": {"x": {"kind": "unified"}}}).sources["x"].enabled


@pytest.mark.shared
@pytest.mark.parametrize(("number", "lots", "status"), [("1220290", 2, "active"), ("1220395", 1, "active")])
def test_the_real_adverts_map(number: str, lots: int, status: str) -> None:
    if not QUASI.is_dir():
        pytest.skip("the real data (../shared/data) are not beside this checkout")
    advert = read_advert((QUASI / f"advert_{number}.json").read_bytes())
    release = map_advert(advert, read_lots((QUASI / f"lots_{number}.json").read_bytes()), "https://zakup.sk.kz")
    tender = release.tender
    assert tender is not None
    assert (release.ocid, tender.status, len(tender.lots)) == (f"ocds-kz0001-samruk-{number}", status, lots)
    assert all(item.classification is not None for item in tender.items)
    assert tender.tender_period.end > tender.tender_period.start
    assert release.buyer.id.startswith("KZ-BIN-")
    assert procedure_of(release, load_rules()).method.under_law is False
