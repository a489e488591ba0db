"""R054: a direct contract grew over the limit up to which it may be signed without competition.

Law No. 106-VIII, art. 16.3(28): a year's volume of 100 MRP of goods, 500 of works or services, 4,000 for the offices of
akims of rural districts, villages and towns of district significance. A contract signed within the limit whose addenda
lead beyond it could not have been signed so. Sums are without tax, as plans are. Where the ground is not in the data,
another one may apply: then it is a pattern only. Growth by tariffs, taxes or a new expert review is left out.
"""

from __future__ import annotations

from datetime import date

from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Family,
    Fired,
    Indicator,
    Norm,
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.contracting import LAWFUL_GROWTH, day_of, first_value, last_value, name_of, signed, steps
from watchers.indicators.procedure import Procedure
from watchers.indicators.scope import code_of, national, plan_points
from watchers.ocds import Contract, Item, Release, Tender
from watchers.rules import Limit, Rules

_GROUND = "16.3(28)"
_NO_LIMIT = NotApplicable("another ground than a small sum: the contract was above its limit from the start")


class DirectContractGrew(Indicator):
    """Fires when addenda carry a small direct contract beyond the limit for small direct contracts."""

    code = "R054"
    stage = Stage.CONTRACT
    tier = Tier.A
    weight = 4
    family = Family.THRESHOLD
    needs = ("contracts.value", "contracts.amendments.amendedValue", "tender.mainProcurementCategory")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        procedure = national(release, context.rules)
        if not isinstance(procedure, Procedure):
            return procedure
        contracts = signed(release)
        if not isinstance(contracts, list):
            return contracts
        direct = [one for one in contracts if _is_direct(one, procedure, context.rules)]
        if not direct:
            return NotApplicable("not a direct contract under the procurement law")
        answers = [_judge(release, one, procedure, context.rules) for one in direct]
        for kind in (Fired, NotComputable, Clear):
            found = next((answer for answer in answers if isinstance(answer, kind)), None)
            if found is not None:
                return found
        return answers[0]


def _is_direct(contract: Contract, procedure: Procedure, rules: Rules) -> bool:
    method = rules.method(procedure.jurisdiction, contract.method_details) or procedure.method
    return method is not None and method.group == "direct" and method.under_law


def _judge(release: Release, contract: Contract, procedure: Procedure, rules: Rules) -> Answer:
    grew = [step for step in steps(contract) if step.after > step.before and not step.grounds & LAWFUL_GROWTH]
    first, last = first_value(contract), last_value(contract)
    if not contract.amendments:
        return Clear()
    if first is None or last is None:
        return NotComputable("contracts.value is missing")
    day = day_of(release, rules, contract.date_signed)
    if day is None:
        return NotComputable("contracts.dateSigned is missing")
    justified = _justification(release)
    ground = rules.law.ground(procedure.jurisdiction, justified, day) if justified else ""
    if (justified and ground != _GROUND) or _one_supplier(contract, rules):
        return NotApplicable("another ground than a small sum")
    limit = _limit(release, procedure, day, rules)
    if not isinstance(limit, Limit):
        return limit
    if first[1] != limit.currency:
        return NotComputable("contracts.value is in another currency than the limit")
    if first[0] > limit.amount:
        return _NO_LIMIT
    if last[0] <= limit.amount or not grew:
        return Clear()
    facts = {
        "first": str(first[0]),
        "multiple": limit.multiple,
        "contract": name_of(contract),
        "addenda": len(contract.amendments),
        "ground_known": bool(ground),
        "category": (release.tender or Tender()).main_procurement_category or "",
    }
    return Fired(
        value=last[0],
        threshold=limit.amount,
        unit=limit.currency,
        facts=facts,
        norm=Norm(limit.act, limit.clause, limit.checked_on),
        tier=Tier.A if ground else Tier.B,
        weight=4 if ground else 3,
    )


def _justification(release: Release) -> str:
    return next((point.justification for _, point in plan_points(release) if point.justification), "")


def _one_supplier(contract: Contract, rules: Rules) -> bool:
    """Whether all of it usually has one supplier: utilities, communications, rent have grounds of their own."""
    codes = [code_of(Item(classification=item.classification)) for item in contract.items]
    return bool(codes) and all(rules.regulated_kind(*code) for code in codes)


def _limit(release: Release, procedure: Procedure, day: date, rules: Rules) -> Limit | NotComputable:
    """The limit that held for this buyer on the day of the signature."""
    buyer, tender = release.buyer, release.tender or Tender()
    names = (buyer.name, buyer.name_ru, buyer.name_kk) if buyer else ()
    rural = any(rules.buyer_kind(procedure.jurisdiction, name) == "rural_akimat" for name in names if name)
    category = tender.main_procurement_category
    if not rural and category not in {"goods", "works", "services"}:
        return NotComputable("tender.mainProcurementCategory is missing")
    name = "direct_rural" if rural else "direct_goods" if category == "goods" else "direct_works_services"
    return rules.limit(procedure.jurisdiction, name, day) or NotComputable(f"no limit is known for {day.year}")
