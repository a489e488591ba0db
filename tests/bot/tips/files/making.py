"""Files as strangers send them, made here: with metadata in every place that is known for it, and hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pikepdf
from docx import Document
from PIL import Image
from PIL.PngImagePlugin import PngInfo

SECRET = "Айгуль-Автор-7713"
PLACE = (43.0, 14.0, 7.0)


def jpeg(size: tuple[int, int] = (64, 48)) -> bytes:
    picture = Image.effect_noise(size, 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x013B], exif[0x0112] = "Maker-7713", "Phone-7713", "Author-7713", 6
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", PLACE, "E", (76.0, 55.0, 1.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"Comment-7713", quality=90)
    return out.getvalue()


def png() -> bytes:
    info = PngInfo()
    info.add_text("Author", "Author-7713")
    info.add_itxt("Comment", SECRET)
    out = io.BytesIO()
    Image.new("RGBA", (32, 32), (10, 20, 30, 128)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def pdf() -> bytes:
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(200, 200))
    picture = pikepdf.Stream(made, jpeg())
    picture.Type, picture.Subtype, picture.Width, picture.Height = (
        pikepdf.Name.XObject, pikepdf.Name.Image, 64, 48,
    )  # fmt: skip
    picture.ColorSpace, picture.BitsPerComponent, picture.Filter = pikepdf.Name.DeviceRGB, 8, pikepdf.Name.DCTDecode
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=made.make_indirect(picture)))
    page.Contents = made.make_stream(b"q 100 0 0 80 20 20 cm /Im0 Do Q")
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 20, 20], Contents=pikepdf.String("a note"),
        T=pikepdf.String("Author-7713"), M=pikepdf.String("D:20260101120000"),
    )  # fmt: skip
    page.Annots = pikepdf.Array([made.make_indirect(note)])
    made.docinfo["/Author"] = "Author-7713"
    made.docinfo["/Creator"] = "Writer-7713"
    with made.open_metadata() as xmp:
        xmp["dc:creator"] = ["Author-7713"]
    made.attachments["secret.txt"] = b"Attached-7713"
    made.Root.OpenAction = made.make_indirect(
        pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('7713')"))
    )
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def docx() -> bytes:
    document = Document()
    document.add_paragraph("Смета на крышу")
    document.add_picture(io.BytesIO(jpeg()))
    document.core_properties.author = SECRET
    document.core_properties.last_modified_by = "Author-7713"
    document.core_properties.comments = "Comment-7713"
    document.add_comment(document.paragraphs[0].runs, text="an aside", author="Author-7713", initials="A7713")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_entry(archive: bytes, name: str, content: bytes) -> bytes:
    """The same archive with one more file in it."""
    out = io.BytesIO(archive)
    with zipfile.ZipFile(out, "a") as opened:
        opened.writestr(name, content)
    return out.getvalue()


def odt() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        archive.writestr(
            "meta.xml",
            '<?xml version="1.0"?><office:document-meta '
            'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"><office:meta>'
            "<meta:initial-creator>Author-7713</meta:initial-creator></office:meta></office:document-meta>",
        )
        archive.writestr(
            "content.xml",
            '<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:dc="d"><office:annotation>'
            "<dc:creator>Author-7713</dc:creator></office:annotation>Смета</office:document-content>",
        )
        archive.writestr("Thumbnails/thumbnail.png", png())
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="m"><manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.text"/>'
            '<manifest:file-entry manifest:full-path="Thumbnails/thumbnail.png" manifest:media-type="image/png"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>",
        )
    return out.getvalue()


def huge_png() -> bytes:
    """A few hundred bytes that say they are 60,000 x 60,000 pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def zip_bomb() -> bytes:
    """A Word file one of whose parts unpacks to 200 MB."""
    return with_entry(docx(), "word/huge.xml", b"\0" * (200 * 1024 * 1024))
