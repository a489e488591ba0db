"""`/learn`: the path, the cards, the question, what readers say of a card; a lesson by a link or from an alert."""

from __future__ import annotations

import asyncio
import re

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from alerts.channels.base import Message as Page
from alerts.i18n import translator
from alerts.public_pages import PublicPages
from bot.chat import lessons as screens
from bot.chat.lesson_callbacks import (
    AskLesson,
    ChooseAnswer,
    LessonOfFlag,
    OpenCard,
    OpenPath,
    SetWeekly,
    ShowPicture,
    VoteCard,
)
from bot.chat.reply import answer, edit
from bot.chat.services import CHANNEL, Person, Services
from bot.learn.lesson import Lesson
from bot.learn.pictures import alt_text, picture

__all__ = ["router"]

_PAYLOAD = re.compile(r"learn_(?P<slug>[a-z0-9-]{1,32})")


def router() -> Router:
    """Everybody may read, in a group too; nothing here changes what a chat follows."""
    made = Router(name="learn")
    made.message.register(by_link, CommandStart(deep_link=True, magic=F.args.regexp(_PAYLOAD, mode="fullmatch")))
    made.message.register(learn, Command("learn"))
    made.callback_query.register(show_path, OpenPath.filter())
    made.callback_query.register(show_card, OpenCard.filter())
    made.callback_query.register(of_flag, LessonOfFlag.filter())
    made.callback_query.register(ask, AskLesson.filter())
    made.callback_query.register(choose, ChooseAnswer.filter())
    made.callback_query.register(vote, VoteCard.filter())
    made.callback_query.register(draw, ShowPicture.filter())
    made.callback_query.register(set_weekly, SetWeekly.filter())
    return made


async def learn(message: Message, command: CommandObject, person: Person, services: Services, bot: Bot) -> None:
    """The path; with a word, the lessons about it; with a slug, that lesson."""
    await services.storage.clear_chat(person.chat_id)
    words = (command.args or "").strip()
    if not words:
        await answer(message, await _path(0, person, services))
        return
    lesson = services.lessons.lesson(words.casefold(), person.language)
    if lesson is not None:
        await answer(message, await _card(lesson, 0, person, services, bot))
        return
    found = services.lessons.search(words, person.language)
    await answer(message, screens.found(words, found, person.language))


async def by_link(message: Message, command: CommandObject, person: Person, services: Services, bot: Bot) -> None:
    """Somebody was given a link to a lesson."""
    payload = _PAYLOAD.fullmatch(command.args or "")
    lesson = services.lessons.lesson(payload["slug"], person.language) if payload else None
    if lesson is None:
        await answer(message, screens.no_lesson(person.language))
        return
    await answer(message, await _card(lesson, 0, person, services, bot))


async def show_path(callback: CallbackQuery, callback_data: OpenPath, person: Person, services: Services) -> None:
    """The path in place."""
    await edit(callback, await _path(callback_data.page, person, services))


async def show_card(
    callback: CallbackQuery, callback_data: OpenCard, person: Person, services: Services, bot: Bot
) -> None:
    """A card, in place or below an alert."""
    lesson = services.lessons.lesson(callback_data.slug, person.language)
    if lesson is None:
        await edit(callback, screens.no_lesson(person.language))
        return
    page = await _card(lesson, callback_data.card, person, services, bot)
    if callback_data.new and isinstance(callback.message, Message):
        await answer(callback.message, page, quote=True)
    else:
        await edit(callback, page)


async def of_flag(
    callback: CallbackQuery, callback_data: LessonOfFlag, person: Person, services: Services, bot: Bot
) -> None:
    """The lesson that belongs to a flag, as a new message below its alert."""
    lesson = services.lessons.of_indicator(callback_data.indicator, person.language)
    page = await _card(lesson, 0, person, services, bot) if lesson else screens.no_lesson(person.language)
    if isinstance(callback.message, Message):
        await answer(callback.message, page, quote=True)
    else:
        await edit(callback, page)


async def ask(callback: CallbackQuery, callback_data: AskLesson, person: Person, services: Services) -> None:
    """The question behind the last card."""
    lesson = services.lessons.lesson(callback_data.slug, person.language)
    await edit(callback, screens.question(lesson, person.language) if lesson else screens.no_lesson(person.language))


async def choose(
    callback: CallbackQuery, callback_data: ChooseAnswer, person: Person, services: Services, bot: Bot
) -> None:
    """An answer was chosen: why it is right or not, and what comes next."""
    lesson = services.lessons.lesson(callback_data.slug, person.language)
    if lesson is None or not 0 <= callback_data.answer < len(lesson.question.answers):
        await edit(callback, screens.no_lesson(person.language))
        return
    done = {}
    if person.subscriber is not None:
        right = lesson.question.answers[callback_data.answer].right
        await services.learning.answered(person.subscriber.id, lesson.slug, len(lesson.cards) - 1, right=right)
        done = await services.learning.progress(person.subscriber.id)
    rest = [one for one in services.lessons.path(person.language) if one.slug != lesson.slug]
    following = next((one for one in rest if one.slug not in done or done[one.slug].answered is None), None)
    link = screens.deep_link((await bot.me()).username or "", lesson.slug)
    await edit(callback, screens.answered(lesson, callback_data.answer, following, person.language, link=link))


async def vote(_callback: CallbackQuery, callback_data: VoteCard, person: Person, services: Services) -> str:
    """Somebody says whether a card was clear; what a changed client makes up is not counted."""
    _ = translator(person.language).gettext
    lesson = services.lessons.lesson(callback_data.slug, person.language)
    if person.subscriber is None:
        return _("Choose a language with /start first: then your word counts.")
    if lesson is None or not 0 <= callback_data.card < len(lesson.cards):
        return _("There is no such lesson any more.")
    await services.learning.vote(person.subscriber.id, lesson.slug, callback_data.card, clear=callback_data.clear)
    return _("Thank you, counted.")


async def draw(callback: CallbackQuery, callback_data: ShowPicture, person: Person, services: Services) -> str | None:
    """The drawing of a lesson, below it."""
    lesson = services.lessons.lesson(callback_data.slug, person.language)
    if lesson is None or not lesson.picture or not isinstance(callback.message, Message):
        return translator(person.language).gettext("There is no such lesson any more.")
    drawn = await asyncio.to_thread(picture, lesson.picture, lesson.language)
    file = BufferedInputFile(drawn, f"{lesson.slug}-{lesson.language}.png")
    await callback.message.reply_photo(file, caption=alt_text(lesson.picture, lesson.language))
    return None


async def set_weekly(callback: CallbackQuery, callback_data: SetWeekly, person: Person, services: Services) -> str:
    """A lesson every week, or no more."""
    _ = translator(person.language).gettext
    subscriber = await services.subscriptions.get_or_create(CHANNEL, person.address, person.language)
    await services.learning.set_weekly(subscriber.id, wanted=callback_data.wanted)
    await edit(callback, await _path(0, person, services))
    return _("A lesson comes on Mondays.") if callback_data.wanted else _("No more weekly lessons.")


async def _path(number: int, person: Person, services: Services) -> Page:
    subscriber = await services.subscriptions.subscriber(CHANNEL, person.address)
    done = await services.learning.progress(subscriber.id) if subscriber else {}
    weekly = await services.learning.weekly(subscriber.id) if subscriber else False
    return screens.path(services.lessons.path(person.language), done, number, person.language, weekly=weekly)


async def _card(lesson: Lesson, number: int, person: Person, services: Services, bot: Bot) -> Page:
    number = min(max(number, 0), len(lesson.cards) - 1)
    if person.subscriber is not None:
        await services.learning.opened(person.subscriber.id, lesson.slug, number)
    lessons, link = services.lessons, screens.deep_link((await bot.me()).username or "", "{slug}")
    printed = PublicPages(services.public_url).at(f"/{lesson.language}/learn/{lesson.slug}")
    today, good_for = lessons.today(), lessons.good_for
    return screens.card(lesson, number, today, good_for, person.language, link=link, page=printed)
