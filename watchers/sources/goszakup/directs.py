"""Gathers contracts concluded without an announcement, each with its addenda, by the id of the first version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from watchers.sources.goszakup.by_rest import fill_in
from watchers.sources.goszakup.gathering import Gathered, Gatherer, Parts, Unread, in_order
from watchers.sources.goszakup.portal import Row
from watchers.sources.goszakup.questions import DEAL_PIECES, DIRECT_DEAL
from watchers.sources.goszakup.rows import number_in

__all__ = ["gather_directs", "root_of"]

_MOST_ROWS = 200


def root_of(row: Row) -> int | None:
    """The first version of a contract."""
    return number_in(row, "rootId") or number_in(row, "parentId") or number_in(row, "id")


async def gather_directs(gatherer: Gatherer, versions: Mapping[int, set[int]], roots: Sequence[int]) -> Gathered:
    """All that is known of these contracts; `versions` are the ids under each root that the feed ever named.

    The portal does not look for contracts by their root, so the ids have to be remembered.
    """
    wanted = sorted({number for root in roots for number in {root, *versions.get(root, ())}})
    found = await gatherer.pieces.whole("Contract", DIRECT_DEAL, {"id": wanted}, min(len(wanted), _MOST_ROWS))
    complete = True
    if found is None:
        found, complete = await gatherer.pieces.apart("Contract", DIRECT_DEAL, {"id": wanted}, DEAL_PIECES)
    await fill_in(gatherer.portal, "Contract", found.rows.values())
    gathered = Gathered()
    several = []
    for root in roots:
        known = {root, *versions.get(root, ())}
        rows = [row for number, row in found.rows.items() if number in known]
        doubtful = [found.twice[number] for number in known if number in found.twice]
        if doubtful:
            reason = f"the portal gives different records with the id of contract {root}"
            gathered.unread.append(Unread(root, reason, msgspec.json.encode(doubtful)))
        elif rows:
            several.append(Parts(root, None, deals=in_order(rows), complete=complete))
        else:
            raw = msgspec.json.encode({"id": root})
            gathered.unread.append(Unread(root, "the portal's lists name it, but it is not shown", raw))
    gathered.add(await gatherer.finished(several))
    return gathered
