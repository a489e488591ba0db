"""Working copies of pictures: only the pixels are kept, and written anew."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator

from PIL import Image, ImageOps

from bot.tips.files.kinds import JPEG, Kind, Refused, Why

__all__ = ["clean_picture", "strip_jpeg", "strip_png"]

LONGEST_SIDE = 4096
MOST_PIXELS = {"jpeg": 120_000_000}
MOST_PIXELS_ELSE = 40_000_000
"""A JPEG can be read at an eighth of its size; other kinds are unpacked whole, at four bytes a pixel."""
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF")


def clean_picture(content: bytes, kind: Kind) -> tuple[bytes, str]:
    """The pixels as a new JPEG, or PNG where there is transparency; returns it with its ending. Raises Refused.

    Orientation is applied; EXIF, GPS, comments, colour profiles, thumbnails and further frames are not copied.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS.get(kind.name, MOST_PIXELS_ELSE):
                    raise Refused(Why.BOMB)
                if kind is JPEG:
                    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                picture.load()
                upright = ImageOps.exif_transpose(picture)
                return _written(upright)
    except Image.DecompressionBombError:
        raise Refused(Why.BOMB) from None
    except (OSError, ValueError, SyntaxError, struct.error, TypeError, KeyError, IndexError, EOFError):
        raise Refused(Why.BROKEN) from None


def _written(picture: Image.Image) -> tuple[bytes, str]:
    clear = "A" in picture.getbands() or "transparency" in picture.info
    pixels = picture.convert("RGBA" if clear else "RGB")
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    fresh = Image.new(pixels.mode, pixels.size)
    fresh.paste(pixels)
    out = io.BytesIO()
    if clear:
        fresh.save(out, "PNG")
        return out.getvalue(), "png"
    fresh.save(out, "JPEG", quality=90)
    return out.getvalue(), "jpg"


def strip_jpeg(content: bytes) -> bytes:
    """A JPEG inside a document without its application segments and comments; the picture is untouched.

    APP0 (JFIF) and APP14 (Adobe: how colours are coded) stay. Bytes that are no JPEG come back as they are.
    """
    if not content.startswith(b"\xff\xd8"):
        return content
    kept = [b"\xff\xd8"]
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xDA:  # the picture itself: up to its end, and nothing after it
            end = content.rfind(b"\xff\xd9")
            return b"".join([*kept, content[at : end + 2 if end > at else len(content)]])
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if marker not in {*range(0xE1, 0xEE), 0xEF, 0xFE}:
            kept.append(content[at : at + 2 + length])
        at += 2 + length
    return content


_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"sBIT", b"bKGD"}


def strip_png(content: bytes) -> bytes:
    """A PNG inside a document with its picture chunks alone."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return content
    return b"".join([content[:8], *(raw for name, raw in _chunks(content) if name in _PNG_KEPT)])


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        yield name, content[at : at + 12 + length]
        if name == b"IEND":
            return
        at += 12 + length
