"""A week of the portal on bad days, watched by a real process that is stopped and killed, compared with the ledger.

By hand, in the country's own size: `python -m tests.watchers.sources.goszakup.week --per-day 5000 [--days 7]`. The
numbers it prints are what the test of the same name holds to nothing lost and nothing twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from bot.database_commands import upgrade
from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.quirks import Quirks
from bot.sandbox.goszakup.records import Contract, Tender
from bot.sandbox.goszakup.server import Goszakup as Portal
from tests.watchers.sources.goszakup.process import write
from tests.watchers.sources.goszakup.watching import DAY, HOUR, MONDAY
from watchers.database import Database
from watchers.ocds import Release
from watchers.sources.goszakup.identity import ocid_of
from watchers.store import Store
from watchers.tables import events, snapshots, tenders

FAULTS: dict[str, float] = {"status": 0.05, "hang": 0.02, "page_shift": 0.05, "html": 0.01, "cut": 0.01}
_ANOTHER_LOOK = 4 * HOUR
"""Bids move no date: those that come so late after the results are seen at the next look at their purchase."""


@dataclass
class Outcome:
    """What was published and changed, and what of it a watcher has not got, by ocid."""

    published: set[str] = field(default_factory=set)
    stored: dict[str, int] = field(default_factory=dict)  # ocid -> times told as published
    behind: dict[str, str] = field(default_factory=dict)  # what the newest release says otherwise than the portal
    overlooked: list[str] = field(default_factory=list)  # changes that stood for hours and are in no snapshot
    repeated: list[str] = field(default_factory=list)  # two snapshots in a row that say the same
    changes: int = 0
    struck: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    set_aside: Mapping[str, int] = field(default_factory=dict)

    @property
    def lost(self) -> set[str]:
        return self.published - self.stored.keys()

    @property
    def twice(self) -> list[str]:
        return [ocid for ocid, times in self.stored.items() if times > 1]

    @property
    def whole(self) -> bool:
        return not (self.lost or self.twice or self.behind or self.overlooked or self.repeated)


class Week:
    """One run. `interruptions` are signals for the process, spread evenly over the days."""

    def __init__(
        self,
        folder: Path,
        *,
        per_day: int,
        days: float,
        step: float = 2 * HOUR,
        timeout: float = 0.5,
        database_url: str = "",
    ) -> None:
        self.folder = folder
        self.days = days
        self.step = round(step)
        self.timeout = timeout
        self._began = int(MONDAY.timestamp())
        self.country = Country(MONDAY, per_day=per_day, quirks=Quirks(stale_status=0.0, late_bids=0.2))
        self.database_url = database_url or f"sqlite+aiosqlite:///{folder / 'week.sqlite3'}"
        self.database = Database(self.database_url)
        self._since: dict[int, int] = {}
        self._clock = folder / "clock"
        self._caught = folder / "caught"
        self._log = folder / "run.log"

    async def watch(
        self, interruptions: Sequence[signal.Signals], *, faults: Mapping[str, float] = FAULTS, patience: float = 60
    ) -> Outcome:
        """Let the days pass a step at a time, each once the watcher has read up to it."""
        await upgrade(self.database)
        async with Portal(self.country, seed=7) as portal:
            for kind, rate in faults.items():
                portal.faults.add(kind, rate=rate)
            self._pass(0)
            process = await self._start(portal)
            steps = round(self.days * DAY / self.step)
            at = {round(steps * number / (len(interruptions) + 1)): one for number, one in enumerate(interruptions, 1)}
            for step in range(1, steps + 1):
                self._pass(self.step)
                if step in at:
                    await asyncio.sleep(0.05 * (step % 4))
                    process.send_signal(at[step])
                    await process.wait()
                    process = await self._start(portal)
                await self._read_up(process, patience)
            outcome = await self.compare()
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0, "the process did not end cleanly"
            outcome.struck, outcome.requests = dict(portal.faults.struck), len(portal.faults.requests)
        await self.database.close()
        return outcome

    def _pass(self, seconds: float) -> None:
        """Let time pass in the country, and on the watcher's clock."""
        self.country.advance(seconds)
        write(self._clock, str(self.country.now))

    async def _read_up(self, process: asyncio.subprocess.Process, patience: float) -> None:
        """Wait until a reading that began now has come to its end."""
        ends = time.monotonic() + patience
        while not self._caught.exists() or self._caught.read_text(encoding="ascii") != str(self.country.now):
            said = self._log.read_text(encoding="utf-8", errors="replace")[-2000:]  # a line may be half written
            assert process.returncode is None, said
            assert time.monotonic() < ends, f"not caught up in {patience} s\n{said}"
            await asyncio.sleep(0.01)

    async def _start(self, portal: Portal) -> asyncio.subprocess.Process:
        settings = {
            "kind": "goszakup", "base_url": portal.url, "token": portal.token, "start": MONDAY.isoformat(),
            "poll_seconds": 0.02, "requests_per_second": 100000.0, "retry_wait_seconds": 0.0,
            "timeout_seconds": self.timeout, "split_seconds": 2.0,
        }  # fmt: skip
        with self._log.open("a") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.watchers.sources.goszakup.process", self.database_url,
                json.dumps(settings), str(self._clock), str(self._caught), stdout=log, stderr=log,
            )  # fmt: skip

    async def compare(self) -> Outcome:
        """The ledger and the records of the country beside what is stored."""
        outcome = Outcome()
        self._since = self.country.ledger.published("TrdApp")
        store = Store(self.database)
        said = await self._said()
        outcome.set_aside = await store.set_aside_counts()
        for number in self.country.ledger.published():
            tender = self.country.shelves["TrdBuy"].get(number)
            assert isinstance(tender, Tender)
            ocid = ocid_of("goszakup", tender.number_anno)
            outcome.published.add(ocid)
            history = said.get(ocid, [])
            if history and (difference := self._difference(tender, history[-1])):
                outcome.behind[ocid] = difference
            self._changes(outcome, ocid, tender, history)
            outcome.repeated += [ocid for one, next_one in pairwise(history) if _content(one) == _content(next_one)]
        query = select(tenders.c.ocid, events.c.id).join_from(tenders, events, events.c.tender_id == tenders.c.id)
        async with self.database.read() as connection:
            for ocid, _ in await connection.execute(query.where(events.c.kind == "published")):
                outcome.stored[ocid] = outcome.stored.get(ocid, 0) + 1
        return outcome

    async def _said(self) -> dict[str, list[Release]]:
        """Every release stored of each process, the oldest first."""
        query = select(tenders.c.ocid, snapshots.c.release).join_from(tenders, snapshots)
        query = query.where(snapshots.c.tender_id == tenders.c.id).order_by(snapshots.c.tender_id, snapshots.c.sequence)
        found: dict[str, list[Release]] = defaultdict(list)
        async with self.database.read() as connection:
            for ocid, release in await connection.execute(query):
                found[ocid].append(msgspec.json.decode(release, type=Release))
        return found

    def _difference(self, tender: Tender, release: Release) -> str:
        """What a release says otherwise than the portal does now; '' if nothing."""
        assert release.tender is not None
        deals = [deal for deal in self.country.contracts_of.get(tender.id, ()) if self._shown(deal)]
        known = len(release.bids.details) if release.bids else 0
        bids = [bid for bid in tender.bids if self._since.get(bid.id)]
        due = sum(len(bid.offers) for bid in bids if self._since[bid.id] < self.country.now - _ANOTHER_LOOK)
        pairs: dict[str, tuple[Any, Any]] = {
            "status": (str(tender.status), release.tender.status_code),
            "lots": (len(tender.lots), len(release.tender.lots)),
            "bids": (known if due <= known <= sum(len(bid.offers) for bid in bids) else due, known),
            "contracts": (len({deal.root for deal in deals}), len(release.contracts)),
            "acts": (sum(len(deal.acts) for deal in deals),
                     sum(len(one.implementation.acceptances) for one in release.contracts if one.implementation)),
            "payments": (sum(len(deal.payments) for deal in deals),
                         sum(len(one.implementation.transactions) for one in release.contracts if one.implementation)),
        }  # fmt: skip
        return ", ".join(f"{name} {there} != {here}" for name, (there, here) in pairs.items() if there != here)

    def _shown(self, deal: Contract) -> bool:
        return self.country.shelves["Contract"].get(deal.id) is not None

    def _changes(self, outcome: Outcome, ocid: str, tender: Tender, history: Sequence[Release]) -> None:
        """Each status that stood at the end of a step has to be in a snapshot."""
        turns = [entry for entry in self.country.ledger.entries if entry.kind == "TrdBuy" and entry.id == tender.id]
        turns = [entry for entry in turns if entry.value]
        seen = {release.tender.status_code for release in history if release.tender}
        for entry, later in pairwise(turns):
            stood = (entry.at - self._began) // self.step != (later.at - 1 - self._began) // self.step
            outcome.changes += stood
            if stood and str(entry.value) not in seen:
                outcome.overlooked.append(f"{ocid}: {entry.change} {entry.value}")


def _content(release: Release) -> Release:
    return msgspec.structs.replace(release, id=None, date=None)


async def by_hand(given: argparse.Namespace) -> int:
    signals = [signal.SIGTERM] * given.restarts
    for number in range(given.kills):
        signals.insert(1 + 2 * number, signal.SIGKILL)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        week = Week(Path(folder), per_day=given.per_day, days=given.days, timeout=given.timeout, step=given.step)
        outcome = await week.watch(signals, patience=given.patience)
        log = (Path(folder) / "run.log").read_text(encoding="utf-8")
    report = {
        "published": len(outcome.published),
        "stored": len(outcome.stored),
        "changes": outcome.changes,
        "lost": len(outcome.lost),
        "told twice": len(outcome.twice),
        "behind": dict(list(outcome.behind.items())[:10]),
        "overlooked": outcome.overlooked[:10],
        "repeated": len(outcome.repeated),
        "set aside": outcome.set_aside,
        "requests": outcome.requests,
        "faults": outcome.struck,
        "seconds": round(time.perf_counter() - began),
        "warnings": log.count("\n"),
    }
    sys.stdout.write("".join(f"{name:<12} {value}\n" for name, value in report.items()) + log[-3000:])
    return 0 if outcome.whole else 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-day", type=int, default=5000)
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--step", type=float, default=2 * HOUR, help="seconds that pass there at a time (7200)")
    parser.add_argument("--timeout", type=float, default=5.0, help="seconds the watcher waits for an answer (5)")
    parser.add_argument("--patience", type=float, default=900.0, help="seconds to read what a step brought (900)")
    sys.exit(asyncio.run(by_hand(parser.parse_args())))


if __name__ == "__main__":
    main()
