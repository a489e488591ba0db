"""Which documents an announcement has, and whether one that is missing may still come."""

from __future__ import annotations

from datetime import timedelta

from watchers.indicators.base import Context, NotComputable
from watchers.indicators.procedure import published
from watchers.ocds import Document, Release, Tender
from watchers.rules.things import word_kinds

__all__ = ["has_kind", "kinds_of_name", "not_settled"]

_SETTLED_AFTER = timedelta(hours=1)
_NOT_LISTED = NotComputable("tender.documents: the source did not list the files")
_TOO_EARLY = NotComputable("tender.documents: seen less than an hour after the announcement, files may still come")
_NO_MOMENT = NotComputable("tender.datePublished and date are missing, so the age of the announcement is not known")


def not_settled(release: Release, context: Context) -> NotComputable | None:
    """Why a missing document proves nothing yet; None once it does: listed, and an hour after the announcement."""
    if not (release.tender or Tender()).documents_listed:
        return _NOT_LISTED
    announced = published(release)
    seen = max((moment for moment in (release.released, context.seen_at) if moment is not None), default=None)
    if announced is None or seen is None:
        return _NO_MOMENT
    return _TOO_EARLY if seen - announced < _SETTLED_AFTER else None


def kinds_of_name(document: Document) -> frozenset[str]:
    """What the name of a file says it is (specification, contract_draft, estimate, closed ...)."""
    return word_kinds((document.title or "").replace("_", " ").replace("contract project", "contract_project"))


def has_kind(document: Document, types: frozenset[str], kinds: frozenset[str]) -> bool:
    """Whether a document is of one of these types by the source, or of one of these kinds by its name."""
    return (document.document_type or "") in types or bool(kinds & kinds_of_name(document))
