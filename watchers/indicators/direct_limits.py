"""Which limit in money a purchase by its method has: price quotations, the electronic shop, small direct contracts."""

from __future__ import annotations

from watchers.indicators.base import NotApplicable, NotComputable
from watchers.indicators.lawful import UnderLaw
from watchers.ocds import Organization, Release
from watchers.rules import Rules

__all__ = ["limit_name", "limit_of_buyer"]

_OF_GROUP = {"price_quotation": "price_quotation", "e_shop": "e_shop"}
_SMALL = "16.3(28)"
_OF_CATEGORY = {"goods": "direct_goods", "works": "direct_works_services", "services": "direct_works_services"}


def limit_name(release: Release, purchase: UnderLaw, rules: Rules) -> str | NotApplicable | NotComputable:
    """The name of the limit in the table of thresholds, or why there is none or it cannot be told.

    A direct contract has one only on the ground of small yearly volumes (Law No. 106-VIII, art. 16.3(28)); it is higher
    for the offices of akims of villages and of towns of district significance. Whether a town is one its name does not
    say.
    """
    if purchase.group in _OF_GROUP:
        return _OF_GROUP[purchase.group]
    if purchase.group != "direct":
        return NotApplicable("no limit in money is set for this method")
    texts = [point.justification for item in purchase.tender.items if (point := item.plan_point)]
    stated = [text for text in texts if text]
    if not stated:
        return NotComputable("tender.items.planPoint.justification is missing")
    country = purchase.procedure.jurisdiction
    if any(rules.law.ground(country, text, purchase.on) != _SMALL for text in stated):
        return NotApplicable("another ground of a direct contract, without a limit in money")
    return limit_of_buyer(release, purchase, rules)


def limit_of_buyer(release: Release, purchase: UnderLaw, rules: Rules) -> str | NotComputable:
    """The limit of a direct contract on the ground of small volumes, whatever ground is stated."""
    name = _name(release.buyer) or _name(purchase.tender.procuring_entity)
    kind = rules.buyer_kind(purchase.procedure.jurisdiction, name)
    if kind == "rural_akimat":
        return "direct_rural"
    if kind == "akimat" and any(stem in name.casefold() for stem in ("город", "қала")):
        return NotComputable("buyer.name does not say whether the town is of district significance")
    category = purchase.tender.main_procurement_category or ""
    return _OF_CATEGORY.get(category) or NotComputable("tender.mainProcurementCategory is missing")


def _name(organization: Organization | None) -> str:
    return (organization.name_ru or organization.name or organization.name_kk or "") if organization else ""
