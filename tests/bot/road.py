"""The whole road with real parts: Prozorro's stand-in, `baqylau run` in a process of its own, the sandbox's Telegram.

The process is stopped and killed on the way; what people got is compared with what an independent reading of the same
tenders says they should get. By hand, with real tenders and numbers printed:
`python -m tests.bot.road --data FILE [--kills 1] [--restarts 2]`, FILE as in `tests.standins.prozorro`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from alerts.filters import Criteria, facts_of, matches
from alerts.outbox import Outbox, State
from alerts.subscriptions import Subscriptions
from alerts.tables import outbox
from bot.database_commands import upgrade
from bot.sandbox.people import BOT_TOKEN
from bot.sandbox.server import Sandbox
from bot.times import utc_now
from tests.standins.prozorro import ProzorroStandIn, Tender, read_tenders
from watchers.database import Database
from watchers.indicators.base import Context
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.rules import load_rules
from watchers.sources.prozorro.mapping import map_tender, read_tender
from watchers.store import Store
from watchers.summary import summarise
from watchers.tables import tenders as tender_table

FOLLOWS: tuple[tuple[Criteria, ...], ...] = (
    (Criteria(min_weight=1),),  # every flagged one
    (Criteria(min_weight=1, regions=("UA-46",)), Criteria(min_weight=2)),  # most of it twice
    (Criteria(categories=("food",), min_weight=0), Criteria(words=("ремонт",))),
)


@dataclass
class Outcome:
    """Who should have been told of what (ocids), and what came of it."""

    expected: list[set[str]] = field(default_factory=list)
    told: list[Counter[str]] = field(default_factory=list)
    uncertain: list[set[str]] = field(default_factory=list)
    states: dict[State, int] = field(default_factory=dict)
    stored: int = 0

    @property
    def lost(self) -> list[set[str]]:
        """Owed, not in the chat, and not named as possibly missed either."""
        return [
            owed - set(told) - doubt for owed, told, doubt in zip(self.expected, self.told, self.uncertain, strict=True)
        ]

    @property
    def twice(self) -> list[list[str]]:
        return [[ocid for ocid, times in told.items() if times > 1] for told in self.told]

    @property
    def unasked(self) -> list[set[str]]:
        return [set(told) - owed for owed, told in zip(self.expected, self.told, strict=True)]


class Road:
    """One run. `interruptions` are signals sent to the process each time some more messages have arrived."""

    def __init__(self, tenders: Sequence[Tender], folder: Path, *, database_url: str = "") -> None:
        self.tenders = tenders
        self.folder = folder
        self.database_url = database_url or f"sqlite+aiosqlite:///{folder / 'road.sqlite3'}"
        self.database = Database(self.database_url)
        self.addresses: list[str] = []

    async def travel(self, interruptions: Sequence[signal.Signals]) -> Outcome:
        sandbox = Sandbox(ledger_file=self.folder / "ledger.jsonl")
        async with sandbox, ProzorroStandIn(self.tenders, held_back=0.0) as publisher:
            await upgrade(self.database)
            await self._people(sandbox)
            expected = self._expected()
            whole = sum(map(len, expected))
            for number, interruption in enumerate(interruptions, 1):
                process = await self._start(sandbox, publisher)
                wanted = whole * number // (len(interruptions) + 1)
                await self._until(lambda wanted=wanted: len(sandbox.ledger.messages()) >= wanted, process)
                process.send_signal(interruption)
                await process.wait()
            process = await self._start(sandbox, publisher)
            await self._until_quiet(process, len(self.tenders))
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0, "the process did not end cleanly"
            outcome = await self._outcome(sandbox, expected)
        await self.database.close()
        return outcome

    async def _people(self, sandbox: Sandbox) -> None:
        subscriptions = Subscriptions(self.database, utc_now)
        for person, follows in zip(sandbox.people, FOLLOWS, strict=True):
            person.started = True
            subscriber = await subscriptions.get_or_create("telegram", str(person.id), person.language)
            self.addresses.append(str(person.id))
            for criteria in follows:
                await subscriptions.add(subscriber.id, criteria)

    def _expected(self) -> list[set[str]]:
        """Who should be told of what, without store, index or outbox."""
        context, indicators = Context(rules=load_rules()), load_indicators()
        owed: list[set[str]] = [set() for _ in FOLLOWS]
        for release in map(released, self.tenders):
            facts = facts_of(summarise(release), judge_release(release, context, indicators))
            for mine, follows in zip(owed, FOLLOWS, strict=True):
                if any(matches(criteria, facts) for criteria in follows):
                    mine.add(release.ocid)
        return owed

    async def _start(self, sandbox: Sandbox, publisher: ProzorroStandIn) -> asyncio.subprocess.Process:
        config = self.folder / "config.toml"
        config.write_text(
            f"""
[telegram]
token = "{BOT_TOKEN}"
api_base = "{sandbox.api_base}"
rate = 300
chat_seconds = 0
[database]
url = "{self.database_url}"
[sources.prozorro]
kind = "prozorro"
base_url = "{publisher.base_url}"
poll_seconds = 0.5
start = "2020-01-01"
requests_per_second = 1000
[alerts]
max_age_days = 36500
per_day = 0
burst = 0
[log]
level = "warning"
""",
            encoding="utf-8",
        )
        environment = {name: text for name, text in os.environ.items() if not name.startswith("BAQYLAU_")}
        log = (self.folder / "run.log").open("ab")
        with log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--config", str(config),
                stdout=log, stderr=log, env=environment,
            )  # fmt: skip

    async def _until(self, holds: Callable[[], bool], process: asyncio.subprocess.Process) -> None:
        while not holds():
            assert process.returncode is None, (self.folder / "run.log").read_text(encoding="utf-8")[-4000:]
            await asyncio.sleep(0.02)

    async def _until_quiet(self, process: asyncio.subprocess.Process, tenders: int) -> None:
        """All tenders stored and matched, and nothing due or on its way."""
        store, owed = Store(self.database), Outbox(self.database, utc_now)
        while True:
            assert process.returncode is None, (self.folder / "run.log").read_text(encoding="utf-8")[-4000:]
            counts, states = await store.counts(), await owed.counts()
            waiting = states[State.HELD] + states[State.DUE] + states[State.SENDING] + counts["events_unmatched"]
            if counts["tenders"] >= tenders and not waiting:
                return
            await asyncio.sleep(0.1)

    async def _outcome(self, sandbox: Sandbox, expected: list[set[str]]) -> Outcome:
        async with self.database.read() as connection:
            ocids = dict((await connection.execute(select(tender_table.c.id, tender_table.c.ocid))).all())
            rows = (await connection.execute(select(outbox).where(outbox.c.state == State.UNCERTAIN))).all()
            people = {subscriber: n for n, subscriber in enumerate(await self._subscriber_ids())}
        outcome = Outcome(expected, stored=len(ocids), states=await Outbox(self.database, utc_now).counts())
        outcome.uncertain = [set() for _ in expected]
        for row in rows:
            outcome.uncertain[people[row.subscriber_id]].add(ocids.get(row.tender_id, ""))
        for address in self.addresses:
            told = Counter(ocids[tender] for tender in map(_tender_of, sandbox.ledger.messages(int(address))) if tender)
            outcome.told.append(told)
        return outcome

    async def _subscriber_ids(self) -> list[int]:
        subscriptions = Subscriptions(self.database, utc_now)
        found = [await subscriptions.subscriber("telegram", address) for address in self.addresses]
        return [one.id for one in found if one is not None]


def released(tender: Tender) -> Release:
    """The release a tender maps to."""
    return map_tender(read_tender(json.dumps({"data": tender}).encode()))


def _tender_of(entry: Any) -> int:
    """The tender a card in the ledger is about; 0 for other messages (a list of the possibly missed has many)."""
    data = [
        button.get("callback_data", "") for row in (entry.markup or {}).get("inline_keyboard", []) for button in row
    ]
    asked = [text for text in data if text.startswith("why:")]
    return int(asked[0].removeprefix("why:").partition(":")[0]) if len(asked) == 1 else 0


async def _by_hand(data: Path, interruptions: list[signal.Signals]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        road = Road(list(read_tenders(data)), Path(folder))
        outcome = await road.travel(interruptions)
        log = (Path(folder) / "run.log").read_text(encoding="utf-8")
    report = {
        "tenders served": len(road.tenders),
        "tenders stored": outcome.stored,
        "owed, by person": [len(owed) for owed in outcome.expected],
        "in the chat, by person": [len(told) for told in outcome.told],
        "uncertain, by person": [len(doubt) for doubt in outcome.uncertain],
        "lost": [len(lost) for lost in outcome.lost],
        "told twice": [len(twice) for twice in outcome.twice],
        "told without being asked": [len(unasked) for unasked in outcome.unasked],
        "outbox": {state.value: count for state, count in outcome.states.items()},
        "warnings": log.count("\n"),
    }
    sys.stdout.write("".join(f"{name:<26} {value}\n" for name, value in report.items()) + log[-2000:])
    return 1 if any(outcome.lost) or any(outcome.twice) or any(outcome.unasked) else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--restarts", type=int, default=2)
    parser.add_argument("--kills", type=int, default=1)
    given = parser.parse_args()
    signals = [signal.SIGTERM] * given.restarts
    for number in range(given.kills):
        signals.insert(1 + 2 * number, signal.SIGKILL)
    sys.exit(asyncio.run(_by_hand(given.data, signals)))


if __name__ == "__main__":
    main()
