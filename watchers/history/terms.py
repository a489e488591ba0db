"""The terms a release states, as digests: which parts of two snapshots differ, without keeping either."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from watchers.history.facts import second, sum_of
from watchers.history.purchase import Purchase
from watchers.history.rows import PastTerms
from watchers.ocds import Tender

__all__ = ["PARTS", "terms_of"]

PARTS = ("sum", "method", "lots", "things", "specification", "delivery", "documents")
"""The parts of the terms whose digests are kept, in this order."""

_encode = msgspec.json.Encoder().encode


def terms_of(purchase: Purchase) -> PastTerms | None:
    """The present terms; None for a release without a tender."""
    tender = purchase.release.tender
    if tender is None:
        return None
    period = tender.tender_period
    return PastTerms(
        ocid=purchase.release.ocid,
        released_at=purchase.moments.newest,
        closes_at=second(period.end) if period else None,
        amount=sum_of(tender.value),
        digests=dict(zip(PARTS, map(_digest, _parts(tender)), strict=True)),
    )


def _parts(tender: Tender) -> tuple[Any, ...]:
    """What of a tender counts as a term, as `PARTS` names it: neither its status nor its dates."""
    texts = [(one.title, one.title_ru, one.title_kk, one.description) for one in tender.lots]
    texts += [(one.description_ru, one.description_kk, one.key, None) for one in tender.lots]
    return (
        tender.value,
        (tender.procurement_method_details, tender.features),
        [(one.key, one.value, one.features) for one in tender.lots],
        [
            (one.classification, one.raw_quantity, one.unit, one.related_lot, one.delivery_address)
            for one in tender.items
        ],
        (
            tender.description,
            tender.award_criteria,
            texts,
            [(one.description, one.description_ru, one.description_kk) for one in tender.items],
        ),
        [one.plan_point.delivery_term for one in tender.items if one.plan_point],
        sorted({(one.document_type or "", one.title or "") for one in tender.documents}),
    )


def _digest(part: Any) -> str:
    try:
        content = _encode(part)
    except UnicodeEncodeError:  # a lone surrogate, from a source that built the text itself
        content = repr(part).encode("utf-8", "replace")
    return blake2b(content, digest_size=4).hexdigest()
