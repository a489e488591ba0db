"""KZ-04: single source after a failed purchase that does not open this road.

A failed tender or auction is repeated first (Law No. 106-VIII, art. 15.3; Rules No. 687, p. 279); single source may
follow a repeat to which nobody bid (art. 15.4; p. 500), never one where nobody, or one of several, was admitted
(art. 15.5; p. 280). One bid that fits makes the purchase valid (art. 15.2). A price quotation with exactly one offer
becomes single source with that supplier by itself (art. 15.6; p. 424, 501); without offers, or with fewer than two left
after automatic rejections, it is repeated first (art. 15.7, 15.9; p. 425, 427, 502), and only then art. 16.2(2) opens
single source. A repeated social order that failed opens it whatever the reason (Rules p. 475-476).

Why a purchase failed is in no field: it is told by its bids, known once its results are published. The failed purchase
is the one the announcement names, else the newest of the same plan point.
"""

from __future__ import annotations

from collections.abc import Iterable

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
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.ocds import Release
from watchers.rules import Failure, Rules

_COUNTRY = "KZ"
_AFTER_FAILURE = "single_source_after_failure"
_COUNTED = frozenset({"valid", "disqualified", "pending", None})  # None: the portal rejected it by itself
_OUT = frozenset({"disqualified", None})
_ADMISSION = frozenset({"none_admitted", "one_admitted"})
_WHY_NOT = "why the failed purchase (relatedProcesses) failed is not known"


class _Verdict(msgspec.Struct, frozen=True):
    """What a failed lot lets follow: the rule that decides, the lot, its bids."""

    failed: PastLot
    rule: Failure
    repeat: bool
    bids: int | None
    left: int | None


class AfterFailure(Indicator):
    """Fires when the failed purchase had to be repeated, or when bids to its repeat forbid single source."""

    code = "KZ-04"
    stage = Stage.TENDER
    tier = Tier.A
    weight = 5
    family = Family.METHOD
    needs = ("tender.procurementMethodDetails", "relatedProcesses")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group != _AFTER_FAILURE:
            return NotApplicable("not single source after a failed purchase")
        if context.rules.law.requirement(_COUNTRY, "single_source_decision", purchase.on) is None:
            return NotComputable(f"no rule is known for this method on {purchase.on}")
        if context.history is None:
            return NotComputable("no history at hand")
        return _judge(context.history, context.rules)


def _judge(history: History, rules: Rules) -> Answer:
    unlawful: list[_Verdict] = []
    open_question: NotComputable | NotApplicable | None = None
    for own in {(lot.lot, lot.plan_root): lot for lot in history.own.lots}.values():
        found = _verdict(own, history, rules)
        if not isinstance(found, _Verdict):
            open_question = open_question or found
        elif not found.rule.single_source:
            unlawful.append(found)
    if not unlawful:
        return open_question or (Clear() if history.own.lots else NotComputable("tender.lots is missing"))
    worst = max(unlawful, key=lambda one: (one.repeat, one.bids or 0))
    return _fired(worst, len(unlawful))


def _fired(worst: _Verdict, lots: int) -> Fired:
    bids_forbid = worst.rule.reason in _ADMISSION
    facts = {
        "failed": worst.failed.tender_id,
        "failed_lot": worst.failed.lot,
        "group": worst.failed.group,
        "repeat": worst.repeat,
        "reason": worst.rule.reason,
        "bids": worst.bids,
        "left": worst.left,
        "lots": lots,
    }
    return Fired(
        value=worst.bids or 0 if bids_forbid else 1,
        threshold=0 if bids_forbid else 2,
        unit="bids" if bids_forbid else "times",
        facts=facts,
        norm=Norm(worst.rule.act, worst.rule.clause, worst.rule.checked_on),
    )


def _verdict(own: PastLot, history: History, rules: Rules) -> _Verdict | NotComputable | NotApplicable:
    failed = _failed(own, history.chain())
    if failed is None:
        return NotComputable("relatedProcesses: the purchase that failed is not known")
    repeat = _was_repeat(failed, history.chain())
    if repeat is None:
        return NotComputable("whether the failed purchase (relatedProcesses) was a repeat is not known")
    began = rules.calendar(_COUNTRY).local_date(failed.published_at)
    allowed = rules.law.after_failure(_COUNTRY, failed.group, repeat=repeat, on=began)
    if not allowed:
        if rules.law.requirement(_COUNTRY, "single_source_decision", began) is None:
            return NotApplicable("the purchase that failed was begun under the law before")
        return NotComputable(f"no rule is known for what follows a failed {failed.group}")
    bids, left = _counts(failed, history.repeated())
    rule = allowed.get(_reason(failed, bids, left, repeat=repeat)) or allowed.get("any")
    return NotComputable(_WHY_NOT) if rule is None else _Verdict(failed, rule, repeat, bids, left)


def _failed(own: PastLot, chain: Iterable[PastLot]) -> PastLot | None:
    """The lot that failed: of the purchase that is named, else the newest of the same plan point.

    A plan point may be made anew between the two: then it is the only lot of the purchase that is named, or its only
    one for such a thing.
    """
    before = [lot for lot in chain if lot.competitive]
    if own.parent:
        before = [lot for lot in before if lot.tender_id == own.parent]
    same = [lot for lot in before if own.plan_root and lot.plan_root == own.plan_root]
    if same or not own.parent:
        return same[0] if same else None
    strangers = [lot for lot in before if not (own.plan_root and lot.plan_root)]
    alike = [lot for lot in before if not (own.code and lot.code) or lot.code == own.code]
    return next((lots[0] for lots in (strangers, alike) if len({lot.lot for lot in lots}) == 1), None)


def _was_repeat(failed: PastLot, chain: Iterable[PastLot]) -> bool | None:
    """Whether a purchase was itself a repeat: as it says, or because an earlier one of its plan point failed too."""
    earlier = any(
        lot.plan_root == failed.plan_root
        and lot.competitive
        and lot.published_at < failed.published_at
        and lot.outcome == "unsuccessful"
        for lot in chain
        if failed.plan_root
    )
    if failed.purchase_type == "repeat" or failed.parent or earlier:
        return True
    return False if failed.purchase_type == "first" else None


def _counts(failed: PastLot, releases: Iterable[Release]) -> tuple[int | None, int | None]:
    """How many bid for the failed lot, and how many were left after rejections; None where bids are not known."""
    if failed.decided_at is None:
        return None, None
    for release in releases:
        if release.ocid != failed.ocid or release.bids is None:
            continue
        own = [bid for bid in release.bids.details if not bid.related_lots or failed.lot in map(str, bid.related_lots)]
        counted = [bid for bid in own if bid.status in _COUNTED]
        return len(counted), sum(bid.status not in _OUT for bid in counted)
    if failed.bidders is None:
        return None, None
    return failed.bidders, None if failed.rejected is None else failed.bidders - failed.rejected


def _reason(failed: PastLot, bids: int | None, left: int | None, *, repeat: bool) -> str:
    """Why a purchase failed, in the words of the table of failures; '' if its bids do not tell."""
    if bids is None:
        return ""
    if bids == 0:
        return "no_bids"
    if failed.group == "price_quotation":
        return "one_bid" if bids == 1 else "few_left" if left is not None and left < 2 and not repeat else ""
    if left == 0 or (left is None and bids == 1 and failed.outcome == "unsuccessful"):
        return "none_admitted"
    return "one_admitted" if left == 1 and bids > 1 else ""
