"""What readers say of flags: useful, wrong, or that the reason is known. One vote a person, purchase and indicator.

A vote is kept by subscriber, so that it can be changed, and erased with it (`alerts.erasure`). What others see are
counts an indicator, and beside a flag only from `SHOWN_FROM` votes on: a share of few says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, String, Table, and_, func, select

from watchers.database import BigId, Database, UTCDateTime, metadata

__all__ = ["SHOWN_FROM", "Opinion", "Opinions", "Verdict", "flag_votes"]

SHOWN_FROM = 30
_FRESH = timedelta(minutes=10)


class Verdict(StrEnum):
    """What somebody thinks of one flag."""

    USEFUL = "useful"
    WRONG = "wrong"
    KNOWN = "known"


flag_votes = Table(
    "flag_votes",
    metadata,
    Column("subscriber_id", BigId, ForeignKey("subscribers.id"), nullable=False),
    Column("tender_id", BigId, ForeignKey("tenders.id"), nullable=False),
    Column("indicator", String(16), nullable=False),
    Column("verdict", String(8), nullable=False),  # Verdict
    Column("voted_at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("subscriber_id", "tender_id", "indicator"),
    Index("ix_flag_votes_indicator", "indicator", "verdict"),
)


class Opinion(msgspec.Struct, frozen=True):
    """How many votes an indicator has of each kind."""

    useful: int = 0
    wrong: int = 0
    known: int = 0

    @property
    def count(self) -> int:
        """All votes."""
        return self.useful + self.wrong + self.known


class Opinions:
    """The votes of all subscribers of a database. Counts are read once in ten minutes."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[str, Opinion] = {}
        self._kept_at: datetime | None = None

    async def vote(self, subscriber_id: int, tender_id: int, codes: Collection[str], verdict: Verdict) -> None:
        """Somebody says what they think of these flags of a tender; the last word counts."""
        said: dict[str, Any] = {"verdict": verdict.value, "voted_at": self._clock()}
        about = said | {"subscriber_id": subscriber_id, "tender_id": tender_id}
        rows = [about | {"indicator": code} for code in sorted(set(codes))]
        if not rows:
            return
        put = self._database.insert(flag_votes).on_conflict_do_update(
            index_elements=["subscriber_id", "tender_id", "indicator"], set_=said
        )
        async with self._database.write() as connection:
            await connection.execute(put, rows)

    async def said(self, subscriber_id: int, tender_id: int) -> dict[str, Verdict]:
        """What somebody said of a tender's flags, by code."""
        mine = and_(flag_votes.c.subscriber_id == subscriber_id, flag_votes.c.tender_id == tender_id)
        query = select(flag_votes.c.indicator, flag_votes.c.verdict).where(mine)
        async with self._database.read() as connection:
            return {row.indicator: Verdict(row.verdict) for row in await connection.execute(query)}

    async def counts(self) -> dict[str, Opinion]:
        """By indicator: how many votes of each kind, as they are now."""
        query = select(flag_votes.c.indicator, flag_votes.c.verdict, func.count())
        query = query.group_by(flag_votes.c.indicator, flag_votes.c.verdict)
        found: dict[str, dict[str, int]] = {}
        async with self._database.read() as connection:
            for code, verdict, count in await connection.execute(query):
                found.setdefault(code, {})[verdict] = count
        return {code: Opinion(**counted) for code, counted in sorted(found.items())}

    async def shown(self) -> Mapping[str, Opinion]:
        """The counts that may stand beside a flag, at most ten minutes old: of `SHOWN_FROM` votes and more."""
        now = self._clock()
        if self._kept_at is None or now - self._kept_at >= _FRESH:
            counted = await self.counts()
            self._kept = {code: one for code, one in counted.items() if one.count >= SHOWN_FROM}
            self._kept_at = now
        return self._kept
