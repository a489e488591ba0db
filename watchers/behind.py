"""The purchases behind a number of a profile, the newest first: whoever reads a share can open what it counts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from watchers.database import Database
from watchers.history.tables import history_bids, history_contracts, history_lots
from watchers.profiles import year_before
from watchers.tables import tenders

__all__ = ["MOST_BEHIND", "Side", "What", "behind"]

MOST_BEHIND = 300


class Side(StrEnum):
    """Whose profile it is."""

    BUYER = "b"
    SUPPLIER = "s"


class What(StrEnum):
    """Which number of it."""

    ALL = "all"  # announced; of a supplier, contracted
    DIRECT = "direct"  # without competition
    OPENED = "open"  # competitive, bids opened: whose bidders are counted
    ONE = "one"  # competitive, one bidder
    CANCELLED = "off"
    FLAGGED = "flag"
    CONTRACTS = "deal"
    WITH = "with"  # contracts with one partner
    BIDS = "bid"  # bid for
    WON = "won"


async def behind(
    database: Database, side: Side, body: str, what: What, now: datetime, *, partner: str = ""
) -> list[int]:
    """Ids of tenders, at most `MOST_BEHIND`; [] for a number that this side does not have."""
    query = _query(side, body, what, now, partner)
    if query is None:
        return []
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
    return list(dict.fromkeys(row[0] for row in rows))[:MOST_BEHIND]


def _query(side: Side, body: str, what: What, now: datetime, partner: str) -> Select[Any] | None:
    since, until = year_before(now), int(now.timestamp())
    start = int(since.timestamp())
    lot, deal, bid = history_lots.c, history_contracts.c, history_bids.c
    if side is Side.BUYER and what in {What.ALL, What.FLAGGED}:
        mine = and_(tenders.c.buyer_id == body, tenders.c.published_at.between(since, now))
        flagged = tenders.c.weight > 0 if what is What.FLAGGED else None
        query = select(tenders.c.id).where(mine if flagged is None else and_(mine, flagged))
        return query.order_by(tenders.c.published_at.desc(), tenders.c.id.desc()).limit(MOST_BEHIND)
    if side is Side.BUYER and (asked := _of_lots(what)) is not None:
        mine = and_(lot.customer == body, lot.published_at.between(start, until), asked)
        return _joined(lot.ocid, mine, lot.published_at)
    if what in {What.BIDS, What.WON} and side is Side.SUPPLIER:
        tried = and_(bid.bidder == body, bid.decided_at >= start)
        return _joined(bid.ocid, and_(tried, bid.won) if what is What.WON else tried, bid.decided_at)
    own, other = (deal.customer, deal.supplier) if side is Side.BUYER else (deal.supplier, deal.customer)
    mine = and_(own == body, deal.signed_at.between(start, until))
    match what:
        case What.WITH:
            mine = and_(mine, other == partner)
        case What.DIRECT:
            mine = and_(mine, deal.direct)
        case What.FLAGGED:
            mine = and_(mine, tenders.c.weight > 0)
        case What.CONTRACTS | What.ALL:
            pass
        case _:
            return None
    return _joined(deal.ocid, mine, deal.signed_at)


def _of_lots(what: What) -> ColumnElement[bool] | None:
    lot = history_lots.c
    match what:
        case What.DIRECT:
            return ~lot.competitive
        case What.OPENED:
            return and_(lot.competitive, lot.bidders.is_not(None))
        case What.ONE:
            return and_(lot.competitive, lot.bidders == 1)
        case What.CANCELLED:
            return lot.outcome == "cancelled"
        case _:
            return None


def _joined(ocid: Any, mine: ColumnElement[bool], moment: Any) -> Select[Any]:
    """Rows of history with their tenders; a tender may have many rows, so more are read than are shown."""
    query = select(tenders.c.id).join(ocid.table, ocid == tenders.c.ocid).where(mine)
    return query.order_by(moment.desc(), tenders.c.id.desc()).limit(10 * MOST_BEHIND)
