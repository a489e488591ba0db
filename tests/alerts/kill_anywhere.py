"""SIGKILL at any moment while alerts flow: `python -m tests.alerts.kill_anywhere --kills 200 [--alerts 10000]`.

With `--postgres URL` (an existing database, emptied of nothing: give a new one) and `--deliverers 3` several deliverers
share the work and one of them is killed at a time. Each named step is killed at once, the rest at random moments. Then
the sandbox's ledger is compared with the outbox: what is `sent` was accepted exactly once, what was accepted is `sent`
or `uncertain`, nothing else is left over. Prints the figures; ends with 1 if anything was lost or told twice.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from alerts.tables import State, outbox
from bot.database_commands import upgrade
from bot.sandbox.ledger import read_ledger
from tests.alerts.deliverers import STEPS, Plan, Post, start_deliverer, start_sandbox
from watchers.database import Database

PEOPLE = 250
REPEATED = ("claimed", "starting", "started", "requesting", "answered", "finishing", "finished")


@dataclass
class Tally:
    """What came of it, by outbox ids."""

    owed: int = 0
    kills: int = 0
    at_steps: list[str] = field(default_factory=list)
    seconds: float = 0.0
    states: dict[str, int] = field(default_factory=dict)
    twice: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)  # neither accepted nor said to be in doubt
    astray: list[int] = field(default_factory=list)  # accepted, and the outbox does not know
    uncertain_arrived: int = 0
    uncertain_not: int = 0


class Killing:
    """One run on one database."""

    def __init__(
        self, url: str, folder: Path, *, kills: int, alerts: int, deliverers: int = 1, seed: int = 1, rate: float = 0.0
    ) -> None:
        self.url, self.folder = url, folder
        self.kills, self.alerts, self.deliverers = kills, alerts, deliverers
        self.random = random.Random(seed)
        self.rate = rate or 250.0
        self.tally = Tally(owed=alerts)

    async def run(self) -> Tally:
        began = time.monotonic()
        ledger = self.folder / "ledger.jsonl"
        sandbox, api_base = await asyncio.to_thread(start_sandbox, ledger, PEOPLE)
        post = Post(self.url)
        try:
            await post.join(PEOPLE)
            await self._kill_all(post, api_base)
            await self._drain(post, api_base)
            await self._compare(post.database, ledger)
        finally:
            sandbox.kill()
            await post.database.close()
        self.tally.seconds = time.monotonic() - began
        return self.tally

    def _plan(self, api_base: str, step: str = "") -> Plan:
        lease = 60.0 if self.deliverers == 1 else 1.5
        times = self.random.randint(1, 3) if step in REPEATED else 1
        pause = 12.0 if step == "releasing" else 0.0  # longer than a chat's next message is kept claimed
        return Plan(self.url, api_base, self.rate, chat_seconds=pause, lease=lease, step=step, times=times)

    async def _kill_all(self, post: Post, api_base: str) -> None:
        steps = list(STEPS[: self.kills])
        portion = -(-self.alerts // max(self.kills, 1))
        owed = 0
        running = []
        for number in range(self.kills):
            more = min(portion, self.alerts - owed)
            owed += more
            await post.owe(more)
            step = steps[number] if number < len(steps) else ""
            if (
                not step
            ):  # at its named step a deliverer is alone, so that there is work for it; from here on are several
                while len(running) < self.deliverers - 1:
                    running.append(start_deliverer(self._plan(api_base)))
            if step == "releasing":  # somebody who is owed more than they may be told at once
                await post.owe(3, to=post.people[:1])
                owed += 3
            running.append(start_deliverer(self._plan(api_base, step)))
            if step and await self._dies(running[-1]):
                self.tally.at_steps.append(step)
                running.pop().join()
            else:
                await asyncio.sleep(self.random.uniform(0.02, 2.0 * portion / self.rate))
                victim = running.pop(self.random.randrange(len(running)))
                victim.kill()
                victim.join()
            self.tally.kills += 1
        for process in running:
            process.kill()
            process.join()
            self.tally.kills += 1
        await post.owe(self.alerts - owed)

    async def _dies(self, process: object) -> bool:
        """Whether a process ends by itself within a while."""
        for _ in range(500):
            if process.exitcode is not None:  # type: ignore[attr-defined]
                return True
            await asyncio.sleep(0.02)
        return False

    async def _drain(self, post: Post, api_base: str) -> None:
        last = [start_deliverer(self._plan(api_base)) for _ in range(self.deliverers)]
        while await post.open():
            assert all(process.is_alive() for process in last), "a deliverer ended by itself"
            await asyncio.sleep(0.1)
        for process in last:
            process.terminate()
            await asyncio.to_thread(process.join, 20)
            assert process.exitcode == 0, "a deliverer did not end cleanly"

    async def _compare(self, database: Database, ledger: Path) -> None:
        accepted = Counter(int(entry.text.split()[-1]) for entry in read_ledger(ledger) if entry.accepted)
        async with database.read() as connection:
            states = dict((await connection.execute(select(outbox.c.id, outbox.c.state))).all())
        tally = self.tally
        tally.states = dict(Counter(states.values()))
        tally.twice = [id_ for id_, times in accepted.items() if times > 1]
        tally.lost = [id_ for id_, state in states.items() if id_ not in accepted and state != State.UNCERTAIN]
        tally.astray = [id_ for id_ in accepted if states[id_] not in (State.SENT, State.UNCERTAIN)]
        doubtful = [id_ for id_, state in states.items() if state == State.UNCERTAIN]
        tally.uncertain_arrived = sum(id_ in accepted for id_ in doubtful)
        tally.uncertain_not = len(doubtful) - tally.uncertain_arrived


async def _by_hand(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = given.postgres or f"sqlite+aiosqlite:///{folder}/killed.sqlite3"
        database = Database(url)
        await upgrade(database)
        await database.close()
        killing = Killing(
            url, Path(folder), kills=given.kills, alerts=given.alerts, deliverers=given.deliverers, seed=given.seed
        )
        tally = await killing.run()
    sys.stdout.write("".join(f"{name:<18} {value}\n" for name, value in vars(tally).items()))
    return 1 if tally.lost or tally.twice or tally.astray else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--deliverers", type=int, default=1)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--seed", type=int, default=1)
    sys.exit(asyncio.run(_by_hand(parser.parse_args())))


if __name__ == "__main__":
    main()
