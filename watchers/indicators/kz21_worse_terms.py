"""KZ-21: announced again on other terms than those under which it failed.

A repeat is known by the publisher's link or by the plan point. Compared with the purchase it repeats: the sum (ten
percent up), the term of delivery (thirty percent down), the texts of the lots where the short time of a repeat with
unchanged documents was used (fewer than four words in five the same), and the time for bids with the legal minimum of
a repeat (Rules No. 687, p. 167, 350). Only a longer term of the contract may differ in such a repeat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import msgspec

from watchers.history import History, PastLot
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
from watchers.indicators.delivery_terms import read_term
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.past import best, history_of, told
from watchers.indicators.scope import item_text, lots_by_key
from watchers.ocds import Release, Tender
from watchers.rules import Rules, Window

_UNKNOWN = NotComputable("no earlier purchase that relatedProcesses or a plan point lead to is known")
_FIRST = NotApplicable("not a repeat")
_FAILED = frozenset({"unsuccessful", "cancelled"})
_TENTH = Decimal("0.1")
_ORDER = ("window", "documents", "amount", "delivery")


class _Worse(msgspec.Struct, frozen=True):
    """One term that is worse than before: `value` against `threshold`, what it was and what it is."""

    what: str
    value: Decimal
    threshold: Decimal
    unit: str
    before: str
    after: str


class _Pair(msgspec.Struct, frozen=True):
    """A lot and what it repeats, with the texts and the term of delivery of both."""

    lot: PastLot
    earlier: PastLot
    text: str
    earlier_text: str
    days: int | None
    earlier_days: int | None


class WorseTerms(Indicator):
    """Fires when a repeat asks for more, or gives less, than the purchase that failed."""

    code = "KZ-21"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 3
    family = Family.TERMS
    needs = ("relatedProcesses.identifier", "tender.items.planPoint.rootId")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """Percents: `amount` up, `delivery` down, `alike` words of the texts below which they are other texts."""

        amount: Decimal = Decimal(10)
        delivery: Decimal = Decimal(30)
        alike: Decimal = Decimal(80)

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        history = history_of(context)
        if isinstance(history, NotComputable):
            return history
        own = history.own.lots
        parents = {lot.parent for lot in own if lot.parent}
        chain = [row for row in history.chain() if row.tender_id in parents or row.outcome in _FAILED]
        if not chain:
            repeats = parents or purchase.procedure.purchase_type not in {"", "first"}
            return _UNKNOWN if repeats else _FIRST
        earlier = next((one for one in history.repeated() if one.ocid == chain[0].ocid), None)
        if earlier is None:
            return _UNKNOWN
        pairs = list(_pairs(release, earlier, own, [row for row in chain if row.ocid == earlier.ocid]))
        worse = list(self._worse(pairs, history, purchase, context.rules))
        return _fired(worse, chain, purchase, context.rules) if worse else Clear()

    def _worse(self, pairs: list[_Pair], history: History, purchase: UnderLaw, rules: Rules) -> Iterator[_Worse]:
        settings = self.settings
        days, first, repeat = _windows(purchase, history, rules)
        if repeat is not None and days is not None and days < repeat.minimum:
            yield _Worse("window", Decimal(days), Decimal(repeat.minimum), "working_days", "", str(days))
        short = first is not None and repeat is not None and first.minimum > repeat.minimum
        unchanged = short and (
            _undiscussed(purchase.tender) or (days is not None and days < (first.minimum if first else 0))
        )
        for pair in pairs:
            alike = _alike(pair.earlier_text, pair.text) if unchanged else None
            if alike is not None and alike < settings.alike:
                yield _Worse("documents", alike, settings.alike, "percent", "", "")
            up = _change(pair.earlier.amount, pair.lot.amount)
            if up is not None and up >= settings.amount:
                before, after = str(pair.earlier.amount), str(pair.lot.amount)
                yield _Worse("amount", up.quantize(_TENTH), settings.amount, "percent", before, after)
            down = _change(pair.earlier_days, pair.days)
            if down is not None and -down >= settings.delivery:
                before, after = str(pair.earlier_days), str(pair.days)
                yield _Worse("delivery", (-down).quantize(_TENTH), settings.delivery, "percent", before, after)


def _pairs(release: Release, earlier: Release, own: tuple[PastLot, ...], rows: list[PastLot]) -> Iterator[_Pair]:
    """Each lot with the one it repeats: of the same plan point, else the only one with its code, else the only one."""
    texts, before = _texts(release), _texts(earlier)
    terms, terms_before = _terms(release), _terms(earlier)
    for lot in own:
        same = [row for row in rows if lot.plan_root and row.plan_root == lot.plan_root]
        same = same or [row for row in rows if lot.code and row.code == lot.code]
        same = same or (rows if len(own) == 1 else [])
        if len(same) == 1:
            row = same[0]
            yield _Pair(
                lot, row, texts.get(lot.lot, ""), before.get(row.lot, ""), terms.get(lot.lot), terms_before.get(row.lot)
            )


def _texts(release: Release) -> dict[str, str]:
    lots = lots_by_key(release)
    found: dict[str, list[str]] = {}
    for item in release.tender.items if release.tender else ():
        key = "" if item.related_lot is None else str(item.related_lot)
        found.setdefault(key, []).append(item_text(item, lots.get(key)))
    return {key: " ".join(texts) for key, texts in found.items()}


def _terms(release: Release) -> dict[str, int]:
    """The days of delivery of each lot that has them."""
    found: dict[str, int] = {}
    for item in release.tender.items if release.tender else ():
        point = item.plan_point
        term = read_term(point.delivery_term, point.year or date.max.year) if point and point.delivery_term else None
        if term is not None and term.days is not None and not term.on_request:
            found["" if item.related_lot is None else str(item.related_lot)] = term.days
    return found


def _change(before: Decimal | int | None, after: Decimal | int | None) -> Decimal | None:
    """By how many percent something grew; None if either is not known."""
    if before is None or after is None or before <= 0 or after <= 0:
        return None
    return (Decimal(after) - Decimal(before)) / Decimal(before) * 100


def _alike(before: str, after: str) -> Decimal | None:
    """How many words in a hundred two texts share; None if either is empty."""
    one, other = Counter(before.casefold().split()), Counter(after.casefold().split())
    together = one.total() + other.total()
    if not one or not other:
        return None
    return (Decimal(200 * (one & other).total()) / together).quantize(_TENTH)


def _undiscussed(tender: Tender) -> bool:
    return tender.enquiry_period is None or tender.enquiry_period.end is None


def _windows(purchase: UnderLaw, history: History, rules: Rules) -> tuple[int | None, Window | None, Window | None]:
    """Working days from the announcement to the deadline, the minimum of a first purchase and of a repeat."""
    if purchase.procedure.purchase_type != "repeat":
        return None, None, None
    period = purchase.tender.tender_period
    end = period.end if period else None
    days = None if end is None else rules.calendar("KZ").working_days(history.moments.announced, end)
    first, repeat = (rules.window("KZ", purchase.group, repeat=again, on=purchase.on) for again in (False, True))
    return days, first, repeat


def _fired(worse: list[_Worse], chain: list[PastLot], purchase: UnderLaw, rules: Rules) -> Answer:
    main = min(worse, key=lambda one: _ORDER.index(one.what))
    repeat = rules.window("KZ", purchase.group, repeat=True, on=purchase.on)
    first = rules.window("KZ", purchase.group, repeat=False, on=purchase.on)
    bound = repeat is not None and (main.what == "window" or (first is not None and first.clause != repeat.clause))
    return best(
        [
            Fired(
                value=main.value,
                threshold=main.threshold,
                unit=main.unit,
                facts={
                    "what": main.what,
                    "before": main.before,
                    "after": main.after,
                    "currency": chain[0].currency,
                    "all": sorted({one.what for one in worse}),
                    "outcome": chain[0].outcome,
                    "earlier": told(chain[:1], rules, "KZ"),
                },
                norm=Norm(repeat.act, repeat.clause, repeat.checked_on) if bound and repeat else None,
            )
        ],
        _FIRST,
    )
