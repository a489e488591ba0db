"""What an invented country knows of its purchases, compared field by field with what their releases say."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.moments import local_text
from bot.sandbox.goszakup.quirks import Quirks
from bot.sandbox.goszakup.records import Bid, Contract, Lot, Subject, Tender
from bot.sandbox.goszakup.terms import delivery_texts
from tests.watchers.sources.goszakup.records import Portal
from watchers import ocds
from watchers.sources.goszakup.codes import name_of
from watchers.sources.goszakup.mapping import release_of
from watchers.sources.goszakup.reading import read

ZONE = timezone(timedelta(hours=5))
REFUSED, CANCELLED, REJECTED, WINNER, WITHOUT_COMMISSION = 410, 430, 350, 360, {3, 60}
TYPES = {1: "Первая закупка", 2: "Повторная закупка", 3: "ИОИ от ЗЦП", 4: "ИОИ от конкурса", 5: "ИОИ от аукциона"}


@pytest.fixture(scope="module", params=["quirks", "none"])
def country(request: pytest.FixtureRequest) -> Country:
    quirks = Quirks.none() if request.param == "none" else Quirks()
    country = Country(datetime(2026, 9, 21, 4, tzinfo=UTC), per_day=8, quirks=quirks)
    country.advance(35 * 86_400)
    return country


@pytest.fixture(scope="module")
def pairs(country: Country) -> list[tuple[Tender, ocds.Release]]:
    portal, now = Portal(country), datetime.fromtimestamp(country.now, UTC)
    found = []
    for tender in country.tenders():
        raw = json.dumps(portal.records(tender.id, results=bool(tender.results)), ensure_ascii=False).encode()
        taken = read(raw)
        assert not taken.troubles
        found.append((tender, release_of(taken.records, now=now)))
    return found


def moment(seconds: int) -> str | None:
    return f"{text.replace(' ', 'T')}+05:00" if (text := local_text(seconds)) else None


def amount(value: ocds.Value | None) -> Decimal | None:
    return None if value is None else value.amount


def exact(number: float) -> Decimal:
    return Decimal(str(round(number, 2)))


def key(who: Subject) -> str:
    return f"KZ-GOSZAKUP-PID-{who.pid}" if who.sole_trader else f"KZ-BIN-{who.bin}"


def test_the_country_has_all_kinds_of_purchases(pairs: list[tuple[Tender, ocds.Release]]) -> None:
    kinds = Counter((release.tender or ocds.Tender()).status for _, release in pairs)
    assert set(kinds) == {"active", "complete", "unsuccessful", "cancelled"}
    assert sum(len(release.contracts) for _, release in pairs) > 50
    assert sum(bool(contract.amendments) for _, release in pairs for contract in release.contracts) > 0
    assert any(tender.parent for tender, _ in pairs)


def test_the_call_is_the_countrys(pairs: list[tuple[Tender, ocds.Release]]) -> None:
    for tender, release in pairs:
        call = release.tender
        assert call is not None
        assert release.ocid == f"ocds-kz0001-goszakup-{tender.number_anno}"
        assert release.date == moment(tender.updated)
        assert (call.id, call.title_ru, call.title_kk) == (str(tender.id), tender.title_ru, tender.title_kk)
        assert amount(call.value) == exact(tender.total)
        assert call.procurement_method_details == name_of("trade_methods", tender.method)
        assert call.procurement_method_rationale == TYPES[tender.type_trade]
        assert call.main_procurement_category == {1: "goods", 2: "works", 3: "services"}[tender.subject]
        assert call.date_published == moment(tender.published)
        period, talk = call.tender_period or ocds.Period(), call.enquiry_period or ocds.Period()
        assert (period.start_date, period.end_date) == (moment(tender.start), moment(tender.end))
        assert (talk.start_date, talk.end_date) == (moment(tender.discuss_start), moment(tender.discuss_end))
        assert (release.buyer or ocds.Organization()).id == key(tender.buyer)
        assert (call.procuring_entity or ocds.Organization()).name_kk == tender.buyer.name_kk
        assert [one.id for one in call.invited_suppliers] == ([key(tender.invited)] if tender.invited else [])
        parent = [one.identifier for one in release.related_processes]
        assert parent == ([str(tender.parent)] if tender.parent else [])
        assert ("lightIndustry" in call.features) == (tender.group in {"clothes", "textile"})


def test_the_status_is_the_true_one_even_where_the_portal_shows_a_stale_one(
    pairs: list[tuple[Tender, ocds.Release]],
) -> None:
    stale = 0
    for tender, release in pairs:
        failed = all(lot.status == 370 for lot in tender.lots)
        expected = "active"
        if tender.status in {REFUSED, CANCELLED}:
            expected = "cancelled"
        elif tender.results:
            expected = "unsuccessful" if failed else "complete"
        assert (release.tender or ocds.Tender()).status == expected, tender.number_anno
        stale += tender.shown_status is not None
    assert stale or len(pairs) > 0


def test_lots_and_things_are_the_countrys(country: Country, pairs: list[tuple[Tender, ocds.Release]]) -> None:
    hidden = Counter[bool]()
    for tender, release in pairs:
        call = release.tender or ocds.Tender()
        lots = {lot.id: lot for lot in call.lots}
        items = {item.related_lot: item for item in call.items}
        assert set(lots) == {str(lot.id) for lot in tender.lots}
        assert len(items) == len(call.items) == len(tender.lots)
        for lot in tender.lots:
            compare_lot(tender, lot, lots[str(lot.id)], items[str(lot.id)])
            hidden[lot.plan_hidden] += 1
    assert (min(hidden[True], hidden[False]) > 100) == (country.quirks.hidden_plans > 0)


def compare_lot(tender: Tender, lot: Lot, mapped: ocds.Lot, item: ocds.Item) -> None:
    good = lot.good
    assert (mapped.title_ru, mapped.title_kk) == (good.name_ru, good.name_kk)
    assert (mapped.description_ru, mapped.description_kk) == (lot.description_ru, lot.description_kk)
    assert amount(mapped.value) == exact(lot.amount)
    assert mapped.planned_method_details == name_of("trade_methods", lot.planned_method)
    assert mapped.method_details == name_of("trade_methods", tender.method)
    assert (mapped.customer or ocds.Organization()).id == key(tender.buyer)
    assert (item.delivery_address or ocds.Address()).region == tender.buyer.place.kato
    assert (item.delivery_address or ocds.Address()).region_code == f"KZ-{tender.buyer.place.kato[:2]}"
    assert item.quantity == exact(lot.quantity)
    unit, point = item.unit or ocds.Unit(), item.plan_point
    if lot.plan_hidden:
        assert point is None
        assert amount(unit.value) == pytest.approx(exact(lot.price), abs=Decimal("0.01"))
        return
    assert (item.classification or ocds.Classification()).id == good.enstru
    assert (unit.id, amount(unit.value)) == (good.unit, exact(lot.price))
    assert point is not None
    assert (point.id, point.root_id, amount(point.value)) == (str(lot.plan_id), str(lot.plan_root), exact(lot.amount))
    assert (point.prepayment, point.delivery_term) == (lot.prepayment, delivery_texts(lot)[0])
    assert point.created == moment(lot.plan_created)


def test_bids_are_the_countrys_and_counted_only_after_the_results(pairs: list[tuple[Tender, ocds.Release]]) -> None:
    for tender, release in pairs:
        call = release.tender or ocds.Tender()
        if not tender.results:
            assert (call.number_of_tenderers, call.tenderers, release.bids) == (None, (), None)
            continue
        assert release.bids is not None
        bids = {bid.id: bid for bid in release.bids.details}
        assert len(bids) == sum(len(bid.offers) for bid in tender.bids)
        for bid in tender.bids:
            compare_bid(tender, bid, bids)
        counted = {key(bid.supplier) for bid in tender.bids if any(stays(tender, offer) for offer in bid.offers)}
        assert {one.key for one in call.tenderers} == counted
        won = {
            (str(offer.lot.id), key(bid.supplier))
            for bid in tender.bids
            for offer in bid.offers
            if offer.status == WINNER
        }
        assert {(lot, award.suppliers[0].key) for award in release.awards for lot in award.related_lots} == won


def stays(tender: Tender, offer: Any) -> bool:
    return offer.status != REJECTED or tender.method not in WITHOUT_COMMISSION


def compare_bid(tender: Tender, bid: Bid, bids: dict[Any, ocds.Bid]) -> None:
    for offer in bid.offers:
        mapped = bids[f"{bid.id}-{offer.lot.id}"]
        assert mapped.submitted == datetime.fromtimestamp(bid.applied, ZONE)
        assert amount(mapped.value) == exact(offer.price * offer.lot.quantity)
        assert [one.id for one in mapped.tenderers] == [key(bid.supplier)]
        rejected = None if tender.method in WITHOUT_COMMISSION else "disqualified"
        assert mapped.status == (rejected if offer.status == REJECTED else "valid")
        assert bid.supplier.name_ru not in str(mapped) or not bid.supplier.sole_trader


def test_contracts_are_the_countrys(country: Country, pairs: list[tuple[Tender, ocds.Release]]) -> None:
    for tender, release in pairs:
        deals = country.contracts_of.get(tender.id, []) if tender.results else []
        chains = {root: [deal for deal in deals if deal.root == root] for root in {deal.root for deal in deals}}
        assert {contract.id for contract in release.contracts} == {str(root) for root in chains}
        for contract in release.contracts:
            chain = sorted(chains[int(contract.key)], key=lambda deal: deal.version)
            award = next(one for one in release.awards if one.id == contract.award_id)
            compare_contract(chain, contract, award)


def compare_contract(chain: list[Contract], contract: ocds.Contract, award: ocds.Award) -> None:
    first, signed = chain[0], [deal for deal in chain if deal.signed] or chain[-1:]
    last = signed[-1]
    assert amount(contract.value) == exact(first.total)
    assert amount(contract.value_with_tax) == exact(first.total * (1.16 if first.with_vat else 1))
    assert contract.date_signed == moment(first.signed)
    assert contract.due == moment(last.due)
    assert [amount(one.amended_value) for one in contract.amendments] == [
        exact(deal.total) for deal in signed if deal is not first
    ]
    assert [one.id for one in award.suppliers] == [key(first.supplier)]
    assert [(item.related_lot, item.quantity, amount((item.unit or ocds.Unit()).value)) for item in contract.items] == [
        (str(unit.lot.id) if unit.lot else None, exact(unit.quantity), exact(unit.price)) for unit in last.units
    ]
    assert contract.status_details == name_of("contract_statuses", last.status)
    done = contract.implementation or ocds.Implementation()
    tax = 1.16 if first.with_vat else 1
    assert [amount(one.value) for one in done.acceptances] == [
        exact(act.amount * tax) for deal in chain for act in deal.acts
    ]
    assert [one.date for one in done.transactions] == [moment(one.paid) for deal in chain for one in deal.payments]


def test_direct_contracts_are_releases_of_their_own(country: Country) -> None:
    portal = Portal(country)
    chains: dict[int, list[Contract]] = {}
    for deal in country.shelves["Contract"]:
        if isinstance(deal, Contract) and deal.tender is None:
            chains.setdefault(deal.root, []).append(deal)
    assert len(chains) > 50
    for root, chain in chains.items():
        ids = ", ".join(str(deal.id) for deal in chain)
        raw = portal.ask("Contract", "Contract", f"id: [{ids}]")
        release = release_of(read(json.dumps({"Contract": raw}).encode()).records)
        first = next(deal for deal in chain if deal.id == root)
        assert release.ocid.startswith(f"ocds-kz0001-goszakup-{first.buyer.bin}/")
        assert (release.tender or ocds.Tender()).procurement_method == "direct"
        [contract], [award] = release.contracts, release.awards
        compare_contract(sorted(chain, key=lambda deal: deal.version), contract, award)
        assert [(item.classification or ocds.Classification()).id for item in contract.items] == [
            unit.good.enstru for unit in first.units
        ]
