"""Working copies of Office files (OOXML, OpenDocument): the archive is written anew without what says who and when."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath

from bot.tips.files.kinds import Refused, Why
from bot.tips.files.pictures import strip_jpeg, strip_png

__all__ = ["clean_odf", "clean_ooxml"]

MOST_ENTRIES = 3000
MOST_BYTES = 150 * 1024 * 1024
MOST_TIMES = 200
"""An entry may unpack to so many times its packed size (from 1 MB up); text packs up to a few dozen times."""
_EPOCH = (1980, 1, 1, 0, 0, 0)

_CORE = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
_APP = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
_ODF_META = b'<?xml version="1.0" encoding="UTF-8"?><office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.2"><office:meta/></office:document-meta>'  # noqa: E501
_EMPTY_XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><empty/>'

_DROPPED = re.compile(
    r"docProps/custom\.xml|docProps/thumbnail\.\w+|word/people\.xml|.*/_rels/people\.xml\.rels|Thumbnails/.*"
)
_EMPTIED = re.compile(r"(word|xl|ppt)/(embeddings|activeX|printerSettings|model)/.*|.*/printerSettings\d*\.bin")
_PROGRAM = re.compile(r".*vbaProject.*\.bin|.*vbaData\.xml|Basic/.*|Scripts/.*", re.IGNORECASE)

_WORD = re.compile(
    rb"""\s(?:w|w14|w15|w16cid|w16du|w16cex)?:?(?:rsid\w*|author|date|dateUtc|initials|userId|providerId|paraIdParent)=(?:"[^"]*"|'[^']*')"""
)
_PARTS_OF_WORD = re.compile(rb"<w:rsids>.*?</w:rsids>|<w:docVars>.*?</w:docVars>|<w:attachedTemplate[^>]*/>", re.DOTALL)
_SHEET = re.compile(rb"(<author>)[^<]*(</author>)|(<x15ac:absPath )[^>]*(/>)|(\suserName=)\"[^\"]*(\")")
_NAMES = re.compile(rb"""\s(?:displayName|userId|providerId|name|initials|lastModifiedBy)=(?:"[^"]*"|'[^']*')""")
_CREATORS = re.compile(
    rb"(<(dc:creator|dc:date|meta:creator-initials|meta:date-string|loext:sender-initials)>)[^<]*(</\2>)"
)
_PRINTER = re.compile(rb'(<config:config-item [^>]*config:name="Printer[^"]*"[^>]*>)[^<]*(</config:config-item>)')


def _entries(content: bytes) -> list[tuple[str, bytes]]:
    """Every file in it, unpacked. Raises Refused: a bomb, a password, a path that leads out, a broken archive."""
    found: list[tuple[str, bytes]] = []
    whole = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            if len(infos) > MOST_ENTRIES or len({info.filename for info in infos}) != len(infos):
                raise Refused(Why.BOMB)
            for info in infos:
                if info.flag_bits & 1:
                    raise Refused(Why.LOCKED)
                path = PurePosixPath(info.filename)
                if path.is_absolute() or ".." in path.parts or "\\" in info.filename:
                    raise Refused(Why.DISGUISED)
                with archive.open(info) as file:
                    unpacked = file.read(MOST_BYTES - whole + 1)
                whole += len(unpacked)
                large = len(unpacked) > 1024 * 1024 and len(unpacked) > MOST_TIMES * max(info.compress_size, 1)
                if whole > MOST_BYTES or large:
                    raise Refused(Why.BOMB)
                if not info.is_dir():
                    found.append((info.filename, unpacked))
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        raise Refused(Why.BROKEN) from None
    return found


def clean_ooxml(content: bytes) -> bytes:
    """A Word, Excel or PowerPoint file with its words and tables, without properties, authors, revisions' names and
    dates, session numbers, printers, thumbnails, embedded files, and EXIF of its pictures. Raises Refused.
    """
    entries = _entries(content)
    if any(_PROGRAM.fullmatch(name) for name, _ in entries):
        raise Refused(Why.PROGRAM)
    dropped = [name for name, _ in entries if _DROPPED.fullmatch(name)]
    kept = [(name, _cleaned(name, raw, dropped)) for name, raw in entries if name not in dropped]
    return _packed(kept)


def clean_odf(content: bytes) -> bytes:
    """An OpenDocument file likewise. Raises Refused."""
    entries = _entries(content)
    if any(_PROGRAM.fullmatch(name) for name, _ in entries):
        raise Refused(Why.PROGRAM)
    kept: list[tuple[str, bytes]] = []
    for name, raw in entries:
        if name.startswith(("Thumbnails/", "Configurations2/")) or name == "layout-cache":
            continue
        if name == "META-INF/manifest.xml":
            gone = rb'<manifest:file-entry[^>]*full-path="(?:Thumbnails|Configurations2|layout-cache)[^"]*"[^>]*/>'
            raw = re.sub(gone, b"", raw)  # noqa: PLW2901 - the same file, cleaned
        elif name == "meta.xml":
            raw = _ODF_META  # noqa: PLW2901
        elif name.endswith(".xml"):
            raw = _PRINTER.sub(rb"\1\2", _CREATORS.sub(rb"\1\3", raw))  # noqa: PLW2901
        kept.append((name, _picture(name, raw)))
    return _packed(kept)


def _cleaned(name: str, raw: bytes, dropped: list[str]) -> bytes:
    if name.endswith(".rels") or name == "[Content_Types].xml":
        return _without_links(raw, dropped)
    for which, cleaning in _RULES:
        if which.fullmatch(name):
            return cleaning(raw)
    return _picture(name, raw)


def _whole(found: re.Match[bytes]) -> bytes:
    return b"".join(part for part in found.groups() if part)


_RULES: tuple[tuple[re.Pattern[str], Callable[[bytes], bytes]], ...] = (
    (re.compile(r"docProps/core\.xml"), lambda _: _CORE),
    (re.compile(r"docProps/app\.xml"), lambda _: _APP),
    (_EMPTIED, lambda _: b""),
    (re.compile(r"customXml/item.*\.xml"), lambda _: _EMPTY_XML),
    (re.compile(r"word/.*\.xml"), lambda raw: _PARTS_OF_WORD.sub(b"", _WORD.sub(b"", raw))),
    (re.compile(r".*(persons/.*|[aA]uthors\.xml)"), lambda raw: _NAMES.sub(b"", raw)),
    (re.compile(r"xl/.*\.xml"), lambda raw: _SHEET.sub(_whole, raw)),
)
"""What is done with which file of the archive; the first that fits."""


def _without_links(raw: bytes, dropped: list[str]) -> bytes:
    """Relationships and content types without those of dropped files."""
    for path in dropped:
        last = re.escape(path.rpartition("/")[2].encode())
        raw = re.sub(rb"<(?:Relationship|Override)\b[^>]*(?:Target|PartName)=\"[^\"]*" + last + rb"\"[^>]*/>", b"", raw)
    return raw


def _picture(name: str, raw: bytes) -> bytes:
    ending = name.rpartition(".")[2].lower()
    if ending in {"jpg", "jpeg"}:
        return strip_jpeg(raw)
    return strip_png(raw) if ending == "png" else raw


def _packed(entries: list[tuple[str, bytes]]) -> bytes:
    """A new archive: no dates, no comments, no traces of the machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, raw in entries:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            stored = name == "mimetype"  # OpenDocument wants that one first and as it is
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, raw)
    return out.getvalue()
