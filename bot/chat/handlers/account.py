"""Leaving, coming back, being forgotten; help and privacy."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from alerts.channels.base import Message as Page
from alerts.erasure import erase_subscriber
from bot.chat import screens
from bot.chat.callbacks import Erase, Go, Screen
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, edit, whisper
from bot.chat.services import Person, Services

__all__ = ["router"]


def router() -> Router:
    """`/stop`, `/delete_me`, `/help`, `/privacy`; the last two answer every member of a group."""
    made = Router(name="account")
    made.message.register(stop, Command("stop"), MayChange())
    made.message.register(ask_erase, Command("delete_me"), MayChange())
    made.message.register(show_help, Command("help"))
    made.message.register(privacy, Command("privacy"))
    made.callback_query.register(erase, Erase.filter(), MayChange())
    made.callback_query.register(help_in_place, Go.to(Screen.HELP))
    return made


async def stop(message: Message, person: Person, services: Services) -> None:
    """Stop at once, without a question; filters are kept."""
    await services.storage.clear_chat(person.chat_id)
    if person.subscriber is None:
        await answer(message, screens.plain("stranger", person.language))
        return
    await services.subscriptions.stop(person.subscriber.id)
    await answer(message, screens.stopped(person.language))


async def ask_erase(message: Message, person: Person, services: Services) -> None:
    """Erasing cannot be undone, so it is asked once."""
    await services.storage.clear_chat(person.chat_id)
    tips = services.tips is not None and await services.tips.desk.knows(person.chat_id)
    if person.subscriber is None and not tips:
        await answer(message, screens.plain("nothing", person.language))
        return
    await answer(message, screens.ask_erase(person.language))


async def erase(callback: CallbackQuery, callback_data: Erase, person: Person, services: Services) -> None:
    """Erase all of this chat, or keep it."""
    if not callback_data.sure:
        await edit(callback, screens.nothing_erased(person.language))
        return
    await services.storage.clear_chat(person.chat_id)
    if services.tips is not None:
        await services.tips.desk.forget(person.chat_id)
    if person.subscriber is not None:
        await erase_subscriber(services.database, services.clock, person.subscriber.id)
    await edit(callback, screens.plain("erased", person.language))


async def show_help(message: Message, person: Person, state: FSMContext) -> None:
    """What the bot does, every command."""
    await _set_aside(person, state)
    await _say(message, screens.help_(person.language), person)


async def help_in_place(callback: CallbackQuery, person: Person) -> None:
    """The same in the message that was pressed."""
    await edit(callback, screens.help_(person.language))


async def privacy(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """What is kept, why, how long, how to erase it."""
    await _set_aside(person, state)
    await _say(message, screens.privacy(services.kept.days, person.language), person)


async def _say(message: Message, page: Page, person: Person) -> None:
    """In a group only to who asked."""
    if person.group:
        await whisper(message, page)
    else:
        await answer(message, page)


async def _set_aside(person: Person, state: FSMContext) -> None:
    """A command ends the waiting for typed words; in a group another member's must not."""
    if not person.group:
        await state.clear()
