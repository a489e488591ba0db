"""The ledger against a model: whatever is claimed, started, answered, lost and found again, in any order.

The model knows three things a row: what state it is in, whether its request went out since it was last due, and how
often it was sent. What must hold: no row is started twice without having been put back, nothing disappears.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from alerts.outbox import Debt, Outbox, Owed, Result, State
from alerts.subscriptions import Subscriptions
from alerts.tables import outbox
from tests.conftest import Clock
from watchers.database import Database

LEASE = timedelta(seconds=60)
TEMPLATE: list[Path] = []


class Ledger(RuleBasedStateMachine):
    """Two deliverers (0 and 1) on one SQLite file."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "ledger.sqlite3"
        shutil.copy(TEMPLATE[0], path)
        self.clock = Clock(datetime(2026, 11, 22, 9, 5, tzinfo=UTC))
        self.database = Database(f"sqlite+aiosqlite:///{path}")
        self.outbox = Outbox(self.database, self.clock)
        self.hands: tuple[dict[int, Owed], dict[int, Owed]] = ({}, {})  # claimed, not started
        self.on_the_way: dict[int, Owed] = {}  # started, no answer
        self.told: list[Result] = []
        self.model: dict[int, State] = {}
        self.leases: dict[int, datetime] = {}
        self.sent: dict[int, int] = {}
        self.people: list[int] = []

    @initialize()
    def join(self) -> None:
        subscriptions = Subscriptions(self.database, self.clock)
        for n in range(3):
            self.people.append(self.runner.run(subscriptions.get_or_create("telegram", str(n), "ru")).id)
        for n in range(6):
            self.owe(n % 3, n, 30)

    @rule(person=st.integers(0, 2), minutes=st.integers(0, 5), priority=st.sampled_from([30, 50]))
    def owe(self, person: int, minutes: int, priority: int) -> None:
        moment = self.clock() + timedelta(minutes=minutes)
        debt = Debt(self.people[person], None, None, f"test:{len(self.model)}", (), priority, moment)

        async def write() -> None:
            async with self.database.write() as connection:
                await self.outbox.owe(connection, [debt])

        self.runner.run(write())
        self.model[len(self.model) + 1] = State.DUE

    @rule(who=st.integers(0, 1), limit=st.integers(1, 3))
    def claim(self, who: int, limit: int) -> None:
        busy = {self._person(id_) for id_, state in self.model.items() if state is State.SENDING}
        self.clock.advance(microseconds=1)  # no two claims at one moment: whose row it is, its lease says
        taken = self.runner.run(self.outbox.claim(limit, LEASE))
        assert len(taken) <= limit
        for owed in taken:
            assert self.model[owed.id] is State.DUE
            assert owed.subscriber_id not in busy, "two messages of a chat at a time"
            self.model[owed.id] = State.SENDING
            self.leases[owed.id] = owed.lease_until
            self.hands[who][owed.id] = owed

    @rule(who=st.integers(0, 1))
    def claim_and_start(self, who: int) -> None:
        """What a deliverer does most of the time."""
        self.claim(who, 2)
        self.start(who)

    def _person(self, id_: int) -> int:
        return next(row.subscriber_id for row in self.rows() if row.id == id_)

    @rule(who=st.integers(0, 1))
    def start(self, who: int) -> None:
        held, now = list(self.hands[who].values()), self.clock()
        may_go = self.runner.run(self.outbox.start(held, LEASE))
        still = {one.id for one in held if self.leases.get(one.id) == one.lease_until > now}
        assert {owed.id for owed in may_go} == still
        for owed in may_go:
            self.leases[owed.id] = now + LEASE
            self.on_the_way[owed.id] = owed
            self.sent[owed.id] = self.sent.get(owed.id, 0) + 1
        self.hands[who].clear()

    @precondition(lambda self: self.on_the_way)
    @rule(data=st.data(), state=st.sampled_from([State.DUE, State.SENT, State.FAILED, State.UNCERTAIN]))
    def answer(self, data: st.DataObject, state: State) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.on_the_way)))
        self.told.append(Result(self.on_the_way.pop(id_), state, "words"))
        self.runner.run(self.outbox.finish(self.told[-1:]))
        self.leases.pop(id_, None)
        self.model[id_] = state
        if state is State.DUE:  # the server said for certain: not sent
            self.sent[id_] -= 1

    @precondition(lambda self: self.told)
    @rule(who=st.integers(0, 1))
    def answer_again(self, who: int) -> None:
        """All were written, and connections broke before that was said: another goes on, then they are written anew."""
        self.claim_and_start(who)
        self.runner.run(self.outbox.finish(self.told))

    @precondition(lambda self: self.on_the_way)
    @rule(data=st.data())
    def get_no_turn(self, data: st.DataObject) -> None:
        """The request did not go out after all."""
        owed = self.on_the_way.pop(data.draw(st.sampled_from(sorted(self.on_the_way))))
        self.runner.run(self.outbox.release([owed], self.clock()))
        self.sent[owed.id] -= 1
        if self.leases.get(owed.id) == owed.lease_until:
            self._back([owed.id])

    @rule(who=st.integers(0, 1))
    def release(self, who: int) -> None:
        held = list(self.hands[who].values())
        ids = [one.id for one in held if self.leases.get(one.id) == one.lease_until]
        self.runner.run(self.outbox.release(held, self.clock()))  # with those it holds no longer
        self._back(ids)
        self.hands[who].clear()

    @rule(who=st.integers(0, 1))
    def crash(self, who: int) -> None:
        """What was in the hands stays where it is until its lease is over."""
        self.hands[who].clear()

    @rule(seconds=st.sampled_from([1, 20, 61]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @rule()
    def expire(self) -> None:
        over = {id_ for id_, until in self.leases.items() if until <= self.clock()}
        assert self.runner.run(self.outbox.expire_leases()) == self._settled(over)

    @rule()
    def recover(self) -> None:
        """A new process begins: everybody else is taken for dead, and may be wrong to be."""
        assert self.runner.run(self.outbox.recover()) == self._settled(set(self.leases))

    def _settled(self, over: set[int]) -> tuple[int, int]:
        gone = {id_ for id_ in over if id_ in self.on_the_way}
        self._back(over - gone)
        for id_ in gone:  # its answer may still come, and counts then: it stays on the way
            self.model[id_] = State.UNCERTAIN
            self.leases.pop(id_)
        return len(over - gone), len(gone)

    def _back(self, ids: set[int] | list[int]) -> None:
        for id_ in ids:
            self.model[id_] = State.DUE
            self.leases.pop(id_, None)

    def rows(self) -> list:
        async def read() -> list:
            async with self.database.read() as connection:
                return list(await connection.execute(outbox.select().order_by(outbox.c.id)))

        return self.runner.run(read())

    @invariant()
    def the_ledger_says_what_happened(self) -> None:
        assert {row.id: row.state for row in self.rows()} == self.model
        assert all(times <= 1 for times in self.sent.values()), "sent twice"

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()


def test_the_ledger_agrees_with_a_model_whatever_happens(request: pytest.FixtureRequest) -> None:
    TEMPLATE[:] = [request.getfixturevalue("_migrated_file")]
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
