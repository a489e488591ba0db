"""What must hold of one pace for several processes on PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from typing import Any

import pytest

from alerts.pace import Pace
from alerts.shared_pace import SharedPacer
from bot.sandbox.ledger import read_ledger
from tests.alerts.deliverers import Plan, Post, start_deliverer, start_sandbox

pytestmark = pytest.mark.postgres


@pytest.fixture
def dialect() -> str:
    return "postgres"


async def _turn(pacer: SharedPacer, chat: str, *, first: bool = False) -> float:
    assert await pacer.turn(chat, first=first)
    return time.monotonic()


class Noting(SharedPacer):
    """Keeps the moments of its turns by the server's clock: a machine that stands still moves none of them."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.moments: list[float] = []

    async def _execute(self, statement: Any, **values: Any) -> Any:
        row = await super()._execute(statement, **values)
        if row is not None and "taken" in row._fields:
            given = len(row.taken)
            self.moments += [row.ends - values["every"] * (given - place) for place in range(given)]
        return row


async def test_two_pacers_give_turns_as_one(database) -> None:
    one, two = (Noting(Pace(per_second=50, reserved_per_second=0), database) for _ in range(2))
    began = time.monotonic()
    last = max(await asyncio.gather(*(_turn(pacer, f"{pacer is one}{n}") for n in range(30) for pacer in (one, two))))
    moments = sorted(one.moments + two.moments)
    assert len(moments) == 60
    assert all(later - earlier > 0.99 / 50 for earlier, later in itertools.pairwise(moments))
    assert last - began > 58 / 50, "nobody is told before the moment has come"


async def test_a_chat_that_another_process_wrote_to_waits_and_the_impatient_hear_of_it(database) -> None:
    one, two = (SharedPacer(Pace(chat_seconds=0.5, group_seconds=0.7), database) for _ in range(2))
    for chat, least in (("5", 0.5), ("-5", 0.7)):
        before = time.monotonic()
        await _turn(one, chat)
        assert await _turn(two, chat) - before >= least - 0.02
    three, four = (SharedPacer(Pace(chat_seconds=60, group_seconds=60), database) for _ in range(2))
    for chat in ("6", "-6"):
        await _turn(three, chat)
        assert await four.turn(chat, patience=0.1) is False
    assert not {"5", "-5", "6", "-6"} & await _names(database)


async def _names(database) -> set[str]:
    async with database.read() as connection:
        return {row.name for row in await connection.exec_driver_sql("SELECT name FROM paces")}


async def test_a_wait_asked_of_everyone_is_kept_by_every_process(database) -> None:
    one, two = (SharedPacer(Pace(), database) for _ in range(2))
    await _turn(two, "1")
    began = time.monotonic()
    one.hold(0.8)
    await asyncio.gather(*one._holding)
    alert, answer = await asyncio.gather(_turn(two, "2"), _turn(two, "3", first=True))
    assert min(alert, answer) - began >= 0.78
    one.hold(60)
    await asyncio.gather(*one._holding)
    assert await two.turn("4", patience=0.2) is False
    assert two.wait_of() > 30


async def test_an_answer_takes_no_alert_its_turn(database) -> None:
    pacer = SharedPacer(Pace(per_second=20), database)
    alerts = [asyncio.create_task(pacer.turn(f"{n}", patience=0.1)) for n in range(8)]
    for n in range(3):
        await asyncio.sleep(0.05)
        assert await pacer.turn(f"p{n}", first=True)
    assert all(await asyncio.gather(*alerts))


async def test_an_answer_goes_before_the_alerts_of_all_processes(database) -> None:
    one, two = (SharedPacer(Pace(per_second=20), database) for _ in range(2))
    waiting = [asyncio.create_task(_turn(pacer, f"{pacer is one}{n}")) for n in range(60) for pacer in (one, two)]
    await asyncio.sleep(0.1)
    for n, pacer in enumerate((one, two)):
        await _turn(pacer, f"p{n}", first=True)
    assert sum(task.done() for task in waiting) < 60, "six seconds of alerts were waiting"
    for task in waiting:
        task.cancel()


async def test_turns_come_again_after_the_server_cut_every_connection(database) -> None:
    pacer = SharedPacer(Pace(per_second=100, chat_seconds=0), database)
    pacer.TRY_AGAIN = 0.05  # type: ignore[misc]
    turns = [asyncio.create_task(_turn(pacer, str(n))) for n in range(60)]
    await asyncio.sleep(0.1)
    async with database.write() as connection:
        await connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert len(await asyncio.wait_for(asyncio.gather(*turns), 20)) == 60


async def test_three_deliverers_keep_to_the_bots_pace_and_send_each_message_once(database_url, tmp_path) -> None:
    people, groups, alerts = 60, 3, 160
    ledger = tmp_path / "ledger.jsonl"
    sandbox, api_base = await asyncio.to_thread(start_sandbox, ledger, people, groups, limits=True)
    post = Post(database_url)
    await post.join(people, groups)
    await post.owe(alerts)
    plan = Plan(database_url, api_base, 25.0, chat_seconds=1.0, group_seconds=3.1)
    began = time.monotonic()
    deliverers = [start_deliverer(plan) for _ in range(3)]
    await post.until_closed()
    for process in (*deliverers, sandbox):
        process.kill()
        process.join()
    await post.database.close()
    entries = read_ledger(ledger)
    accepted = [entry for entry in entries if entry.accepted]
    refused = [entry for entry in entries if not entry.accepted]
    assert len(refused) <= alerts // 4, "on a machine that stands still for a moment requests arrive in a bunch"
    assert max(Counter(entry.text for entry in accepted).values()) == 1
    assert len(accepted) == alerts
    took = max(entry.monotonic for entry in accepted) - began
    assert took > 0.97 * alerts / 25, "never faster; how near, says `tests.alerts.flood`"
    for chat in {entry.chat_id for entry in accepted}:
        own = sorted(entry.monotonic for entry in accepted if entry.chat_id == chat)
        assert all(later - earlier > 0.5 for earlier, later in itertools.pairwise(own))
