"""What a message is rendered from: one snapshot of one tender with what was found in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

import msgspec

from watchers.indicators.base import Finding, Status
from watchers.naming import number_shown
from watchers.outcome import Outcome, outcome_of
from watchers.reading import StoredSnapshot
from watchers.summary import Summary, summarise

__all__ = ["TenderCard"]


class TenderCard(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One snapshot of a tender. `link` is its primary record for people, `seen_at` when we read it (UTC), `number` what
    it is looked up by, in the bot and on the portal.

    `findings` are those stored with the snapshot: fired and not computable; others are ignored.
    """

    tender_id: int
    snapshot_id: int
    summary: Summary
    link: str
    seen_at: datetime
    findings: tuple[Finding, ...] = ()
    checks_made: int = 0
    checks_possible: int = 0
    outcome: Outcome = Outcome()
    number: str = ""

    @classmethod
    def of(cls, snapshot: StoredSnapshot) -> TenderCard:
        """The card of a stored snapshot."""
        return cls(
            tender_id=snapshot.tender_id,
            snapshot_id=snapshot.id,
            summary=summarise(snapshot.release),
            link=snapshot.link,
            seen_at=snapshot.seen_at,
            findings=snapshot.findings,
            checks_made=snapshot.checks_made,
            checks_possible=snapshot.checks_possible,
            outcome=outcome_of(snapshot.release),
            number=number_shown(snapshot.release.ocid),
        )

    @cached_property
    def flags(self) -> Sequence[Finding]:
        """What fired, the heaviest first; tier before weight, then the code, so that the order never wavers."""
        fired = [finding for finding in self.findings if finding.status is Status.FIRED]
        return tuple(sorted(fired, key=lambda finding: (-finding.weight, finding.tier, finding.indicator)))

    @property
    def unchecked(self) -> list[Finding]:
        """What could not be computed, by code."""
        missing = [finding for finding in self.findings if finding.status is Status.NOT_COMPUTABLE]
        return sorted(missing, key=lambda finding: finding.indicator)

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2 of the place or of the buyer's register; '' if neither is known."""
        known = self.summary.region or self.summary.buyer_id
        return known[:2] if known[2:3] == "-" and known[:2].isupper() else ""
