"""The country: its clock, what waits to happen, what is visible, and the ledger of all of it.

Everything follows from the seed and the order of moments, so that stepping an hour or a week gives the same country.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.sandbox.goszakup.catalogue import make_buyers, make_suppliers
from bot.sandbox.goszakup.ledger import Ledger
from bot.sandbox.goszakup.moments import DAY, day_of, midnight, seconds_of
from bot.sandbox.goszakup.quirks import Quirks
from bot.sandbox.goszakup.records import Complaint, Contract, Lot, Raw, Subject, Tender, Unscrupulous
from bot.sandbox.goszakup.shelves import Shelf

KINDS = ("TrdBuy", "Lots", "Plans", "Contract", "TrdApp", "Acts", "TreasuryPay", "Rnu", "Subjects", "ComplaintAppeal")
_FIRST_IDS = {
    "TrdBuy": 17_800_000, "Lots": 43_600_000, "Plans": 87_600_000, "Contract": 25_700_000, "TrdApp": 72_200_000,
    "AppLots": 86_600_000, "Acts": 9_100_000, "TreasuryPay": 31_000_000, "Rnu": 21_000, "Subjects": 600_000,
    "ComplaintAppeal": 410_000, "ContractUnits": 61_000_000,
}  # fmt: skip


class Country:
    """An invented country that buys. `start` is where its time begins; `advance` lets time pass.

    `per_day`: announcements on a working day. `defects`: the share of purchases that carry a defect on purpose, or a
    share for each name (`defects.NAMES`). `lively` False: nothing happens but what is put in by hand.
    """

    def __init__(
        self,
        start: datetime,
        *,
        seed: int = 1,
        per_day: int = 5000,
        defects: float | Mapping[str, float] = 0.06,
        quirks: Quirks | None = None,
        lively: bool = True,
        keep_days: int | None = None,
    ) -> None:
        from bot.sandbox.goszakup import days  # noqa: PLC0415 - days act on a country: the two know each other

        self.now = seconds_of(start)
        self.dice = random.Random(seed)  # noqa: S311 - an invented country, not secrets
        self.quirks = quirks or Quirks()
        self.per_day = per_day
        self.defect_shares = defects
        self.keep_days = keep_days
        self.shelves = {kind: Shelf() for kind in KINDS}
        self.ledger = Ledger()
        self.drafts: dict[int, Tender] = {}
        """Announcements that have an id and are not published."""
        self.due_on: dict[int, int] = {}
        """Midnight of a day -> repeats and single sources already expected on it."""
        self.contracts_of: dict[int, list[Contract]] = {}
        self.complaints_of: dict[int, list[Complaint]] = {}
        self.decisions_of: dict[int, dict[str, Any]] = {}
        """Announcement id -> {"Pause": ..., "Cancel": [...]}, as the API shows them."""
        self.patches: dict[tuple[str, int], dict[str, Any]] = {}
        self._numbers = {kind: itertools.count(first) for kind, first in _FIRST_IDS.items()}
        self._waiting: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._order = itertools.count()
        self._people()
        if lively:
            self.at(self.now, days.begin_day, midnight(day_of(self.now)))

    def _people(self) -> None:
        first = self.number("Subjects")
        self.buyers, weights = make_buyers(self.dice, first, self.now)
        self.buyer_weights = list(itertools.accumulate(weights))
        self.suppliers: dict[str, list[Subject]] = make_suppliers(self.dice, first + len(self.buyers), self.now)
        traders = [each for group in self.suppliers.values() for each in group]
        for who in (*self.buyers, *traders):
            self.shelves["Subjects"].put(who.pid, who)
        for who in self.dice.sample(traders, 30):
            begin = self.now - self.dice.randrange(20, 600) * DAY
            number = self.number("Rnu")
            entry = Unscrupulous(number, who, self.dice.choice(self.buyers), begin, begin + 730 * DAY)
            self.shelves["Rnu"].put(number, entry)

    def number(self, kind: str) -> int:
        """Return the next id of a kind."""
        return next(self._numbers[kind])

    def at(self, moment: int, action: Callable[..., None], *about: Any) -> None:
        """Let something happen: `action(country, *about)` once time reaches the moment, now if it has passed."""
        heapq.heappush(self._waiting, (max(moment, self.now), next(self._order), action, about))

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.advance_to(self.now + round(seconds))

    def advance_to(self, moment: int) -> None:
        """Let time pass until a moment, in seconds since 1970; nothing happens if it has passed already."""
        while self._waiting and self._waiting[0][0] <= moment:
            self.now, _, action, about = heapq.heappop(self._waiting)
            action(self, *about)
        self.now = max(self.now, moment)

    def put(self, kind: str, fields: Mapping[str, Any], key: str = "id") -> None:
        """Show a record made by hand: its fields as GraphQL names them. The same id again replaces it."""
        number = int(fields[key])
        again = self.shelves[kind].get(number) is not None
        self.shelves[kind].put(number, Raw(number, dict(fields), self.now))
        self.ledger.write(self.now, kind, number, "changed" if again else "published")

    def patch(self, kind: str, number: int, **fields: Any) -> None:
        """Make the API show other values in a record, right or absurd; nested ones too. Noted as a change."""
        self.patches.setdefault((kind, number), {}).update(fields)
        self.ledger.write(self.now, kind, number, "patched")

    def show(self, kind: str, number: int, record: Any, change: str = "published", value: int = 0) -> None:
        """Put a record on its shelf and note it."""
        self.shelves[kind].put(number, record)
        self.ledger.write(self.now, kind, number, change, value)

    def turn(self, tender: Tender, status: int, change: str, lot_status: int | None = None) -> None:
        """Give an announcement and its lots a status, and note it."""
        tender.status = status
        tender.shown_status = None
        self.touch(tender)
        for lot in tender.lots:
            if lot_status is not None and lot.status not in {410, 430}:
                lot.status = lot_status
        self.ledger.write(self.now, "TrdBuy", tender.id, change, status)

    def touch(self, tender: Tender) -> None:
        """Move the date of the last update of an announcement and its lots."""
        tender.updated = tender.indexed = self.now
        for lot in tender.lots:
            lot.updated = self.now

    def tenders(self) -> Iterator[Tender]:
        """Return the visible announcements, the lowest id first."""
        return (each for each in self.shelves["TrdBuy"] if isinstance(each, Tender))

    def lots(self) -> Iterator[Lot]:
        """Return the visible lots, the lowest id first."""
        return (each for each in self.shelves["Lots"] if isinstance(each, Lot))

    def forget(self, before: int) -> None:
        """Drop what was published before a moment, with everything that hangs on it; keeps memory bounded."""
        for tender in [each for each in self.tenders() if each.published < before]:
            self.shelves["TrdBuy"].drop(tender.id)
            for lot in tender.lots:
                self.shelves["Lots"].drop(lot.id)
                self.shelves["Plans"].drop(lot.plan_id)
            for bid in tender.bids:
                self.shelves["TrdApp"].drop(bid.id)
            for held in (self.contracts_of, self.complaints_of, self.decisions_of):
                held.pop(tender.id, None)
        for deal in [each for each in self.shelves["Contract"] if isinstance(each, Contract) and each.updated < before]:
            self.shelves["Contract"].drop(deal.id)
