"""R005: key documents are missing.

Kazakhstan: what is bought must be described in the documents that are published with the announcement (Law No.
106-VIII, art. 12.3; Rules No. 687, p. 411(6) puts the specification inside the draft contract). One of a technical
specification, tender or auction documents and a draft contract is enough. Nothing is said before an hour has passed. A
file whose name speaks of secrecy is told as a fact of its own: it may be lawful. Elsewhere the same is a pattern only.
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
from watchers.indicators.files import has_kind, kinds_of_name, not_settled
from watchers.indicators.lawful import UnderLaw, under_law
from watchers.indicators.procedure import excluded, procedure_of
from watchers.indicators.scope import code_of
from watchers.ocds import Document, Release, Tender
from watchers.rules.things import code_kinds

_TYPES = frozenset({"technicalSpecifications", "biddingDocuments", "contractDraft"})
_KINDS = frozenset({"specification", "bidding_documents", "contract_draft"})
_WITH_DOCUMENTS = frozenset({
    "tender", "rating_point", "auction", "price_quotation", "social_order", "catering", "framework",
})  # fmt: skip
_CLOSED = "x_nonDisclosure"
_TOLD = 3


class KeyDocuments(Indicator):
    """Fires when nothing that describes the purchase is among the files, or a file says it is closed."""

    code = "R005"
    stage = Stage.TENDER
    tier = Tier.A
    weight = 4
    family = Family.HIDING
    needs = ("tender.documents.documentType", "tender.datePublished")

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        if not context.rules.has_windows(procedure_of(release, context.rules).jurisdiction):
            return _judge(release, context, None)
        purchase = under_law(release, context.rules)
        if not isinstance(purchase, UnderLaw):
            return purchase
        if purchase.group not in _WITH_DOCUMENTS:
            return NotApplicable("the documents belong to another purchase, or none are published under this method")
        rule = context.rules.law.requirement("KZ", "key_documents", purchase.on)
        if rule is None:
            return NotComputable(f"no rule is known for the documents on {purchase.on}")
        return _judge(release, context, Norm(rule.act, rule.clause, rule.checked_on))


def _judge(release: Release, context: Context, norm: Norm | None) -> Answer:
    documents = (release.tender or Tender()).documents
    closed = [one for one in documents if _is_closed(one, release)]
    if closed:
        facts = _facts("closed", documents, closed)
        return Fired(value=len(closed), threshold=1, unit="documents", facts=facts, tier=Tier.B, weight=2)
    if any(has_kind(one, _TYPES, _KINDS) for one in documents):
        return Clear()
    early = not_settled(release, context)
    if early is not None:
        return early
    facts = _facts("missing", documents, documents)
    if norm is None:
        return Fired(value=0, threshold=1, unit="documents", facts=facts, tier=Tier.B, weight=2)
    return Fired(value=0, threshold=1, unit="documents", facts=facts, norm=norm)


def _facts(
    kind: str, documents: tuple[Document, ...], told: list[Document] | tuple[Document, ...]
) -> dict[str, object]:
    names = [one.title for one in told if one.title]
    return {"kind": kind, "files": len(documents), "names": ", ".join(names[:_TOLD])}


def _is_closed(document: Document, release: Release) -> bool:
    """Whether a file's name speaks of secrecy; "ДСП" only where nothing bought is of chipboard, which is called so."""
    kinds = kinds_of_name(document)
    if "closed" in kinds or document.document_type == _CLOSED:
        return True
    if "board_or_secret" not in kinds:
        return False
    bought = [code_kinds(*code_of(item)) for item in release.tender.items] if release.tender else []
    return bool(bought) and not any("board" in kinds for kinds in bought)
