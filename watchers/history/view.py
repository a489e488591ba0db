"""`History`: what earlier purchases say about one release, fetched already. Indicators ask it, it asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from watchers.history.asking import Moments
from watchers.history.bands import Band, band_of, quartiles
from watchers.history.rows import CLASS, DIVISION, GROUP, PastBid, PastContract, PastLot, PastTerms, Rows, as_of, wider
from watchers.ocds import Release

__all__ = ["Answers", "History", "Market", "Prices", "Shares", "Totals"]

REGIONAL = 10
"""Prices of one region from which on they are compared with each other and not with the whole country's."""


class Totals(msgspec.Struct, frozen=True):
    """What a buyer announced and decided in the twelve whole months before: sums in its currency."""

    lots: int = 0
    amount: Decimal = Decimal(0)
    single_source: Decimal = Decimal(0)  # of `amount`
    bids: int = 0
    rejected: int = 0  # of `bids`


class Market(msgspec.Struct, frozen=True):
    """Lots of a class of things decided in the 24 whole months before, and how many bid for them in all."""

    lots: int = 0
    bidders: int = 0

    @property
    def mean(self) -> float:
        """Bidders a lot; 0 without lots."""
        return self.bidders / self.lots if self.lots else 0.0


class Prices(msgspec.Struct, frozen=True):
    """Prices of one unit in competitive contracts of the 24 months before: the newest, one currency, one a purchase.

    `region` is '' where the whole country's are compared. `quantity` is the middle quantity. `newest` are contracts of
    three of the purchases.
    """

    band: Band
    quantity: float | None
    region: str
    newest: tuple[PastContract, ...]


class Shares(msgspec.Struct, frozen=True):
    """Who sold how much of a division of things in a region in twelve months: the newest contracts, one currency.

    `unnamed` is what was sold by those whose number is not known.
    """

    contracts: int
    sold: Mapping[str, float]
    unnamed: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self.sold.values()) + self.unnamed

    @property
    def hhi(self) -> float:
        """The sum of the squared shares: 1 where one firm sells everything."""
        return sum((one / self.total) ** 2 for one in self.sold.values()) if self.total else 0.0


class Answers(msgspec.Struct, frozen=True):
    """What was fetched: rows newest first by kind and key, and the aggregates."""

    rows: Mapping[tuple[str, tuple[str, ...]], Sequence[Any]] = {}
    releases: Sequence[Release] = ()
    wanted: Mapping[tuple[str, str], int] = {}
    peers: Mapping[tuple[str, str], Band] = {}  # (measure, buyer kind)
    totals: Mapping[tuple[str, str], Totals] = {}
    markets: Mapping[str, Market] = {}
    sharing: Mapping[str, frozenset[str]] = {}


class History(msgspec.Struct, frozen=True):
    """What is known besides one release. `own` are the rows the release itself leaves; none of it is in the answers.

    Lots are seen as they stood when the release was announced; contracts and bids until its newest moment, or `until`.
    Lists are newest first and bounded (`watchers.history.asking.KINDS` says how many); a key nobody asked for is empty.
    """

    own: Rows
    moments: Moments
    answers: Answers

    def alike(self, customer: str, code: str, characters: int = GROUP) -> list[PastLot]:
        """Lots of the same customer whose code begins alike, announced before (24 months)."""
        start = wider(code, characters)
        rows: Sequence[PastLot] = self._rows("alike", customer, wider(code, CLASS))
        return [as_of(row, self.moments.announced) for row in rows if start and row.code.startswith(start)]

    def chain(self) -> list[PastLot]:
        """Lots of the purchases that this one repeats: by the publisher's link, or by the same plan point."""
        found: dict[tuple[str, str, str], PastLot] = {}
        for lot in self.own.lots:
            for row in (*self._rows("parent", lot.parent), *self._rows("plan", lot.plan_root)):
                found[row.ocid, row.lot, row.code] = as_of(row, self.moments.announced)
        return sorted(found.values(), key=lambda row: (row.published_at, row.ocid), reverse=True)

    def repeated(self) -> Sequence[Release]:
        """The releases of that chain in their newest state, newest first."""
        return self.answers.releases

    def terms(self) -> list[PastTerms]:
        """The different terms of this process, oldest first; the last are the present ones."""
        own = self.own.terms
        if own is None:
            return []
        found: list[PastTerms] = []
        for terms in (*reversed(self._rows("terms", own.ocid)), own):
            if not found or (found[-1].digests, found[-1].closes_at) != (terms.digests, terms.closes_at):
                found.append(terms)
        return found

    def amounts(self, lot: PastLot) -> list[float]:
        """Sums of the newest lots with the same code, unit, group of methods and currency, announced before."""
        return [number for (number,) in self._rows("amounts", lot.code, lot.unit, lot.group, lot.currency) if number]

    def prices(self, lot: PastLot) -> Prices | None:
        """What the same thing cost per unit; of the lot's region where there are enough. None without any.

        Contracts that do not say their unit are taken only where none says the lot's.
        """
        unit = lot.unit if self._rows("prices", lot.code, lot.unit, lot.currency) else ""
        rows = self._rows("prices", lot.code, unit, lot.currency)
        usable = [row for row in rows if row[0]]
        regional = [row for row in usable if lot.region and row[2] == lot.region]
        region = lot.region if len({row[3] for row in regional}) >= REGIONAL else ""
        chosen = regional if region else usable
        band = band_of(_one_each((row[3], row[0]) for row in chosen))
        if band is None:
            return None
        quantities = band_of(_one_each((row[3], row[1]) for row in chosen if row[1]))
        contracts: Sequence[PastContract] = self._rows("comparable", lot.code, unit, lot.currency)
        shown = {row.ocid: row for row in contracts if row.unit_price and (not region or row.region == region)}
        return Prices(band, quantities.median if quantities else None, region, tuple(shown.values())[:3])

    def bought(self, customer: str, code: str, until: datetime | None = None) -> list[PastContract]:
        """Contracts of a customer for things of the code's class (24 months)."""
        return self._signed("bought", until, customer, wider(code, CLASS))

    def pair(self, customer: str, supplier: str, until: datetime | None = None) -> list[PastContract]:
        """Contracts between a customer and a supplier (24 months)."""
        return self._signed("pair", until, customer, supplier)

    def supplied(self, supplier: str, until: datetime | None = None) -> list[PastContract]:
        """Contracts of a supplier with anybody (24 months): who, for what, when."""
        return self._signed("supplied", until, supplier)

    def bids(self, bidder: str, until: datetime | None = None) -> list[PastBid]:
        """Bids of a bidder (24 months), without their sums."""
        rows: Sequence[PastBid] = self._rows("bids", bidder)
        return [row for row in rows if until is None or row.decided_at < until]

    def wanted(self, buyer_kind: str, code: str) -> int:
        """How many buyers of a kind announced things of the code's class in 24 months; counted up to 200."""
        return self.answers.wanted.get((buyer_kind, wider(code, CLASS)), 0)

    def peers(self, measure: str, buyer_kind: str) -> Band | None:
        """How buyers of a kind differ in a measure (`watchers.history.peers`), in whole months before."""
        return self.answers.peers.get((measure, buyer_kind))

    def totals(self, customer: str, currency: str) -> Totals:
        """What a customer announced in the twelve whole months before."""
        return self.answers.totals.get((customer, currency), Totals())

    def bidders(self, code: str) -> Market:
        """How many usually bid for things of the code's class, anywhere."""
        return self.answers.markets.get(wider(code, CLASS), Market())

    def margins(self, group: str, currency: str) -> Band | None:
        """By what share the next price was above the winner's in the newest decided lots of a group of methods."""
        return band_of(share for (share,) in self._rows("margins", group, currency))

    def decisions(self, group: str, currency: str) -> Band | None:
        """How many working days passed from deadline to decision in the newest decided lots of a group of methods."""
        return band_of(days for (days,) in self._rows("decisions", group, currency))

    def single(self, code: str, region: str) -> tuple[int, int]:
        """Of the newest competitive lots of the code's class in a region: how many had bids, how many only one."""
        counts = [bidders for (bidders,) in self._rows("single", wider(code, CLASS), region) if bidders]
        return len(counts), counts.count(1)

    def shares(self, code: str, region: str, currency: str) -> Shares:
        """Who sold the code's division of things in a region; this release's own contracts are not among them."""
        rows = self._rows("shares", wider(code, DIVISION), region, currency)
        sold: dict[str, float] = {}
        for amount, supplier in rows:
            if amount > 0:
                sold[supplier] = sold.get(supplier, 0.0) + amount
        unnamed = sold.pop("", 0.0)
        return Shares(len(rows), sold, unnamed)

    def sharing(self, contact: str) -> frozenset[str]:
        """The parties seen with a contact, these here among them; as many as tell that it is nobody's own."""
        here = {one.party for one in self.own.contacts if one.contact == contact}
        return self.answers.sharing.get(contact, frozenset()) | here

    def _rows(self, kind: str, *key: str) -> Sequence[Any]:
        return self.answers.rows.get((kind, key), ())

    def _signed(self, kind: str, until: datetime | None, *key: str) -> list[PastContract]:
        rows: Sequence[PastContract] = self._rows(kind, *key)
        return [row for row in rows if until is None or row.signed_at < until]


def _one_each(pairs: Iterable[tuple[str, float]]) -> list[float]:
    """Of each purchase the middle number: one that buys the same thing in twenty lots says it once."""
    found: dict[str, list[float]] = {}
    for ocid, number in pairs:
        found.setdefault(ocid, []).append(number)
    return [quartiles(sorted(numbers))[1] for numbers in found.values()]
