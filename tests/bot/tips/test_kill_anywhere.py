"""A real process is killed with SIGKILL at every step of the intake: the tip is whole in the end, nothing was readable.

Whoever tells something does what the bot asks: sends again what it says it may have lost.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from bot.inbox import inbox
from bot.inbox.receiver import ALLOWED_UPDATES
from bot.sandbox import Sandbox
from bot.tips.keyholder.keys import SecretKey
from bot.tips.tables import tip_drafts, tip_parts, tips
from tests.bot.tips.files import making
from tests.bot.tips.tipping import Tipping
from tests.bot.waiting import until
from watchers.database import Database

WORDS = ("бірінші сөз 90417", "second words 90418")


@pytest.fixture
def dialect() -> str:
    """A killed process leaves the same rows on either; what becomes of them is tried on both in test_no_plaintext."""
    return "sqlite"


class Killed:
    """The process, and the person beside it."""

    def __init__(self, talk: Tipping, folder: Path) -> None:
        self.talk = talk
        self.folder = folder
        self.person = talk.person("en")
        self.starter: asyncio.subprocess.Process | None = None
        self.bot = 0
        self.log = folder / "process.log"

    async def begin(self) -> None:
        with self.log.open("ab") as log:
            self.starter = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.bot.tips.process", self.talk.database.url, self.talk.sandbox.api_base,
                self.talk.sandbox.token, self.talk.key.recipient.text,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        await self.start()

    async def start(self) -> None:
        assert self.starter is not None
        assert self.starter.stdin is not None
        assert self.starter.stdout is not None
        self.starter.stdin.write(b"one\n")
        self.bot = int(await self.starter.stdout.readline())

    async def kill(self) -> None:
        os.kill(self.bot, signal.SIGKILL)

        async def gone() -> bool:
            return not psutil.pid_exists(self.bot)

        await until(gone)
        self.nothing_readable()

    async def end(self) -> None:
        assert self.starter is not None
        self.starter.kill()
        await self.starter.wait()

    async def rows(self, table: object) -> int:
        async with self.talk.database.read() as connection:
            return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())  # type: ignore[arg-type]

    async def quiet(self) -> None:
        """Until nothing waits: neither at Telegram nor in the inbox."""

        async def settled() -> bool:
            if self.talk.sandbox.world.updates.pending:
                return False  # first: what is confirmed is stored, and counted below until it is handled
            waiting = select(func.count()).select_from(inbox).where(inbox.c.handled_at.is_(None))
            async with self.talk.database.read() as connection:
                return not (await connection.execute(waiting)).scalar_one()

        await until(settled)

    def nothing_readable(self) -> None:
        needles = [form for word in WORDS for form in (word.encode(), json.dumps(word)[1:-1].encode())] + [
            b"Phone-7713"
        ]
        for file in self.folder.rglob("*"):
            if file.is_file():
                content = file.read_bytes()
                assert not [needle for needle in needles if needle in content], file

    async def step(self, act: Callable[[], object], dead_when: Callable[[], Awaitable[bool]]) -> bool:
        """Do something, kill as soon as `dead_when` holds, start again; whether the bot asks to send it again."""
        said = len(self.talk.messages(self.person))
        act()
        await until(dead_when)
        await self.kill()
        await self.start()
        await self.quiet()
        return any("restarted" in one["text"] for one in self.talk.messages(self.person)[said:])

    async def press(self, data: str) -> None:
        self.talk.forge_now(self.person, data)
        await self.quiet()


async def test_a_process_killed_at_every_step_leaves_a_whole_tip_and_nothing_readable(
    sandbox: Sandbox, database: Database, clock: object, key: SecretKey, tmp_path: Path
) -> None:
    talk = Tipping(sandbox, database, clock, key)
    sandbox.world.updates.allow(list(ALLOWED_UPDATES))
    killed = Killed(talk, tmp_path)
    person, crowd = killed.person, sandbox.crowd
    sandbox.faults.slow(0.3, method="sendMessage")
    sandbox.faults.slow(0.3, method="editMessageText")
    await killed.begin()

    async def stored() -> bool:
        return not sandbox.world.updates.pending and await killed.rows(inbox) > 0

    def drafts(step: int) -> Callable[[], Awaitable[bool]]:
        async def held() -> bool:
            return await killed.rows(tip_parts) >= step

        return held

    async def sent() -> bool:
        return await killed.rows(tips) == 1

    async def begun() -> bool:
        return await killed.rows(tip_drafts) == 1

    async def pressed(data: str) -> None:
        """Killed when a press has arrived, and pressed again where its message still stands."""
        await killed.step(lambda: talk.forge_now(person, data), stored)
        await killed.press(data)

    await killed.step(lambda: crowd.send(person, "/tip"), begun)
    await pressed("tip:ok:")
    if await killed.step(lambda: crowd.send(person, WORDS[0]), stored):
        crowd.send(person, WORDS[0])
        await killed.quiet()
    if await killed.step(lambda: crowd.send_file(person, "a.jpg", making.jpeg()), stored):
        crowd.send_file(person, "a.jpg", making.jpeg())
        await killed.quiet()
    before = await killed.rows(tip_parts)
    await killed.step(lambda: crowd.send(person, WORDS[1]), drafts(before + 1))
    await pressed("tip:how:saw")
    await pressed("tip:ask:no")
    await killed.step(lambda: talk.forge_now(person, "tip:send:"), sent)
    await pressed("tip:code:")
    code = talk.code(person)
    crowd.send(person, code[-4:])
    await killed.quiet()
    await killed.kill()
    told = await talk.opened()
    assert {one.text for one in told if one.header["kind"] == "text"} == set(WORDS)
    assert [one.text for one in told if one.header["kind"] == "how"] == ["saw"], "once, however often it was pressed"
    assert "file" in [one.header["kind"] for one in told], [one["text"][:60] for one in talk.messages(person)]
    assert await talk.tips.desk.by_code(code.replace(" ", "")) is not None
    assert await killed.rows(tips) == 1
    await killed.end()
    await talk.close()
