"""Around every handler: floods are held off, the person is known, a pressed button is ours and gets an answer."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.enums import ChatType
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Chat, Message, TelegramObject, Update, User

from alerts.channels.telegram.signing import read_signed
from alerts.i18n import language_of
from bot.chat.flood import Verdict
from bot.chat.services import CHANNEL, Person, Services
from bot.chat.texts import out_of_date, render

__all__ = ["AnswerCallbacks", "MayChange", "OnlyOurButtons", "Recognise"]

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
_NUDGES = ("message", "callback_query")  # what a person can send without end


class Recognise(BaseMiddleware):
    """Puts `person` beside every update that comes from a chat, and passes over floods. Needs `services` there."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Handle the update with `person`; a flooded chat gets one sentence, then silence.

        Whom the operator keeps out gets nothing.
        """
        chat: Chat | None = data.get("event_chat")
        user: User | None = data.get("event_from_user")
        services: Services = data["services"]
        if not isinstance(event, Update) or await services.bans.hold(*(one.id for one in (chat, user) if one)):
            return None
        if event.inline_query is not None and user is not None:
            return await _typed(handler, event, data, user)
        return None if chat is None else await _from_chat(handler, event, data, chat, user)


async def _typed(handler: Handler, event: Update, data: dict[str, Any], user: User) -> Any:
    """Somebody types after the bot's name, in any chat of theirs."""
    services: Services = data["services"]
    if services.typing.judge(user.id, services.clock()) is not Verdict.HANDLE:
        return None
    data["person"] = await _person(services, Chat(id=user.id, type=ChatType.PRIVATE), user)
    return await handler(event, data)


async def _from_chat(handler: Handler, event: Update, data: dict[str, Any], chat: Chat, user: User | None) -> Any:
    services: Services = data["services"]
    verdict = Verdict.HANDLE
    if event.event_type in _NUDGES:
        verdict = services.flood.judge(_speaker(event, chat, user), services.clock())
    if verdict is Verdict.IGNORE:
        return None
    person = await _person(services, chat, user, data.get("event_thread_id") or 0)
    if verdict is Verdict.SAY:
        if not person.group:
            bot: Bot = data["bot"]
            await bot.send_message(chat.id, render("flood", person.language), parse_mode="HTML")
        return None
    data["person"] = person
    return await handler(event, data)


async def _person(services: Services, chat: Chat, user: User | None, topic: int = 0) -> Person:
    subscriber = await services.subscriptions.subscriber(CHANNEL, str(chat.id))
    return Person(
        chat_id=chat.id,
        user_id=user.id if user else 0,
        group=chat.type != ChatType.PRIVATE,
        language=subscriber.language if subscriber else language_of(user.language_code if user else None),
        subscriber=subscriber,
        forum=bool(chat.is_forum),
        topic=topic,
    )


def _speaker(event: Update, chat: Chat, user: User | None) -> int:
    """Whose flood it is. All who write as a chat have the same user: one of them must not silence the others."""
    behind = event.message.sender_chat if event.message else None
    if behind is not None:
        return behind.id
    return user.id if user else chat.id


class AnswerCallbacks(BaseMiddleware):
    """Answers every pressed button, with the words a handler returned or with none; also when the handler broke."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Handle, then stop the button's clock."""
        words = None
        try:
            words = await handler(event, data)
        finally:
            if isinstance(event, CallbackQuery):
                with contextlib.suppress(TelegramBadRequest):  # too old to be answered: the message was edited anyway
                    await event.answer(words[:200] if isinstance(words, str) else None)
        return None


class OnlyOurButtons(BaseMiddleware):
    """Lets a button through that this bot signed for this chat; handlers see what it says without its signature."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Handle what is ours; a forged button, or one of another chat or bot, is out of date."""
        if not isinstance(event, CallbackQuery):
            return await handler(event, data)
        bot: Bot = data["bot"]
        person: Person = data["person"]
        said = read_signed(bot.token, event.message.chat.id if event.message else None, event.data or "")
        if said is None:
            return out_of_date(person.language)
        return await handler(event.model_copy(update={"data": said}), data)


class MayChange(Filter):
    """In a private chat everybody, in a group its administrators only (asked of Telegram)."""

    async def __call__(self, event: Message | CallbackQuery, bot: Bot, person: Person, services: Services) -> bool:
        """Whether the person may change what the chat follows."""
        if not person.group:
            return True
        sender = event.sender_chat if isinstance(event, Message) else None
        if sender is not None:  # an administrator may write as the group itself
            return sender.id == person.chat_id
        return await services.rights.administers(bot, person.chat_id, person.user_id)
