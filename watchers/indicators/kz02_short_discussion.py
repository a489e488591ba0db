"""KZ-02: the preliminary discussion of the draft documents is cut short or left out.

A tender or an auction must be discussed before its documents are approved (Rules No. 687, p. 169, 352); suppliers may
send remarks for two working days from the announcement (p. 170-171, 353-354). Counted by dates, the day of the
announcement left out. A repeat with unchanged documents needs none (p. 167, 350), nor do purchases that are secret.
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
from watchers.indicators.procedure import published
from watchers.ocds import Period, Release
from watchers.rules import Requirement, Rules

_RULE_OF = {"tender": "discussion", "rating_point": "discussion", "auction": "discussion_auction"}


class ShortDiscussion(Indicator):
    """Fires when suppliers get less time to remark on the draft documents than the rules give them."""

    code = "KZ-02"
    stage = Stage.TENDER
    tier = Tier.A
    weight = 3
    family = Family.TERMS
    needs = ("tender.enquiryPeriod.startDate", "tender.enquiryPeriod.endDate")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        name = _RULE_OF.get(purchase.group)
        if name is None:
            return NotApplicable("documents are not discussed under this method")
        discussion = purchase.tender.enquiry_period
        if purchase.procedure.purchase_type == "repeat" and (discussion is None or discussion.end is None):
            return NotApplicable("a repeat with unchanged documents is not discussed again")
        rule = context.rules.law.requirement("KZ", name, purchase.on)
        if rule is None:
            return NotComputable(f"no rule is known for this method on {purchase.on}")
        return _count(release, purchase, discussion, rule, context.rules)


def _count(release: Release, purchase: UnderLaw, discussion: Period | None, rule: Requirement, rules: Rules) -> Answer:
    calendar = rules.calendar(purchase.procedure.jurisdiction)
    announced = published(release)
    first, end = announced, discussion.end if discussion else None
    left_out = discussion is not None and not (discussion.start or end)  # the source says that there are no dates
    if discussion is not None and discussion.start is not None:
        first = min(announced or discussion.start, discussion.start)
    if end is None:
        bidding = purchase.tender.tender_period.start if purchase.tender.tender_period else None
        end = bidding or (first if left_out else None)  # it cannot have lasted longer than until bids were taken
    if end is None or first is None:
        return NotComputable("tender.enquiryPeriod.endDate is missing")
    if end < first:
        return NotComputable("tender.enquiryPeriod.endDate is before its startDate")
    days = 0 if left_out else calendar.working_days(first, end)
    if days >= rule.value:
        return Clear() if discussion and discussion.end else NotComputable("tender.enquiryPeriod.endDate is missing")
    confirmed = calendar.confirmed(first.year) and calendar.confirmed(end.year)
    return Fired(
        value=days,
        threshold=int(rule.value),
        unit=rule.unit,
        facts={
            "group": purchase.group,
            "left_out": left_out,
            "start": first.isoformat(),
            "end": end.isoformat(),
            "calendar_confirmed": confirmed or left_out,
        },
        norm=Norm(rule.act, rule.clause, rule.checked_on),
        tier=Tier.A if confirmed or left_out else Tier.B,
    )
