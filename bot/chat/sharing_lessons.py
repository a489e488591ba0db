"""What `@bot words` offers beside purchases: the lessons about these words, by their first card, to share."""

from __future__ import annotations

import asyncio
from functools import partial

from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
)

from alerts.i18n import translator
from bot.chat.lessons import deep_link
from bot.chat.services import Person, Services
from bot.learn.lesson import Lesson
from bot.learn.words import card_html

__all__ = ["MOST_LESSONS", "offered_lessons"]

MOST_LESSONS = 3


async def offered_lessons(
    typed: str, person: Person, services: Services, bot_name: str
) -> list[InlineQueryResultArticle]:
    """Lessons with all the words in their titles: their examples speak of roofs and schools, as purchases do."""
    search = partial(services.lessons.search, in_titles=True)
    found = await asyncio.to_thread(search, typed, person.language, MOST_LESSONS)
    return [_article(lesson, person, services, bot_name) for lesson in found]


def _article(lesson: Lesson, person: Person, services: Services, bot_name: str) -> InlineQueryResultArticle:
    _ = translator(person.language).gettext
    link, lessons = deep_link(bot_name, lesson.slug), services.lessons
    html = card_html(lesson, 0, lessons.today(), lessons.good_for, person.language, link=link)
    return InlineQueryResultArticle(
        id=f"learn-{lesson.slug}-{lesson.language}",
        title=lesson.title,
        description=_("Lesson"),
        input_message_content=InputTextMessageContent(
            message_text=html, parse_mode="HTML", link_preview_options=LinkPreviewOptions(is_disabled=True)
        ),
        reply_markup=InlineKeyboardMarkup(
            inline_keyboard=[[InlineKeyboardButton(text=_("Open in the bot"), url=link)]]
        ),
    )
