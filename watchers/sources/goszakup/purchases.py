"""Gathers announcements with lots, plan points and files, and after the results with bids and contracts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import partial

import msgspec

from watchers.sources.goszakup.by_rest import fill_in
from watchers.sources.goszakup.gathering import Gathered, Gatherer, Parts, Unread, grouped, in_order, together
from watchers.sources.goszakup.portal import Row
from watchers.sources.goszakup.questions import (
    ANNOUNCEMENT,
    APPLICATION,
    DEAL,
    DEAL_PIECES,
    LOT,
    LOT_PIECES,
    PIECES,
    PLAN,
    PLAN_PIECES,
)
from watchers.sources.goszakup.rows import Found, all_rows, children, number_in, raw_of, text_in

__all__ = ["gather_purchases"]

_DEALS_AT_ONCE = 100
_AFTER_RESULTS = frozenset({325, 330, 350, 510, 550})
_BOUGHT_OR_NOT = frozenset({360, 370})


async def gather_purchases(gatherer: Gatherer, contracted: Collection[int], ids: Sequence[int]) -> Gathered:
    """All that is known of these announcements; `contracted` are those that have contracts whatever they say.

    Raises SourceError where any question stays without an answer.
    """
    found, complete = await _announcements(gatherer, ids)
    unread = [_missing(number) for number in ids if number not in found.rows]
    several = []
    for number, versions in found.twice.items():
        raw = msgspec.json.encode(versions)
        unread.append(Unread(number, f"the portal gives {len(versions)} different records with this id", raw))
    for number, row in found.rows.items():
        if number not in found.twice:
            several.append(Parts(number, row, complete=complete))
    await _fill_in_plans(gatherer, several)
    await fill_in(gatherer.portal, "TrdBuy", [parts.announcement for parts in several if parts.announcement])
    decided = [one for one in several if one.id in contracted or _decided(one.announcement or {})]
    await _after_results(gatherer, decided)
    gathered = await gatherer.finished(several)
    gathered.unread += unread
    return gathered


def _missing(number: int) -> Unread:
    return Unread(number, "the portal's lists name it, but it is not shown", msgspec.json.encode({"id": number}))


async def _announcements(gatherer: Gatherer, ids: Sequence[int]) -> tuple[Found, bool]:
    """Announcements with what hangs on them. What is missing, doubtful or without lots is asked for once more."""
    found, complete = await _ask(gatherer, ids)
    again = [number for number in ids if number not in found.rows or number in found.twice]
    again += [number for number, row in found.rows.items() if number not in again and not children(row, "Lots")]
    if again:
        second, whole = await _ask(gatherer, again)
        complete = complete and whole
        for number in again:
            found.twice.pop(number, None)
            if number in second.rows:
                found.rows[number] = second.rows[number]
            if number in second.twice:
                found.twice[number] = second.twice[number]
    return found, complete


async def _ask(gatherer: Gatherer, ids: Sequence[int]) -> tuple[Found, bool]:
    wanted = {"id": list(ids)}
    found = None
    if not gatherer.portal.lacks("TrdBuy", "Lots"):
        found = await gatherer.pieces.whole("TrdBuy", ANNOUNCEMENT, wanted, len(ids))
    if found is not None:
        for row in found.rows.values():
            row["Lots"] = raw_of([_with_plans_in_order(lot) for lot in in_order(children(row, "Lots"))])
        return found, True
    found, complete = await gatherer.pieces.apart("TrdBuy", ANNOUNCEMENT, wanted, PIECES)
    lots, lots_complete = await gatherer.pieces.apart("Lots", LOT, {"trdBuyId": list(found.rows)}, LOT_PIECES)
    of_each = grouped(lots.rows.values(), "trdBuyId", found.rows)
    for number, row in found.rows.items():
        row["Lots"] = raw_of(of_each[number])
    return found, complete and lots_complete


def _with_plans_in_order(lot: Row) -> Row:
    plans = children(lot, "Plans")
    return lot | {"Plans": raw_of(in_order(plans))} if len(plans) > 1 else lot


async def _fill_in_plans(gatherer: Gatherer, several: Sequence[Parts]) -> None:
    """Ask for the plan points of lots that came without: for half of the fresh ones `Plans` is empty."""
    lots = {parts.id: children(parts.announcement or {}, "Lots") for parts in several}
    bare = [(lot, _points(lot)) for one in lots.values() for lot in one if not children(lot, "Plans")]
    points = sorted({point for _, of_lot in bare for point in of_lot})
    plans: dict[int, Row] = {}
    for start in range(0, len(points), gatherer.settings.limit):
        part = points[start : start + gatherer.settings.limit]
        found = await gatherer.pieces.whole("Plans", PLAN, {"id": part}, gatherer.settings.limit)
        if found is None:
            found, complete = await gatherer.pieces.apart("Plans", PLAN, {"id": part}, PLAN_PIECES)
            for parts in several:
                parts.complete = parts.complete and complete
        plans |= found.rows
    for lot, of_lot in bare:
        if own := [plans[point] for point in of_lot if point in plans]:
            lot["Plans"] = raw_of(in_order(own))
    for parts in several:
        if parts.announcement is not None:
            parts.announcement["Lots"] = raw_of(lots[parts.id])


def _points(lot: Row) -> list[int]:
    try:
        return [int(point) for point in msgspec.json.decode(lot["pointList"]) or () if point]
    except (KeyError, TypeError, ValueError, msgspec.DecodeError):
        return []


def _decided(row: Row) -> bool:
    """Whether bids and contracts may be there: before the results the portal shows none."""
    lots = {number_in(lot, "refLotStatusId") for lot in children(row, "Lots")}
    return (
        bool(text_in(row, "itogiDatePublic"))
        or number_in(row, "refBuyStatusId") in _AFTER_RESULTS
        or bool(lots & _BOUGHT_OR_NOT)
    )


async def _after_results(gatherer: Gatherer, several: Sequence[Parts]) -> None:
    """Bids, one question an announcement: their filter takes one id; contracts, many announcements in one question."""
    if not several:
        return
    asked = {parts.id: _bids(gatherer, parts.id) for parts in several}
    bids = await together(asked)
    deals, complete = await _deals(gatherer, [parts.id for parts in several])
    for parts in several:
        found = bids[parts.id]
        parts.bids = None if found is None else in_order(found.rows.values())
        parts.deals = deals[parts.id]
        parts.complete = parts.complete and complete and found is not None


async def _bids(gatherer: Gatherer, number: int) -> Found | None:
    ask = partial(all_rows, gatherer.portal, "TrdApp", APPLICATION, {"buyId": number}, heavy=True)
    return await gatherer.pieces.attempt("TrdApp", ask)


async def _deals(gatherer: Gatherer, ids: Iterable[int]) -> tuple[dict[int, list[Row]], bool]:
    wanted = {"trdBuyId": list(ids)}
    found = await gatherer.pieces.whole("Contract", DEAL, wanted, _DEALS_AT_ONCE)
    complete = True
    if found is None:
        found, complete = await gatherer.pieces.apart("Contract", DEAL, wanted, DEAL_PIECES)
    await fill_in(gatherer.portal, "Contract", found.rows.values())
    return grouped(found.rows.values(), "trdBuyId", wanted["trdBuyId"]), complete
