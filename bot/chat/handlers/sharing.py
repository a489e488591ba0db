"""A link that copies a filter: whoever opens it sees the sentence and its preview, and confirms."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from alerts.sharing import PREFIX
from bot.chat import screens
from bot.chat.draft import Draft
from bot.chat.editing.steps import previewed
from bot.chat.handlers.drafting import below
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer
from bot.chat.services import Person, Services

__all__ = ["router"]


def router() -> Router:
    """`/start f_...`: comes before the plain `/start`."""
    made = Router(name="sharing")
    link = CommandStart(deep_link=True, magic=F.args.startswith(PREFIX))
    made.message.register(receive, link, MayChange())
    return made


async def receive(
    message: Message, command: CommandObject, person: Person, services: Services, state: FSMContext
) -> None:
    """The filter behind a link, to be followed or not; of who shared it nothing is known here."""
    criteria = await services.sharing.shared(command.args or "")
    if criteria is None:
        await answer(message, screens.plain("share_gone", person.language))
        return
    await state.clear()
    await below(message, await previewed(Draft(0, criteria, shared=True), person, services), state)
