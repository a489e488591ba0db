"""A year of what came of the stored purchases: lots, bids, contracts, and the suppliers who won them, made by SQL."""

from __future__ import annotations

import random

from sqlalchemy import text

from benchmarks.stored import insert, invented_word, seen_lately
from watchers.database import Database
from watchers.tables import suppliers

__all__ = ["SUPPLIERS", "fill_year", "supplier_id"]

SUPPLIERS = 200_000
_WHO = f"CAST({SUPPLIERS} * pow((t.id * 7919 % 1000003) / 1000003.0, 3) AS INTEGER)"  # few win much, as in life
_OTHER = f"CAST({SUPPLIERS} * pow((t.id * 104729 % 1000003) / 1000003.0, 3) AS INTEGER)"
_AT = "CAST(strftime('%s', t.published_at) AS INTEGER)"
_LOTS = "tenders t JOIN (SELECT 0 AS k UNION SELECT 1 UNION SELECT 2) n ON n.k < 2 + t.id % 2"
_ROWS = (
    f"""INSERT INTO history_lots (ocid, position, lot, customer, code, class_code, competitive, published_at, closes_at,
    decided_at, outcome, bidders, amount, currency)
    SELECT t.ocid, n.k, n.k, t.buyer_id, '433210.100', '4332', t.id % 3 > 0, {_AT}, {_AT} + 604800, {_AT} + 864000,
    CASE WHEN t.id % 11 THEN 'awarded' ELSE 'cancelled' END, CASE WHEN t.id % 3 THEN 1 + t.id % 5 END,
    t.id * 1000, 'KZT' FROM {_LOTS}""",
    f"""INSERT INTO history_contracts (ocid, position, customer, code, class_code, competitive, contract, supplier,
    total, currency, direct, signed_at)
    SELECT t.ocid, 0, t.buyer_id, '433210.100', '4332', t.id % 3 > 0, t.id, printf('KZ-BIN-15034%07d', {_WHO}),
    t.id * 1000, 'KZT', t.id % 3 = 0, {_AT} + 950400 FROM tenders t""",
    f"""INSERT INTO history_bids (ocid, position, lot, customer, code, class_code, competitive, bidder, decided_at, won,
    rejected)
    SELECT t.ocid, n.k, n.k / 2, t.buyer_id, '433210.100', '4332', 1,
    printf('KZ-BIN-15034%07d', CASE WHEN n.k % 2 THEN {_OTHER} ELSE {_WHO} END), {_AT} + 864000, n.k % 2 = 0, 0
    FROM {_LOTS} WHERE t.id % 3""",
)
_INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name LIKE 'history_%' AND sql IS NOT NULL"


def supplier_id(n: int) -> str:
    """The supplier of a place in the order of size: 0 wins most."""
    return f"KZ-BIN-15034{n:07}"


async def fill_year(database: Database) -> None:
    """Beside what `stored.fill` left in SQLite: a million lots, a million bids, a contract a purchase."""
    choice = random.Random(3)
    rows = []
    for n in range(SUPPLIERS):
        name = f"ТОО «{invented_word(choice).capitalize()} {invented_word(choice).capitalize()}»"
        id_ = supplier_id(n)
        rows.append({"id": id_, "name": name, "search": f"{id_}\n{name}".casefold(), "seen_at": seen_lately(n)})
    await insert(database, suppliers, rows)
    async with database.write() as connection:
        indexes = (await connection.execute(text(_INDEXES))).all()
        for index in indexes:  # faster made anew than kept
            await connection.execute(text(f"DROP INDEX {index.name}"))
    for statement in (*_ROWS, *(index.sql for index in indexes)):
        async with database.write() as connection:
            await connection.execute(text(statement))
