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
from watchers.sources.goszakup.codes import name_of, ocds_of
from watchers.sources.goszakup.lots import classification
from watchers.sources.goszakup.model import Codes, Deal, DealUnit, each
from watchers.sources.goszakup.parties import Participants
from watchers.sources.goszakup.parts import clear_of_persons, joined, moment, money

__all__ = ["Chain", "award_of_chain", "chains", "contract_of", "supplier_of", "system_number"]

_SUPPLEMENT = 2


class Chain(msgspec.Struct, frozen=True):
    """A contract with its addenda, the oldest first; `whole` where the first version is among them."""

    key: str
    deals: tuple[Deal, ...]
    whole: bool

    @property
    def first(self) -> Deal:
        """The first version, or the oldest known."""
        return self.deals[0]

    @property
    def last(self) -> Deal:
        """The newest version that is signed, else the newest."""
        signed = [deal for deal in self.deals if deal.sign_date]
        return signed[-1] if signed else self.deals[-1]


def system_number(text: str | None) -> tuple[str, int | None]:
    """A system number "BIN/YYNNNN/VV" without its version, and the version."""
    parts = (text or "").strip().split("/")
    if len(parts) == 3 and parts[2].isdigit():
        return "/".join(parts[:2]), int(parts[2][:6])
    return (text or "").strip(), None


def _version(deal: Deal) -> int:
    """Where a deal stands in its chain: by the suffix of its number, else addenda after the main contract."""
    version = system_number(deal.contract_number_sys)[1]
    return version if version is not None else int(deal.ref_contract_type_id == _SUPPLEMENT)


def _is_first(deal: Deal) -> bool:
    if deal.root_id and deal.id and deal.root_id == deal.id:
        return True
    return _version(deal) == 0 and deal.ref_contract_type_id != _SUPPLEMENT and not deal.parent_id


def chains(deals: Iterable[Deal]) -> tuple[Chain, ...]:
    """Contracts with their addenda, by the number of the chain: `rootId`, else the system number, else `parentId`."""
    alive = [deal for deal in deals if deal.deleted != 1]
    roots: dict[str, str] = {}
    for deal in alive:
        number_sys = system_number(deal.contract_number_sys)[0]
        if deal.root_id and number_sys:
            roots.setdefault(number_sys, str(deal.root_id))
    grouped: dict[str, dict[int | None, Deal]] = {}
    for deal in alive:
        number_sys = system_number(deal.contract_number_sys)[0]
        key = str(deal.root_id or "") or roots.get(number_sys) or number_sys or str(deal.parent_id or deal.id or "")
        known = grouped.setdefault(key, {})
        place = deal.id if deal.id is not None else -len(known) - 1
        if place not in known or (deal.last_update_date or "") >= (known[place].last_update_date or ""):
            known[place] = deal
    found = []
    for key in sorted(grouped):
        ordered = tuple(sorted(grouped[key].values(), key=lambda deal: (_version(deal), deal.id or 0)))
        found.append(Chain(key, ordered, _is_first(ordered[0])))
    return tuple(found)


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
    signed = moment(first.sign_date) if chain.whole else None
    title = clear_of_persons(joined(last.description_ru) or joined(last.description_kz))
    ends = moment(last.ec_end_date)
    return Contract(
        id=str(first.root_id or first.id or chain.key),
        award_id=award,
        title=title,
        status=ocds_of("contract_statuses", last.ref_contract_status_id),
        status_details=name_of("contract_statuses", last.ref_contract_status_id),
        public_number=system_number(first.contract_number_sys)[0] or joined(first.contract_number),
        method_details=name_of("trade_methods", _known(chain, "fakt_trade_methods_id")),
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


def _known(chain: Chain, name: str) -> Any:
    return next((value for deal in reversed(chain.deals) if (value := getattr(deal, name)) is not None), None)


def _amendment(deal: Deal) -> Amendment:
    grounds: tuple[str | int, ...] = each(deal.ref_amendm_agreem_justif_id)
    return Amendment(
        id=None if deal.id is None else str(deal.id),
        date=moment(deal.sign_date),
        rationale=", ".join(str(ground) for ground in grounds if ground not in (0, "0", "")) or None,
        description=clear_of_persons(joined(deal.description_ru) or joined(deal.description_kz)),
        amended_value=money(deal.contract_sum, deal.ref_currency_code),
    )


def _items(deal: Deal, units: dict[str, Unit]) -> tuple[AwardedItem, ...]:
    return tuple(_item(unit, deal, units) for unit in deal.units or () if unit.deleted != 1)


def _item(unit: DealUnit, deal: Deal, units: dict[str, Unit]) -> AwardedItem:
    codes: tuple[str | int, ...] = _codes(unit.ref_enstru_code)
    plan = unit.plan
    code = next((code for code in codes if code), None) or (plan.ref_enstru_code if plan else None)
    measure = units.get(f"plan:{unit.pln_point_id}") or units.get(f"lot:{unit.lot_id}")
    quantity = unit.quantity if unit.quantity is not None and 0 <= unit.quantity < 10**15 else None
    return AwardedItem(
        id=None if unit.id is None else str(unit.id),
        classification=classification(code, plan.name_ru if plan else None),
        raw_quantity=number(quantity),
        unit=Unit(
            id=measure.id if measure else (str(plan.ref_units_code) if plan and plan.ref_units_code else None),
            name=measure.name if measure else None,
            value=money(_item_price(unit), deal.ref_currency_code),
        ),
        related_lot=str(unit.lot_id) if unit.lot_id else None,
    )


def _codes(codes: Codes) -> tuple[str | int, ...]:
    several: tuple[str | int, ...] = each(codes)
    return several


def _item_price(unit: DealUnit) -> Decimal | None:
    return unit.item_price


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
