"""KZ-15: works or services that are set aside for organisations of disabled persons are open to everybody.

The works and services on the list of the Ministry of Labour's order No. 345 are bought from such organisations alone
(Law No. 106-VIII, art. 27.2(2): 100 per cent of the money), and the announcement says so. Of goods on the list it is
half of a year's money, which one announcement does not show. After a failure anybody may be asked (art. 27.5).
"""

from __future__ import annotations

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
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.scope import code_of, features_of, item_text, items_of, printed
from watchers.ocds import Item, Lot, Release
from watchers.rules.things import SetAside, set_aside

_COMPETITIVE = frozenset({"tender", "rating_point", "auction", "price_quotation", "e_shop", "framework"})
_WHOLE = 100


class SetAsideNotUsed(Indicator):
    """Fires when something on the list is announced to everybody at the first attempt."""

    code = "KZ-15"
    stage = Stage.TENDER
    tier = Tier.A
    weight = 2
    family = Family.METHOD
    needs = ("tender.items.classification.id", "tender.mainProcurementCategory")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group not in _COMPETITIVE:
            return NotApplicable("nothing is set aside under this method")
        if purchase.tender.main_procurement_category == "goods":
            return NotApplicable("of goods half of a year's money is set aside, which one purchase does not show")
        if purchase.procedure.purchase_type not in {"", "first"}:
            return NotApplicable("after a failed purchase anybody may be asked")
        found: list[tuple[SetAside, Item, Lot | None]] = []
        unknown = False
        for item, lot in items_of(release):
            scheme, code = code_of(item)
            unknown = unknown or not code
            line = set_aside("KZ", scheme, code, item_text(item, lot), purchase.on) if code else None
            if line and line.share == _WHOLE and "disabledPersonsOnly" not in features_of(release, lot):
                found.append((line, item, lot))
        if found:
            return _fired(found)
        return NotComputable("tender.items.classification is missing") if unknown else Clear()


def _fired(found: list[tuple[SetAside, Item, Lot | None]]) -> Fired:
    line, item, lot = found[0]
    named = item.classification.description if item.classification else None
    facts = {
        "lots": len({one.key if one else "" for _, _, one in found}),
        "lot": printed(lot),
        "code": line.code,
        "name": named or (lot.title if lot else "") or "",
        "source": line.source,
    }
    norm = Norm(line.act, line.clause, line.checked_on)
    return Fired(value=0, threshold=line.share, unit="percent", facts=facts, norm=norm)
