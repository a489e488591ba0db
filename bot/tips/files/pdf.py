"""Working copies of PDF files: written anew without what says who and when, and without anything that acts."""

from __future__ import annotations

import io
from typing import Any

import pikepdf

from bot.tips.files.kinds import Refused, Why
from bot.tips.files.pictures import strip_jpeg

__all__ = ["clean_pdf"]

MOST_OBJECTS = 200_000
_TELLING = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/Thumb")
_OF_NOTES = ("/T", "/M", "/CreationDate", "/NM", "/RC")
_ACTING = ("/OpenAction", "/AA", "/URI", "/Collection", "/Perms", "/DSS", "/Metadata", "/PieceInfo", "/SpiderInfo")


def clean_pdf(content: bytes) -> bytes:
    """The same pages without document information, XMP, attachments, scripts, thumbnails, authors of notes, and EXIF of
    the pictures in it. Raises Refused.
    """
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            if len(pdf.objects) > MOST_OBJECTS:
                raise Refused(Why.BOMB)
            _clean_root(pdf)
            for one in pdf.objects:
                _clean_object(one)
            out = io.BytesIO()
            pdf.save(out, fix_metadata_version=False, deterministic_id=True, linearize=False)
    except pikepdf.PasswordError:
        raise Refused(Why.LOCKED) from None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, KeyError, RuntimeError):
        raise Refused(Why.BROKEN) from None
    return out.getvalue()


def _clean_root(pdf: pikepdf.Pdf) -> None:
    root: Any = pdf.Root
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    _drop(root, *_ACTING)
    if "/Names" in root:
        _drop(root["/Names"], "/EmbeddedFiles", "/JavaScript")
    if "/AcroForm" in root:
        _drop(root["/AcroForm"], "/XFA")
    _drop(root, "/AF")


def _clean_object(one: Any) -> None:
    if not isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        return
    _drop(one, *_TELLING)
    if one.get("/Type") == "/Annot" or ("/Subtype" in one and "/Rect" in one):
        _drop(one, *_OF_NOTES)
        if one.get("/Subtype") == "/FileAttachment":
            _drop(one, "/FS")
    if one.get("/S") in {pikepdf.Name("/JavaScript"), pikepdf.Name("/Launch"), pikepdf.Name("/SubmitForm")}:
        _drop(one, "/JS", "/F", "/Win", "/Next")
    if isinstance(one, pikepdf.Stream) and one.get("/Filter") == "/DCTDecode":
        raw = one.read_raw_bytes()
        stripped = strip_jpeg(raw)
        if stripped != raw:
            one.write(stripped, filter=pikepdf.Name("/DCTDecode"))


def _drop(holder: Any, *names: str) -> None:
    for name in names:
        if name in holder:
            del holder[name]
