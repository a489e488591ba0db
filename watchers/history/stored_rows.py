"""How rows of history look in a table: moments as whole seconds, sums as hundredths, years with commas between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from sqlalchemy import Table

from watchers.database import clean
from watchers.history.rows import PastBid, PastContract, PastLot, PastTerms
from watchers.history.tables import history_bids, history_contracts, history_lots
from watchers.history.terms import PARTS

__all__ = ["columns_of", "fields_of", "lot_of", "rows_from", "terms_from"]

_Row = TypeVar("_Row", PastLot, PastContract, PastBid)
_TABLES: dict[Any, Table] = {PastLot: history_lots, PastContract: history_contracts, PastBid: history_bids}


def _same(value: Any) -> Any:
    return value


def _moment_in(value: datetime | None) -> int | None:
    return None if value is None else int(value.timestamp())


def _moment_out(value: int | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)


def _sum_in(value: Decimal | None) -> int | None:
    return None if value is None else int(value * 100)


def _sum_out(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-2)


def _years_in(value: Iterable[int]) -> str:
    return ",".join(map(str, value))[:64]


def _years_out(value: str) -> tuple[int, ...]:
    return tuple(int(year) for year in value.split(",")) if value else ()


Convert = Callable[[Any], Any]


@cache
def fields_of(kind: Any) -> tuple[tuple[str, Convert, Convert], ...]:
    """The fields of a row type: name, how it is written, how it is read."""
    found = []
    for name, hint in get_type_hints(kind).items():
        types = set(get_args(hint)) or {hint}
        into: Convert = _same
        out: Convert = _same
        if datetime in types:
            into, out = _moment_in, _moment_out
        elif Decimal in types:
            into, out = _sum_in, _sum_out
        elif name == "years":
            into, out = _years_in, _years_out
        elif types == {str}:
            into = _fitting(getattr(_TABLES[kind].c[name].type, "length", None) if kind in _TABLES else None)
        elif float in types:
            out = _number
        elif types == {bool}:
            out = bool
        found.append((name, into, out))
    return tuple(found)


def _fitting(length: int | None) -> Convert:
    """Text as every database takes it."""
    return clean if length is None else lambda value: clean(value)[:length]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def columns_of(row: PastLot | PastContract | PastBid) -> dict[str, Any]:
    """A row as the columns of its table, but for its position and class."""
    return {name: into(getattr(row, name)) for name, into, _ in fields_of(type(row))}


def lot_of(columns: Mapping[str, Any] | Any) -> PastLot:
    """A lot read from its table."""
    return PastLot(**{name: out(columns[name]) for name, _, out in fields_of(PastLot)})


def rows_from(kind: type[_Row], values: Sequence[list[Any]], fields: tuple[str, ...] = ()) -> list[_Row]:
    """Rows from arrays of values in the order of `fields`, else of `fields_of`; the arrays are used up."""
    out_of = {name: out for name, _, out in fields_of(kind)}
    names = fields or tuple(out_of)
    readers = [(place, out_of[name]) for place, name in enumerate(names) if out_of[name] is not _same]
    found = []
    for one in values:
        for place, read in readers:
            one[place] = read(one[place])
        found.append(kind(**dict(zip(names, one, strict=True))))
    return found


def terms_from(values: Sequence[Sequence[Any]]) -> list[PastTerms]:
    """Terms from arrays of ocid, released_at, closes_at, amount, digests."""
    return [
        PastTerms(
            ocid=ocid,
            released_at=datetime.fromtimestamp(released_at, UTC),
            closes_at=_moment_out(closes_at),
            amount=_sum_out(amount),
            digests=dict(zip(PARTS, digests.split(" "), strict=True)),
        )
        for ocid, released_at, closes_at, amount, digests in values
    ]
