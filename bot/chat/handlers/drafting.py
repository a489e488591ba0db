"""How a step of a filter in the making is shown, and its draft kept: one message carries it on at a time."""

from __future__ import annotations

import re

import msgspec
from aiogram import Bot
from aiogram.enums import ChatType
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from alerts.channels.base import Message as Page
from bot.chat.draft import Draft
from bot.chat.editing.steps import Step
from bot.chat.reply import answer, drop_buttons, edit
from bot.chat.spoken import said_by_buttons

__all__ = ["Adding", "begin", "below", "draft_of", "in_place", "not_for_others", "pressed_draft", "said_to_us"]

_ELSEWHERE = re.compile(r"https?://|\bt\.me/|^\s*\d{6,10}-\d\w*\s*$")


class Adding(StatesGroup):
    """What typed words mean now: a value of the criterion that is open, anything of a filter, a filter's name."""

    value = State()
    open = State()
    name = State()


def not_for_others(message: Message, bot: Bot) -> bool:
    """Links and numbers of announcements open a purchase, also while a filter is in the making."""
    return said_to_us(message, bot) and not _ELSEWHERE.search(message.text or "")


def said_to_us(message: Message, bot: Bot) -> bool:
    """In a group what replies to us: a bot that administers it reads all the rest too."""
    answered = message.reply_to_message
    to_us = answered is not None and answered.from_user is not None and answered.from_user.id == bot.id
    return message.chat.type == ChatType.PRIVATE or to_us


async def draft_of(state: FSMContext) -> Draft | None:
    """The chat's draft."""
    return Draft.load(await state.get_data())


async def pressed_draft(event: CallbackQuery | Message, state: FSMContext) -> Draft | None:
    """The chat's draft, if the pressed button belongs to it; typed words always mean the newest."""
    draft = await draft_of(state)
    if isinstance(event, Message):
        return draft
    pressed = event.message.message_id if event.message else 0
    return draft if draft and draft.message_id == pressed else None


async def begin(event: CallbackQuery | Message, page: Page, state: FSMContext) -> None:
    """From now on a filter is in the making under that page."""
    await _keep(await edit(event, page), page, Draft(0, quick=True), state)


async def in_place(event: CallbackQuery | Message, step: Step, state: FSMContext) -> None:
    """The pressed message becomes the next screen."""
    await _keep(await edit(event, step.page), step.page, step.draft, state)


async def below(message: Message, step: Step | tuple[Page, Draft], state: FSMContext) -> None:
    """Answer below the typed words; the buttons move to the new message."""
    page, draft = step if isinstance(step, tuple) else (step.page, step.draft)
    earlier = await draft_of(state)
    await _keep(await answer(message, page), page, draft, state)
    if earlier:
        await drop_buttons(message, earlier.message_id)


async def _keep(message_id: int, page: Page, draft: Draft, state: FSMContext) -> None:
    await state.set_state(Adding.value if draft.key else Adding.open)
    draft = msgspec.structs.replace(draft, message_id=message_id, shown=said_by_buttons(page.buttons))
    await state.set_data(draft.save())
