"""Rows of a root query: all pages of what was asked, each row once, nothing that was not asked for."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from watchers.sources.base import SourceError
from watchers.sources.goszakup.codes import report_once
from watchers.sources.goszakup.portal import Page, Portal, Row
from watchers.sources.goszakup.selection import Branch

__all__ = ["Found", "all_rows", "children", "left_out", "number_in", "raw_of", "stamp_in", "text_in"]

_MOST_PAGES = 500
_PASSES = 3
_PLAUSIBLE = 50
"""Rows that shifting pages may leave out."""
_STAMP = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d \d\d:\d\d:\d\d")
_number = msgspec.json.Decoder(int, strict=False)
_row = msgspec.json.Decoder(Row)
_rows = msgspec.json.Decoder(list[Row])


class Found(msgspec.Struct):
    """Rows by id, those under one id that differ, and what had no id or was no row at all."""

    rows: dict[int, Row] = {}
    twice: dict[int, list[Row]] = {}
    strays: list[bytes] = []

    def take(self, raw: msgspec.Raw, key: str) -> None:
        """Put a row in its place."""
        try:
            row = _row.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            row = {}
        number = number_in(row, key)
        if number is None:
            self.strays.append(bytes(raw))
        elif number not in self.rows:
            self.rows[number] = row
        elif not same(self.rows[number], row):
            self.twice.setdefault(number, [self.rows[number]]).append(row)


def same(one: Row, other: Row) -> bool:
    """Whether two rows say the same."""
    return msgspec.json.encode(one) == msgspec.json.encode(other)


def number_in(row: Row, key: str) -> int | None:
    """A whole number in a row; None if there is none."""
    try:
        return _number.decode(row[key])
    except (KeyError, msgspec.DecodeError):
        return None


def text_in(row: Row, key: str) -> str:
    """A text in a row; '' if there is none."""
    try:
        value = msgspec.json.decode(row[key])
    except KeyError:
        return ""
    return value if isinstance(value, str) else ""


def stamp_in(row: Row, key: str) -> str:
    """A moment in a row as the portal writes it, to the second, so that two compare as texts; '' for what is none."""
    text = text_in(row, key)[:19]
    return text if _STAMP.fullmatch(text) else ""


def children(row: Row, key: str) -> list[Row]:
    """The rows beneath a field of a row; none where it is null or something else."""
    try:
        return _rows.decode(row[key])
    except (KeyError, msgspec.DecodeError):
        return []


def raw_of(value: Any) -> msgspec.Raw:
    """A value as it stands in a row."""
    return msgspec.Raw(msgspec.json.encode(value))


async def all_rows(
    portal: Portal,
    root: str,
    branch: Branch,
    wanted: Mapping[str, Any],
    *,
    key: str = "id",
    limit: int | None = None,
    attempts: int | None = None,
    heavy: bool = False,
) -> Found:
    """Everything that fits a filter. Read again where a page left rows out: the portal's pages shift.

    Rows that do not fit what was asked are passed over: a filter that the portal ignores would bring the whole country.
    Where ids were asked for, the caller sees which are missing; where not, nothing can be concluded from rows that do
    not fit, or that are left out again and again: SourceError.
    """
    found = Found()
    ask = partial(portal.page, root, branch, wanted, limit=limit, attempts=attempts, heavy=heavy)
    short = 0
    for _ in range(_PASSES):
        total = await _through(f"{portal.name}: {root}", ask, wanted, found, key)
        short = left_out(len(found.rows) + len(found.strays), total)
        if not short:
            break
    if short and key not in wanted:
        raise SourceError(f"{portal.name}: {short} rows of {root} are left out of every answer")
    strange = [number for number, row in found.rows.items() if not _fits(row, wanted)]
    if strange:
        report_once("goszakup_filter_ignored", root, ", ".join(wanted), "rows are compared here")
        if key not in wanted:
            raise SourceError(f"{portal.name}: the portal ignores what {root} is asked by ({', '.join(wanted)})")
    for number in strange:
        del found.rows[number]
        found.twice.pop(number, None)
    return found


def left_out(rows: int, total: int | None) -> int:
    """How many rows the portal's count says are missing; a count far off is of something else, a filter ignored."""
    return total - rows if total is not None and 0 < total - rows <= _PLAUSIBLE else 0


async def _through(
    asked: str, ask: Callable[..., Awaitable[Page]], wanted: Mapping[str, Any], found: Found, key: str
) -> int | None:
    """Read every page into `found`; returns how many rows there should be."""
    after: int | None = None
    for _ in range(_MOST_PAGES):
        before = len(found.rows) if after is not None else -1
        page = await ask(after=after)
        for raw in page.rows:
            found.take(raw, key)
        if not page.more or (found.rows and not any(_fits(row, wanted) for row in _last(found.rows, len(page.rows)))):
            return page.total
        if len(found.rows) == before:
            raise SourceError(f"{asked}: the page after {after} leads back to itself: not followed")
        after = min(found.rows, default=0) if page.last_id is None else page.last_id
    raise SourceError(f"{asked} by {', '.join(wanted)} has more than {_MOST_PAGES} pages")


def _last(rows: Mapping[int, Row], count: int) -> Iterable[Row]:
    return list(rows.values())[-count:]


def _fits(row: Row, wanted: Mapping[str, Any]) -> bool:
    """Whether a row is one of those asked for, by the numbers it shows; fields that were not asked cannot tell."""
    return all(number in asked for number, asked in _compared(row, wanted) if number is not None)


def _compared(row: Row, wanted: Mapping[str, Any]) -> Iterator[tuple[int | None, Sequence[int]]]:
    for name, value in wanted.items():
        if isinstance(value, int):
            yield number_in(row, name), (value,)
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], int):
            yield number_in(row, name), value
