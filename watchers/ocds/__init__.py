"""The OCDS 1.1 release that every source maps to, as typed structs.

Decoding is lenient where real publishers differ (numbers as ids, amounts as strings, dates without a zone) and the
struct keeps the publisher's own text; properties give the clean value, worked out when asked for: `Period.start`,
`Bid.submitted`, `Release.released` are zone-aware `datetime`s or None, `Value.amount` and `Item.quantity` are exact
`Decimal`s or None, `.key` is an id as text. What a struct cannot take at all (a list where an object belongs) is mended
by the reader before it comes here. Fields nobody judges by, and those that carry personal data (contact points, street
addresses), are not read; the raw answer is kept beside the release.

Names are OCDS names in snake case; extensions used: lots, bids, location, statusDetails. Fields that OCDS has no place
for say "ours" and have names no extension of OCDS uses. Source: standard.open-contracting.org 1.1.

One module a section; everybody else takes the names from here.
"""

from watchers.ocds.awards import Award, Bid, Bids
from watchers.ocds.contracts import Acceptance, Contract, Implementation, Transaction
from watchers.ocds.parties import Debarment, Identifier, Organization
from watchers.ocds.parts import Address, Amendment, AwardedItem, Classification, Document, Period, Unit, Value
from watchers.ocds.release import Budget, Planning, RelatedProcess, Release
from watchers.ocds.scalars import number, parse_datetime
from watchers.ocds.tender import (
    FILES_COME_WITHIN,
    Appeal,
    CommitteeSeat,
    Item,
    Lot,
    OfficialDecision,
    PlanPoint,
    Tender,
)

__all__ = [
    "FILES_COME_WITHIN",
    "Acceptance",
    "Address",
    "Amendment",
    "Appeal",
    "Award",
    "AwardedItem",
    "Bid",
    "Bids",
    "Budget",
    "Classification",
    "CommitteeSeat",
    "Contract",
    "Debarment",
    "Document",
    "Identifier",
    "Implementation",
    "Item",
    "Lot",
    "OfficialDecision",
    "Organization",
    "Period",
    "PlanPoint",
    "Planning",
    "RelatedProcess",
    "Release",
    "Tender",
    "Transaction",
    "Unit",
    "Value",
    "number",
    "parse_datetime",
]
