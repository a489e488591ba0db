"""Ten thousand digests of twenty purchases made, composed, signed and handed over to an SMTP server beside us.

The server is aiosmtpd in a process of its own, which takes every mail and keeps none. The floor is the bare hand-over
of one finished mail of the same size, as often, over as many connections.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

import aiosmtpd.smtp
import msgspec
from sqlalchemy import func, select

from alerts.channels.email.composing import Composer
from alerts.channels.email.mail import Mail, bare
from alerts.channels.email.pace import DomainPacer, mail_pace
from alerts.channels.email.signing import DkimKey
from alerts.channels.email.transport import EmailChannel, Server
from alerts.delivery import Deliverer, Delivery
from alerts.filters import Criteria
from alerts.mail.mailing import open_mailing
from alerts.mail.posting import Posting, Sender
from alerts.mail.runs import DigestRuns
from alerts.mail.tables import mail_settings
from alerts.outbox import MAIL, Outbox
from alerts.public_pages import PublicPages
from alerts.subscriptions import Subscriptions
from alerts.tables import State, outbox, subscribers, subscriptions
from benchmarks import Result
from tests.alerts.channels.email.rsa import dkim_key
from tests.alerts.invented import UNCHECKED, finding
from watchers.database import Database, metadata
from watchers.indicators.base import Finding
from watchers.rules import load_rules
from watchers.store import Store
from watchers.tables import findings, snapshots, tenders

PEOPLE = int(os.environ.get("BAQYLAU_BENCH_PEOPLE", "10000"))
TENDERS, EACH, FLOOR = 400, 20, 500
MINUTES, MEGABYTES = 5.0, 300.0
NOW = datetime(2026, 11, 23, 4, 0, 5, tzinfo=UTC)
_PROCESSES = multiprocessing.get_context("forkserver")


class _Sink:
    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        return "250 OK"


async def _serve(ready: Connection) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: aiosmtpd.smtp.SMTP(_Sink(), hostname="sink.localhost"), "127.0.0.1", 0)
    ready.send(server.sockets[0].getsockname()[1])
    await asyncio.Event().wait()


def _sink(ready: Connection) -> None:
    asyncio.run(_serve(ready))


def _release(number: int) -> bytes:
    release = {
        "ocid": f"ocds-bench-{number}",
        "buyer": {"id": f"KZ-BIN-{number % 60:012d}", "name": f"КГУ «Отдел образования района № {number % 60}»"},
        "tender": {
            "title": f"Капитальный ремонт кровли и фасада средней школы № {number}",
            "value": {"amount": 1_000_000 + number * 7919, "currency": "KZT"},
            "procurementMethod": "open",
            "tenderPeriod": {"endDate": f"2026-11-{24 + number % 6}T05:00:00Z"},
            "datePublished": "2026-11-22T05:00:00Z",
        },
    }
    return msgspec.json.encode(release)


def _findings(number: int) -> list[Finding]:
    """One to three flags and a check that could not be made."""
    facts = {"on_request": False, "working_days": 0, "due": None, "works": False}
    fired = [
        finding("KZ-10", weight=4, value=3, threshold=15, unit="days", facts=facts),
        finding("KZ-12", weight=3, value=9, threshold=15, unit="days", facts=facts),
    ]
    return [*fired[: 1 + number % 2], UNCHECKED]


async def _fill(database: Database) -> None:
    dice = random.Random(1)
    made = {"created_at": NOW, "changed_at": NOW}
    languages = ("kk", "ru", "ru", "en")
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
        for number in range(1, TENDERS + 1):
            row = {"id": number, "source": "x", "ocid": str(number), "snapshot_id": number, "weight": 4}
            await connection.execute(tenders.insert().values(**row, seen_at=NOW, changed_at=NOW))
            row = {"id": number, "tender_id": number, "sequence": 1, "sha256": "", "release": _release(number)}
            link = f"https://portal.example/ru/announce/index/{number}"
            await connection.execute(
                snapshots.insert().values(**row, seen_at=NOW, link=link, checks_made=14, checks_possible=22)
            )
            for one in _findings(number):
                row = {"snapshot_id": number, "indicator": one.indicator, "version": 1, "status": one.status.value}
                row |= {"tier": one.tier.value, "weight": one.weight, "finding": msgspec.to_builtins(one)}
                await connection.execute(findings.insert().values(**row))
    for start in range(1, PEOPLE + 1, 1000):
        people = range(start, min(start + 1000, PEOPLE + 1))
        async with database.write() as connection:
            await connection.execute(
                subscribers.insert(),
                [
                    {"id": n, "channel": "email", "address": f"a{n}@p{n % 40}.example", "language": languages[n % 4],
                     "state": "active"} | made
                    for n in people
                ],
            )  # fmt: skip
            criteria = msgspec.to_builtins(Criteria(regions=("KZ-61",), min_weight=3))
            await connection.execute(
                subscriptions.insert(),
                [{"id": 2 * n + k, "subscriber_id": n, "criteria": criteria} | made for n in people for k in (0, 1)],
            )
            long_ago = NOW - timedelta(days=20)
            settings = {"confirmed_at": long_ago, "since": long_ago, "covered_until": NOW - timedelta(days=1)}
            due = {"next_at": NOW - timedelta(seconds=5)}
            await connection.execute(mail_settings.insert(), [{"subscriber_id": n} | settings | due for n in people])
            rows = [
                {"subscriber_id": n, "tender_id": tender, "snapshot_id": tender, "event": "published",
                 "matched": [2 * n + tender % 2], "priority": 30, "state": State.HELD.value,
                 "due_at": NOW, "tender_time": NOW, "created_at": NOW}
                for n in people for tender in dice.sample(range(1, TENDERS + 1), EACH)
            ]  # fmt: skip
            await connection.execute(outbox.insert(), rows)


def _channel(port: int) -> EmailChannel:
    composer = Composer("Baqylau <digest@b.example>", key=DkimKey(dkim_key(2048)[0], "s1", "b.example"))
    return EmailChannel(Server(host="127.0.0.1", port=port, tls="none", connections=8), composer)


async def _digests(database: Database, port: int) -> tuple[float, float]:
    """Seconds for the runs, and for composing and handing over."""

    def clock() -> datetime:
        return NOW

    people, store = Subscriptions(database, clock), Store(database, clock)
    mail = Outbox(database, clock, lane=MAIL)
    began = time.perf_counter()
    runs = DigestRuns(store, clock)
    while await runs.do_one():
        pass
    made = time.perf_counter()
    mailing = await open_mailing(database, clock, people, mail)
    sender = Sender(domain="b.example", bounces="bounce@b.example")
    posting = Posting(store, mailing, PublicPages("https://b.example"), sender, clock, load_rules())
    channel = _channel(port)
    deliverer = Deliverer(
        mail, people, {"email": channel}, posting.render, DomainPacer(mail_pace(1000.0, 0.0)), clock,
        prepare=posting.prepare, bare=bare, settings=Delivery(started=8),
    )  # fmt: skip
    while await deliverer.do_one():
        pass
    await deliverer.stop()
    await channel.close()
    sent = select(func.count()).where(outbox.c.state == State.SENT.value)
    async with database.read() as connection:
        assert (await connection.execute(sent)).scalar_one() == PEOPLE
    return made - began, time.perf_counter() - made


async def _floor(port: int) -> float:
    """Mails a second where the same finished mail is handed over again and again, unsigned."""
    channel = EmailChannel(
        Server(host="127.0.0.1", port=port, tls="none", connections=8), Composer("Baqylau <digest@b.example>")
    )
    one = Mail(html="x" * 40_000, text="y" * 10_000, subject="s", language="ru", message_id="m@b.example", date=NOW)
    began = time.perf_counter()
    await asyncio.gather(*(channel.send(f"a{n}@p.example", one) for n in range(FLOOR)))
    seconds = time.perf_counter() - began
    await channel.close()
    return FLOOR / seconds


async def _run(folder: str, port: int) -> list[Result]:
    database = Database(f"sqlite+aiosqlite:///{folder}/digests.sqlite3")
    try:
        await _fill(database)
        worked = time.process_time()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        making, sending = await _digests(database, port)
        worked = (time.process_time() - worked) / PEOPLE * 1000
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        floor = await _floor(port)
    finally:
        await database.close()
    minutes = (making + sending) / 60 * 10_000 / PEOPLE
    rate = PEOPLE / sending
    return [
        Result(
            f"10,000 digests of {EACH} purchases", minutes, "min", target=f"under {MINUTES:.0f}", met=minutes < MINUTES
        ),
        Result("CPU of this process a digest", worked, "ms"),
        Result("  of that, making the runs", making / 60 * 10_000 / PEOPLE, "min"),
        Result("composed, signed, handed over", rate, "mails/s", floor, "bare hand-over"),
        Result("peak memory", peak, "MB", before, "before", target=f"under {MEGABYTES:.0f}", met=peak < MEGABYTES),
    ]


def run() -> list[Result]:
    mine, theirs = _PROCESSES.Pipe()
    server = _PROCESSES.Process(target=_sink, args=(theirs,), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return asyncio.run(_run(folder, mine.recv()))
    finally:
        server.kill()
