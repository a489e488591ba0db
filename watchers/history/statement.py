"""The one statement in which history is asked of our own tables, for SQLite and PostgreSQL.

Every question is a row of JSON beside its kind's indexed subquery; each reads at most as many rows as the kind allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import TextClause, text

from watchers.history.asking import KINDS, SHARING_AT_MOST, WANTED_AT_MOST, Kind
from watchers.history.rows import PastBid, PastContract, PastLot
from watchers.history.stored_rows import fields_of

__all__ = ["ROWS", "statement"]

_TABLES = {"lots": "history_lots", "contracts": "history_contracts", "bids": "history_bids", "terms": "history_terms"}
ROWS: dict[str, Any] = {"lots": PastLot, "contracts": PastContract, "bids": PastBid}
_TERMS = ("ocid", "released_at", "closes_at", "amount", "digests")


class _Dialect(msgspec.Struct, frozen=True):
    """The few words the two databases do not share."""

    each: str  # the questions of a kind, `q.value` one of them, `q.place` its number
    part: str  # a part of a question as text
    collect: str
    array: str
    among: str
    by_bytes: str  # how text is compared as everywhere else, whatever the language of the database


_DIALECTS = {
    "sqlite": _Dialect(
        each="(SELECT key AS place, value FROM json_each(:{name})) q",
        part="json_extract(q.value, '$[{place}]')",
        collect="json_group_array({row})",
        array="json_array({values})",
        among="(SELECT value FROM json_each(:batch))",
        by_bytes="",
    ),
    "postgresql": _Dialect(
        each="(SELECT place - 1 AS place, value FROM json_array_elements(CAST(:{name} AS json)) "
        "WITH ORDINALITY AS e(value, place)) q",
        part="(q.value ->> {place})",
        collect="CAST(json_agg({row}) AS text)",
        array="json_build_array({values})",
        among="(SELECT json_array_elements_text(CAST(:batch AS json)))",
        by_bytes=' COLLATE "C"',
    ),
}


def _columns(kind: Kind) -> tuple[str, ...]:
    if kind.numbers:
        return kind.numbers
    if kind.fields:
        return kind.fields
    return _TERMS if kind.source == "terms" else tuple(name for name, _, _ in fields_of(ROWS[kind.source]))


def _rows_arm(kind: Kind, dialect: _Dialect) -> str:
    """The subquery of a kind: newest first, those of the batch and of the release itself left out."""
    moment, places = f'h."{kind.moment}"', len(kind.key)
    names = [f"{name}_code" if name in {"class", "division"} else name for name in kind.key]
    conditions = [f'h."{name}" = {dialect.part.format(place=n)}' for n, name in enumerate(names)]
    before, first, ocid = (dialect.part.format(place=places + n) for n in range(3))
    before, first = f"CAST({before} AS BIGINT)", f"CAST({first} AS BIGINT)"
    conditions += [f"{moment} <= {before}", f"{moment} >= {first}"]
    if kind.competitive:
        conditions.append("h.competitive = TRUE")
    if kind.known:
        conditions.append(f'h."{kind.numbers[0]}" IS NOT NULL')
    order = f"{moment} DESC"
    if kind.numbers:
        conditions += [f"{moment} < {before}", f"h.ocid NOT IN {dialect.among}"]
    elif kind.source == "terms":
        order += ", h.snapshot_id DESC"
    else:
        conditions += [f"({moment} < {before} OR h.ocid{dialect.by_bytes} < {ocid})", f"h.ocid NOT IN {dialect.among}"]
        order += f", h.ocid{dialect.by_bytes} DESC, h.position DESC"
    columns = ", ".join(f'h."{name}"' for name in _columns(kind))
    inner = (
        f"SELECT {columns} FROM {_TABLES[kind.source]} h WHERE {' AND '.join(conditions)} "  # noqa: S608 - our own names
        f"ORDER BY {order} LIMIT {kind.most}"
    )
    return _arm(kind.name, inner, ", ".join(f'r."{name}"' for name in _columns(kind)), dialect)


def _arm(name: str, inner: str, values: str, dialect: _Dialect) -> str:
    row = dialect.collect.format(row=dialect.array.format(values=values))
    each = dialect.each.format(name=name)
    return f"SELECT '{name}' AS kind, q.place, (SELECT {row} FROM ({inner}) r) AS found FROM {each}"  # noqa: S608


def _wanted_arm(dialect: _Dialect) -> str:
    kind, code, before, first, ocid = (dialect.part.format(place=n) for n in range(5))
    return _arm(
        "wanted",
        "SELECT DISTINCT h.customer FROM history_lots h "  # noqa: S608 - our own names
        f"WHERE h.buyer_kind = {kind} AND h.class_code = {code} AND h.published_at < CAST({before} AS BIGINT) "
        f"AND h.published_at >= CAST({first} AS BIGINT) AND h.ocid <> {ocid} LIMIT {WANTED_AT_MOST}",
        "r.customer",
        dialect,
    )


def _sharing_arm(dialect: _Dialect) -> str:
    contact, before = (dialect.part.format(place=n) for n in range(2))
    return _arm(
        "sharing",
        "SELECT h.party FROM history_contacts h "  # noqa: S608 - our own names
        f"WHERE h.contact = {contact} AND h.seen_at < CAST({before} AS BIGINT) "
        f"ORDER BY h.party{dialect.by_bytes} LIMIT {SHARING_AT_MOST}",
        "r.party",
        dialect,
    )


def _sums_arm(name: str, table: str, key: Sequence[str], sums: Sequence[str], dialect: _Dialect) -> str:
    """Sums over the months from one up to another, not included."""
    parts = [dialect.part.format(place=n) for n in range(len(key) + 2)]
    conditions = [f'h."{column}" = {part}' for column, part in zip(key, parts, strict=False)]
    conditions += [f"h.month >= CAST({parts[-2]} AS INTEGER)", f"h.month < CAST({parts[-1]} AS INTEGER)"]
    summed = ", ".join(f'SUM(h."{column}") AS "{column}"' for column in sums)
    inner = f"SELECT {summed} FROM {table} h WHERE {' AND '.join(conditions)}"  # noqa: S608 - our own names
    return _arm(name, inner, ", ".join(f'r."{column}"' for column in sums), dialect)


@cache
def statement(dialect_name: str) -> TextClause:
    """All questions in one statement: every kind takes its questions as a parameter of its name."""
    dialect = _DIALECTS[dialect_name]
    arms = [_rows_arm(kind, dialect) for kind in KINDS.values()]
    arms += [_wanted_arm(dialect), _sharing_arm(dialect)]
    sums = ("lots", "amount", "single_source", "bids", "rejected")
    arms.append(_sums_arm("totals", "history_buyer_months", ("customer", "currency"), sums, dialect))
    arms.append(_sums_arm("markets", "history_class_months", ("class_code",), ("lots", "bidders"), dialect))
    return text(" UNION ALL ".join(arms))
