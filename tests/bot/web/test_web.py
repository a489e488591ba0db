"""Health, readiness and metrics of a process, over real HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from alerts.tables import outbox, subscribers
from bot.config import load_config
from bot.web import Pulse, WebServer
from bot.web.health import Health
from bot.web.metrics import Metrics, Tallies
from tests.watchers.tenders import batch, judged, release
from watchers.database import Database
from watchers.store import Store
from watchers.tables import standings

DOCS = Path(__file__).parents[3] / "docs" / "metrics.md"


class Served:
    """A server of one test, and a client."""

    def __init__(self, database: Database, clock: Any) -> None:
        self.now = 1000.0
        self.pulse = Pulse(monotonic=lambda: self.now)
        self.tallies = Tallies()
        metrics = Metrics(database, self.pulse, self.tallies, clock, monotonic=lambda: self.now)
        health = Health(self.pulse, database)
        self.server = WebServer("127.0.0.1", 0, [*health.routes(), *metrics.routes()])
        self.session = aiohttp.ClientSession()

    async def get(self, path: str) -> tuple[int, str, Any]:
        async with self.session.get(f"http://127.0.0.1:{self.server.port}{path}") as answer:
            return answer.status, await answer.text(), answer.headers

    async def figures(self) -> dict[tuple[str, ...], float]:
        status, body, headers = await self.get("/metrics")
        assert (status, headers["Content-Type"].split(";")[0]) == (200, "text/plain")
        families = text_string_to_metric_families(body)
        return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


@pytest.fixture
async def served(database: Database, clock: Any) -> AsyncIterator[Served]:
    found, stop = Served(database, clock), asyncio.Event()
    run = asyncio.create_task(found.server.run(stop))
    await found.server.started.wait()
    yield found
    stop.set()
    await run
    await found.session.close()


async def test_a_process_is_alive_until_a_part_of_it_is_stuck(served: Served) -> None:
    served.pulse.beat("delivery")
    served.pulse.beat("matching", "OperationalError")
    status, body, headers = await served.get("/healthz")
    assert (status, '"status":"alive"' in body, "OperationalError" in body) == (200, True, True)
    assert headers["X-Content-Type-Options"] == "nosniff"
    served.now += 60
    served.pulse.beat("matching")
    served.now += 61
    status, body, _ = await served.get("/healthz")
    assert status == 503
    assert '"stuck":["delivery"]' in body
    served.pulse.beat("delivery")
    assert (await served.get("/healthz"))[0] == 200


async def test_a_process_is_ready_while_the_database_answers_with_the_right_tables(
    served: Served, database: Database
) -> None:
    assert (await served.get("/readyz"))[0] == 200
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    status, body, _ = await served.get("/readyz")
    assert status == 503
    assert "baqylau db upgrade" in body
    async with database.write() as connection:
        await connection.execute(text("DROP TABLE alembic_version"))
    assert (await served.get("/readyz"))[0] == 503


async def test_the_figures_say_what_is_owed_how_old_and_how_fresh(
    served: Served, database: Database, clock: Any
) -> None:
    store = Store(database, clock)
    await store.save("portal", batch(judged(release("ocds-1"))), [judged(release("ocds-1"))], cursor="1")
    clock.advance(minutes=10)
    person = {"id": 1, "channel": "telegram", "address": "5000000101", "language": "kk", "created_at": clock()}
    row = {
        "subscriber_id": 1, "tender_id": 1, "snapshot_id": 1, "matched": [], "priority": 5, "tender_time": clock(),
        "created_at": clock(),
    }  # fmt: skip
    async with database.write() as connection:
        await connection.execute(subscribers.insert(), [person | {"changed_at": clock()}])
        await connection.execute(
            outbox.insert(),
            [row | {"event": "published", "state": "sent", "due_at": clock(), "finished_at": clock()}],
        )
        await connection.execute(
            outbox.insert(), [row | {"event": "changed:2", "state": "due", "due_at": clock() - timedelta(seconds=90)}]
        )
        await connection.execute(
            standings.insert(),
            [
                {
                    "source": "portal",
                    "state": "reading",
                    "good_at": clock() - timedelta(seconds=30),
                    "checked_at": clock(),
                }
            ],
        )
    served.tallies.floods = 2
    served.pulse.beat("delivery")
    figures = await served.figures()
    assert figures["baqylau_up",] == 1
    assert (figures["baqylau_messages", "sent"], figures["baqylau_messages", "due"]) == (1, 1)
    assert figures["baqylau_messages", "uncertain"] == 0
    assert figures["baqylau_oldest_owed_seconds",] == 90
    assert figures["baqylau_publication_to_delivery_seconds", "0.5"] >= 600
    assert (figures["baqylau_tenders",], figures["baqylau_events_unmatched",]) == (1, 1)
    assert figures["baqylau_source_good_seconds", "portal"] == 30
    assert figures["baqylau_subscribers", "active"] == 1
    assert figures["baqylau_process_floods_total",] == 2
    assert not any("5000000101" in part for key in figures for part in key)


async def test_the_figures_say_so_when_the_database_is_gone(served: Served, database: Database) -> None:
    assert (await served.figures())["baqylau_up",] == 1
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE outbox RENAME TO gone"))
    assert (await served.figures())["baqylau_up",] == 1  # asked five seconds ago
    served.now += 6
    gone = await served.figures()
    assert gone["baqylau_up",] == 0
    assert not any(key[0] == "baqylau_messages" for key in gone)


async def test_every_figure_is_on_its_page_and_no_other(served: Served, database: Database, clock: Any) -> None:
    await test_the_figures_say_what_is_owed_how_old_and_how_fresh(served, database, clock)
    told = set(re.findall(r"^\| `(baqylau_\w+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    shown = {key[0] for key in await served.figures() if not key[0].endswith("_created")}
    assert shown | {"baqylau_source_new_seconds", "baqylau_indicator_fired_share"} == told


async def test_what_is_not_there_is_404_with_strict_headers(served: Served) -> None:
    status, _, headers = await served.get("/telegram/anything")
    assert status == 404
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_webhook_needs_an_address_telegram_can_reach(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        "[telegram]\nmode = 'webhook'\napi_base = 'http://127.0.0.1:1'\n[web]\npublic_url = 'http://127.0.0.1:2'\n"
    )
    assert load_config(path).web.public_url == "http://127.0.0.1:2"
