"""Runs of digests: what was held becomes one mail, once; what was missed is caught up; nothing vanishes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from alerts.limits import Gate
from alerts.mail.runs import DigestRuns
from alerts.mail.tables import Frequency, digest_runs
from alerts.matching import Matcher
from alerts.outbox import MAIL, Outbox, Result
from alerts.preferences import MuteKind, Preferences
from alerts.tables import State
from tests.alerts.conftest import World, flag, roof_repair
from tests.alerts.mail.conftest import ROOFS, Post

ARU = "aru@example.kz"


class Days:
    """Sunday 22 November, 14:05 in Almaty; digests are due at nine."""

    def __init__(self, world: World, post: Post, clock: Any) -> None:
        self.world, self.post, self.clock = world, post, clock
        self.matcher = Matcher(world.store, world.subscriptions, world.outbox, clock)
        self.gate = Gate(world.store, clock)
        self.runs = DigestRuns(world.store, clock)
        self.mail = Outbox(world.database, clock, lane=MAIL)

    async def happen(self, **given: Any) -> int:
        """A tender about a roof, matched and looked at by the gate."""
        tender = await self.world.happen(release=given.pop("release", roof_repair()), **{"flags": [flag()]} | given)
        while await self.matcher.do_one() or await self.gate.do_one():
            pass
        return tender

    async def nine(self, days: int = 1) -> None:
        """Go on to nine in the morning, so many days later, and make what is due."""
        self.clock.advance(days=days)
        self.clock.now = self.clock.now.replace(hour=4, minute=0)
        while await self.runs.do_one():
            pass

    async def made(self) -> list[tuple[str, str, str]]:
        """Runs: day, kind, outcome."""
        async with self.world.database.read() as connection:
            rows = await connection.execute(select(digest_runs).order_by(digest_runs.c.id))
            return [(str(row.run_date), row.kind, row.outcome) for row in rows]

    async def carried(self) -> dict[int, list[int]]:
        """By mail: the tenders it tells of."""
        rows = await self.world.rows()
        mails: dict[int, list[int]] = {row.id: [] for row in rows if row.event.startswith("digest:")}
        for row in rows:
            if row.carried_by in mails and row.tender_id:
                mails[row.carried_by].append(row.tender_id)
        return mails

    async def deliver(self, state: State = State.SENT) -> int:
        """Claim the one mail that is due and finish it so; returns its id."""
        while True:
            (owed,) = await self.mail.start(await self.mail.claim(1))
            letter = not owed.event.startswith("digest")
            await self.mail.finish([Result(owed, State.SENT if letter else state, "250")])
            if not letter:
                return owed.id


@pytest.fixture
def days(world: World, post: Post, clock: Any) -> Days:
    return Days(world, post, clock)


async def test_what_matched_since_the_last_digest_is_one_mail(days: Days) -> None:
    await days.post.member(ARU, criteria=[ROOFS])
    first, second = await days.happen(), await days.happen()
    assert await days.made() == []
    assert {row.state for row in await days.world.rows() if row.tender_id} == {"held"}
    await days.nine()
    assert await days.made() == [("2026-11-23", "daily", "mail")]
    assert list((await days.carried()).values()) == [[first, second]]
    await days.nine()
    assert (await days.made())[1:] == [("2026-11-24", "daily", "empty")]
    assert len(await days.carried()) == 1


async def test_a_run_says_what_range_it_covers_and_the_ranges_follow_one_another(days: Days) -> None:
    joined = days.clock()
    await days.post.member(ARU, criteria=[ROOFS])
    for _ in range(3):
        await days.happen()
        await days.nine()
    async with days.world.database.read() as connection:
        rows = (await connection.execute(select(digest_runs).order_by(digest_runs.c.id))).all()
    assert rows[0].range_from == joined
    assert [row.range_until for row in rows[:-1]] == [row.range_from for row in rows[1:]]
    assert [(row.flagged, row.serious) for row in rows] == [(0, 0)] * 3  # tenders here have no weight of their own


async def test_two_makers_at_once_make_one_mail(days: Days) -> None:
    for number in range(12):
        await days.post.mailing.asks.ask(f"a{number}@example.kz", language="kk", criteria=[ROOFS])
        await days.post.mailing.asks.confirm(await days.post.token(f"a{number}@example.kz"))
    await days.happen()
    days.clock.now = datetime(2026, 11, 23, 4, tzinfo=UTC)
    makers = [DigestRuns(days.world.store, days.clock) for _ in range(3)]
    await asyncio.gather(*(maker.do_one() for maker in makers))
    while await days.runs.do_one():
        pass
    assert await days.made() == [("2026-11-23", "daily", "mail")] * 12
    assert list((await days.carried()).values()) == [[1]] * 12


async def test_a_purchase_of_a_chats_filter_comes_to_its_addresses_too_and_once(days: Days) -> None:
    chat = await days.world.person("77", ROOFS)
    await days.post.member(ARU, criteria=(), chat_id=chat)
    await days.post.mailing.asks.ask(ARU, language="kk", criteria=[ROOFS])  # a filter of its own that says the same
    days.clock.advance(minutes=10)
    await days.post.mailing.asks.confirm(await days.post.token(ARU))
    tender = await days.happen()
    assert sorted((row.tender_id, row.state) for row in await days.world.rows() if row.tender_id) == [
        (tender, "due"), (tender, "held"),
    ]  # fmt: skip
    await days.nine()
    assert list((await days.carried()).values()) == [[tender]]


async def test_runs_that_were_missed_are_written_down_and_told_by_one_mail(days: Days) -> None:
    await days.post.member(ARU, criteria=[ROOFS])
    tender = await days.happen()
    await days.nine(days=4)
    assert await days.made() == [
        ("2026-11-23", "daily", "late"), ("2026-11-24", "daily", "late"), ("2026-11-25", "daily", "late"),
        ("2026-11-26", "daily", "mail"),
    ]  # fmt: skip
    assert list((await days.carried()).values()) == [[tender]]
    async with days.world.database.read() as connection:
        rows = (await connection.execute(select(digest_runs).order_by(digest_runs.c.id))).all()
    assert [row.range_until for row in rows[:-1]] == [row.range_from for row in rows[1:]]
    assert len({row.outbox_id for row in rows}) == 1


@pytest.mark.parametrize("state", [State.UNCERTAIN, State.FAILED])
async def test_what_a_mail_named_that_may_not_have_arrived_is_in_the_next(days: Days, state: State) -> None:
    await days.post.member(ARU, criteria=[ROOFS])
    tender = await days.happen()
    await days.nine()
    first = await days.deliver(state)
    await days.nine()  # though nothing new came
    second = await days.deliver(State.UNCERTAIN)
    assert await days.carried() == {first: [], second: [tender]}
    other = await days.happen()
    await days.nine()
    third = await days.deliver()
    assert await days.carried() == {first: [], second: [], third: [tender, other]}
    await days.nine()
    assert (await days.made())[-1][2] == "empty"


async def test_a_weekly_digest_comes_on_monday(days: Days) -> None:
    await days.post.member(ARU, criteria=[ROOFS], frequency=Frequency.WEEKLY)
    await days.nine()  # Monday the 23rd
    tender = await days.happen()
    for _ in range(7):
        await days.nine()
    assert await days.made() == [("2026-11-23", "weekly", "empty"), ("2026-11-30", "weekly", "mail")]
    assert list((await days.carried()).values()) == [[tender]]


@pytest.mark.parametrize(
    ("frequency", "quiet", "mails"),
    [("daily", True, 1), ("daily", False, 0), ("weekly", True, 2), ("weekly", False, 0)],
)
async def test_nothing_to_tell_is_no_mail_or_one_on_monday_for_who_wants_it(
    days: Days, frequency: str, quiet: bool, mails: int
) -> None:
    await days.post.member(ARU, criteria=[ROOFS], frequency=Frequency(frequency), all_quiet=quiet)
    for _ in range(9):
        await days.nine()
    assert len(await days.carried()) == mails


async def test_what_a_chat_muted_is_not_in_its_digest_but_in_that_of_who_asked_themselves(days: Days) -> None:
    chat = await days.world.person("77", ROOFS)
    await days.post.member(ARU, criteria=(), chat_id=chat)
    await days.post.member("own@example.kz", criteria=[ROOFS])
    await Preferences(days.world.database, days.clock).mute(chat, MuteKind.INDICATOR, "R003", days=30)
    tender = await days.happen()
    await days.nine()
    assert list((await days.carried()).values()) == [[tender]]
    skipped = [row.answer for row in await days.world.rows() if row.state == "skipped"]
    assert skipped == ["muted: indicator"] * 2  # of the chat itself, and of the address that shares its filters


async def test_an_address_that_left_gets_no_run_and_what_was_held_is_let_go(days: Days) -> None:
    id_ = await days.post.member(ARU, criteria=[ROOFS])
    await days.happen()
    token = days.post.mailing.boxes.leave_token(id_, ARU)
    await days.post.mailing.boxes.leave(token)
    await days.nine()
    assert await days.made() == []
    await days.post.mailing.boxes.rejoin(token)
    tender = await days.happen()
    await days.nine()
    assert list((await days.carried()).values()) == [[tender]]


async def test_a_change_of_what_a_digest_told_of_is_in_the_next_one(days: Days) -> None:
    await days.post.member(ARU, criteria=[ROOFS])
    tender = await days.happen()
    await days.nine()
    await days.deliver()
    await days.happen(kind="cancelled", release=roof_repair(), tender_id=tender)
    await days.nine()
    assert [row.event for row in await days.world.rows() if row.tender_id] == ["published", "changed:2"]
    assert (await days.made())[-1][2] == "mail"
