"""What the benchmark of sending sends, to whom, and the server that takes it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from multiprocessing.connection import Connection

import msgspec
from aiohttp import web

from alerts.subscriptions import Subscriptions
from watchers.database import Database, metadata
from watchers.indicators.base import Family, Finding, Norm, Status, Subject, Tier
from watchers.ocds import Identifier, Organization, Period, Release, Tender, Value
from watchers.tables import findings, snapshots, tenders

__all__ = ["NOW", "TENDERS", "fill", "flags", "release", "serve"]

PEOPLE, TENDERS = 3000, 1
NOW = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)


def flags(ocid: str) -> list[Finding]:
    common = {"ocid": ocid, "version": 1, "status": Status.FIRED, "subject": Subject("process", ocid)}
    window = {"group": "tender", "repeat": False, "calendar_confirmed": True, "hard": False}
    rule = Norm("rules-687", "164", date(2026, 2, 22))
    return [
        Finding(
            indicator="R003", tier=Tier.A, weight=4, family=Family.TERMS, value=3, threshold=5, unit="working_days",
            facts=window, norm=rule, **common,
        ),
        Finding(
            indicator="R018", tier=Tier.B, weight=3, family=Family.COMPETITION, value=1, unit="tenderers",
            facts={"after_price_quotation": False}, **common,
        ),
    ]  # fmt: skip


def release(number: int) -> Release:
    identifier = Identifier(id="000000000000", scheme="KZ-BIN")
    return Release(
        ocid=f"ocds-bench-{number}",
        buyer=Organization(id="1", name="КГУ «Отдел образования Алгабасского района»", identifier=identifier),
        tender=Tender(
            title=f"Ремонт кровли школы № {number}",
            value=Value.of(Decimal(48_200_000), "KZT"),
            procurement_method="open",
            tender_period=Period(start_date="2026-11-20T00:00:00Z", end_date="2026-11-27T05:00:00Z"),
        ),
    )


def serve(told: Connection) -> None:
    """A Bot API that accepts everything, in its own process."""
    answer = json.dumps({"ok": True, "result": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}})

    async def accept(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text=answer, content_type="application/json")

    async def run() -> None:
        application = web.Application()
        application.router.add_post("/{path:.*}", accept)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        told.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


async def fill(database: Database, subscriptions: Subscriptions) -> list[int]:
    """People and flagged tenders; returns the people's ids."""
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
        for number in range(1, TENDERS + 1):
            body = msgspec.json.encode(release(number))
            row = {"id": number, "source": "bench", "ocid": f"ocds-bench-{number}", "snapshot_id": number}
            await connection.execute(tenders.insert().values(**row, seen_at=NOW, changed_at=NOW))
            row = {"id": number, "tender_id": number, "sequence": 1, "sha256": "", "release": body}
            row |= {"link": "https://portal.example/1", "checks_made": 14, "checks_possible": 22}
            await connection.execute(snapshots.insert().values(**row, seen_at=NOW))
            for flag in flags(f"ocds-bench-{number}"):
                row = {"snapshot_id": number, "indicator": flag.indicator, "version": 1, "status": flag.status.value}
                row |= {"tier": flag.tier.value, "weight": flag.weight, "finding": msgspec.to_builtins(flag)}
                await connection.execute(findings.insert().values(**row))
    languages = ("kk", "ru", "en")
    people = [await subscriptions.get_or_create("telegram", str(n), languages[n % 3]) for n in range(1, PEOPLE + 1)]
    return [person.id for person in people]
