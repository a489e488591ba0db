"""R044: two bidders for one lot have the same telephone, e-mail, account or address.

Contacts are compared by their digests (`parties.contactKeys`); the sources keep nothing else of them. An address alone
weighs little: firms share business centres. An e-mail that as many as `shared_by` firms gave in earlier purchases is
some accountant's and says nothing. In Kazakhstan affiliated persons may not bid for one lot of a tender, an auction or
a price quotation (Law No. 106-VIII, art. 7.3).
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import msgspec

from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Family,
    Fired,
    Indicator,
    Norm,
    NotApplicable,
    NotComputable,
    Stage,
    Tier,
)
from watchers.indicators.bidding import Scope, lots, submitted, tenderers
from watchers.indicators.parties import parties_of
from watchers.indicators.procedure import announced_on, excluded, procedure_of
from watchers.ocds import Release
from watchers.rules import Rules

_BARRED = frozenset({"tender", "rating_point", "auction", "price_quotation"})  # the methods of art. 7.3
_KINDS = ("account", "tel", "mail", "address")  # the surest first


class BiddersShareContacts(Indicator):
    """Fires when bidders who should not know of each other can be reached at one place."""

    code = "R044"
    stage = Stage.BIDS
    tier = Tier.A
    weight = 5
    family = Family.COMPETITION
    needs = ("bids.details.tenderers.id", "parties.contactKeys")

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`shared_by`: an e-mail of so many firms is nobody's own."""

        shared_by: int = 5

    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release."""
        dead = excluded(release)
        if dead is not None:
            return dead
        if submitted(release) is None:
            return NotComputable("bids.details is missing")
        contested = [scope for scope in lots(release) if len(_bidders(scope)) > 1]
        if not contested:
            return NotApplicable("no lot with two bidders")
        shared = [one for scope in contested for one in self._shared(release, context, scope)]
        if shared:
            strongest = min(shared, key=lambda one: (_KINDS.index(one["contact"]), -one["bidders"]))
            return self._fired(strongest, release, context)
        known = parties_of(release)
        if any(not known[key].contact_keys for scope in contested for who in _bidders(scope) for key in who):
            return NotComputable("parties.contactKeys of a bidder are missing")
        return Clear()

    def _shared(self, release: Release, context: Context, scope: Scope) -> list[dict[str, Any]]:
        """Each contact that bidders with nobody in common share: its kind, how many share it, in which lot."""
        known = parties_of(release)
        owners: dict[str, list[frozenset[str]]] = {}
        for who in _bidders(scope):
            for key in {key for one in who for key in known[one].contact_keys}:
                owners.setdefault(key, []).append(who)
        found = []
        for key, sharing in owners.items():
            apart = any(not one & other for one, other in combinations(sharing, 2))
            kind = key.partition(":")[0]
            if apart and kind in _KINDS and not self._of_many(kind, key, context):
                found.append({"contact": kind, "bidders": len(sharing), "lot": scope.lot})
        return found

    def _of_many(self, kind: str, key: str, context: Context) -> bool:
        if kind != "mail" or context.history is None:
            return False
        return bool(len(context.history.sharing(key)) >= self.settings.shared_by)

    def _fired(self, shared: dict[str, Any], release: Release, context: Context) -> Fired:
        weak = shared["contact"] == "address"
        norm = None if weak else _norm(release, context.rules)
        return Fired(
            value=shared["bidders"], threshold=2, unit="bidders", facts=shared, norm=norm,
            tier=Tier.A if norm else Tier.B, weight=1 if weak else self.weight,
        )  # fmt: skip


def _bidders(scope: Scope) -> list[frozenset[str]]:
    return sorted({who for bid in scope.bids if (who := tenderers(bid))}, key=sorted)


def _norm(release: Release, rules: Rules) -> Norm | None:
    procedure = procedure_of(release, rules)
    if procedure.method is None or not procedure.method.under_law or procedure.group not in _BARRED:
        return None
    day = announced_on(release, rules, procedure.jurisdiction)
    rule = rules.law.requirement(procedure.jurisdiction, "affiliated_bidders", day) if day else None
    return Norm(rule.act, rule.clause, rule.checked_on) if rule else None
