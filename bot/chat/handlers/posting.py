"""`/channel`: posts what one's own filters find to a channel. The rights there are asked of Telegram at every step."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.enums import ChatType
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, ChatFullInfo, Message, MessageOriginChannel

from alerts.channels.base import Message as Page
from alerts.erasure import erase_subscriber
from alerts.subscriptions import TooManyFilters, UnknownFilter
from bot.chat import posting as pages
from bot.chat import screens
from bot.chat.callbacks import Go, PostFilter, Screen
from bot.chat.lookup import names_of
from bot.chat.reply import answer, edit
from bot.chat.services import CHANNEL, Person, Services
from bot.chat.texts import out_of_date

__all__ = ["forwarded_router", "router", "show_how"]


def router() -> Router:
    """In private chats only: a channel has nobody to talk to."""
    made = Router(name="posting")
    made.message.filter(F.chat.type == ChatType.PRIVATE)
    made.callback_query.filter(F.message.chat.type == ChatType.PRIVATE)
    made.message.register(set_up, Command("channel"), F.forward_origin.is_(None))
    made.callback_query.register(show_how, Go.to(Screen.CHANNEL))
    made.callback_query.register(change, PostFilter.filter())
    return made


def forwarded_router() -> Router:
    """A post of one's own channel names it."""
    made = Router(name="posts")
    made.message.register(forwarded, F.chat.type == ChatType.PRIVATE, F.forward_origin.type == "channel")
    return made


async def set_up(message: Message, command: CommandObject, person: Person, services: Services, bot: Bot) -> None:
    """`/channel @name` or a number; alone, it says how."""
    await services.storage.clear_chat(person.chat_id)
    named = (command.args or "").strip().removeprefix("https://t.me/")
    if not named:
        await answer(message, pages.how(person.language))
        return
    numeric = named.removeprefix("-").isdecimal()
    await answer(message, await _screen(int(named) if numeric else f"@{named.lstrip('@')}", person, services, bot))


async def forwarded(message: Message, person: Person, services: Services, bot: Bot) -> None:
    """A post of a channel says which one is meant; one of a channel that is not theirs is like any other message."""
    origin = message.forward_origin
    if not isinstance(origin, MessageOriginChannel):
        raise SkipHandler
    if not await services.rights.may_post(bot, origin.chat.id, person.user_id):
        raise SkipHandler
    await answer(message, await _screen(origin.chat.id, person, services, bot))


async def show_how(event: CallbackQuery | Message, person: Person) -> None:
    """The same by a button."""
    await edit(event, pages.how(person.language))


async def change(
    callback: CallbackQuery, callback_data: PostFilter, person: Person, services: Services, bot: Bot
) -> str | None:
    """Post what a filter finds, or no more; the screen shows how it stands."""
    if person.subscriber is None or await _problem(callback_data.chat, "", person, services, bot) is not None:
        return out_of_date(person.language)
    try:
        await _act(callback_data, person.subscriber.id, person, services)
    except UnknownFilter:
        return out_of_date(person.language)
    except TooManyFilters as error:
        await edit(callback, screens.full(error.limit, person.language))
        return None
    await edit(callback, await _screen(callback_data.chat, person, services, bot))
    return None


async def _act(wanted: PostFilter, mine: int, person: Person, services: Services) -> None:
    """Raises UnknownFilter, TooManyFilters."""
    if not wanted.id:
        channel = await services.subscriptions.subscriber(CHANNEL, str(wanted.chat))
        if channel is not None and channel.posts:
            await erase_subscriber(services.database, services.clock, channel.id)
        return
    kept = await services.subscriptions.filter(mine, wanted.id)
    channel = await services.subscriptions.get_or_create(CHANNEL, str(wanted.chat), person.language)
    await services.subscriptions.set_posts(channel.id)
    if wanted.on:
        await services.subscriptions.add(channel.id, kept.criteria, kept.name)
        await services.subscriptions.resume(channel.id)
        return
    for one in await services.subscriptions.filters(channel.id):
        if one.criteria == kept.criteria:
            await services.subscriptions.delete(channel.id, one.id)


async def _problem(chat: int, title: str, person: Person, services: Services, bot: Bot) -> Page | None:
    if not await services.rights.may_post(bot, chat, person.user_id):
        return pages.refused(title, person.language, ours=False)
    if not await services.rights.may_post(bot, chat, bot.id):
        return pages.refused(title, person.language, ours=True)
    return None


async def _screen(named: int | str, person: Person, services: Services, bot: Bot) -> Page:
    try:
        chat: ChatFullInfo = await bot.get_chat(named)
    except (TelegramBadRequest, TelegramForbiddenError):
        return pages.refused(str(named), person.language, ours=True)
    if chat.type != ChatType.CHANNEL:
        return pages.how(person.language)
    title = chat.title or str(named)
    if (refused := await _problem(chat.id, title, person, services, bot)) is not None:
        return refused
    mine = await services.subscriptions.filters(person.subscriber.id) if person.subscriber else []
    channel = await services.subscriptions.subscriber(CHANNEL, str(chat.id))
    posted = {one.criteria for one in await services.subscriptions.filters(channel.id)} if channel else set()
    names = await names_of(services, [one.criteria for one in mine], person.language)
    return pages.choose((chat.id, title), mine, posted, names, person.language)
