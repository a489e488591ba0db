"""Beginning, beginning again, and the language."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.filters import Command, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, MaybeInaccessibleMessageUnion, Message

from alerts.i18n import LANGUAGES, translator
from alerts.tables import Standing
from bot.chat import screens
from bot.chat.callbacks import ChooseLanguage, Go, Screen
from bot.chat.handlers.drafting import begin
from bot.chat.middlewares import MayChange
from bot.chat.profile import introduce_to_operator
from bot.chat.reply import answer, edit
from bot.chat.services import CHANNEL, Person, Services

__all__ = ["choose_language", "router", "show_languages"]


def router() -> Router:
    """`/start`, `/language` and their buttons."""
    made = Router(name="start")
    made.message.register(start, CommandStart(), MayChange())
    made.message.register(language, Command("language"), MayChange())
    made.callback_query.register(show_languages, Go.to(Screen.LANGUAGE), MayChange())
    made.callback_query.register(choose_language, ChooseLanguage.filter(), MayChange())
    made.callback_query.register(resume, Go.to(Screen.RESUME), MayChange())
    return made


async def start(message: Message, person: Person, services: Services, state: FSMContext, bot: Bot) -> None:
    """A stranger chooses a language; somebody we know is welcomed back and told again, with all filters kept."""
    await state.clear()
    if not person.group and person.user_id in services.admins:
        await introduce_to_operator(bot, person.user_id)
    if person.subscriber is None:
        await answer(message, screens.hello(person.language))
        return
    await services.subscriptions.set_topic(person.subscriber.id, _topic(message))
    resumed = await _resume(person, services)
    kept = await services.subscriptions.filters(person.subscriber.id)
    await answer(message, screens.welcome_back(len(kept), resumed=resumed, language=person.language))


async def language(message: Message, person: Person, state: FSMContext) -> None:
    """Offer the languages."""
    await state.clear()
    await answer(message, screens.hello(person.language))


async def show_languages(event: CallbackQuery | Message, person: Person, state: FSMContext) -> None:
    """Offer the languages in place; words typed next may name one."""
    await state.clear()
    await edit(event, screens.hello(person.language))


async def choose_language(
    event: CallbackQuery | Message, callback_data: ChooseLanguage, person: Person, services: Services, state: FSMContext
) -> None:
    """Set the language and go on: to the first choice, or to the filters of somebody who has some."""
    chosen = callback_data.code if callback_data.code in LANGUAGES else person.language
    subscriber = await services.subscriptions.get_or_create(CHANNEL, person.address, chosen)
    said_in = event if isinstance(event, Message) else event.message
    await services.subscriptions.set_topic(subscriber.id, _topic(said_in))
    if subscriber.language != chosen:
        await services.subscriptions.set_language(subscriber.id, chosen)
    kept = await services.subscriptions.filters(subscriber.id)
    if kept:
        await edit(event, screens.welcome_back(len(kept), resumed=False, language=chosen))
    else:
        await begin(event, screens.scope(chosen, group=person.group), state)


async def resume(callback: CallbackQuery, person: Person, services: Services) -> str:
    """Alerts come again."""
    if person.subscriber is None:
        await edit(callback, screens.hello(person.language))
        return ""
    resumed = await _resume(person, services)
    kept = await services.subscriptions.filters(person.subscriber.id)
    await edit(callback, screens.welcome_back(len(kept), resumed=resumed, language=person.language))
    return translator(person.language).gettext("Alerts come again.")


def _topic(message: MaybeInaccessibleMessageUnion | None) -> int:
    """The topic a group of topics is spoken to in from now on: the one it was said in; 0 elsewhere."""
    return message.message_thread_id or 0 if isinstance(message, Message) and message.is_topic_message else 0


async def _resume(person: Person, services: Services) -> bool:
    if person.subscriber is None or person.subscriber.state is Standing.ACTIVE:
        return False
    await services.subscriptions.resume(person.subscriber.id)
    return True
