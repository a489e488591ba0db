"""History from our own tables: what a batch of releases asks, answered by one statement, however many they are.

Every question is a row of JSON beside its kind's indexed subquery; each reads at most as many rows as the kind allows.
Releases of the batch that are not stored yet are seen too, as if they were.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from watchers.database import Database
from watchers.history.asking import KINDS, MONTHS, WANTED_AT_MOST, Ask, Kind, month_of, since
from watchers.history.memory import Archive, repeated
from watchers.history.peers import TOTALS_MONTHS
from watchers.history.rows import PastBid, PastContract, PastLot
from watchers.history.stored_rows import fields_of, rows_from, terms_from
from watchers.history.view import Answers, Market, Totals
from watchers.ocds import Release
from watchers.tables import snapshots, tenders

__all__ = ["answer_all", "statement"]

_TABLES = {"lots": "history_lots", "contracts": "history_contracts", "bids": "history_bids", "terms": "history_terms"}
_ROWS: dict[str, Any] = {"lots": PastLot, "contracts": PastContract, "bids": PastBid}
_TERMS = ("ocid", "released_at", "closes_at", "amount", "digests")
_decode = msgspec.json.Decoder(list[list[Any]]).decode
_release = msgspec.json.Decoder(Release).decode


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
    return _TERMS if kind.source == "terms" else tuple(name for name, _, _ in fields_of(_ROWS[kind.source]))


def _rows_arm(kind: Kind, dialect: _Dialect) -> str:
    """The subquery of a kind: newest first, those of the batch and of the release itself left out."""
    moment, places = f'h."{kind.moment}"', len(kind.key)
    names = ["class_code" if name == "class" else name for name in kind.key]
    conditions = [f'h."{name}" = {dialect.part.format(place=n)}' for n, name in enumerate(names)]
    before, first, ocid = (dialect.part.format(place=places + n) for n in range(3))
    before, first = f"CAST({before} AS BIGINT)", f"CAST({first} AS BIGINT)"
    conditions += [f"{moment} <= {before}", f"{moment} >= {first}"]
    if kind.competitive:
        conditions.append("h.competitive = TRUE")
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
    arms.append(_wanted_arm(dialect))
    sums = ("lots", "amount", "single_source", "bids", "rejected")
    arms.append(_sums_arm("totals", "history_buyer_months", ("customer", "currency"), sums, dialect))
    arms.append(_sums_arm("markets", "history_class_months", ("class_code",), ("lots", "bidders"), dialect))
    return text(" UNION ALL ".join(arms))


async def answer_all(
    database: Database, connection: AsyncConnection, asks: Sequence[Ask], batch: Archive
) -> list[Answers]:
    """The answers to each of `asks`, in their order, but for the bands of peers; `batch` holds all of the releases."""
    questions = _Questions(asks)
    parameters = {name: json.dumps(values) for name, values in questions.values.items()}
    parameters["batch"] = json.dumps(sorted(batch.ocids))
    found = await connection.execute(statement(database.dialect), parameters)
    stored = {(kind, place): json_rows for kind, place, json_rows in found}
    made = [_answers(ask, questions.keys[number], stored, batch) for number, ask in enumerate(asks)]
    chains = await _releases(connection, made)
    return [msgspec.structs.replace(one, releases=_chain(one, chains, batch)) for one in made]


class _Questions:
    """The questions of several releases as parameters of the statement, and where each answer will be found."""

    def __init__(self, asks: Sequence[Ask]) -> None:
        names = (*KINDS, "wanted", "totals", "markets")
        self.values: dict[str, list[list[Any]]] = {name: [] for name in names}
        self.keys: list[list[tuple[str, tuple[str, ...], int]]] = [self._put(ask) for ask in asks]

    def _put(self, ask: Ask) -> list[tuple[str, tuple[str, ...], int]]:
        placed = []
        month = month_of(ask.moments.announced)
        for name, keys in ask.keys.items():
            before = ask.moments.before(KINDS[name])
            bounds = (int(before.timestamp()), int(since(before).timestamp()), ask.ocid)
            placed += [self._add(name, key, bounds) for key in keys]
        announced = ask.moments.announced
        bounds = (int(announced.timestamp()), int(since(announced).timestamp()), ask.ocid)
        placed += [self._add("wanted", wanted, bounds) for wanted in ask.wanted]
        placed += [self._add("totals", key, (month - TOTALS_MONTHS, month)) for key in ask.totals]
        placed += [self._add("markets", (one,), (month - MONTHS, month)) for one in ask.classes]
        return placed

    def _add(self, name: str, key: tuple[str, ...], bounds: Iterable[Any]) -> tuple[str, tuple[str, ...], int]:
        self.values[name].append([*key, *bounds])
        return name, key, len(self.values[name]) - 1


def _answers(
    ask: Ask,
    keys: Sequence[tuple[str, tuple[str, ...], int]],
    stored: Mapping[tuple[str, int], str | None],
    batch: Archive,
) -> Answers:
    rows: dict[tuple[str, tuple[str, ...]], Sequence[Any]] = {}
    wanted: dict[tuple[str, str], int] = {}
    totals: dict[tuple[str, str], Totals] = {}
    markets: dict[str, Market] = {}
    for name, key, place in keys:
        found = stored.get((name, place))
        values = _decode(found) if found else []
        if name in KINDS:
            rows[name, key] = _merged(KINDS[name], _read(KINDS[name], values), batch.rows(KINDS[name], key, ask))
        elif name == "wanted":
            customers = {one for (one,) in values} | batch.wanted(key[0], key[1], ask)
            wanted[key[0], key[1]] = min(len(customers), WANTED_AT_MOST)
        elif values and values[0][0] is not None:
            whole = [int(number) for number in values[0]]
            if name == "totals":
                lots, amount, single, bids, rejected = whole
                totals[key[0], key[1]] = Totals(
                    lots, Decimal(amount).scaleb(-2), Decimal(single).scaleb(-2), bids, rejected
                )
            else:
                markets[key[0]] = Market(*whole)
    return Answers(rows=rows, wanted=wanted, totals=totals, markets=markets)


def _read(kind: Kind, values: list[list[Any]]) -> list[Any]:
    if kind.numbers == ("amount",):
        return [(amount / 100 if amount is not None else None,) for (amount,) in values]
    if kind.numbers:
        return [(_number(price), _number(quantity), region) for price, quantity, region in values]
    return terms_from(values) if kind.source == "terms" else rows_from(_ROWS[kind.source], values)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _merged(kind: Kind, stored: list[Any], fresh: Sequence[Any]) -> Sequence[Any]:
    """Both together, newest first, as many as the kind allows."""
    if not fresh:
        return stored
    if kind.numbers:
        return [*fresh, *stored][: kind.most]
    return sorted([*stored, *fresh], key=attrgetter(kind.moment, "ocid"), reverse=True)[: kind.most]


async def _releases(connection: AsyncConnection, answers: Sequence[Answers]) -> dict[str, Release]:
    ocids = {ocid for one in answers for ocid in repeated(one.rows)}
    if not ocids:
        return {}
    newest = select(tenders.c.ocid, snapshots.c.release).join_from(
        tenders, snapshots, tenders.c.snapshot_id == snapshots.c.id
    )
    rows = await connection.execute(newest.where(tenders.c.ocid.in_(ocids)))
    return {row.ocid: _release(row.release) for row in rows}


def _chain(answers: Answers, stored: Mapping[str, Release], batch: Archive) -> list[Release]:
    found = [batch.release(ocid) or stored.get(ocid) for ocid in repeated(answers.rows)]
    return [release for release in found if release is not None]
