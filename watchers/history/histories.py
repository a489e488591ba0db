"""The histories of a batch of releases that is about to be judged: read from our own tables before it is stored."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from watchers.database import Database
from watchers.history.asking import MONTHS, SUPPLIERS, Ask, Moments, month_of, questions_of
from watchers.history.bands import Band
from watchers.history.memory import Archive
from watchers.history.peers import MANY_CONTRACTS, TOTALS_MONTHS, peers_of, suppliers_of
from watchers.history.rows import Rows
from watchers.history.stored import answer_all
from watchers.history.tables import buyer_months, supplier_months
from watchers.history.taking import kept_rows, moments_of
from watchers.history.view import History, Totals
from watchers.ocds import Release
from watchers.rules import Rules

__all__ = ["Histories", "Past"]

REFRESH = 3600.0
"""Seconds for which the bands of a kind of buyers are taken as they were read: they cover whole months before."""

_FEW = 4
"""Releases that are taken at once: changing to another thread would cost more."""


class Past(msgspec.Struct, frozen=True):
    """What one release leaves to history, and what history says about it (None for one without any date)."""

    rows: Rows
    history: History | None


class _Taken(msgspec.Struct, frozen=True):
    rows: Rows
    moments: Moments | None


class Histories:
    """Reads history for batches. `refresh` seconds after they were read, by `clock`, bands of buyers are read again."""

    def __init__(
        self,
        database: Database,
        rules: Rules,
        *,
        refresh: float = REFRESH,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._rules = rules
        self._refresh = refresh
        self._clock = clock
        self._peers: dict[tuple[str, int], tuple[float, dict[str, Band]]] = {}

    async def of(self, releases: Sequence[Release], links: Sequence[str] = ()) -> list[Past]:
        """The past of each release, in their order; each sees those of the others that came before it.

        `links` are the pages a person can open. Raises SQLAlchemyError where the tables cannot be read.
        """
        few = len(releases) <= _FEW
        taken, archive = self._take(releases, links) if few else await asyncio.to_thread(self._take, releases, links)
        asks = [
            questions_of(one.rows, release.ocid, one.moments)
            for release, one in zip(releases, taken, strict=True)
            if one.moments is not None
        ]
        if not asks:
            return [Past(one.rows, None) for one in taken]
        async with self._database.read() as connection:
            answers = iter(await answer_all(self._database, connection, asks, archive))
            peers = await self._peers_of(connection, asks)
        found, asked = [], iter(asks)
        for one in taken:
            if one.moments is None:
                found.append(Past(one.rows, None))
                continue
            month, kinds = month_of(one.moments.announced), next(asked).peers
            bands = {(name, kind): band for kind in kinds for name, band in peers.get((kind, month), {}).items()}
            answer = msgspec.structs.replace(next(answers), peers=bands)
            found.append(Past(one.rows, History(one.rows, one.moments, answer)))
        return found

    def _take(self, releases: Sequence[Release], links: Sequence[str]) -> tuple[list[_Taken], Archive]:
        archive = Archive(self._rules)
        taken = []
        for number, release in enumerate(releases):
            rows = kept_rows(release, self._rules, links[number] if links else "")
            taken.append(_Taken(rows, moments_of(release)))
            archive.add(release, rows)
        return taken, archive

    async def _peers_of(
        self, connection: AsyncConnection, asks: Sequence[Ask]
    ) -> dict[tuple[str, int], dict[str, Band]]:
        wanted = {(kind, month_of(ask.moments.announced)) for ask in asks for kind in ask.peers}
        found = {}
        for kind, month in wanted:
            read_at, bands = self._peers.get((kind, month), (0.0, {}))
            now = self._clock()
            if not read_at or now - read_at >= self._refresh:
                bands = await (
                    _read_suppliers(connection, month) if kind == SUPPLIERS else _read_peers(connection, kind, month)
                )
                self._peers[kind, month] = (now or 1e-9, bands)
            found[kind, month] = bands
        return found


async def _read_peers(connection: AsyncConnection, kind: str, month: int) -> dict[str, Band]:
    """The bands of one kind of buyers from their counts a month: one row a buyer, never a lot."""
    columns = buyer_months.c
    last_year = columns.month >= month - TOTALS_MONTHS

    def of_year(name: str) -> ColumnElement[int]:
        return func.sum(case((last_year, columns[name]), else_=0))

    query = (
        select(
            columns.customer,
            func.sum(columns.lots),
            func.max(case((last_year, 1), else_=0)),
            *(of_year(name) for name in ("lots", "amount", "single_source", "bids", "rejected")),
        )
        .where(and_(columns.buyer_kind == kind, columns.month >= month - MONTHS, columns.month < month))
        .group_by(columns.customer)
    )
    active: list[int] = []
    year: dict[str, Totals] = defaultdict(Totals)
    for row in await connection.execute(query):
        customer, whole = row[0], [int(number) for number in row[1:]]
        if whole[0]:
            active.append(whole[0])
        if whole[1]:
            count, amount, single, bids, rejected = whole[2:]
            year[customer] = Totals(count, Decimal(amount).scaleb(-2), Decimal(single).scaleb(-2), bids, rejected)
    return peers_of(active, year)


async def _read_suppliers(connection: AsyncConnection, month: int) -> dict[str, Band]:
    """What suppliers of many contracts sell, from their counts a month: divisions are counted where they were sold."""
    columns = supplier_months.c
    of_division = (
        select(columns.supplier, columns.division_code, func.sum(columns.things).label("things"))
        .where(columns.month >= month - MONTHS, columns.month < month)
        .group_by(columns.supplier, columns.division_code)
        .subquery()
    )
    found = of_division.c
    query = (
        select(
            func.sum(case((found.division_code == "", found.things), else_=0)),
            func.sum(case((and_(found.division_code != "", found.things > 0), 1), else_=0)),
        )
        .group_by(found.supplier)
        .having(func.sum(case((found.division_code == "", found.things), else_=0)) >= MANY_CONTRACTS)
    )
    return suppliers_of((int(many), int(divisions)) for many, divisions in await connection.execute(query))
