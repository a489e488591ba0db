"""Whatever no other part understood, and whatever broke."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.enums import ContentType
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, ErrorEvent, Message

from bot.chat import screens
from bot.chat.draft import Draft
from bot.chat.editing.typed import understood
from bot.chat.handlers.drafting import below
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer
from bot.chat.services import Person, Services
from bot.chat.texts import admins_only, out_of_date, render
from bot.inbox.worker import TRANSIENT

__all__ = ["router", "sorry"]

_SAID = frozenset(
    {
        *(ContentType.TEXT, ContentType.PHOTO, ContentType.VIDEO, ContentType.VIDEO_NOTE, ContentType.VOICE),
        *(ContentType.AUDIO, ContentType.ANIMATION, ContentType.DOCUMENT, ContentType.STICKER, ContentType.STORY),
        *(ContentType.LOCATION, ContentType.VENUE, ContentType.CONTACT, ContentType.POLL, ContentType.DICE),
        *(ContentType.LIVE_PHOTO, ContentType.PAID_MEDIA, ContentType.CHECKLIST, ContentType.GAME),
        *(ContentType.RICH_MESSAGE, ContentType.UNKNOWN),
    }
)
"""What a person says, of a kind newer than this too. All else tells of what happened in the chat (a message pinned,
say) and asks for nothing.
"""


def router() -> Router:
    """Comes last."""
    made = Router(name="fallback")
    made.message.register(confused, F.content_type.in_(_SAID))
    made.callback_query.register(unknown_button, MayChange())
    made.callback_query.register(not_yours)
    return made


async def confused(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """Say so and show a way on; in a group keep quiet, it was hardly meant for us.

    The name of a place, a kind or a buyer begins a filter, as it would after `/add`.
    """
    if person.group:
        return
    text = message.text or ""
    if text and not text.startswith("/"):
        step = await understood(text, Draft(0, quick=True), person, services, elsewhere=True)
        if step is not None and not step.missed:
            await below(message, step, state)
            return
    await answer(message, screens.confused(person.language))


async def unknown_button(_: CallbackQuery, person: Person) -> str:
    """A button of an older version, or none of ours."""
    return out_of_date(person.language)


async def not_yours(_: CallbackQuery, person: Person) -> str:
    """A member of a group pressed what only its administrators may."""
    return admins_only(person.language)


async def sorry(event: ErrorEvent, bot: Bot, person: Person | None = None) -> object:
    """Tell the person that it broke, and let the error go on to whoever records it.

    Nothing is said where Telegram is out of reach (the update is tried again) or the person blocked us.
    """
    if person is None or person.group or isinstance(event.exception, (*TRANSIENT, TelegramForbiddenError)):
        return UNHANDLED
    try:
        await bot.send_message(person.chat_id, render("sorry", person.language), parse_mode="HTML")
    except TelegramAPIError:
        return UNHANDLED
    return UNHANDLED
