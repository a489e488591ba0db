"""Which draft an update is about: the filters that let it through to the handlers of a tip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from aiogram.filters import Filter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot.chat.services import Person, Services
from bot.tips.drafts import WRITING, Draft, Step

if TYPE_CHECKING:
    from bot.tips.service import TipService

__all__ = ["At", "Held", "SentBefore", "SetAside", "Writing"]


class Held(msgspec.Struct, frozen=True):
    """The draft of a chat, and where it is kept."""

    tips: TipService
    draft: Draft


Found = bool | dict[str, Held]


class Writing(Filter):
    """Whether what comes belongs to a tip: one is being written, and no other part of the bot waits for words.

    A message of the tip that is edited belongs to it even while the draft is set aside.
    """

    async def __call__(self, message: Message, person: Person, services: Services, state: FSMContext) -> Found:
        """With what is `held`, where there is something."""
        held = await _of(person, services)
        if held is None or held.draft.step is Step.DONE:
            return False
        draft = held.draft
        if draft.step is Step.CODE and message.edit_date and not (message.text or "").strip().isdecimal():
            return False  # a message of the tip was changed, and that is sent
        aside = draft.paused or await state.get_state() is not None
        if aside and not (message.edit_date and draft.has(message.message_id)):
            return False
        return {"held": held}


async def _of(person: Person, services: Services) -> Held | None:
    """A private chat's draft, where tips are taken."""
    if services.tips is None or person.group:
        return None
    draft = await services.tips.drafts.get(person.chat_id)
    return Held(services.tips, draft) if draft is not None else None


class SentBefore(Filter):
    """Whether a message was edited that is part of a tip which was sent."""

    async def __call__(self, message: Message, person: Person, services: Services) -> Found:
        """With what is `held`."""
        held = await _of(person, services)
        if held is None or held.draft.step in WRITING or message.message_id not in held.draft.said:
            return False
        return {"held": held}


class SetAside(Filter):
    """Whether a tip was set aside by another command."""

    async def __call__(self, _: Message, person: Person, services: Services) -> Found:
        """With what is `held`."""
        held = await _of(person, services)
        return {"held": held} if held is not None and held.draft.paused else False


class At(Filter):
    """Whether the draft of the chat stands at one of these steps; at any where none is named."""

    def __init__(self, *steps: Step) -> None:
        self._steps = steps

    async def __call__(self, _: CallbackQuery, person: Person, services: Services) -> Found:
        """With what is `held`."""
        tips = services.tips
        draft = await tips.drafts.get(person.chat_id) if tips is not None and not person.group else None
        if tips is None or draft is None or (self._steps and draft.step not in self._steps):
            return False
        return {"held": Held(tips, draft)}
