"""Cleaned copies hold no metadata, by our own search and by mat2's; hostile files are refused with a reason."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from docx import Document
from PIL import Image

from bot.tips.files.apart import clean_apart
from bot.tips.files.clean import clean
from bot.tips.files.kinds import Refused, Why, recognise
from tests.bot.tips.files import making

MADE: dict[str, Callable[[], bytes]] = {
    "jpg": making.jpeg, "png": making.png, "pdf": making.pdf, "docx": making.docx, "odt": making.odt,
}  # fmt: skip


def unpacked(content: bytes) -> bytes:
    """All that stands in a file, with archives and streams unpacked."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return b"".join(name.encode() + archive.read(name) for name in archive.namelist())
    if content.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(content)) as opened:
            out = io.BytesIO()
            opened.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.generalized, compress_streams=False,
                        object_stream_mode=pikepdf.ObjectStreamMode.disable)  # fmt: skip
            return out.getvalue()
    return content


@pytest.mark.parametrize("ending", MADE)
def test_a_cleaned_copy_says_nothing_of_who_and_when(ending: str) -> None:
    before = MADE[ending]()
    assert re.search(rb"7713|7\x007\x001\x003", unpacked(before)), "the file made for this test has it"
    after = clean(before, f"файл.{ending}").content
    assert after is not None
    assert not re.search(rb"7713|7\x007\x001\x003", unpacked(after))
    assert b"Exif" not in unpacked(after)


@pytest.mark.parametrize("ending", MADE)
def test_mat2_finds_no_metadata_in_a_cleaned_copy(ending: str, tmp_path: Path) -> None:
    mat2 = shutil.which("mat2")
    if mat2 is None:
        sentence = "mat2 is not here: apt-get install mat2"
        pytest.fail(sentence) if os.environ.get("CI") else pytest.skip(sentence)
    shown: dict[str, list[str]] = {}
    for name, content in (("before", MADE[ending]()), ("after", clean(MADE[ending]()).content)):
        path = tmp_path / f"{name}.{ending}"
        path.write_bytes(content or b"")
        done = subprocess.run([mat2, "--show", str(path)], capture_output=True, text=True, check=False, timeout=60)
        lines = (done.stdout + done.stderr).splitlines()
        shown[name] = [line.strip() for line in lines[1:] if not NOTHING.fullmatch(line.strip())]
        shown[name] += ["found nothing"] if "No metadata found" in lines[0] else []
    assert shown["after"] in ([], ["found nothing"])
    assert shown["before"] not in ([], ["found nothing"]), "mat2 sees what was there"


def test_a_cleaned_document_still_opens_and_says_the_same(tmp_path: Path) -> None:
    document = Document(io.BytesIO(clean(making.docx()).content or b""))
    assert [one.text for one in document.paragraphs][:1] == ["Смета на крышу"]
    assert len(document.inline_shapes) == 1
    with pikepdf.open(io.BytesIO(clean(making.pdf()).content or b"")) as opened:
        assert len(opened.pages) == 1
        assert pikepdf.PdfImage(opened.pages[0].get_images()["/Im0"]).as_pil_image().size == (64, 48)


def test_a_picture_is_turned_upright_before_its_orientation_is_forgotten() -> None:
    cleaned = clean(making.jpeg((64, 48))).content
    with Image.open(io.BytesIO(cleaned or b"")) as picture:
        assert picture.size == (48, 64)
        assert not picture.getexif()


def test_what_cannot_be_cleaned_is_known_and_has_no_copy() -> None:
    assert clean(b"OggS" + b"\0" * 60, "voice.ogg").content is None
    assert clean(b"\0\0\0\x20ftypisom" + b"\0" * 60, "video.mp4").content is None
    assert clean(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 60, "old.doc").content is None


NOTHING = re.compile(r"(creation-date|mod-date): -1|format: PDF-1\.\d")
"""What mat2 shows of any PDF, of those it cleaned itself too: no dates, and the version of the format."""

HOSTILE: dict[str, tuple[Callable[[], bytes], str, Why]] = {
    "empty": (lambda: b"", "a.pdf", Why.EMPTY),
    "a Windows program": (lambda: b"MZ" + b"\0" * 200, "a.exe", Why.UNKNOWN),
    "a Linux program called photo": (lambda: b"\x7fELF" + b"\0" * 200, "photo.jpg", Why.UNKNOWN),
    "a page": (lambda: b"<html><script>alert(1)</script></html>", "a.html", Why.UNKNOWN),
    "a drawing that acts": (lambda: b"<?xml version='1.0'?><svg onload='x()'/>", "a.svg", Why.UNKNOWN),
    "a shell script called notes": (lambda: b"#!/bin/sh\nrm -rf /", "notes.txt", Why.UNKNOWN),
    "a picture called PDF": (making.jpeg, "a.pdf", Why.DISGUISED),
    "a picture called program": (making.jpeg, "a.jpg.exe", Why.DISGUISED),
    "a text called script": (lambda: b"WScript.Echo 1", "a.vbs", Why.DISGUISED),
    "a picture with an archive behind it": (lambda: making.jpeg() + making.docx(), "a.jpg", Why.DISGUISED),
    "a picture with a PDF in its head": (
        lambda: making.jpeg()[:2] + b"\xff\xfe\x00\x0a%PDF-1.7" + making.jpeg()[2:], "a.jpg", Why.DISGUISED,
    ),
    "a picture with a page in its head": (
        lambda: making.jpeg()[:2] + b"\xff\xfe\x00\x0a<script>" + making.jpeg()[2:], "a.jpg", Why.DISGUISED,
    ),
    "a picture of 60,000 by 60,000": (making.huge_png, "a.png", Why.BOMB),
    "a document that unpacks to 200 MB": (making.zip_bomb, "a.docx", Why.BOMB),
    "a document with a program": (
        lambda: making.with_entry(making.docx(), "word/vbaProject.bin", b"x"), "a.docm", Why.PROGRAM,
    ),
    "a document with a path that leads out": (
        lambda: making.with_entry(making.docx(), "../../etc/passwd", b"x"), "a.docx", Why.DISGUISED,
    ),
    "a bare archive": (lambda: making.with_entry(b"", "a.txt", b"x"), "a.zip", Why.UNKNOWN),
    "half a picture": (lambda: making.jpeg((600, 400))[:2000], "a.jpg", Why.BROKEN),
    "half a PDF": (lambda: b"%PDF-1.7\n" + b"\xff" * 3000, "a.pdf", Why.BROKEN),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(case: str) -> None:
    make, name, why = HOSTILE[case]
    with pytest.raises(Refused) as refused:
        clean(make(), name)
    assert refused.value.why is why


def test_a_locked_pdf_is_refused() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(making.pdf())) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    with pytest.raises(Refused) as refused:
        clean(out.getvalue(), "a.pdf")
    assert refused.value.why is Why.LOCKED


@pytest.mark.parametrize("name", ["", "noending", "фото.JPG", "a.jpeg", "x" * 500 + ".jpg", "..\\..\\a.jpg", "a\0.jpg"])
def test_names_do_not_matter_as_long_as_they_do_not_lie(name: str) -> None:
    assert recognise(making.jpeg(), name).name == "jpeg"


async def test_a_file_is_cleaned_in_a_process_apart_which_writes_nothing(tmp_path: Path) -> None:
    cleaned = await clean_apart(making.pdf(), "акт.pdf")
    assert (cleaned.type, cleaned.ending) == ("application/pdf", "pdf")
    assert b"7713" not in unpacked(cleaned.content or b"")
    with pytest.raises(Refused) as refused:
        await clean_apart(making.zip_bomb(), "a.docx")
    assert refused.value.why is Why.BOMB
