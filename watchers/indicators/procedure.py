"""What kind of procedure a release is: whose law, which method, first or repeat, announced when."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from watchers.indicators.base import NotApplicable
from watchers.indicators.memory import per_release
from watchers.ocds import Release, Tender, Value, parse_datetime
from watchers.rules import BaseAmount, Method, Rules

__all__ = [
    "COMMISSION", "COMPETITIVE", "Procedure", "announced_on", "base_of_year", "competitive", "excluded",
    "planned_value", "procedure_of", "published",
]  # fmt: skip

COMPETITIVE = frozenset({"tender", "rating_point", "auction", "price_quotation", "e_shop", "social_order", "framework"})
"""Method groups of Kazakhstan in which suppliers compete (Law No. 106-VIII, art. 10.2)."""

COMMISSION = frozenset({"tender", "auction", "social_order", "framework", "catering"})
"""Method groups of Kazakhstan in which a commission admits and rejects bidders (Rules No. 687, p. 202, 384, 458). None
sits in a rating-point tender (p. 291), for price quotations (p. 419, 426) and in the electronic shop (p. 435)."""

_DEAD = frozenset({"cancelled", "withdrawn"})
_CANCELLED = NotApplicable("the tender is cancelled")
_NO_TENDER = NotApplicable("the release has no tender")


class Procedure(msgspec.Struct, frozen=True):
    """Where and how something is bought. `method` is None if its name is not in the tables of `jurisdiction`.

    A body that the Law does not bind (the release has the feature `quasiState`) may use the names of the Law's methods:
    its method is then not `under_law`.
    """

    jurisdiction: str
    method: Method | None
    purchase_type: str

    @property
    def group(self) -> str:
        """The method's group, '' if unknown."""
        return self.method.group if self.method else ""


@per_release
def procedure_of(release: Release, rules: Rules) -> Procedure:
    """Tell the procedure from the buyer's register, `procurementMethodDetails` and `procurementMethodRationale`."""
    tender = release.tender or Tender()
    jurisdiction = rules.jurisdiction(release)
    method = rules.method(jurisdiction, tender.procurement_method_details)
    if method is not None and "quasiState" in tender.features:
        method = msgspec.structs.replace(method, under_law=False)
    return Procedure(
        jurisdiction,
        method,
        rules.purchase_type(jurisdiction, tender.procurement_method_rationale),
    )


def competitive(release: Release, rules: Rules) -> bool:
    """Whether suppliers compete under the method; True where it is not known."""
    procedure, tender = procedure_of(release, rules), release.tender or Tender()
    if procedure.method is not None:
        return procedure.group in COMPETITIVE
    return tender.procurement_method not in {"direct", "limited"}


def excluded(release: Release) -> NotApplicable | None:
    """What no indicator judges: a release without a tender, a cancelled tender."""
    if release.tender is None:
        return _NO_TENDER
    return _CANCELLED if release.tender.status in _DEAD else None


@per_release
def published(release: Release) -> datetime | None:
    """When the tender was announced: its own date, else the release's, but never after bids were first accepted."""
    tender = release.tender or Tender()
    own = parse_datetime(tender.date_published) if tender.date_published else None
    if own is not None:
        return own
    start = tender.tender_period.start if tender.tender_period else None
    known = [moment for moment in (release.released, start) if moment is not None]
    return min(known, default=None)


def announced_on(release: Release, rules: Rules, jurisdiction: str) -> date | None:
    """The local date of the announcement: the day whose law, MRP and calendar hold."""
    moment = published(release)
    return None if moment is None else rules.calendar(jurisdiction).local_date(moment)


def base_of_year(release: Release, rules: Rules, jurisdiction: str) -> BaseAmount | None:
    """The base amount (MRP) that measures a purchase: that of its first financial year, else of its announcement."""
    day = announced_on(release, rules, jurisdiction)
    years = [year for year in release.tender.budget_years if 1990 <= year < 2200] if release.tender else []
    if years and (day is None or day.year != min(years)):
        day = date(min(years), 1, 1)
    return None if day is None else rules.base_amount(jurisdiction, day)


def planned_value(release: Release, lot: str = "") -> Value | None:
    """The planned value of a lot, or of the whole tender."""
    tender = release.tender or Tender()
    if not lot:
        return tender.value
    return next((known.value for known in tender.lots if known.key == lot), None)
