"""A person's taps and words as updates, and a Telegram that takes everything at once."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from itertools import count
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import Message, Update

from alerts.channels.telegram.signing import sign
from alerts.render import Renderer
from alerts.subscriptions import Subscriptions
from benchmarks.stored import NOW
from bot.chat import Services
from bot.fsm import SqlStorage
from watchers.database import Database
from watchers.store import Store

__all__ = ["Answering", "Phone", "services_on"]


def services_on(database: Database) -> Services:
    """What a process has, at the moment that the stored week ends; nobody is too fast for it."""
    services = Services(
        database=database, subscriptions=Subscriptions(database, lambda: NOW), store=Store(database, lambda: NOW),
        renderer=Renderer(lambda: NOW), storage=SqlStorage(database, lambda: NOW), clock=lambda: NOW,
        countries=frozenset({"KZ"}),
    )  # fmt: skip
    services.flood._burst = 10**9
    return services


class Answering(BaseSession):
    """A Telegram that takes everything at once."""

    def __init__(self) -> None:
        super().__init__()
        self.last = 0
        self.said = ""

    async def close(self) -> None:
        """Nothing is open."""

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ARG002, ASYNC109
    ) -> TelegramType:
        """The answer Telegram would give."""
        chat = getattr(method, "chat_id", None)
        self.said = str(getattr(method, "text", None) or getattr(method, "caption", None) or self.said)
        if chat is None:
            return True  # type: ignore[return-value]
        self.last = getattr(method, "message_id", None) or self.last + 1
        return _message(int(chat), self.last).as_(bot)  # type: ignore[return-value]

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        """No files here."""
        yield b""


def _message(chat: int, number: int, text: str = "") -> Message:
    return Message.model_validate(
        {"message_id": number, "date": NOW, "chat": {"id": chat, "type": "private"}, "text": text or "x",
         "from": {"id": chat, "is_bot": False, "first_name": "x", "language_code": "ru"}}
    )  # fmt: skip


class Phone:
    """Feeds what people do to a dispatcher, as the inbox does. `said`: the text of the last answer."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._session = Answering()
        self.bot = Bot("1:x" + "x" * 32, session=self._session)
        self._numbers = count(1)

    @property
    def said(self) -> str:
        """What the bot wrote last."""
        return self._session.said

    async def do(self, chat: int, data: str) -> tuple[float, float]:
        """Write (what begins with a space) or press; returns the seconds it took, and the processor's."""
        update = Update.model_validate({"update_id": next(self._numbers), **self._body(chat, data)})
        started, worked = time.perf_counter(), time.process_time()
        await self._dispatcher.feed_update(self.bot, update)
        return time.perf_counter() - started, time.process_time() - worked

    def _body(self, chat: int, data: str) -> dict[str, Any]:
        """The update of a word or of a tap on the last message."""
        if data.startswith(" "):
            return {"message": _plain(_message(chat, 1, data.strip()))}
        who = {"id": chat, "is_bot": False, "first_name": "x", "language_code": "ru"}
        pressed = _plain(_message(chat, self._session.last))
        said = sign(self.bot.token, chat, data)
        return {"callback_query": {"id": "1", "from": who, "chat_instance": "1", "data": said, "message": pressed}}


def _plain(one: Message) -> dict[str, Any]:
    return one.model_dump(mode="json", by_alias=True, exclude_none=True)
