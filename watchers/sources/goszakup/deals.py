"""What follows the results: contracts with their addenda, acts and payments; direct contracts without announcement."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from watchers.ocds import (
    Acceptance,
    Amendment,
    Award,
    AwardedItem,
    Contract,
    Implementation,
    Organization,
    Period,
    Transaction,
    Unit,
    number,
)
from watchers.sources.goszakup.chains import Chain, chains, system_number
from watchers.sources.goszakup.codes import method_id, name_of, ocds_of
from watchers.sources.goszakup.lots import classification
from watchers.sources.goszakup.lots import unit as measure_of
from watchers.sources.goszakup.methods import method_name
from watchers.sources.goszakup.model import Deal, DealUnit, codes_of
from watchers.sources.goszakup.parties import Participants
from watchers.sources.goszakup.parts import joined, moment, money, shown

__all__ = ["award_of_chain", "code_of", "concluded", "contract_of", "supplier_of", "unit_of"]

_CENT = Decimal("0.01")


def supplier_of(chain: Chain, people: Participants) -> Organization | None:
    """Who supplies, from the newest version that says so."""
    for deal in reversed(chain.deals):
        if deal.supplier_biin or deal.supplier_id:
            return people.party(
                deal.supplier_biin, deal.supplier_id, roles=("supplier",), otherwise=f"contract-{chain.key}"
            )
    return None


def contract_of(chain: Chain, award: str | None, units: dict[str, Unit]) -> Contract:
    """One contract; `units` are the units of measure of plan points, by their ids and by the ids of their lots."""
    first, last = chain.first, chain.last
    signed = _signed(first) if chain.whole else None
    title = shown(joined(last.description_ru) or joined(last.description_kz))
    ends = moment(last.ec_end_date)
    return Contract(
        id=str(first.root_id or first.id or chain.key),
        award_id=award,
        title=title,
        status=ocds_of("contract_statuses", last.ref_contract_status_id),
        status_details=name_of("contract_statuses", last.ref_contract_status_id),
        public_number=shown(system_number(first.contract_number_sys)[0] or first.contract_number),
        method_details=method_name(_method(chain)),
        period=Period(start_date=signed, end_date=ends) if signed or ends else None,
        value=money(first.contract_sum, first.ref_currency_code) if chain.whole else None,
        value_with_tax=money(first.contract_sum_wnds, first.ref_currency_code) if chain.whole else None,
        date_signed=signed,
        items=_items(last, units) or _items(first, units),
        amendments=tuple(_amendment(deal) for deal in chain.deals[int(chain.whole) :] if deal.sign_date),
        implementation=_implementation(chain),
        performed_value=money(_known(chain, "fakt_sum"), last.ref_currency_code),
        performed_value_with_tax=money(_known(chain, "fakt_sum_wnds"), last.ref_currency_code),
        due=moment(last.plan_exec_date),
        performed=moment(_known(chain, "fakt_exec_date")),
        local_content=last.contract_ms,
    )


def _signed(deal: Deal) -> str | None:
    """When it was signed; one that is in force though nobody says since when, since it was registered."""
    said = moment(deal.sign_date)
    in_force = ocds_of("contract_statuses", deal.ref_contract_status_id) in {"active", "terminated"}
    return said or (moment(deal.crdate) if in_force else None)


def _method(chain: Chain) -> int | str | None:
    found = [method_id(deal.fakt_trade_methods_id, deal.fakt_trade_methods) for deal in reversed(chain.deals)]
    return next((method for method in found if method), None)


def _known(chain: Chain, name: str) -> Any:
    return next((value for deal in reversed(chain.deals) if (value := getattr(deal, name)) is not None), None)


def _amendment(deal: Deal) -> Amendment:
    grounds = codes_of(deal.ref_amendm_agreem_justif_id)
    return Amendment(
        id=None if deal.id is None else str(deal.id),
        date=moment(deal.sign_date),
        rationale=", ".join(str(ground) for ground in grounds if ground not in (0, "0", "")) or None,
        description=shown(joined(deal.description_ru) or joined(deal.description_kz)),
        amended_value=money(deal.contract_sum, deal.ref_currency_code),
    )


def _items(deal: Deal, units: dict[str, Unit]) -> tuple[AwardedItem, ...]:
    return tuple(_item(unit, deal, units) for unit in deal.units or () if unit.deleted != 1)


def _item(unit: DealUnit, deal: Deal, units: dict[str, Unit]) -> AwardedItem:
    quantity = unit.quantity
    return AwardedItem(
        id=None if unit.id is None else str(unit.id),
        classification=classification(code_of(unit), unit.plan.name_ru if unit.plan else None),
        raw_quantity=number(quantity if quantity is not None and 0 <= quantity < 10**15 else None),
        unit=unit_of(unit, deal, units),
        related_lot=str(unit.lot_id) if unit.lot_id else None,
    )


def _price(unit: DealUnit) -> Decimal | None:
    """The price of one; where only the sum is said, by the quantity."""
    if unit.item_price is not None or unit.total_sum is None or not unit.quantity or unit.total_sum >= 10**15:
        return unit.item_price
    return (unit.total_sum / unit.quantity).quantize(_CENT)


def code_of(unit: DealUnit) -> str | int | None:
    """The ENS TRU code of a line of a contract."""
    code = next((code for code in codes_of(unit.ref_enstru_code) if code), None)
    return code or (unit.plan.ref_enstru_code if unit.plan else None)


def unit_of(unit: DealUnit, deal: Deal, units: dict[str, Unit]) -> Unit:
    """The unit of measure of a line with its price; the contract does not name it, its plan point does."""
    price = money(_price(unit), deal.ref_currency_code)
    own = measure_of(unit.plan.ref_units_code, unit.plan.ref_units, None) if unit.plan else None
    keys = (f"plan:{unit.pln_point_id}", f"lot:{unit.lot_id}", f"code:{code_of(unit)}")
    measure = own or next((units[key] for key in keys if key in units), Unit())
    return Unit(id=measure.id, name=measure.name, value=price)


def _implementation(chain: Chain) -> Implementation | None:
    acts = {act.id: act for deal in chain.deals for act in deal.acts or ()}
    payments = {payment.id: payment for deal in chain.deals for payment in deal.payments or ()}
    if not acts and not payments:
        return None
    return Implementation(
        transactions=tuple(
            Transaction(id=str(key), date=moment(payment.pay_date), value=money(payment.pay_amount))
            for key, payment in sorted(payments.items(), key=lambda pair: pair[0] or 0)
        ),
        acceptances=tuple(
            Acceptance(
                id=str(key),
                date=moment(act.akt_date),
                approved=moment(act.approve_date),
                value=money(act.sum_transfer),
                fine=money(act.sum_fine),
                days_overdue=act.day_overdue,
            )
            for key, act in sorted(acts.items(), key=lambda pair: pair[0] or 0)
        ),
    )


def award_of_chain(chain: Chain, supplier: Organization, *, value: bool) -> Award:
    """The decision behind a contract, where no bids tell it; its sum only where the contract was the decision."""
    lots = dict.fromkeys(str(unit.lot_id) for deal in chain.deals for unit in deal.units or () if unit.lot_id)
    first = chain.first
    return Award(
        id=f"contract-{first.root_id or first.id or chain.key}",
        status="active",
        date=moment(first.trd_buy_itogi_date_public) or moment(first.sign_date),
        value=money(first.contract_sum, first.ref_currency_code) if value and chain.whole else None,
        suppliers=(supplier,),
        related_lots=tuple(lots),
    )


def concluded(
    deals: Iterable[Deal], decided: Iterable[Award], people: Participants, units: dict[str, Unit]
) -> tuple[tuple[Contract, ...], tuple[Award, ...]]:
    """The contracts of an announcement, each with its award: a decision that is known, else one the contract tells of.

    A decision whose only contract came to nothing ("second winner chosen", "not concluded") no longer stands.
    """
    awards = list(decided)
    contracts: list[Contract] = []
    states: dict[str, set[str | None]] = {}
    for chain in chains(deals):
        supplier = supplier_of(chain, people)
        award = _award_for(chain, supplier, awards) if supplier is not None else None
        if award is None and supplier is not None:
            award = award_of_chain(chain, supplier, value=False)
            awards.append(award)
        contract = contract_of(chain, award.key if award else None, units)
        contracts.append(contract)
        if award is not None:
            states.setdefault(award.key, set()).add(contract.status)
    fallen = {key for key, known_states in states.items() if known_states == {"cancelled"}}
    return tuple(contracts), tuple(
        msgspec.structs.replace(award, status="cancelled") if award.key in fallen else award for award in awards
    )


def _award_for(chain: Chain, supplier: Organization, awards: list[Award]) -> Award | None:
    lots = {str(unit.lot_id) for deal in chain.deals for unit in deal.units or () if unit.lot_id}
    for award in awards:
        same = award.suppliers[0].key == supplier.key and bool(supplier.key)
        if same and (not lots or lots & {str(lot) for lot in award.related_lots}):
            return award
    return None
