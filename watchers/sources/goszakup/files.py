"""The files of an announcement, and whether they are there for good."""

from __future__ import annotations

from datetime import datetime

from watchers.ocds import Document
from watchers.sources.awaited import awaited_until
from watchers.sources.goszakup.codes import document_type
from watchers.sources.goszakup.model import Announcement, File, Lot
from watchers.sources.goszakup.parts import joined, local, shown
from watchers.sources.goszakup.persons import clear_of_persons

__all__ = ["documents", "files_awaited_until", "listed"]


def documents(announcement: Announcement, lots: tuple[Lot, ...]) -> tuple[Document, ...]:
    """The files of the announcement and of its lots, each once."""
    found: list[tuple[File, tuple[str, ...]]] = [(file, ()) for file in announcement.files or ()]
    found += [(file, (str(lot.id),)) for lot in lots for file in lot.files or ()]
    by_key: dict[tuple[str | None, ...], Document] = {}
    for file, related in found:
        key = (file.file_path, file.original_name, file.name_ru)
        if any(key) and key not in by_key:
            by_key[key] = _document(file, related)
    return tuple(by_key[key] for key in sorted(by_key, key=lambda key: tuple(text or "" for text in key)))


def _document(file: File, related: tuple[str, ...]) -> Document:
    path = (file.file_path or "").strip()
    if clear_of_persons(path) != path:
        path = ""
    return Document(
        id=path.rpartition("/")[2] or None,
        document_type=document_type(file.name_ru, file.name_kz, file.original_name),
        title=shown(joined(file.original_name) or joined(file.name_ru) or joined(file.name_kz)),
        url=path if path.startswith(("https://", "http://")) else None,
        related_lots=related,
    )


def files_awaited_until(announcement: Announcement, files: tuple[Document, ...]) -> datetime | None:
    """Until when files that lack may still come; None where none is awaited."""
    if announcement.files is None or not announcement.publish_date:
        return None
    construction = announcement.is_construction_work == 1
    return awaited_until(local(announcement.publish_date), files, construction=construction)


def listed(announcement: Announcement, files: tuple[Document, ...], now: datetime | None) -> bool:
    """Whether the files are there for good, so that one that lacks is missing."""
    awaited = files_awaited_until(announcement, files)
    return announcement.files is not None and (awaited is None or now is None or now >= awaited)
