"""KZ-17: construction is announced without an estimate approved by experts.

The tender documents of construction must hold the approved design and estimate with the positive conclusion of the
expert review (Rules No. 687, p. 26 and 119). They may hang on the plan point, which the data do not show: so this is a
pattern only. Left out: turnkey construction, current repair, designs, and lots whose sign says that designs exist.
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
from watchers.indicators.construction import construction_lots, is_turnkey
from watchers.indicators.files import has_kind, not_settled
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.scope import features_of, printed
from watchers.ocds import Release

_GROUPS = frozenset({"tender", "rating_point"})
_TYPES = frozenset({"x_design"})
_KINDS = frozenset({"estimate"})


class NoEstimate(Indicator):
    """Fires when none of the files of a construction tender is a design, an estimate or its expert review."""

    code = "KZ-17"
    stage = Stage.TENDER
    tier = Tier.B
    weight = 2
    family = Family.HIDING
    needs = ("tender.features", "tender.documents.documentType")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group not in _GROUPS or is_turnkey(purchase):
            return NotApplicable("not a tender that needs an approved estimate")
        lots = construction_lots(release)
        if not lots:
            return NotApplicable("no construction works")
        rule = context.rules.law.requirement("KZ", "construction_estimate", purchase.on)
        if rule is None:
            return NotComputable(f"no rule is known for the estimate on {purchase.on}")
        documents = purchase.tender.documents
        if any(has_kind(one, _TYPES, _KINDS) for one in documents):
            return Clear()
        bare = [lot for _, lot in lots if "designDocuments" not in features_of(release, lot)]
        if not bare:
            return Clear()
        early = not_settled(release, context)
        if early is not None:
            return early
        facts = {"files": len(documents), "lots": len(bare), "lot": printed(bare[0])}
        norm = Norm(rule.act, rule.clause, rule.checked_on)
        return Fired(value=0, threshold=int(rule.value), unit="documents", facts=facts, norm=norm)
