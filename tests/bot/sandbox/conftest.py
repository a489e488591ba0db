"""A running sandbox, a real aiogram client of it, and a real Chromium to look at its pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.sandbox import Person, Sandbox

PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)  # a busy machine may stand still for seconds

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--headless",
]


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with Sandbox(ledger_file=tmp_path / "ledger.jsonl", webhook_delay=0.01) as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(sandbox.api_base))
    client = Bot(sandbox.token, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    yield client
    await session.close()


@pytest.fixture
def reader(sandbox: Sandbox) -> Person:
    """Somebody who pressed Start; what that sent to the bot is already confirmed."""
    person = sandbox.people[2]
    sandbox.crowd.start(person)
    sandbox.world.updates.drop()
    return person


def find_chromium() -> str:
    named = os.environ.get("BAQYLAU_TEST_CHROMIUM", "")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser") or ""
    if not found:
        reason = "no Chromium on this machine: install it or name it in BAQYLAU_TEST_CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    path = find_chromium()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        await running.close()


class Window:
    """Opens pages of one browser; a page's script errors and refused requests are collected in `trouble`."""

    def __init__(self, browser: Browser, sandbox: Sandbox) -> None:
        self.browser, self.sandbox = browser, sandbox
        self.trouble: list[str] = []
        self.requests: list[str] = []

    async def open(self, path: str = "", *, width: int = 1200, height: int = 800, **context: Any) -> Page:
        made: BrowserContext = await self.browser.new_context(
            viewport={"width": width, "height": height}, locale="en-GB", **context
        )
        made.set_default_timeout(PATIENCE_MS)
        page = await made.new_page()
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda line: line.type == "error" and self.trouble.append(line.text))
        page.on("request", lambda request: self.requests.append(request.url))
        await page.goto(self.sandbox.page_url + path)
        return page


@pytest.fixture
async def window(browser: Browser, sandbox: Sandbox) -> AsyncIterator[Window]:
    window = Window(browser, sandbox)
    yield window
    assert window.trouble == []
    assert [url for url in window.requests if not url.startswith((sandbox.api_base, "data:"))] == []
