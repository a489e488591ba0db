"""Until when files that an announcement lacks may still come.

Portals show an announcement before all of its files are there. Within an hour of publication one that lacks is awaited;
then the announcement is read again, and what is still not there is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from watchers.ocds import FILES_COME_WITHIN, Document
from watchers.rules.things import word_kinds

__all__ = ["awaited_until"]

_DESCRIBING = ("technicalSpecifications", "specification")
_DESIGN = ("x_design", "estimate")


def awaited_until(
    published: datetime | None, files: Iterable[Document], *, construction: bool = False
) -> datetime | None:
    """Until when files may still come; None where nothing that is looked for lacks, or it is not known since when."""
    if published is None:
        return None
    files = tuple(files)
    wanted = (_DESCRIBING, _DESIGN) if construction else (_DESCRIBING,)
    lacks = any(not any(_is(one, *kind) for one in files) for kind in wanted)
    return published + FILES_COME_WITHIN if lacks else None


def _is(document: Document, kind: str, word: str) -> bool:
    return document.document_type == kind or word in word_kinds((document.title or "").replace("_", " "))
