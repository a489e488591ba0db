"""The drawings of lessons as PNG, drawn here from `templates/explainers/pictures.toml`: steps, bars, two lists.

Nothing is borrowed: shapes and words alone, light ground, dark text, large enough for a phone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from alerts.format import number
from templates import ROOT

__all__ = ["alt_text", "names", "picture"]

_WIDTH, _MARGIN, _STEP = 1080, 56, 96
_GROUND, _TEXT, _QUIET, _FILL, _STRONG, _LIMIT = "#fffdf8", "#1d2733", "#5b6875", "#dfe9f2", "#2f6690", "#b3541e"
_ROOM = 20  # between a text and what stands beside it


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads((ROOT / "explainers" / "pictures.toml").read_text(encoding="utf-8"))


def names() -> frozenset[str]:
    """The drawings there are."""
    return frozenset(_told())


def alt_text(name: str, language: str) -> str:
    """What a drawing shows, in words, for whoever does not see it."""
    told = _told()[name]
    language = language if language in told else "en"
    rows = told[language]
    if told["kind"] == "pair":
        sides = (f"{told[side][language]}: {', '.join(rows[n])}" for n, side in enumerate(("left", "right")))
        return f"{told['title'][language]}. {'; '.join(sides)}."
    if told["kind"] == "bars":
        pairs = zip(rows, told["values"], strict=True)
        return f"{told['title'][language]}. {'; '.join(f'{row}: {number(v, language)}' for row, v in pairs)}."
    return f"{told['title'][language]}. {' → '.join(rows)}."


@lru_cache(maxsize=64)
def picture(name: str, language: str) -> bytes:
    """A drawing in a language as PNG. Raises KeyError for one there is none of. Some milliseconds of one core."""
    told = _told()[name]
    language = language if language in told else "en"
    board = _Board(told["title"][language], told[language])
    match told["kind"]:
        case "flow":
            board.flow(told[language])
        case "bars":
            board.bars(told[language], told["values"], told.get("limit"), language)
        case _:
            board.pair((told["left"][language], told["right"][language]), told[language])
    return board.png()


@cache
def _font(size: int, *, bold: bool = False) -> Any:
    from PIL import ImageFont  # noqa: PLC0415 - only who asks for a drawing pays for it

    spec = find_spec("matplotlib")
    folder = Path(spec.origin or "").parent if spec is not None else Path()
    file = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"  # has every letter of Kazakh, and the sign of the tenge
    return ImageFont.truetype(folder / "mpl-data" / "fonts" / "ttf" / file, size)


class _Board:
    """One drawing in the making: rows one under another, below a title."""

    def __init__(self, title: str, rows: Sequence[Any]) -> None:
        from PIL import Image, ImageDraw  # noqa: PLC0415

        most = max((len(one) for one in rows if isinstance(one, list)), default=0)
        height = 150 + _STEP * (most + 1 if most else len(rows)) + _MARGIN
        self._image = Image.new("RGB", (_WIDTH, height), _GROUND)
        self._draw = ImageDraw.Draw(self._image)
        self._y = 150
        self._write((_MARGIN, 48), title, _WIDTH - 2 * _MARGIN, size=44, bold=True)

    def _write(
        self,
        place: tuple[float, float],
        text: str,
        room: float,
        *,
        size: int = 34,
        bold: bool = False,
        ink: str = _TEXT,
    ) -> None:
        """A line of text, made smaller until it fits into `room` pixels."""
        font = _font(size, bold=bold)
        while size > 16 and font.getlength(text) > room:
            size -= 2
            font = _font(size, bold=bold)
        self._draw.text(place, text, font=font, fill=ink)

    def _write_wrapped(self, place: tuple[float, float], text: str, room: float) -> None:
        """A text in one line, or in two smaller ones where it is long."""
        if _font(30).getlength(text) <= room:
            self._write((place[0], place[1] + 12), text, room, size=30)
            return
        words = text.split()
        cuts = range(1, len(words))
        half = min(cuts, key=lambda n: abs(len(" ".join(words[:n])) - len(" ".join(words[n:]))), default=1)
        for line, part in enumerate((words[:half], words[half:])):
            self._write((place[0], place[1] + 32 * line), " ".join(part), room, size=26)

    def flow(self, rows: Sequence[str]) -> None:
        """Numbered boxes with an arrow from each to the next."""
        for place, text in enumerate(rows, 1):
            top, bottom = self._y, self._y + 70
            self._draw.rounded_rectangle((_MARGIN, top, _WIDTH - _MARGIN, bottom), 14, fill=_FILL)
            self._draw.ellipse((_MARGIN + 16, top + 11, _MARGIN + 64, top + 59), fill=_STRONG)
            self._write((_MARGIN + 29, top + 13), str(place), 40, bold=True, ink=_GROUND)
            self._write((_MARGIN + 90, top + 14), text, _WIDTH - 2 * _MARGIN - 110)
            if place < len(rows):
                middle = _WIDTH // 2
                below = bottom + 4
                self._draw.polygon([(middle - 14, below), (middle + 14, below), (middle, below + 18)], _STRONG)
            self._y += _STEP

    def bars(self, rows: Sequence[str], values: Sequence[float], limit: float | None, language: str) -> None:
        """A bar a row with its number; what passes the limit is in another colour, and so is the limit's line."""
        left, right = 430, _WIDTH - 170
        largest = max(*values, limit or 0)
        top = self._y
        for text, value in zip(rows, values, strict=True):
            end = left + (right - left) * value / largest
            over = limit is not None and value > limit
            self._write((_MARGIN, self._y + 14), text, left - _MARGIN - _ROOM, size=30)
            self._draw.rounded_rectangle((left, self._y, end, self._y + 64), 8, fill=_LIMIT if over else _STRONG)
            self._write((end + _ROOM, self._y + 12), number(value, language), _WIDTH - end - _ROOM, bold=True)
            self._y += _STEP
        if limit is not None:
            x = left + (right - left) * limit / largest
            self._draw.line((x, top - 24, x, self._y - 12), fill=_LIMIT, width=5)
            self._write((x - 60, top - 62), number(limit, language), 200, size=28, ink=_LIMIT)

    def pair(self, heads: tuple[str, str], lists: Sequence[Sequence[str]]) -> None:
        """Two lists beside each other."""
        half = (_WIDTH - 3 * _MARGIN) // 2
        for side, (head, rows) in enumerate(zip(heads, lists, strict=True)):
            x, y = _MARGIN + side * (half + _MARGIN), self._y
            self._write((x, y), head, half, size=38, bold=True, ink=_STRONG if side == 0 else _QUIET)
            for text in rows:
                y += _STEP
                self._draw.rounded_rectangle((x, y - 14, x + half, y + 62), 12, fill=_FILL)
                self._write_wrapped((x + 20, y - 8), text, half - 40)

    def png(self) -> bytes:
        """The drawing's bytes."""
        out = BytesIO()
        self._image.quantize(64).save(out, "PNG", optimize=True)
        return out.getvalue()
