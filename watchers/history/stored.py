"""History from our own tables: what a batch of releases asks, answered by one statement, however many they are.

Every question is a row of JSON beside its kind's indexed subquery; each reads at most as many rows as the kind allows.
Releases of the batch that are not stored yet are seen too, as if they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from watchers.database import Database
from watchers.history.asking import KINDS, MONTHS, SHARING_AT_MOST, WANTED_AT_MOST, Ask, Kind, month_of, since
from watchers.history.memory import Archive, repeated
from watchers.history.peers import TOTALS_MONTHS
from watchers.history.statement import ROWS, statement
from watchers.history.stored_rows import rows_from, terms_from
from watchers.history.view import Answers, Market, Totals
from watchers.ocds import Release
from watchers.tables import snapshots, tenders

__all__ = ["answer_all", "statement"]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[list[Any]]).decode
_release = msgspec.json.Decoder(Release).decode


async def answer_all(
    database: Database, connection: AsyncConnection, asks: Sequence[Ask], batch: Archive
) -> list[Answers]:
    """The answers to each of `asks`, in their order, but for the bands of peers; `batch` holds all of the releases."""
    questions = _Questions(asks)
    parameters = {name: _encode(values).decode() for name, values in questions.values.items()}
    parameters["batch"] = _encode(sorted(batch.ocids)).decode()
    found = await connection.execute(statement(database.dialect), parameters)
    stored = {(kind, place): json_rows for kind, place, json_rows in found}
    made = [_answers(ask, questions.keys[number], stored, batch) for number, ask in enumerate(asks)]
    chains = await _releases(connection, made)
    return [msgspec.structs.replace(one, releases=_chain(one, chains, batch)) for one in made]


class _Questions:
    """The questions of several releases as parameters of the statement, and where each answer will be found."""

    def __init__(self, asks: Sequence[Ask]) -> None:
        names = (*KINDS, "wanted", "sharing", "totals", "markets")
        self.values: dict[str, list[list[Any]]] = {name: [] for name in names}
        self.keys: list[list[tuple[str, tuple[str, ...], int]]] = [self._put(ask) for ask in asks]

    def _put(self, ask: Ask) -> list[tuple[str, tuple[str, ...], int]]:
        placed = []
        month = month_of(ask.moments.announced)
        for name, keys in ask.keys.items():
            before = ask.moments.before(KINDS[name])
            bounds = (int(before.timestamp()), int(since(before, KINDS[name].months).timestamp()), ask.ocid)
            placed += [self._add(name, key, bounds) for key in keys]
        announced = ask.moments.announced
        bounds = (int(announced.timestamp()), int(since(announced).timestamp()), ask.ocid)
        placed += [self._add("wanted", wanted, bounds) for wanted in ask.wanted]
        placed += [self._add("sharing", (one,), (int(ask.moments.newest.timestamp()),)) for one in ask.contacts]
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
    sharing: dict[str, frozenset[str]] = {}
    for name, key, place in keys:
        found = stored.get((name, place))
        values = _decode(found) if found else []
        if name in KINDS:
            rows[name, key] = _merged(KINDS[name], _read(KINDS[name], values), batch.rows(KINDS[name], key, ask))
        elif name == "wanted":
            customers = {one for (one,) in values} | batch.wanted(key[0], key[1], ask)
            wanted[key[0], key[1]] = min(len(customers), WANTED_AT_MOST)
        elif name == "sharing":
            parties = {one for (one,) in values} | batch.sharing(key[0], ask)
            sharing[key[0]] = frozenset(sorted(parties)[:SHARING_AT_MOST])
        elif values and values[0][0] is not None:
            whole = [int(number) for number in values[0]]
            if name == "totals":
                lots, amount, single, bids, rejected = whole
                totals[key[0], key[1]] = Totals(
                    lots, Decimal(amount).scaleb(-2), Decimal(single).scaleb(-2), bids, rejected
                )
            else:
                markets[key[0]] = Market(*whole)
    return Answers(rows=rows, wanted=wanted, totals=totals, markets=markets, sharing=sharing)


def _read(kind: Kind, values: list[list[Any]]) -> list[Any]:
    if not kind.numbers:
        return terms_from(values) if kind.source == "terms" else rows_from(ROWS[kind.source], values, kind.fields)
    readers = [_NUMBERS.get(name, _same) for name in kind.numbers]
    return [tuple([read(value) for read, value in zip(readers, one, strict=True)]) for one in values]


def _same(value: Any) -> Any:
    return value


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _sum(value: int | None) -> float | None:
    return None if value is None else value / 100


_NUMBERS: dict[str, Callable[[Any], Any]] = {
    "amount": _sum, "unit_price": _number, "quantity": _number, "margin": _number,
}  # fmt: skip


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
