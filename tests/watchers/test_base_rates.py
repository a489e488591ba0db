"""How often indicators fire: each process counted once a stage, weeks compared."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import msgspec
import pytest

from tests.watchers.tenders import batch, finding, judged, release
from watchers.base_rates import Drift, Rate, answers_of, rates
from watchers.changes import view_of
from watchers.indicators.base import Finding, Status
from watchers.ocds import Award, Contract, Organization
from watchers.store import Store

WEEK = date(2026, 11, 16)


def answer(code: str, status: str) -> Finding:
    return msgspec.structs.replace(finding(), indicator=code, status=Status(status))


def rate(fired: int, clear: int, before: tuple[int, int] = (0, 0)) -> Rate:
    return Rate(
        indicator="R003", week=WEEK, fired=fired, clear=clear, not_computable=0, fired_before=before[0],
        computed_before=before[1],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "drift"),
    [
        (rate(21, 79), Drift.OFTEN),
        (rate(20, 80), Drift.NONE),  # a fifth exactly is not more than a fifth
        (rate(20, 79), Drift.NONE),  # too few to say
        (rate(10, 190, (10, 400)), Drift.DOUBLED),
        (rate(10, 190, (11, 400)), Drift.NONE),
        (rate(10, 190, (5, 200)), Drift.NONE),  # too few before
        (rate(9, 91, (0, 400)), Drift.NONE),  # nine may be chance
        (rate(0, 0), Drift.NONE),
    ],
)
def test_what_the_operator_should_look_at(one: Rate, drift: Drift) -> None:
    assert one.drift is drift


def test_a_process_counts_once_for_each_stage_it_reaches(clock: Any) -> None:
    plain = release("ocds-1")
    awarded = msgspec.structs.replace(plain, awards=(Award(id="1", suppliers=(Organization(id="S"),)),))
    contracted = msgspec.structs.replace(awarded, contracts=(Contract(id="1"),))
    found = [answer("R003", "fired"), answer("R018", "clear"), answer("R069", "not_computable")]
    views = [None, *(view_of(one, found) for one in (plain, plain, awarded, contracted, contracted))]
    counted = [
        sorted(code for _, code, _ in answers_of(old, new, found, clock()))
        for old, new in itertools.pairwise(views)
        if new is not None
    ]
    assert counted == [["R003"], [], ["R018"], ["R069"], []]


async def test_answers_are_kept_with_the_batch_and_add_up_over_weeks(database: Any, clock: Any) -> None:
    store = Store(database, clock)
    found = [answer("R003", "fired"), answer("R010", "clear")]
    for number in range(3):
        ones = [msgspec.structs.replace(judged(release(f"ocds-{number}-{n}")), findings=found) for n in range(2)]
        await store.save("portal", batch(*ones), ones, cursor=str(number))
        await store.save("portal", batch(*ones), ones, cursor=str(number))  # the same again is not counted again
    published = view_of(release("ocds-0-0"), ()).summary.published_at
    assert published is not None
    monday = date.fromordinal(published.date().toordinal() - published.weekday())
    kept = {one.indicator: (one.fired, one.clear, one.share) for one in await rates(database, monday)}
    assert kept == {"R003": (6, 0, 1.0), "R010": (0, 6, 0.0)}
    later = {one.indicator: one for one in await rates(database, date.fromordinal(monday.toordinal() + 7))}
    assert later == {}
