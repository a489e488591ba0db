"""SIGKILL at any moment while digests are made and sent: `python -m tests.alerts.mail.kill_digests --kills 100`.

A day passes with every life: purchases are held for every address, a process makes the runs that are due and hands the
mails to a real SMTP server, which refuses some, hangs up on some after it took them, and is slow now and then; the
process is killed at a named step or at random. At the end the mailbox is compared with the ledger: every purchase is in
a mail that arrived (lost = 0), no mail arrived twice, no purchase is in two mails unless the first was in doubt, every
address has a run of every day. Ends with 1 where that does not hold. `--postgres URL` for another database.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from alerts.channels.base import Message
from alerts.channels.email.composing import Composer
from alerts.channels.email.mail import bare
from alerts.channels.email.pace import DomainPacer, mail_pace
from alerts.channels.email.transport import EmailChannel, Server
from alerts.delivery import Deliverer, Delivery
from alerts.filters import Criteria
from alerts.mail.mailing import open_mailing
from alerts.mail.posting import Posting, Sender
from alerts.mail.runs import DigestRuns
from alerts.mail.tables import digest_runs
from alerts.outbox import MAIL, Debt, Outbox
from alerts.public_pages import PublicPages
from alerts.subscriptions import Subscriptions
from alerts.tables import State, outbox, subscribers
from bot.database_commands import upgrade
from bot.sandbox.mail_faults import MailFault, Stage
from bot.sandbox.mailbox import Mail, Mailbox
from bot.times import utc_now
from tests.alerts.deliverers import PROCESSES, Fate, FatedOutbox, Mortal
from watchers.database import Database
from watchers.store import Store
from watchers.tables import snapshots, tenders

STEPS = (
    "making", "made", "claimed", "starting", "started", "requesting", "answered", "finishing", "finished",
    "uncommitted 1", "uncommitted 2", "uncommitted 3", "uncommitted 4", "uncommitted 5", "uncommitted 6",
)  # fmt: skip


ONCE = ("making", "made", "claimed", *(step for step in STEPS if step.startswith("uncommitted")))


@dataclass(frozen=True)
class Plan:
    """One life: its database, the mail server, how far the clock is ahead, where it ends."""

    url: str
    port: int
    ahead: timedelta
    step: str = ""
    times: int = 1
    born: Any = None  # an event: set once it begins to work


def clock_of(ahead: timedelta) -> Any:
    return lambda: utc_now() + ahead


def to_noon() -> timedelta:
    """How far noon (UTC) is: a run begins there, so that no day begins or ends unasked while it lasts."""
    now = utc_now()
    return now.replace(hour=12, minute=0, second=0, microsecond=0) - now


class _FatedRuns(DigestRuns):
    fate: Fate

    async def do_one(self) -> bool:
        self.fate.at("making")
        made = await super().do_one()
        if made:
            self.fate.at("made")
        return made


class _FatedChannel(EmailChannel):
    fate: Fate

    async def send(self, address: str, message: Message) -> str:
        self.fate.at("requesting")
        answer = await super().send(address, message)
        self.fate.at("answered")
        return answer


async def _work(plan: Plan) -> None:
    fate = Fate(plan.step, plan.times)
    clock = clock_of(plan.ahead)
    database = Mortal(plan.url, fate)
    people = Subscriptions(database, clock)
    mail = FatedOutbox(database, fate, clock=clock, lane=MAIL)
    channel = _FatedChannel(
        Server(host="127.0.0.1", port=plan.port, tls="none", timeout=1.0), Composer("Baqylau <digest@baqylau.example>")
    )
    store = Store(database, clock)
    runs = _FatedRuns(store, clock)
    channel.fate = runs.fate = fate
    mailing = await open_mailing(database, clock, people, mail)
    posting = Posting(store, mailing, PublicPages("https://baqylau.example"), Sender(domain="baqylau.example"), clock)
    deliverer = Deliverer(
        mail, people, {"email": channel}, posting.render, DomainPacer(mail_pace(1000.0, 0.0)), clock,
        prepare=posting.prepare, bare=bare, settings=Delivery(backoff=0.05, lease=1.5, check_leases=0.4),
    )  # fmt: skip
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    plan.born.set()
    await mail.recover()
    while not stop.is_set():
        made, sent = await runs.do_one(), await deliverer.do_one()
        if not made and not sent:
            await asyncio.sleep(0.02)
    await deliverer.stop()
    await channel.close()
    await database.close()


def _live(plan: Plan) -> None:
    asyncio.run(_work(plan))


class _Kept(Mailbox):
    """Writes down every mail it takes, before it says so."""

    path: Path

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        before = self._received
        answer = await super().handle_DATA(server, session, envelope)
        if self._received > before:
            self._write(self.mails[-1])
        return answer

    def _write(self, mail: Mail) -> None:
        named = [int(one) for one in set(re.findall(r"/t/(\d+)\n", mail.body("plain")))]
        line = {"id": str(mail.message["Message-ID"]), "to": mail.recipients[0], "tenders": named}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


async def _serve(path: Path, quiet: Any, ready: Connection) -> None:
    mailbox = _Kept(clock=utc_now)
    mailbox.path = path
    for stage, chance, seconds in (
        (Stage.DROP_AFTER_DATA, 0.06, 0.0), (Stage.SLOW_DATA, 0.01, 2.0), (Stage.SLOW_RCPT, 0.02, 0.1),
        (Stage.DROP_BEFORE_DATA, 0.03, 0.0),
    ):  # fmt: skip
        mailbox.faults.add(MailFault(stage=stage, probability=chance, seconds=seconds))
    for code, stage in ((421, Stage.RCPT), (451, Stage.RCPT), (451, Stage.DATA), (550, Stage.DATA)):
        words = "5.6.0 content" if code == 550 else ""
        mailbox.faults.refuse(code, words, stage=stage, probability=0.03)
    await mailbox.start("127.0.0.1")
    ready.send(mailbox.port)
    await asyncio.to_thread(quiet.wait)
    mailbox.faults.clear()
    await asyncio.Event().wait()


def _mailbox(*arguments: Any) -> None:
    asyncio.run(_serve(*arguments))


@dataclass
class Tally:
    """What came of it."""

    kills: int = 0
    at_steps: list[str] = field(default_factory=list)
    days: int = 0
    owed: int = 0
    mails: int = 0
    states: dict[str, int] = field(default_factory=dict)
    lost: list[Any] = field(default_factory=list)  # in no mail that arrived
    twice: list[Any] = field(default_factory=list)  # mails that arrived twice
    repeated: int = 0  # purchases named again because the mail before was in doubt
    doubled: list[Any] = field(default_factory=list)  # purchases named again though it was not
    astray: list[Any] = field(default_factory=list)  # sent and not arrived, or arrived and not known
    runs_missing: int = 0
    seconds: float = 0.0


class Killing:
    """One run on one database, which is migrated and empty."""

    def __init__(self, url: str, folder: Path, *, kills: int, people: int = 25, seed: int = 1) -> None:
        self.url, self.folder, self.kills, self.people = url, folder, kills, people
        self.random = random.Random(seed)
        self.tally = Tally()
        self.day = 0
        self._noon = to_noon()
        self.database = Database(url)
        self.addresses: list[int] = []
        self._tender = 0

    @property
    def _ahead(self) -> timedelta:
        return self._noon + timedelta(days=self.day)

    async def run(self) -> Tally:
        began = time.monotonic()
        ledger = self.folder / "mails.jsonl"
        ledger.touch()
        quiet = PROCESSES.Event()
        mine, theirs = PROCESSES.Pipe()
        server = PROCESSES.Process(target=_mailbox, args=(ledger, quiet, theirs), daemon=True)
        server.start()
        assert await asyncio.to_thread(mine.poll, 60)
        port = int(mine.recv())
        try:
            await self._join()
            await self._lives(port)
            quiet.set()
            await self._drain(port)
            await self._compare(ledger)
        finally:
            server.kill()
            await self.database.close()
        self.tally.seconds = round(time.monotonic() - began, 1)
        return self.tally

    async def _join(self) -> None:
        clock = clock_of(self._ahead)
        people = Subscriptions(self.database, clock)
        box = Outbox(self.database, clock)
        mailing = await open_mailing(self.database, clock, people, box)
        for number in range(self.people):
            await mailing.asks.ask(f"a{number}@example.kz", language="en", criteria=[Criteria()])
            ask = await mailing.asks.find(number + 1)
            assert ask is not None
            await mailing.asks.confirm(mailing.asks.token_of(ask))
            self.addresses.append(ask.subscriber_id)

    async def _hold(self) -> None:
        """A day later, two more purchases for everybody, as the matcher and the gate leave them."""
        self.day += 1
        clock = clock_of(self._ahead)
        async with self.database.write() as connection:
            debts = []
            for _ in range(2):
                self._tender += 1
                id_, now = self._tender, clock()
                row = {"id": id_, "source": "test", "ocid": f"o{id_}", "snapshot_id": id_}
                await connection.execute(tenders.insert().values(**row, seen_at=now, changed_at=now))
                body = b'{"ocid": "o%d", "tender": {"title": "Tender %d"}}' % (id_, id_)
                row = {"id": id_, "tender_id": id_, "sequence": 1, "sha256": "", "release": body}
                await connection.execute(snapshots.insert().values(**row, seen_at=now))
                debts += [
                    Debt(who, id_, id_, "published", (n + 1,), 30, now, State.HELD)
                    for n, who in enumerate(self.addresses)
                ]
            await Outbox(self.database, clock).owe(connection, debts)
        self.tally.owed += len(debts)

    async def _start(self, port: int, step: str = "", times: int = 1) -> Any:
        """A process that has begun to work."""
        born = PROCESSES.Event()
        plan = Plan(self.url, port, self._ahead, step, times, born)
        process = PROCESSES.Process(target=_live, args=(plan,), daemon=True)
        process.start()
        assert await asyncio.to_thread(born.wait, 60), "the process did not begin"
        return process

    async def _lives(self, port: int) -> None:
        for number in range(self.kills):
            await self._hold()
            step = STEPS[number % len(STEPS)] if number % 3 != 2 else ""
            times = 1 if step in ONCE else self.random.randint(1, self.people)
            process = await self._start(port, step, times)
            wait = self.random.uniform(0.05, 0.9)
            for _ in range(int((4.0 if step else wait) / 0.02)):
                if process.exitcode is not None:
                    break
                await asyncio.sleep(0.02)
            if process.exitcode is not None and step:
                self.tally.at_steps.append(step)
            process.kill()
            await asyncio.to_thread(process.join)
            self.tally.kills += 1

    async def _drain(self, port: int) -> None:
        """Two more days without trouble: what was in doubt on the last bad one is named again."""
        for _ in range(3):
            await self._hold()
            last = await self._start(port)
            for _ in range(3000):
                assert last.is_alive(), "the process ended by itself"
                if await self._made() and not await self._open():
                    break
                await asyncio.sleep(0.05)
            last.terminate()
            await asyncio.to_thread(last.join, 30)
            assert last.exitcode == 0, "the process did not end cleanly"

    async def _made(self) -> bool:
        day = clock_of(self._ahead)().date()
        query = select(func.count()).where(digest_runs.c.run_date >= day - timedelta(days=1))
        async with self.database.read() as connection:
            held = select(func.count()).where(outbox.c.state == State.HELD)
            return not (await connection.execute(held)).scalar_one() and bool(
                (await connection.execute(query)).scalar_one()
            )

    async def _open(self) -> int:
        counts = await Outbox(self.database, clock_of(self._ahead)).counts()
        return counts[State.DUE] + counts[State.SENDING]

    async def _compare(self, ledger: Path) -> None:
        tally = self.tally
        tally.days = self.day
        lines = (await asyncio.to_thread(ledger.read_text)).splitlines()
        mails = [one for one in map(json.loads, lines) if one["id"].startswith("<digest.")]
        tally.mails = len(mails)
        arrived = Counter(one["id"] for one in mails)
        tally.twice = [id_ for id_, times in arrived.items() if times > 1]
        async with self.database.read() as connection:
            rows = (await connection.execute(select(outbox))).all()
            who = dict((await connection.execute(select(subscribers.c.id, subscribers.c.address))).all())
            runs = (await connection.execute(select(digest_runs).order_by(digest_runs.c.range_from))).all()
        name = {
            run.outbox_id: f"<digest.{run.id}.{run.subscriber_id}@baqylau.example>"
            for run in runs
            if run.outcome == "mail"
        }
        state = {name[row.id]: row.state for row in rows if row.id in name}
        tally.states = dict(Counter(state.values()))
        tally.astray = [id_ for id_, one in state.items() if one == State.SENT and not arrived[id_]]
        tally.astray += [id_ for id_ in arrived if state.get(id_) not in (State.SENT, State.UNCERTAIN)]
        named: dict[tuple[str, int], list[str]] = defaultdict(list)
        for one in mails:
            for tender in one["tenders"]:
                named[one["to"], tender].append(one["id"])
        owed = {(who[row.subscriber_id], row.tender_id) for row in rows if row.tender_id}
        tally.lost = sorted(owed - named.keys())
        for key, ids in named.items():
            for id_ in ids[:-1]:
                if state[id_] == State.SENT:
                    tally.doubled.append(key)
                tally.repeated += 1
        of_person = defaultdict(list)
        for run in runs:
            of_person[run.subscriber_id].append(run)
        for theirs in of_person.values():
            first, last = theirs[0].run_date, theirs[-1].run_date
            tally.runs_missing += (last - first).days + 1 - len({run.run_date for run in theirs})
            tally.runs_missing += sum(before.range_until != after.range_from for before, after in pairwise(theirs))


def passed(tally: Tally) -> bool:
    return not (tally.lost or tally.twice or tally.doubled or tally.astray or tally.runs_missing)


async def _by_hand(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = given.postgres or f"sqlite+aiosqlite:///{folder}/killed.sqlite3"
        database = Database(url)
        await upgrade(database)
        await database.close()
        tally = await Killing(url, Path(folder), kills=given.kills, people=given.people, seed=given.seed).run()
    sys.stdout.write("".join(f"{name:<14} {value}\n" for name, value in vars(tally).items()))
    return 0 if passed(tally) else 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--people", type=int, default=25)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--seed", type=int, default=1)
    sys.exit(asyncio.run(_by_hand(parser.parse_args())))


if __name__ == "__main__":
    main()
