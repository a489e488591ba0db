"""The rows of history: a lot, a contract, a bid, a state of the terms, as one release left them.

Parties are named as `watchers.summary.organization_id` names them (KZ-BIN-000000000000), persons never. `code` is the
ENS TRU code as published; a code of another scheme has the scheme before it (`CPV:45000000`). Sums are in `currency`,
without VAT where the publisher tells them apart. Moments are UTC, whole seconds; one that is not known is None. A
row keeps when a thing became known beside the thing, so that the past can be judged as it was: see `as_of`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec

__all__ = [
    "CLASS", "DIVISION", "GROUP", "UNTOLD", "PastBid", "PastContact", "PastContract", "PastLot", "PastTerms", "Rows",
    "as_of", "wider",
]  # fmt: skip

DIVISION, CLASS, GROUP = 2, 4, 6
"""Characters of an ENS TRU code that name its division, its class and its group of like things (as in CPA 2008)."""


UNTOLD = "-"
"""The digest of a part of the terms that the source has not told yet."""


class _Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What every row has. `tender_id` is the publisher's own id of the purchase, `lot` of the lot ('' if none)."""

    ocid: str
    tender_id: str = ""
    lot: str = ""
    customer: str = ""
    code: str = ""
    unit: str = ""  # the unit's code, else its name in small letters
    quantity: float | None = None
    amount: Decimal | None = None  # to the hundredth
    currency: str = ""
    unit_price: float | None = None
    category: str = ""  # goods | works | services
    group: str = ""  # of methods, as in watchers/rules/data/methods.csv; where it has none, the OCDS method
    region: str = ""  # ISO 3166-2
    place: str = ""  # the full code of the place of delivery (KATO), where known


class PastLot(_Row, frozen=True, kw_only=True):
    """What was to be bought: a lot, or one thing of a lot that holds several (then there is a row a thing).

    `link` is the page a person can open, '' if the source has none.

    `outcome` is '' while open, awarded, unsuccessful or cancelled; it, the bidders and the winner are known since
    `decided_at`. `cancelled_by` is what the publisher says of who stopped it and why, in small letters. `plan_root` is
    the plan point that stays when the plan is edited, `parent` the `tender_id` of the purchase this one repeats.
    `margin` is by what share the next price was above the winner's, `decision_days` how many working days passed from
    the deadline to the decision; of several rows of a lot the first has them.
    """

    organiser: str = ""
    buyer_kind: str = ""  # as in watchers/rules/data/buyer_kinds.csv
    years: tuple[int, ...] = ()
    purchase_type: str = ""  # as in watchers/rules/data/purchase_types.csv
    competitive: bool = False
    programme: str = ""  # of the budget, as the plan names it
    plan_root: str = ""
    parent: str = ""
    published_at: datetime
    closes_at: datetime | None = None
    decided_at: datetime | None = None
    outcome: str = ""
    cancelled_at: datetime | None = None
    cancelled_by: str = ""
    bidders: int | None = None
    rejected: int | None = None
    winner: str = ""
    margin: float | None = None
    decision_days: int | None = None
    link: str = ""


class PastContract(_Row, frozen=True, kw_only=True):
    """What was contracted: a contract, or one thing of it; `total` is the whole contract's sum.

    `competitive` and `direct` are both False where the way it was concluded is not known.
    """

    contract: str = ""
    supplier: str = ""
    total: Decimal | None = None
    competitive: bool = False
    direct: bool = False
    signed_at: datetime
    years: tuple[int, ...] = ()
    link: str = ""


class PastBid(_Row, frozen=True, kw_only=True):
    """A bid for a lot, known since `decided_at` (bids are opened with the results)."""

    bidder: str
    submitted_at: datetime | None = None
    decided_at: datetime
    won: bool = False
    rejected: bool = False
    competitive: bool = False


class PastTerms(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The terms as one snapshot stated them; `digests` tells by name which parts of two snapshots differ."""

    ocid: str
    released_at: datetime
    closes_at: datetime | None = None
    amount: Decimal | None = None
    digests: dict[str, str] = {}

    def changed_since(self, before: PastTerms) -> list[str]:
        """The names of the parts in which an earlier state differs, as far as both were told."""
        pairs = ((name, before.digests.get(name, UNTOLD), digest) for name, digest in self.digests.items())
        return [name for name, old, new in pairs if old != new and UNTOLD not in {old, new}]


class PastContact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A contact that a party was seen with, by its digest."""

    contact: str
    party: str
    seen_at: datetime


class Rows(msgspec.Struct, frozen=True):
    """Everything one release leaves to history."""

    lots: tuple[PastLot, ...] = ()
    contracts: tuple[PastContract, ...] = ()
    bids: tuple[PastBid, ...] = ()
    terms: PastTerms | None = None
    contacts: tuple[PastContact, ...] = ()


def as_of(lot: PastLot, moment: datetime) -> PastLot:
    """The lot as it was known at that moment: what was decided later is taken out."""
    if lot.cancelled_at is not None and lot.cancelled_at >= moment:
        lot = msgspec.structs.replace(lot, cancelled_at=None, cancelled_by="", outcome="")
    if lot.decided_at is not None and lot.decided_at >= moment:
        lot = msgspec.structs.replace(
            lot,
            decided_at=None, outcome="", bidders=None, rejected=None, winner="", margin=None, decision_days=None,
        )  # fmt: skip
    return lot


def wider(code: str, characters: int) -> str:
    """The class or group of a code ('' if the code is too short); a scheme before it is kept."""
    scheme, colon, bare = code.rpartition(":")
    return f"{scheme}{colon}{bare[:characters]}" if len(bare) >= characters else ""
