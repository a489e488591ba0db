"""Which documents an announcement has, and whether one that is missing may still come."""

from __future__ import annotations

from watchers.indicators.base import Context, NotComputable
from watchers.indicators.procedure import published
from watchers.ocds import FILES_COME_WITHIN, Document, Release, Tender
from watchers.rules.things import word_kinds

__all__ = ["has_kind", "kinds_of_name", "not_settled"]

_NOT_LISTED = NotComputable("tender.documents: the source did not list the files")
_TOO_EARLY = NotComputable("tender.documents: seen less than an hour after the announcement, files may still come")
_NO_MOMENT = NotComputable("tender.datePublished and date are missing, so the age of the announcement is not known")


def not_settled(release: Release, context: Context) -> NotComputable | None:
    """Why a missing document proves nothing yet; None once it does: listed, and an hour after the announcement."""
    announced = published(release)
    seen = max((moment for moment in (release.released, context.seen_at) if moment is not None), default=None)
    age = seen - announced if announced is not None and seen is not None else None
    if age is not None and age < FILES_COME_WITHIN:
        return _TOO_EARLY
    if not (release.tender or Tender()).documents_listed:
        return _NOT_LISTED
    return _NO_MOMENT if age is None else None


def kinds_of_name(document: Document) -> frozenset[str]:
    """What the name of a file says it is (specification, contract_draft, estimate, closed ...)."""
    return word_kinds((document.title or "").replace("_", " ").replace("contract project", "contract_project"))


def has_kind(document: Document, types: frozenset[str], kinds: frozenset[str]) -> bool:
    """Whether a document is of one of these types by the source, or of one of these kinds by its name."""
    return (document.document_type or "") in types or bool(kinds & kinds_of_name(document))
