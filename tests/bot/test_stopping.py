"""A process that is told to stop finishes what is on its way, takes nothing new, and waits for nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from alerts.outbox import Debt
from bot.app import App, Role
from bot.config import load_config
from bot.sandbox import BOT_TOKEN, Sandbox
from bot.sandbox.people import Person
from tests.alerts.conftest import World, flag, roof_repair
from tests.bot.waiting import until

CONFIG = """
[telegram]
token = "{token}"
api_base = "{telegram}"
[database]
url = "{database}"
[web]
listen = "127.0.0.1:0"
"""


async def test_what_is_in_flight_is_finished_and_the_rest_waits_for_the_next_process(
    database_url: str, tmp_path: Path, clock: Any
) -> None:
    reader = Person(1, "Айжан", "ru", started=True)
    async with Sandbox(people=[reader]) as sandbox:
        path = tmp_path / "config.toml"
        path.write_text(CONFIG.format(token=BOT_TOKEN, telegram=sandbox.api_base, database=database_url), "utf-8")
        app = App(load_config(path, {}), roles=frozenset({Role.DELIVER, Role.CHAT, Role.WEB}), clock=clock)
        outbox, world = app.parts.outbox, World(app.parts.database, clock)
        person = await world.person("1")
        told = [await world.happen(None, roof_repair(), [flag()]) for _ in range(2)]
        async with app.parts.database.write() as connection:
            debts = [Debt(person, tender, tender, "published", (), 30, clock()) for tender in told]
            await outbox.owe(connection, debts)
        sandbox.faults.slow(1.0, chat_id=1, count=1)
        stop = asyncio.Event()
        running = asyncio.create_task(app.run(stop))
        await until(lambda: _is(sandbox.ledger.messages(1)))
        stop.set()
        async with asyncio.timeout(20):  # the question that is open at Telegram would take half a minute
            await running
        assert len(sandbox.ledger.messages(1)) == 1
        assert sorted(await world.states()) == ["due", "sent"]
        await app.parts.database.close()


async def _is(holds: object) -> bool:
    return bool(holds)
