"""How often each indicator fires, week by week: a law or an interface that changed shows here first.

A process counts once for each stage: for the indicators of publication when it is first stored, for those of bids when
it is first awarded, for those of contracts when its first contract is there. The week is the one it was published in,
from Monday, in UTC. The share is of those that could be computed: fired / (fired + clear).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from watchers.changes import View
from watchers.database import Database
from watchers.indicators.base import Finding, Stage, Status
from watchers.indicators.registry import indicator_classes
from watchers.tables import indicator_weeks

__all__ = ["Answers", "Drift", "Rate", "answers_of", "keep_answers", "monday_of", "rates", "say_drift_told"]

Answers = Counter[tuple[date, str, str]]
"""How many answers of a status an indicator gave in a week: (Monday, code, status)."""

OFTEN = 0.20
"""A flag on more than this share tells nobody where to look."""
_ENOUGH = 100  # computed in a week, for its share to mean something
_ENOUGH_BEFORE = 300
_FEWEST = 10
_WEEKS_BEFORE = 4
_TIMES = 2.0


class Drift(StrEnum):
    """What the operator should look at."""

    NONE = ""
    OFTEN = "often"  # it fires on more than a fifth
    DOUBLED = "doubled"  # it fires twice as often as in the four weeks before


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator in one week, beside the four weeks before. `told`: the drift the operator knows of."""

    indicator: str
    week: date
    fired: int
    clear: int
    not_computable: int
    fired_before: int
    computed_before: int
    told: str = ""

    @property
    def computed(self) -> int:
        """How many answers were one way or the other."""
        return self.fired + self.clear

    @property
    def share(self) -> float | None:
        """Of what could be computed, None if nothing could."""
        return self.fired / self.computed if self.computed else None

    @property
    def share_before(self) -> float | None:
        """The same over the four weeks before."""
        return self.fired_before / self.computed_before if self.computed_before else None

    @property
    def drift(self) -> Drift:
        """Whether the operator should look at it; few answers say nothing."""
        share, before = self.share, self.share_before
        if share is None or self.computed < _ENOUGH or self.fired < _FEWEST:
            return Drift.NONE
        if share > OFTEN:
            return Drift.OFTEN
        if before is not None and self.computed_before >= _ENOUGH_BEFORE and share >= _TIMES * before:
            return Drift.DOUBLED
        return Drift.NONE


def monday_of(moment: datetime) -> date:
    """The Monday of its week, UTC."""
    day = moment.date()
    return day - timedelta(days=day.weekday())


@cache
def _stages() -> Mapping[str, Stage]:
    return {code: one.stage for code, one in indicator_classes().items()}


def answers_of(old: View | None, new: View, findings: Iterable[Finding], now: datetime) -> Answers:
    """What this snapshot adds: the answers of the stages it reached and the one before had not."""
    reached = {Stage.TENDER} if old is None else set()
    if new.awards and (old is None or not old.awards):
        reached.add(Stage.BIDS)
    if new.contracts and (old is None or not old.contracts):
        reached.add(Stage.CONTRACT)
    if not reached:
        return Counter()
    week, stages = monday_of(new.summary.published_at or now), _stages()
    return Counter((week, one.indicator, one.status.value) for one in findings if stages.get(one.indicator) in reached)


async def keep_answers(connection: AsyncConnection, database: Database, answers: Answers) -> None:
    """Add to what is kept, in the caller's transaction."""
    rows: dict[tuple[date, str], dict[str, Any]] = {}
    for (week, code, status), count in sorted(answers.items()):  # one order: no deadlock
        empty = {one.value: 0 for one in Status}
        row = rows.setdefault((week, code), {"week": week, "indicator": code, **empty})
        row[status] += count
    if not rows:
        return
    insert = database.insert(indicator_weeks)
    more = {one.value: indicator_weeks.c[one.value] + insert.excluded[one.value] for one in Status}
    await connection.execute(
        insert.on_conflict_do_update(index_elements=["week", "indicator"], set_=more), list(rows.values())
    )


async def rates(database: Database, week: date) -> list[Rate]:
    """Every indicator that gave an answer in the week of that Monday, by code."""
    first = week - timedelta(weeks=_WEEKS_BEFORE)
    query = select(indicator_weeks).where(indicator_weeks.c.week.between(first, week))
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
    before: dict[str, Sequence[int]] = {}
    for row in rows:
        if row.week != week:
            fired, computed = before.get(row.indicator, (0, 0))
            before[row.indicator] = (fired + row.fired, computed + row.fired + row.clear)
    return sorted(
        (
            Rate(
                indicator=row.indicator, week=week, fired=row.fired, clear=row.clear,
                not_computable=row.not_computable, fired_before=before.get(row.indicator, (0, 0))[0],
                computed_before=before.get(row.indicator, (0, 0))[1], told=row.told,
            )
            for row in rows
            if row.week == week
        ),
        key=lambda one: one.indicator,
    )  # fmt: skip


async def say_drift_told(database: Database, rate: Rate, *, told: bool = True) -> bool:
    """Note that the operator is told of the drift of an indicator in a week; False where another process was first.

    `told` False takes it back: the message did not go out.
    """
    before, after = (rate.told, rate.drift.value) if told else (rate.drift.value, rate.told)
    this = (indicator_weeks.c.week == rate.week) & (indicator_weeks.c.indicator == rate.indicator)
    here = update(indicator_weeks).where(this, indicator_weeks.c.told == before)
    async with database.write() as connection:
        changed = await connection.execute(here.values(told=after))
    return changed.rowcount == 1
