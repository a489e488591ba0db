"""What a file is, by its content. Its name and the type its sender claims are only ever compared with that."""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum
from pathlib import PurePosixPath

import msgspec

__all__ = ["Kind", "Refused", "Why", "recognise"]


class Why(StrEnum):
    """Why a file is not taken; each has its sentence for the tipper."""

    UNKNOWN = "unknown"  # of no kind that is taken: programs, archives, pages, whatever
    DISGUISED = "disguised"  # its name says one thing, its content another, or it is two things at once
    BOMB = "bomb"  # it would unpack to far more than it is
    LOCKED = "locked"  # under a password
    PROGRAM = "program"  # a document with a program in it
    BROKEN = "broken"  # it cannot be read
    EMPTY = "empty"
    ORIGINAL = "original"  # it cannot be cleaned: taken as it is only where the tipper chose so
    BIG = "big"
    MANY = "many"


class Refused(Exception):  # noqa: N818 - it says what happens
    """A file is not taken. Raised wherever one is looked at."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class Kind(msgspec.Struct, frozen=True):
    """A kind of file. `family`: who cleans it, "" for what cannot be cleaned; `endings`: what its name may end with."""

    name: str
    type: str
    family: str
    endings: tuple[str, ...]


JPEG = Kind("jpeg", "image/jpeg", "picture", ("jpg", "jpeg", "jpe", "jfif"))
PNG = Kind("png", "image/png", "picture", ("png",))
WEBP = Kind("webp", "image/webp", "picture", ("webp",))
GIF = Kind("gif", "image/gif", "picture", ("gif",))
TIFF = Kind("tiff", "image/tiff", "picture", ("tif", "tiff"))
PDF = Kind("pdf", "application/pdf", "pdf", ("pdf",))
_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = Kind("docx", f"{_OOXML}wordprocessingml.document", "ooxml", ("docx", "docm", "dotx"))
XLSX = Kind("xlsx", f"{_OOXML}spreadsheetml.sheet", "ooxml", ("xlsx", "xlsm", "xltx"))
PPTX = Kind("pptx", f"{_OOXML}presentationml.presentation", "ooxml", ("pptx", "pptm", "ppsx"))
_ODF = "application/vnd.oasis.opendocument."
ODT = Kind("odt", f"{_ODF}text", "odf", ("odt",))
ODS = Kind("ods", f"{_ODF}spreadsheet", "odf", ("ods",))
ODP = Kind("odp", f"{_ODF}presentation", "odf", ("odp",))
TEXT = Kind("txt", "text/plain", "text", ("txt", "csv", "tsv", "log", "md"))
OLE = Kind("doc", "application/x-ole-storage", "", ("doc", "xls", "ppt", "msg"))
MP4 = Kind("mp4", "video/mp4", "", ("mp4", "mov", "m4v", "m4a", "3gp", "qt"))
OGG = Kind("ogg", "audio/ogg", "", ("ogg", "oga", "opus", "ogv"))
MP3 = Kind("mp3", "audio/mpeg", "", ("mp3",))
WAV = Kind("wav", "audio/wav", "", ("wav",))
HEIC = Kind("heic", "image/heic", "", ("heic", "heif", "avif"))

KINDS = (
    JPEG, PNG, WEBP, GIF, TIFF, PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, TEXT, OLE, MP4, OGG, MP3, WAV, HEIC,
)  # fmt: skip
_BY_ODF = {f"{_ODF}text": ODT, f"{_ODF}spreadsheet": ODS, f"{_ODF}presentation": ODP}
_BY_FOLDER = {"word": DOCX, "xl": XLSX, "ppt": PPTX}
_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"%PDF-", PDF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"OggS", OGG),
    (b"ID3", MP3),
    (b"\xff\xfb", MP3),
    (b"\xff\xf3", MP3),
)
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif")
_MARKUP = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml", b"<?php", b"#!", b"<body", b"<head", b"{\\rtf")
_TAIL = 66_000  # a ZIP's directory ends within so many bytes of its end


def recognise(content: bytes, name: str = "") -> Kind:
    """The kind of a file. Raises Refused: of none that is taken, or not what its name says, or two at once."""
    if not content:
        raise Refused(Why.EMPTY)
    kind = _by_content(content)
    if kind is None:
        raise Refused(Why.UNKNOWN)
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower().lstrip(".")
    claimed = next((one for one in KINDS if ending in one.endings), None)
    if claimed is not None and ending not in kind.endings:
        raise Refused(Why.DISGUISED)
    if claimed is None and ending in _PROGRAMS:
        raise Refused(Why.DISGUISED)
    if _is_two(content, kind):
        raise Refused(Why.DISGUISED)
    return kind


_PROGRAMS = frozenset(
    {"exe", "com", "bat", "cmd", "scr", "pif", "js", "jse", "vbs", "vbe", "wsf", "hta", "ps1", "msi", "jar", "apk"}
    | {"sh", "py", "lnk", "html", "htm", "svg", "xhtml", "php", "dll", "reg"}
)


def _by_content(content: bytes) -> Kind | None:
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(content[8:12])
    if content[4:8] == b"ftyp":
        return HEIC if content[8:12] in _PICTURE_BRANDS else MP4
    if content.startswith(b"PK\x03\x04"):
        return _by_directory(content)
    return TEXT if _is_text(content) else None


def _by_directory(content: bytes) -> Kind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if names[:1] == ["mimetype"]:
                with archive.open("mimetype") as file:
                    return _BY_ODF.get(file.read(100).decode("ascii", "replace"))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    folders = {name.partition("/")[0] for name in names}
    return next((kind for folder, kind in _BY_FOLDER.items() if folder in folders), None)


def _is_text(content: bytes) -> bool:
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_MARKUP) or b"<script" in head or b"\x00" in content:
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _is_cyrillic(content)
    return True


def _is_cyrillic(content: bytes) -> bool:
    """Whether it may be text in Windows-1251: hardly a control character in it."""
    odd = sum(byte < 32 and byte not in (9, 10, 13) for byte in content)
    return odd == 0


def _is_two(content: bytes, kind: Kind) -> bool:
    """Whether something else hides behind the front: an archive at the end, a PDF at the start, a page in between."""
    zipped = kind.family in {"ooxml", "odf"}
    if not zipped and b"PK\x05\x06" in content[-_TAIL:]:
        return True
    if kind is not PDF and b"%PDF-" in content[:1024]:
        return True
    head = content[:2048].lower()
    return kind.family == "picture" and any(sign in head for sign in (b"<script", b"<?php", b"<html"))
