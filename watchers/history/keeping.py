"""Writes history: the rows of what a batch stores, in the same transaction; the old rows of a process are replaced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from watchers.database import Database, clean
from watchers.history.asking import month_of
from watchers.history.peers import add, month_counts
from watchers.history.rows import CLASS, DIVISION, PastBid, PastContact, PastContract, PastLot, PastTerms, Rows, wider
from watchers.history.stored_rows import columns_of, lot_of
from watchers.history.tables import (
    buyer_months,
    class_months,
    history_bids,
    history_contacts,
    history_contracts,
    history_lots,
    history_terms,
    supplier_months,
)
from watchers.history.terms import PARTS
from watchers.history.view import Totals

__all__ = ["keep"]

_PART = 500
_SALE = ("supplier", "signed_at", "division_code", "ocid", "contract")
_Row = PastLot | PastContract | PastBid


async def keep(
    database: Database,
    connection: AsyncConnection,
    rows: Mapping[str, Rows],
    terms: Iterable[tuple[int, PastTerms]],
    contacts: Iterable[PastContact],
) -> None:
    """Keep the rows of processes (by ocid, in their newest state), the terms of new snapshots (by snapshot id) and the
    contacts that they tell of.
    """
    counts = _Counts()
    ocids = list(rows)
    for start in range(0, len(ocids), _PART):
        part = ocids[start : start + _PART]
        old = select(history_lots).where(history_lots.c.ocid.in_(part))
        for row in (await connection.execute(old)).mappings():
            counts.take(lot_of(row), -1)
        columns = history_contracts.c
        sold = select(columns.supplier, columns.signed_at, columns.division_code, columns.ocid, columns.contract)
        counts.take_sales([tuple(row) for row in await connection.execute(sold.where(columns.ocid.in_(part)))], -1)
        for table in (history_lots, history_contracts, history_bids):
            await connection.execute(delete(table).where(table.c.ocid.in_(part)))
    for one in rows.values():
        for lot in one.lots:
            counts.take(lot, 1)
        made = _made(one.contracts)
        counts.take_sales([tuple(row[name] for name in _SALE) for row in made], 1)
    pairs: Sequence[tuple[Table, list[dict[str, Any]]]] = (
        (history_lots, [made for one in rows.values() for made in _made(one.lots)]),
        (history_contracts, [made for one in rows.values() for made in _made(one.contracts)]),
        (history_bids, [made for one in rows.values() for made in _made(one.bids)]),
        (history_terms, [_terms_row(snapshot, one) for snapshot, one in terms]),
    )
    for table, made in pairs:
        if made:
            await connection.execute(table.insert(), made)
    await _keep_contacts(database, connection, contacts)
    await counts.write(database, connection)


async def _keep_contacts(database: Database, connection: AsyncConnection, contacts: Iterable[PastContact]) -> None:
    """A party and a contact once, with the moment they were first seen together."""
    first: dict[tuple[str, str], int] = {}
    for one in contacts:
        key, seen = (clean(one.contact)[:64], clean(one.party)[:255]), int(one.seen_at.timestamp())
        first[key] = min(seen, first.get(key, seen))
    if first:
        insert = database.insert(history_contacts)
        made = [{"contact": key[0], "party": key[1], "seen_at": seen} for key, seen in sorted(first.items())]
        earlier = insert.excluded.seen_at
        kept = insert.on_conflict_do_update(
            index_elements=["contact", "party"],
            set_={"seen_at": earlier},
            where=history_contacts.c.seen_at > earlier,
        )
        await connection.execute(kept, made)


def _made(rows: Iterable[_Row]) -> Iterable[dict[str, Any]]:
    for position, row in enumerate(rows):
        found = columns_of(row) | {"position": position, "class_code": wider(row.code, CLASS)}
        yield found | {"division_code": wider(row.code, DIVISION)} if isinstance(row, PastContract) else found


def _terms_row(snapshot_id: int, terms: PastTerms) -> dict[str, Any]:
    return {
        "snapshot_id": snapshot_id,
        "ocid": clean(terms.ocid),
        "released_at": int(terms.released_at.timestamp()),
        "closes_at": None if terms.closes_at is None else int(terms.closes_at.timestamp()),
        "amount": None if terms.amount is None else int(terms.amount * 100),
        "digests": " ".join(terms.digests[name] for name in PARTS),
    }


class _Counts:
    """By how much the counts of months change: what did not change is not written."""

    def __init__(self) -> None:
        self.buyers: dict[tuple[str, str, str, int], Totals] = defaultdict(Totals)
        self.classes: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
        self.suppliers: dict[tuple[str, int, str], int] = defaultdict(int)

    def take(self, lot: PastLot, sign: int) -> None:
        """Count a lot in (1) or out (-1)."""
        if lot.customer:
            for month, counts in month_counts(lot):
                key = (clean(lot.customer)[:255], clean(lot.currency)[:16], lot.buyer_kind, month)
                self.buyers[key] = add(self.buyers[key], _signed(counts, sign))
        code = wider(lot.code, CLASS)
        if code and lot.competitive and lot.bidders and lot.decided_at is not None:
            found = self.classes[clean(code)[:64], month_of(lot.decided_at)]
            found[0] += sign
            found[1] += sign * lot.bidders

    def take_sales(self, sales: Iterable[tuple[Any, ...]], sign: int) -> None:
        """Count contracts in or out, by their things: supplier, second of signing, division, process, contract."""
        seen: set[tuple[Any, ...]] = set()
        for supplier, signed_at, division, *contract in sales:
            if supplier:
                month = month_of(datetime.fromtimestamp(signed_at, UTC))
                self.suppliers[supplier, month, division] += sign if division else 0
                self.suppliers[supplier, month, ""] += sign if tuple(contract) not in seen else 0
                seen.add(tuple(contract))

    async def write(self, database: Database, connection: AsyncConnection) -> None:
        """Add the changes to what is stored; in one order, so that two writers never wait for each other in a ring."""
        buyers = [
            dict(zip(("customer", "currency", "buyer_kind", "month"), key, strict=True))
            | {
                "lots": one.lots,
                "amount": int(one.amount * 100),
                "single_source": int(one.single_source * 100),
                "bids": one.bids,
                "rejected": one.rejected,
            }
            for key, one in sorted(self.buyers.items())
            if one != Totals()
        ]
        classes = [
            {"class_code": code, "month": month, "lots": lots, "bidders": bidders}
            for (code, month), (lots, bidders) in sorted(self.classes.items())
            if lots or bidders
        ]
        suppliers = [
            dict(zip(("supplier", "month", "division_code", "things"), (*key, things), strict=True))
            for key, things in sorted(self.suppliers.items())
            if things
        ]
        for table, rows in ((buyer_months, buyers), (class_months, classes), (supplier_months, suppliers)):
            if rows:
                insert = database.insert(table)
                added = {
                    column.name: column + insert.excluded[column.name]
                    for column in table.columns
                    if not column.primary_key
                }
                keys = [column.name for column in table.primary_key]
                await connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=added), rows)


def _signed(counts: Totals, sign: int) -> Totals:
    return counts if sign > 0 else Totals(*(-number for number in msgspec.structs.astuple(counts)))
