"""Which draft an update is about: the filters that let it through to the handlers of a tip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from aiogram.filters import Filter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot.chat.services import Person, Services
from bot.tips.drafts import Draft, Step

if TYPE_CHECKING:
    from bot.tips.service import TipService

__all__ = ["At", "Held", "Writing"]


class Held(msgspec.Struct, frozen=True):
    """The draft of a chat, and where it is kept."""

    tips: TipService
    draft: Draft


Found = bool | dict[str, Held]


class Writing(Filter):
    """Whether what comes belongs to a tip: one is being written, and no other part of the bot waits for words."""

    async def __call__(self, _: Message, person: Person, services: Services, state: FSMContext) -> Found:
        """With what is `held`, where there is something."""
        tips = services.tips
        if tips is None or person.group:
            return False
        draft = await tips.drafts.get(person.chat_id)
        if draft is None or draft.paused or draft.step is Step.DONE or await state.get_state() is not None:
            return False
        return {"held": Held(tips, draft)}


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
