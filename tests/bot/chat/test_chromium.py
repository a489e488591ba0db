"""The journeys in a real Chromium, in a window of a phone, by tapping what is seen on the sandbox's chat page.

BAQYLAU_SCREENSHOTS names a folder to keep a picture of each step in.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from alerts.filters import Criteria
from bot.sandbox.people import Chat, Person
from tests.bot.chat.alerting import deliver
from tests.bot.chat.talking import LANGUAGES, Talk, store_tender
from tests.bot.chat.test_golden import FLAGS, TYPED
from tests.bot.sandbox.conftest import Window, browser, window
from tests.bot.waiting import until

__all__ = ["browser", "window"]

pytestmark = pytest.mark.chromium
PHONE = {"width": 390, "height": 844}
SHOTS = os.environ.get("BAQYLAU_SCREENSHOTS", "")
START = {"kk": "Бастау", "ru": "Начать", "en": "Start"}
DEADLINE = {"tenderPeriod": {"startDate": "2026-11-20T04:00:00Z", "endDate": "2026-11-27T05:00:00Z"}}


@pytest.fixture
def dialect() -> str:
    """What is seen does not depend on the database."""
    return "sqlite"


@contextlib.asynccontextmanager
async def answering(talk: Talk) -> AsyncIterator[None]:
    """The bot at work while somebody looks at the page."""

    async def work() -> None:
        while True:
            while await talk.receiver.receive():
                await talk.worker.drain()
            await asyncio.sleep(0.02)

    task = asyncio.create_task(work())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


class Phone:
    """One person's page; what is tapped is found on the screen by its words, in the newest message that has it."""

    def __init__(self, talk: Talk, person: Person, page: Page, language: str) -> None:
        self.talk, self.person, self.page, self.language = talk, person, page, language
        self.chat: Chat = talk.chat(person)
        self._shots = 0

    async def open(self, chat: Chat) -> None:
        """Go back to the list of chats, and to another."""
        if await self.page.locator("#chat-head .back").is_visible():
            await self.page.locator("#chat-head .back").click()
        await self.page.locator(f".chat-row[data-chat='{chat.id}']").click()
        self.chat = chat

    async def tap(self, data: str) -> None:
        """Tap the button that says this, and wait until it is answered."""
        await self._until(lambda: data in self.talk.buttons(self.chat).values(), data)
        for message in reversed(self.talk.messages(self.chat)):
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            label = next((one["text"] for row in rows for one in row if self.talk.says(one, self.chat) == data), None)
            if label is not None:
                break
        toasts = len(self.talk.toasts())
        bubble = self.page.locator(f"[data-id='{message['message_id']}']")
        await bubble.get_by_role("button", name=label, exact=True).click()
        await self._until(lambda: len(self.talk.toasts()) > toasts, data)

    async def write(self, text: str) -> None:
        """Type and send."""
        before = len(self.talk.messages(self.chat))
        await self.page.locator("textarea").fill(text)
        await self.page.keyboard.press("Enter")
        await self._until(lambda: len(self.talk.messages(self.chat)) > before, text)

    async def see(self, name: str) -> None:
        """The newest message is in sight, nothing hangs over the edge; keep a picture."""
        text = self.talk.messages(self.chat)[-1]
        bubble = self.page.locator(f"[data-id='{text['message_id']}'] .text").last
        first = str(text["text"]).splitlines()[0]
        await expect(bubble).to_contain_text(first)
        await expect(bubble).to_be_in_viewport()
        assert await self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await self.page.locator("#thread").evaluate("node => node.scrollWidth <= node.clientWidth")
        if SHOTS:
            self._shots += 1
            await asyncio.sleep(0.3)
            await self.page.screenshot(path=Path(SHOTS, f"{self.language}-{self._shots:02}-{name}.png"))

    async def _until(self, holds: Any, what: str) -> None:
        try:
            async with asyncio.timeout(60):
                await until(lambda: asyncio.sleep(0, holds()))
        except TimeoutError:
            raise AssertionError(f"{what}: nothing came of it") from None


async def first_alert(phone: Phone) -> None:
    await phone.page.get_by_role("button", name=START[phone.language]).click()
    await phone.tap(f"language:{phone.language}")
    await phone.see("scope")
    await phone.tap("scope:all")
    await phone.see("preview")
    await phone.tap("edit:save")
    await phone.see("saved")
    await store_tender(phone.talk.services.store, 1, flags=FLAGS, **DEADLINE)
    await deliver(phone.talk)
    await phone.see("alert")
    await phone.tap("why:1")
    await phone.see("why")
    await phone.tap("card:1")


async def edit_filter(phone: Phone) -> None:
    (kept,) = await phone.talk.kept(phone.person)
    await phone.write("/filters")
    await phone.tap(f"filter:{kept.id}:open:0")
    await phone.see("filter")
    await phone.tap(f"filter:{kept.id}:edit:0")
    await phone.tap("edit:menu")
    await phone.see("menu")
    await phone.tap("open:min_amount:0")
    await phone.see("amount")
    await phone.write(TYPED[phone.language])
    await phone.see("changed")
    await phone.tap("edit:save")


async def mute(phone: Phone) -> None:
    await store_tender(phone.talk.services.store, 2, flags=FLAGS, **DEADLINE)
    await deliver(phone.talk)
    await phone.tap("mute:2")
    await phone.see("mute")
    await phone.tap("mt:2:buyer:")
    await phone.see("muted")


async def muted(phone: Phone) -> list[str]:
    services = phone.talk.services
    subscriber = await services.subscriptions.subscriber("telegram", str(phone.person.id))
    return [one.kind for one in await services.preferences.mutes(subscriber.id)]


async def group(phone: Phone) -> Chat:
    chat = phone.talk.sandbox.crowd.add_group("Оқырмандар", [phone.person], kind="supergroup")
    await phone.open(chat)
    await phone.write("/start")
    await phone.tap(f"language:{phone.language}")
    await phone.tap("scope:region")
    await phone.see("regions")
    await phone.tap("region:KZ-10")
    await phone.tap("edit:save")
    await phone.see("group")
    await phone.open(phone.talk.chat(phone.person))
    return chat


async def delete_me(phone: Phone) -> None:
    await phone.write("/delete_me")
    await phone.see("erase")
    await phone.tap("erase:1")
    await phone.see("erased")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_journeys_on_a_phone(talk: Talk, window: Window, language: str) -> None:
    person = talk.person(language)
    page = await window.open(f"?person={person.id}", **PHONE)
    await page.locator(".chat-row").click()
    phone = Phone(talk, person, page, language)
    async with answering(talk):
        await first_alert(phone)
        (kept,) = await talk.kept(person)
        assert kept.criteria == Criteria()
        await edit_filter(phone)
        (kept,) = await talk.kept(person)
        assert kept.criteria.min_amount is not None
        await mute(phone)
        assert await muted(phone) == ["buyer"]
        chat = await group(phone)
        (theirs,) = await talk.kept(chat)
        assert theirs.criteria.regions == ("KZ-10",)
        await delete_me(phone)
        assert await talk.state(person) == "unknown"
        assert await talk.state(chat) == "active"
