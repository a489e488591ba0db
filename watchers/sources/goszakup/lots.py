"""Lots, the things in them and the plan points they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from watchers.ocds import Address, Classification, Item, Lot, Organization, PlanPoint, Unit, number
from watchers.sources.goszakup import model
from watchers.sources.goszakup.codes import known, method_id, name_of, ocds_of, unit_code
from watchers.sources.goszakup.enstru import code_by_name
from watchers.sources.goszakup.methods import lot_method, lot_number, method_name, planned_method
from watchers.sources.goszakup.model import codes_of
from watchers.sources.goszakup.parts import joined, moment, money, places, shown

__all__ = [
    "classification", "common_place", "items_of", "lot_features", "lot_of", "lot_status", "plan_point", "plans_of",
    "unit",
]  # fmt: skip

_ENSTRU = re.compile(r"\d{6}\.\d{3}\.\d{6}", re.ASCII)
_CENT = Decimal("0.01")
_LONGEST_UNIT = 8


def lot_status(lot: model.Lot) -> str | None:
    """What a lot's status is in OCDS."""
    return ocds_of("lot_statuses", _status_id(lot))


def _status_id(lot: model.Lot) -> int | None:
    return lot.ref_lot_status_id or (lot.ref_lots_status.id if lot.ref_lots_status else None)


def lot_features(lot: model.Lot) -> tuple[str, ...]:
    """Words for what is special about a lot."""
    found = (
        ("singleOrganiser", lot.singl_org_sign == 1),
        ("disabledPersonsOnly", bool(lot.disable_person_id)),
        ("lightIndustry", lot.is_light_industry == 1),
        ("constructionWork", lot.is_construction_work == 1),
        ("dumpingRules", lot.dumping == 1),
        ("united", lot.union_lots == 1 or lot_number(lot.lot_number).united),
        ("designDocuments", lot.psd_sign == 1),
        ("preparesDesign", lot.psd_sign == 2),
        ("consulting", lot.consulting_services == 1),
    )
    return tuple([word for word, holds in found if holds])


def lot_of(lot: model.Lot, status: str | None, customer: Organization | None, method: int | str | None) -> Lot:
    """One lot; `method` is the announcement's, for a lot that does not say its own."""
    title_ru, title_kk = shown(lot.name_ru), shown(lot.name_kz)
    text_ru, text_kk = shown(lot.description_ru), shown(lot.description_kz)
    said = shown(lot.ref_lots_status.name_ru) if lot.ref_lots_status else None
    return Lot(
        id=None if lot.id is None else str(lot.id),
        title=title_ru or title_kk,
        title_ru=title_ru,
        title_kk=title_kk,
        description=text_ru or text_kk,
        description_ru=text_ru,
        description_kk=text_kk,
        status=status,
        status_details=name_of("lot_statuses", _status_id(lot), said),
        value=money(lot.amount),
        public_number=shown(lot.lot_number),
        method_details=method_name(lot_method(lot) or method),
        planned_method_details=method_name(planned_method(lot)),
        features=lot_features(lot),
        customer=customer,
    )


def classification(code: str | int | None, name: str | None, description: str | None = None) -> Classification | None:
    """A code of ENS TRU; where none is known, the one that alone has this name and description."""
    plain = str(code).strip() if code else ""
    if not _ENSTRU.fullmatch(plain):
        plain = code_by_name(name, description)
    return Classification(scheme="ENSTRU", id=plain, description=shown(name)) if plain else None


def plans_of(lot: model.Lot, loose: tuple[model.Plan, ...], *, alone: bool) -> tuple[model.Plan, ...]:
    """The plan points of a lot: its own, else those of the announcement that it names, or all if it is the only lot."""
    if lot.plans:
        return tuple(sorted(lot.plans, key=lambda plan: plan.id or 0))
    if not loose:
        return ()
    named = {str(point) for point in codes_of(lot.point_list)}
    root = lot_number(lot.lot_number).plan_root
    own = [
        plan for plan in loose if str(plan.id) in named or (root and root in {str(plan.rootrecord_id), str(plan.id)})
    ]
    if not own and alone:
        own = list(loose)
    return tuple(sorted(own, key=lambda plan: plan.id or 0))


def items_of(lot: model.Lot, plans: tuple[model.Plan, ...], elsewhere: tuple[Address, ...]) -> Iterator[Item]:
    """One item a plan point; one for the whole lot where none is known. `elsewhere`: the announcement's places."""
    key = None if lot.id is None else str(lot.id)
    lot_places = places(lot.pln_point_kato_list) or elsewhere
    if not plans:
        yield _whole(lot, key, lot_places)
        return
    alone = len(plans) == 1
    for place, plan in enumerate(plans, 1):
        yield _planned_item(
            lot, plan, f"{key or 'lot'}-{plan.id or place}", places(None, plan.plans_kato) or lot_places, alone=alone
        )


def common_place(several: tuple[Address, ...]) -> Address | None:
    """The one address of several places: what they share. Several regions name none, one of them would be a guess."""
    if len(several) < 2:
        return several[0] if several else None
    codes = {place.region_code for place in several}
    if len(codes) != 1 or codes == {None}:
        return None
    regions = {place.region for place in several}
    return Address(
        country_name=several[0].country_name,
        region=several[0].region if len(regions) == 1 else None,
        region_code=several[0].region_code,
    )


def _whole(lot: model.Lot, key: str | None, where: tuple[Address, ...]) -> Item:
    united = lot.union_lots == 1 or lot_number(lot.lot_number).united
    count = lot.count if lot.count and lot.count > 0 and not united else None
    text_ru = shown(lot.name_ru, lot.description_ru)
    text_kk = shown(lot.name_kz, lot.description_kz)
    return Item(
        id=key,
        description=text_ru or text_kk,
        description_ru=text_ru,
        description_kk=text_kk,
        classification=None if united else classification(None, lot.name_ru, lot.description_ru),
        raw_quantity=number(count),
        unit=unit(None, None, _price(lot.amount, count)),
        related_lot=key,
        delivery_address=common_place(where),
        delivery_addresses=where if len(where) > 1 else (),
    )


def _price(amount: Decimal | None, count: Decimal | None) -> Decimal | None:
    """What one costs by the whole; the portal rounds to the tiyn."""
    if amount is None or not count or amount <= 0:
        return None
    return (amount / count).quantize(_CENT) if amount < 10**15 else None


def _code(code: str | int | None) -> str:
    plain = str(code).strip() if code else ""
    return plain if len(plain) <= _LONGEST_UNIT else ""


def unit(code: str | int | None, named: model.Named | None, price: Decimal | None) -> Unit | None:
    """A unit of measure with the price of one; its name also tells its code. None if nothing is known."""
    plain = _code(code)
    if not plain and named is not None:
        plain = _code(named.code) or unit_code(named.name_ru) or unit_code(named.name_kz)
    row = known("units", plain) if plain else None
    name = row.name_ru if row else (shown(named.name_ru) if named else None)
    if not plain and not name and price is None:
        return None
    return Unit(id=plain or None, name=name, value=money(price))


def _planned_item(lot: model.Lot, plan: model.Plan, key: str, where: tuple[Address, ...], *, alone: bool) -> Item:
    thing = plan.ref_enstru or model.Named()
    name_ru, name_kk = plan.name_ru or thing.name_ru or lot.name_ru, plan.name_kz or thing.name_kz or lot.name_kz
    short_ru = plan.desc_ru or (lot.description_ru if alone else None)
    short_kk = plan.desc_kz or (lot.description_kz if alone else None)
    text_ru = shown(name_ru, short_ru, plan.extra_desc_ru)
    text_kk = shown(name_kk, short_kk, plan.extra_desc_kz)
    count = plan.count if plan.count is not None else (lot.count if alone else None)
    price = plan.price if plan.price is not None else (_price(lot.amount, count) if alone else None)
    return Item(
        id=key,
        description=text_ru or text_kk,
        description_ru=text_ru,
        description_kk=text_kk,
        classification=classification(plan.ref_enstru_code or thing.code, thing.name_ru or name_ru, short_ru),
        raw_quantity=number(count if count is not None and 0 <= count < 10**15 else None),
        unit=unit(plan.ref_units_code, plan.ref_units, price),
        related_lot=None if lot.id is None else str(lot.id),
        delivery_address=common_place(where),
        delivery_addresses=where if len(where) > 1 else (),
        plan_point=plan_point(plan),
    )


def plan_point(plan: model.Plan) -> PlanPoint | None:
    """The line of the annual plan; None where only the name of the thing is known."""
    if plan.id is None and plan.rootrecord_id is None and plan.price is None and plan.ref_trade_methods_id is None:
        return None
    act, month = plan.plan_acts, plan.ref_months_id
    ground = plan.ref_justification
    return PlanPoint(
        id=None if plan.id is None else str(plan.id),
        root_id=str(plan.rootrecord_id) if plan.rootrecord_id else None,
        year=plan.pln_point_year if plan.pln_point_year and 2000 <= plan.pln_point_year < 2100 else None,
        month=month if month is not None and 1 <= month <= 12 else None,
        method=method_name(method_id(plan.ref_trade_methods_id, plan.ref_trade_methods)),
        justification=(shown(ground.name_ru) if ground else None)
        or (str(plan.ref_justification_id) if plan.ref_justification_id else None),
        status_details=(shown(plan.ref_pln_point_status.name_ru) if plan.ref_pln_point_status else None)
        or (str(plan.ref_pln_point_status_id) if plan.ref_pln_point_status_id else None),
        value=money(plan.amount),
        prepayment=plan.prepayment,
        delivery_term=shown(joined(plan.supply_date_ru) or joined(plan.supply_date_kz)),
        created=moment(plan.date_create),
        approved=moment(act.date_approved) if act else None,
        quasi_state=plan.is_qvazi == 1,
        funding=shown(plan.ref_finsource.name_ru) if plan.ref_finsource else None,
        programme=_programme(plan),
    )


def _programme(plan: model.Plan) -> str | None:
    """The budget programmes that pay, as "administrator/programme"; None where the plan names none."""
    lines = {f"{one.abp_code or ''}/{one.fkrb_program_code}" for one in plan.plans_spec or () if one.fkrb_program_code}
    return ", ".join(sorted(lines)) or None
