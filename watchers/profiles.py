"""What a year of purchases says of one buyer, or of one supplier: counts with what they are counted of, never scores.

A number comes with its denominator, so that whoever shows it can say of how many; nothing is left out here for being
few, that is for the one who speaks (`LEAST`). The year ends at the moment asked for. Rows are those of history
(`watchers.history.tables`), which hold no private person.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from statistics import median
from typing import Any

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from watchers.database import Database
from watchers.history.tables import history_bids, history_contracts, history_lots
from watchers.tables import buyers, suppliers, tenders

__all__ = ["LEAST", "MONTHS", "BuyerProfile", "Month", "Partner", "Share", "SupplierProfile", "buyer_profile",
           "median_of", "supplier_profile", "year_before"]  # fmt: skip

LEAST = 10
"""Fewer cases than this say nothing: no share, no median is shown of them."""
MONTHS = 12
MOST_ROWS = 50_000
"""Rows read of one body, the newest: a bound, above what the largest buyer announces in a year."""
_TOP = 5


class Share(msgspec.Struct, frozen=True):
    """So many of so many."""

    part: int
    whole: int


class Month(msgspec.Struct, frozen=True):
    """A calendar month (UTC) by its first day: purchases announced, and those of them with a flag."""

    first: datetime
    purchases: int
    flagged: int


class Partner(msgspec.Struct, frozen=True):
    """The other side of contracts: its sum and number of contracts in the period's main currency."""

    id: str
    name: str
    amount: Decimal
    contracts: int


class BuyerProfile(msgspec.Struct, frozen=True, kw_only=True):
    """`bidders`: of each competitive lot whose bids were opened, how many there were, ascending.

    `uncompetitive`, `cancelled`: lots of all lots; `single`: competitive lots with one bidder of those opened.
    `amount`, `contracts`, `suppliers`: contracts signed in the period, in `currency`.
    """

    id: str
    name: str
    since: datetime
    until: datetime
    purchases: int
    lots: int
    uncompetitive: Share
    cancelled: Share
    single: Share
    bidders: tuple[int, ...]
    currency: str
    amount: Decimal
    contracts: int
    suppliers: int
    top: tuple[Partner, ...]
    flagged: Share
    months: tuple[Month, ...]


class SupplierProfile(msgspec.Struct, frozen=True, kw_only=True):
    """`direct`: contracts without competition of all; `won`: bids that won of all known; `top`: its buyers."""

    id: str
    name: str
    since: datetime
    until: datetime
    currency: str
    amount: Decimal
    contracts: int
    buyers: int
    direct: Share
    won: Share
    top: tuple[Partner, ...]
    flagged: Share
    months: tuple[Month, ...]


def median_of(counts: Sequence[int]) -> float | None:
    """The middle one; None of fewer than `LEAST`."""
    return float(median(counts)) if len(counts) >= LEAST else None


async def buyer_profile(database: Database, buyer_id: str, now: datetime) -> BuyerProfile | None:
    """A buyer's year up to `now`; None for a buyer nobody has told of."""
    since = year_before(now)
    start = int(since.timestamp())
    lot, announced = history_lots.c, tenders.c
    lots = select(lot.ocid, lot.lot, lot.competitive, lot.bidders, lot.outcome, lot.cancelled_at)
    lots = lots.where(lot.customer == buyer_id, lot.published_at >= start, lot.published_at <= int(now.timestamp()))
    purchases = select(announced.published_at, announced.weight).where(
        announced.buyer_id == buyer_id, announced.published_at >= since, announced.published_at <= now
    )
    async with database.read() as connection:
        name = (await connection.execute(select(buyers.c.name).where(buyers.c.id == buyer_id))).scalar_one_or_none()
        rows = (await connection.execute(lots.order_by(lot.published_at.desc()).limit(MOST_ROWS))).all()
        bought = await _contracts(connection, buyer_id, start, now, by="customer")
        told = (await connection.execute(purchases.limit(MOST_ROWS))).all()
        if name is None and not rows and not bought:
            return None
        counted = await asyncio.to_thread(_counted_lots, rows)
        currency, partners, count = _partners(bought, "supplier")
        names = await _names(connection, [id_ for id_, _, _ in partners[:_TOP]], suppliers)
    return BuyerProfile(
        id=buyer_id,
        name=name or buyer_id,
        since=since,
        until=now,
        purchases=len(told),
        currency=currency,
        amount=sum((amount for _, amount, _ in partners), Decimal(0)),
        contracts=count,
        suppliers=len(partners),
        top=_top(partners, names),
        flagged=Share(sum(1 for one in told if one.weight), len(told)),
        months=_months(((one.published_at, one.weight) for one in told), now),
        **counted,
    )


async def supplier_profile(database: Database, supplier_id: str, now: datetime) -> SupplierProfile | None:
    """A supplier's year up to `now`; None for one nobody has told of."""
    since = year_before(now)
    start = int(since.timestamp())
    bid = history_bids.c
    bids = select(bid.ocid, bid.lot, bid.won).where(bid.bidder == supplier_id, bid.decided_at >= start)
    async with database.read() as connection:
        known = select(suppliers.c.name).where(suppliers.c.id == supplier_id)
        name = (await connection.execute(known)).scalar_one_or_none()
        sold = await _contracts(connection, supplier_id, start, now, by="supplier")
        tried = (await connection.execute(bids.order_by(bid.decided_at.desc()).limit(MOST_ROWS))).all()
        if name is None and not sold and not tried:
            return None
        told = await _purchases_of(connection, supplier_id, start, now)
        currency, partners, count = _partners(sold, "customer")
        names = await _names(connection, [id_ for id_, _, _ in partners[:_TOP]], buyers)
    each = {(row.ocid, row.contract): row.direct for row in sold}
    lots = {(row.ocid, row.lot): False for row in tried} | {(row.ocid, row.lot): True for row in tried if row.won}
    return SupplierProfile(
        id=supplier_id,
        name=name or supplier_id,
        since=since,
        until=now,
        currency=currency,
        amount=sum((amount for _, amount, _ in partners), Decimal(0)),
        contracts=count,
        buyers=len(partners),
        direct=Share(sum(each.values()), len(each)),
        won=Share(sum(lots.values()), len(lots)),
        top=_top(partners, names),
        flagged=Share(sum(1 for _, weight in told if weight), len(told)),
        months=_months(told, now),
    )


def year_before(now: datetime) -> datetime:
    """Where the year of a profile begins: with the month eleven months before this one (UTC)."""
    month = now.year * 12 + now.month - 1 - (MONTHS - 1)
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)


async def _contracts(connection: AsyncConnection, body: str, start: int, now: datetime, *, by: str) -> Sequence[Any]:
    contract = history_contracts.c
    query = select(
        contract.ocid, contract.contract, contract.customer, contract.supplier, contract.total, contract.currency,
        contract.direct,
    ).where(contract[by] == body, contract.signed_at >= start, contract.signed_at <= int(now.timestamp()))  # fmt: skip
    rows = (await connection.execute(query.order_by(contract.signed_at.desc()).limit(MOST_ROWS))).all()
    other = "supplier" if by == "customer" else "customer"
    first = {(row.ocid, row.contract): row for row in reversed(rows)}  # a row is a thing of a contract
    return [row for row in first.values() if getattr(row, other)]


async def _purchases_of(
    connection: AsyncConnection, supplier_id: str, start: int, now: datetime
) -> list[tuple[datetime | None, int]]:
    """The purchases behind a supplier's contracts: when they were announced, their weights."""
    contract = history_contracts.c
    theirs = and_(contract.supplier == supplier_id, contract.signed_at.between(start, int(now.timestamp())))
    query = select(tenders.c.id, tenders.c.published_at, tenders.c.weight).join(
        history_contracts, contract.ocid == tenders.c.ocid
    )
    rows = await connection.execute(query.where(theirs).distinct().limit(MOST_ROWS))
    return [(row.published_at, row.weight) for row in rows]


def _counted_lots(rows: Sequence[Any]) -> dict[str, Any]:
    """A row is a lot, or one of several things of it: a lot counts once."""
    lots = {(row.ocid, row.lot): row for row in reversed(rows)}
    opened = sorted(row.bidders for row in lots.values() if row.competitive and row.bidders is not None)
    return {
        "lots": len(lots),
        "uncompetitive": Share(sum(1 for row in lots.values() if not row.competitive), len(lots)),
        "cancelled": Share(sum(1 for row in lots.values() if row.outcome == "cancelled"), len(lots)),
        "single": Share(sum(1 for count in opened if count == 1), len(opened)),
        "bidders": tuple(opened),
    }


def _partners(rows: Sequence[Any], other: str) -> tuple[str, list[tuple[str, Decimal, int]], int]:
    """The currency of most contracts; by the other side, the largest first: its sum, its contracts; how many in all."""
    if not rows:
        return "", [], 0
    currency = Counter(row.currency for row in rows).most_common(1)[0][0]
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row.currency == currency:
            found = sums[getattr(row, other)]
            found[0] += row.total or 0
            found[1] += 1
    made = [(id_, Decimal(total) / 100, count) for id_, (total, count) in sums.items()]
    return currency, sorted(made, key=lambda one: (-one[1], one[0])), sum(one[2] for one in made)


async def _names(connection: AsyncConnection, ids: Sequence[str], table: Any) -> dict[str, str]:
    rows = await connection.execute(select(table.c.id, table.c.name).where(table.c.id.in_(ids)))
    return {row.id: row.name for row in rows if row.name}


def _top(partners: Sequence[tuple[str, Decimal, int]], names: dict[str, str]) -> tuple[Partner, ...]:
    return tuple(Partner(id_, names.get(id_, id_), amount, count) for id_, amount, count in partners[:_TOP])


def _months(told: Iterable[tuple[datetime | None, int]], now: datetime) -> tuple[Month, ...]:
    """The twelve months up to this one, with those in which nothing was."""
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for published, weight in told:
        if published is not None:
            utc = published.astimezone(UTC)
            month = counts[utc.year * 12 + utc.month - 1]
            month[0] += 1
            month[1] += weight > 0
    last = now.year * 12 + now.month - 1
    return tuple(
        Month(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC), *counts.get(month, (0, 0)))
        for month in range(last - MONTHS + 1, last + 1)
    )
