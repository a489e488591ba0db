"""The live source over the stand-in of the portal: nothing published is missed, nothing is stored twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.sandbox.goszakup import deals
from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.quirks import Quirks
from bot.sandbox.goszakup.views_deals import contract_view
from tests.watchers.sources.goszakup.watching import DAY, HOUR, MONDAY, watched
from watchers.indicators.base import Context, Finding
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.rules import load_rules


def small(*, per_day: int = 40, days: float = 0.55, **how: Any) -> Country:
    country = Country(MONDAY, per_day=per_day, **how)
    country.advance(days * DAY)
    return country


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_everything_published_is_stored_and_followed_through_its_life(database: Any) -> None:
    country = small(per_day=25, quirks=Quirks(late_bids=0.4, late_publication=0.3))
    async with watched(database, country, start=MONDAY.isoformat(), sweep_pages=0, limit=5) as one:
        assert await one.read() is None
        assert one.published() <= (await one.stored()).keys()
        for _ in range(20):
            country.advance(8 * HOUR)
            assert await one.read() is None
        assert one.published() <= (await one.stored()).keys()
        assert country.ledger.late()
        results = [entry.id for entry in country.ledger.of("TrdBuy", "results")]
        with_bids = [number for number in results if one.tender(number).bids]
        assert with_bids
        for number in with_bids:
            release = await one.newest(number)
            assert release.bids is not None
            shown = [bid for bid in one.tender(number).bids if country.shelves["TrdApp"].get(bid.id) is not None]
            assert len(release.bids.details) == sum(len(bid.offers) for bid in shown)
        for number in {entry.value for entry in country.ledger.of("Acts")}:
            deal = country.shelves["Contract"].get(number)
            if deal is not None and deal.tender is not None:
                release = await one.newest(deal.tender.id)
                assert any(contract.implementation for contract in release.contracts)
        assert await one.reasons() == []


async def test_files_that_lack_are_awaited_for_an_hour_and_then_found_missing(database: Any) -> None:
    """Nothing of the record changes meanwhile: only time tells a file that is missing from one that is to come."""
    country = Country(MONDAY, per_day=60, defects={"missing_documents": 1.0}, quirks=Quirks.none())
    country.advance(0.55 * DAY)
    rules, indicators = load_rules(), [one for one in load_indicators() if one.code == "R005"]
    answers: dict[str, list[str]] = {}

    def judge(release: Release, /, **_: Any) -> list[Finding]:
        found = judge_release(release, Context(rules=rules, seen_at=one.now()), indicators)
        answers.setdefault(release.ocid, []).append(found[0].status)
        return found

    async with watched(database, country, judge=judge, start=MONDAY.isoformat(), sweep_pages=0) as one:
        country.advance(300)
        assert await one.read() is None
        young = {
            one.ocid(tender.id)
            for tender in country.tenders()
            if tender.bare and tender.published and country.now - tender.published < 0.5 * HOUR
        } & answers.keys()
        assert young
        assert {answers[ocid][-1] for ocid in young} <= {"not_computable", "not_applicable"}
        waiting = {ocid for ocid in young if answers[ocid][-1] == "not_computable"}
        assert waiting
        for _ in range(14):
            country.advance(300)
            assert await one.read() is None
        assert {answers[ocid][-1] for ocid in waiting} == {"fired"}
        assert max(map(len, answers.values())) <= 3, "looked at again once, not at every reading"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_place_moves_with_the_last_batch_of_its_list_and_no_sooner(database: Any) -> None:
    """A kill between two batches must leave the rest of the list to be read again."""
    country = small(per_day=20)
    async with watched(database, country, start=MONDAY.isoformat(), at_once=2, sweep_pages=0) as one:
        batches = [batch async for batch in one.source.batches(None)]  # nothing is stored: all is new to each list
        places = [json.loads(batch.cursor) for batch in batches]
        began = places[0]
        moved = next(number for number, place in enumerate(places) if place["lots"] != began["lots"])
        read = [number for number, batch in enumerate(batches) if batch.records]
        announcements = len(country.ledger.published())
        assert sum(len(batches[number].records) for number in read if number <= moved) == 2 * announcements
        assert len([number for number in read if number <= moved]) > announcements / 2
        for batch in batches:
            tenders = [record.release.tender for record in batch.records if "/" not in record.release.ocid]
            noted = {note.key for note in batch.notes if note.kind == "purchase"}
            assert noted == {tender.key for tender in tenders if tender is not None}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_two_changes_within_a_second_are_both_seen(database: Any) -> None:
    country = small(per_day=10)
    async with watched(database, country, start=MONDAY.isoformat(), sweep_pages=0) as one:
        tender = next(country.tenders())
        country.turn(tender, 220, "opened", 220)
        assert await one.read() is None
        country.turn(tender, 410, "refused", 410)
        country.advance(3)
        assert await one.read() is None
        release = await one.newest(tender.id)
        assert release.tender is not None
        assert release.tender.status_code == "410"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_direct_contract_is_followed_with_its_addenda(database: Any) -> None:
    country = small(per_day=20, days=0.7)
    async with watched(database, country, start=MONDAY.isoformat(), sweep_pages=0) as one:
        assert await one.read() is None
        deal = next(deal for deal in country.shelves["Contract"] if deal.tender is None)
        ocid = f"ocds-kz0001-goszakup-{contract_view(deal)['contractNumberSys'].rpartition('/')[0]}"
        assert ocid in await one.stored()
        for _ in range(2):
            deal.status = deals.VALID
            deals.amend(country, deal, 1.4)
            country.advance(2 * DAY)
            assert await one.read() is None
            deal = max((one for one in country.shelves["Contract"] if one.root == deal.root), key=lambda one: one.id)
        deal.updated = country.now + 60
        country.advance(HOUR)
        assert await one.read() is None
        stored = await one.store.named(ocid)
        assert stored is not None
        snapshot = await one.store.snapshot(stored.snapshot_id)
        assert snapshot is not None
        [contract] = snapshot.release.contracts
        assert len(contract.amendments) == 2


async def test_registers_are_kept_and_not_asked_again_after_a_restart(database: Any) -> None:
    country = small(per_day=20, days=3.5)
    async with watched(database, country, start=MONDAY.isoformat()) as one:
        assert await one.read() is None
        release = await one.newest(next(entry.value for entry in country.ledger.of("TrdApp")))
        assert all(party.registered_on for party in release.parties if "tenderer" in party.roles)
        notes = await one.store.memory("goszakup").recall("register", ["all"])
        assert notes["all"].noted_at == one.now()
        await one.source.close()
        one.restart()
        asked = len(one.portal.faults.requests)
        assert await one.read() is None
        assert len(one.portal.faults.requests) - asked < 8, "lists alone: no register, no participant"
        country.advance(25 * HOUR)
        assert await one.read() is None
        notes = await one.store.memory("goszakup").recall("register", ["all"])
        assert notes["all"].noted_at == one.now()
