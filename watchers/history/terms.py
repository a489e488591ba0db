"""The terms a release states, as digests: which parts of two snapshots differ, without keeping either."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from watchers.history.facts import second, sum_of
from watchers.history.purchase import Purchase
from watchers.history.rows import UNTOLD, PastTerms
from watchers.ocds import Item, Lot, Tender

__all__ = ["PARTS", "terms_of"]

PARTS = ("sum", "lots", "things", "specification", "details", "delivery", "documents")
"""The parts of the terms whose digests are kept, in this order. One that the source did not tell has the digest "-"."""

_TERMS_IN = frozenset({"technicalSpecifications", "biddingDocuments", "contractDraft", "evaluationCriteria",
                       "eligibilityCriteria", "billOfQuantity", "x_design"})  # fmt: skip
"""Kinds of documents that hold terms; protocols and clarifications come and go."""

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
    """What of a tender counts as a term, as `PARTS` names it: neither its status nor its dates.

    None is what the source may only tell later (plan points, codes, files): a part that turns up has not changed.
    """
    items = tender.items
    planned = bool(items) and all(one.plan_point is not None for one in items)
    return (
        tender.value,
        [(one.key, one.value) for one in tender.lots] or None,
        _things(items),
        (tender.description, [_texts(lot) for lot in tender.lots]),
        [(one.description, one.description_ru, one.description_kk) for one in items] if planned else None,
        [one.plan_point.delivery_term for one in items if one.plan_point] if planned else None,
        _documents(tender) if tender.documents_listed else None,
    )


def _things(items: tuple[Item, ...]) -> Any:
    """Codes, quantities and unit prices; None while a code is not told."""
    told = [
        (one.classification.key, one.raw_quantity, one.unit.value if one.unit else None, one.related_lot)
        for one in items
        if one.classification
    ]
    return told if told and len(told) == len(items) else None


def _texts(lot: Lot) -> Any:
    return (
        lot.key, lot.title, lot.title_ru, lot.title_kk, lot.description, lot.description_ru, lot.description_kk,
    )  # fmt: skip


def _documents(tender: Tender) -> Any:
    held = [one for one in tender.documents if one.document_type in _TERMS_IN]
    return sorted({(one.document_type or "", one.title or "") for one in held})


def _digest(part: Any) -> str:
    if part is None:
        return UNTOLD
    try:
        content = _encode(part)
    except UnicodeEncodeError:  # a lone surrogate, from a source that built the text itself
        content = repr(part).encode("utf-8", "replace")
    return blake2b(content, digest_size=4).hexdigest()
