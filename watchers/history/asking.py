"""What of history one release is compared with: the questions, one declarative row a kind.

A question is a kind and a key. Both halves of history answer the same ones: from a list of releases, and from our own
tables by one indexed statement a kind, however many releases are asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from watchers.history.rows import CLASS, DIVISION, PastBid, PastContract, PastLot, PastTerms, Rows, wider

__all__ = [
    "KINDS", "MONTHS", "SHARING_AT_MOST", "SUPPLIERS", "WANTED_AT_MOST", "Ask", "Kind", "Moments", "month_of",
    "questions_of", "since",
]  # fmt: skip

MONTHS = 24
"""How far back anything is looked at."""
WANTED_AT_MOST = 200
"""Buyers of a kind that are counted: from here on a thing is nothing unusual for any kind."""

SUPPLIERS = "suppliers"
"""The kind of parties, beside the kinds of buyers, that suppliers are compared in."""

SHARING_AT_MOST = 20
"""Parties with one contact that are counted."""

Source = Literal["lots", "contracts", "bids", "terms"]


class Kind(msgspec.Struct, frozen=True):
    """A kind of question about rows: which rows, by which key, in the order of which moment, how many at most.

    `key` names fields of the rows (`class` and `division` are of their code). `moment` is compared with the release's
    publication, or with its newest moment if it is `late`. `numbers` asks for these fields only, of many rows; `known`
    leaves out rows that lack the first of them; `competitive` what was bought without competition. `fields`: rows have
    these alone, where many are read of which little is asked.
    """

    name: str
    source: Source
    key: tuple[str, ...]
    moment: str
    most: int
    late: bool = False
    numbers: tuple[str, ...] = ()
    competitive: bool = False
    known: bool = False
    months: int = MONTHS
    fields: tuple[str, ...] = ()


KINDS = {
    kind.name: kind
    for kind in (
        Kind("alike", "lots", ("customer", "class"), "published_at", 500),
        Kind("plan", "lots", ("plan_root",), "published_at", 20),
        Kind("parent", "lots", ("tender_id",), "published_at", 50),
        Kind("amounts", "lots", ("code", "unit", "group", "currency"), "published_at", 200, numbers=("amount",)),
        Kind(
            "prices", "contracts", ("code", "unit", "currency"), "signed_at", 300,
            numbers=("unit_price", "quantity", "region", "ocid"), competitive=True,
        ),
        Kind("comparable", "contracts", ("code", "unit", "currency"), "signed_at", 30, competitive=True),
        Kind("bought", "contracts", ("customer", "class"), "signed_at", 500, late=True),
        Kind("pair", "contracts", ("customer", "supplier"), "signed_at", 500, late=True),
        Kind(
            "supplied", "contracts", ("supplier",), "signed_at", 300,
            late=True, fields=("ocid", "contract", "customer", "supplier", "code", "signed_at"),
        ),
        Kind(
            "bids", "bids", ("bidder",), "decided_at", 200, late=True,
            fields=("ocid", "lot", "bidder", "code", "region", "competitive", "won", "rejected", "decided_at"),
        ),
        Kind("terms", "terms", ("ocid",), "released_at", 50, late=True),
        Kind(
            "margins", "lots", ("group", "currency"), "decided_at", 300,
            late=True, numbers=("margin",), known=True,
        ),
        Kind(
            "decisions", "lots", ("group", "currency"), "decided_at", 300,
            late=True, numbers=("decision_days",), known=True,
        ),
        Kind(
            "single", "lots", ("class", "region"), "decided_at", 200,
            late=True, numbers=("bidders",), known=True, competitive=True,
        ),
        Kind(
            "shares", "contracts", ("division", "region", "currency"), "signed_at", 3000,
            late=True, numbers=("amount", "supplier"), known=True, months=12,
        ),
    )
}  # fmt: skip


class Moments(msgspec.Struct, frozen=True):
    """When a release was announced, and the newest thing it tells of: nothing later is looked at. UTC."""

    announced: datetime
    newest: datetime

    def before(self, kind: Kind) -> datetime:
        """Until when rows of a kind count."""
        return self.newest if kind.late else self.announced


class Ask(msgspec.Struct, frozen=True):
    """Every question one release puts: the keys by kind; the aggregates by buyer kind, class and customer."""

    ocid: str
    moments: Moments
    keys: dict[str, frozenset[tuple[str, ...]]]
    wanted: frozenset[tuple[str, str]] = frozenset()  # (buyer kind, class)
    peers: frozenset[str] = frozenset()  # buyer kinds
    totals: frozenset[tuple[str, str]] = frozenset()  # (customer, currency)
    classes: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()


def since(before: datetime, months: int = MONTHS) -> datetime:
    """The first moment that is looked at."""
    return before - timedelta(days=months * 365 // 12)


def month_of(moment: datetime) -> int:
    """Months since the year 0, UTC: whole months are compared as numbers."""
    return moment.year * 12 + moment.month - 1


def questions_of(rows: Rows, ocid: str, moments: Moments) -> Ask:
    """The questions that a release with these rows puts."""
    lots, contracts, bids = rows.lots, rows.contracts, rows.bids
    decided = bool(contracts or bids or any(lot.winner for lot in lots))
    suppliers = {row.supplier for row in contracts} | {lot.winner for lot in lots}
    pairs = {(row.customer, row.supplier) for row in contracts} | {(lot.customer, lot.winner) for lot in lots}
    classes = {wider(lot.code, CLASS) for lot in lots} | {wider(row.code, CLASS) for row in contracts}
    by_class = {(lot.customer, wider(lot.code, CLASS)) for lot in lots}
    priced = [lot for lot in lots if lot.unit and lot.unit_price]
    prices = {(lot.code, unit, lot.currency) for lot in priced for unit in (lot.unit, "")}
    asked: dict[str, Iterable[tuple[str, ...]]] = {
        "alike": by_class,
        "bought": by_class | {(row.customer, wider(row.code, CLASS)) for row in contracts},
        "plan": {(lot.plan_root,) for lot in lots},
        "parent": {(lot.parent,) for lot in lots},
        "amounts": {(lot.code, lot.unit, lot.group, lot.currency) for lot in lots if lot.amount},
        "prices": prices,
        "comparable": prices,
        "pair": pairs,
        "supplied": {(supplier,) for supplier in suppliers},
        "bids": {(bid.bidder,) for bid in bids},
        "terms": {(ocid,)},
    }
    if decided:
        asked |= _of_results(rows)
    return Ask(
        ocid,
        moments,
        {kind: frozenset(_whole(keys, kind)) for kind, keys in asked.items()},
        wanted=frozenset({(lot.buyer_kind, wider(lot.code, CLASS)) for lot in lots if lot.buyer_kind and lot.code}),
        peers=frozenset({lot.buyer_kind for lot in lots} | ({SUPPLIERS} if suppliers - {""} else set())) - {""},
        totals=frozenset({(lot.customer, lot.currency) for lot in lots if lot.customer}),
        classes=frozenset(classes - {""}),
        contacts=frozenset(one.contact for one in rows.contacts) if decided else frozenset(),
    )


def _of_results(rows: Rows) -> dict[str, Iterable[tuple[str, ...]]]:
    """What is asked once bids are opened or contracts signed."""
    groups = {(lot.group, lot.currency) for lot in rows.lots}
    places = {(wider(row.code, DIVISION), row.region, row.currency) for row in (*rows.lots, *rows.contracts)}
    return {
        "margins": groups,
        "decisions": groups,
        "single": {(wider(lot.code, CLASS), lot.region) for lot in rows.lots},
        "shares": places,
    }


def _whole(keys: Iterable[tuple[str, ...]], kind: str) -> Iterator[tuple[str, ...]]:
    """Keys without a gap; a unit may be missing where sums and prices are compared."""
    needed = (0, 2) if kind in {"amounts", "prices", "comparable"} else None
    for key in keys:
        if all(key[place] for place in (needed or range(len(key)))):
            yield key


Row = PastLot | PastContract | PastBid | PastTerms
