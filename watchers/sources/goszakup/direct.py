"""Contracts that are known without an announcement. Above all direct ones (`trdBuyId` 0), which never had one.

A direct contract is a release of its own, named by the contract's system number; its call is taken as published when
it was signed, because that is when the portal shows it. A contract whose announcement was not read is named by that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from watchers.ocds import Award, Contract, Item, Organization, Release, Tender, Unit, Value, number
from watchers.sources.goszakup.chains import Chain, chains, system_number
from watchers.sources.goszakup.codes import method_id, ocds_of
from watchers.sources.goszakup.deals import award_of_chain, code_of, contract_of, supplier_of, unit_of
from watchers.sources.goszakup.identity import GOSZAKUP, ocid_of
from watchers.sources.goszakup.lots import classification, common_place, plan_point
from watchers.sources.goszakup.methods import method_name
from watchers.sources.goszakup.model import Records
from watchers.sources.goszakup.parties import Participants, merge_parties
from watchers.sources.goszakup.parts import moment, money, places, shown, years_of

__all__ = ["direct_release"]


def direct_release(records: Records, measures: Mapping[str, Unit]) -> Release:
    """One release of the contracts in `records`: those of one purchase. Raises ValueError if there are none.

    `measures`: units of measure by ENS TRU code, for lines whose plan point is not known.
    """
    units = {f"code:{code}": unit for code, unit in measures.items()}
    found = chains(records.deals or ())
    if not found:
        raise ValueError("neither an announcement nor a contract")
    people, chain = Participants(records), found[0]
    first = chain.first
    printed = system_number(first.contract_number_sys)[0] or f"contract-{first.root_id or first.id}"
    direct = not first.trd_buy_id
    if not direct and first.trd_buy_number_anno:
        printed = first.trd_buy_number_anno
    customer = _customer(chain, people)
    contracts, awards, suppliers = _concluded(found, people, units, direct=direct)
    changed = max(filter(None, (moment(one.last.last_update_date) for one in found)), default=None)
    changed = changed or moment(chain.last.sign_date)
    parties = [one for one in (customer, *suppliers) if one is not None]
    return Release(
        ocid=ocid_of(GOSZAKUP, printed),
        id=f"{printed}-{changed}" if changed else printed,
        date=changed,
        tag=("compiled",),
        language="ru",
        buyer=customer,
        parties=merge_parties(parties),
        tender=_call(chain, contracts[0], customer, printed, units, direct=direct),
        awards=tuple(awards),
        contracts=tuple(contracts),
    )


def _customer(chain: Chain, people: Participants) -> Organization | None:
    first = chain.first
    number_sys = system_number(first.contract_number_sys)[0].partition("/")[0]
    named = people.party(first.customer_bin or number_sys, first.customer_id, roles=("buyer",))
    return named if named.key else None


def _concluded(
    found: tuple[Chain, ...], people: Participants, units: dict[str, Unit], *, direct: bool
) -> tuple[list[Contract], list[Award], list[Organization]]:
    contracts, awards, suppliers = [], [], []
    for chain in found:
        supplier = supplier_of(chain, people)
        if supplier is not None:
            suppliers.append(supplier)
            awards.append(award_of_chain(chain, supplier, value=direct))
        contracts.append(contract_of(chain, str(awards[-1].id) if supplier is not None else None, units))
    return contracts, awards, suppliers


def _call(
    chain: Chain,
    contract: Contract,
    customer: Organization | None,
    printed: str,
    units: dict[str, Unit],
    *,
    direct: bool,
) -> Tender:
    first = chain.first
    method = method_id(first.fakt_trade_methods_id, first.fakt_trade_methods)
    title_ru, title_kk = shown(first.description_ru), shown(first.description_kz)
    mapped = ocds_of("trade_methods", method) if isinstance(method, int) else None
    return Tender(
        id=printed if direct else str(first.trd_buy_id),
        title=title_ru or title_kk,
        title_ru=title_ru,
        title_kk=title_kk,
        status="cancelled" if contract.status == "cancelled" else "complete",
        value=(_planned(chain) or contract.value) if direct else None,
        procurement_method=mapped or ("direct" if direct and method is None else None),
        procurement_method_details=method_name(method),
        main_procurement_category=ocds_of("subject_types", first.ref_subject_type_id),
        date_published=(contract.date_signed or moment(first.crdate)) if direct else None,
        procuring_entity=customer,
        items=tuple(_items(chain, units)) if direct else (),
        budget_years=years_of(first.fin_year),
    )


def _planned(chain: Chain) -> Value | None:
    """The planned sum, where every line of the contract names its plan point."""
    units = [unit for unit in chain.first.units or () if unit.deleted != 1]
    amounts = [unit.plan.amount if unit.plan else None for unit in units]
    known = [amount for amount in amounts if amount is not None]
    return money(sum(known, Decimal(0))) if known and len(known) == len(amounts) else None


def _items(chain: Chain, units: dict[str, Unit]) -> Iterator[Item]:
    for unit in chain.first.units or ():
        if unit.deleted == 1:
            continue
        plan = unit.plan
        where = places(None, plan.plans_kato) if plan else ()
        text_ru = shown(plan.name_ru, plan.desc_ru, plan.extra_desc_ru) if plan else None
        text_kk = shown(plan.name_kz, plan.desc_kz, plan.extra_desc_kz) if plan else None
        quantity = unit.quantity
        yield Item(
            id=None if unit.id is None else str(unit.id),
            description=text_ru or text_kk,
            description_ru=text_ru,
            description_kk=text_kk,
            classification=classification(
                code_of(unit), plan.name_ru if plan else None, plan.desc_ru if plan else None
            ),
            raw_quantity=number(quantity if quantity is not None and 0 <= quantity < 10**15 else None),
            unit=unit_of(unit, chain.first, units),
            delivery_address=common_place(where),
            delivery_addresses=where if len(where) > 1 else (),
            plan_point=plan_point(plan) if plan else None,
        )
