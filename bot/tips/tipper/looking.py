"""`/mytips`: what became of a tip, by the chat it was sent from or by its code; adding to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from msgspec.structs import replace

from bot.chat.reply import answer, edit
from bot.chat.services import Person, Services
from bot.tips import news
from bot.tips.desk import Tip
from bot.tips.drafts import Draft, Step
from bot.tips.receipt import digits_of, unlock_with
from bot.tips.states import CLOSED, State
from bot.tips.tipper import screens
from bot.tips.tipper.buttons import OnTip, TipAct
from bot.tips.tipper.cleaning import erase_messages

if TYPE_CHECKING:
    from bot.tips.service import TipService

__all__ = ["look_up", "router"]


def router() -> Router:
    """`/mytips` and its buttons; the code itself comes to `bot.tips.tipper.telling`, as whatever is typed does."""
    made = Router(name="my tips")
    made.message.register(my_tips, Command("mytips"), F.forward_origin.is_(None))
    made.callback_query.register(look, OnTip.filter(F.act == TipAct.LOOK))
    made.callback_query.register(ask_code, OnTip.filter(F.act == TipAct.LOOKUP))
    made.callback_query.register(begin_answer, OnTip.filter(F.act == TipAct.ANSWER))
    return made


async def my_tips(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """The tips whose way back leads here, else the question for a code."""
    tips = services.tips
    if tips is None:
        return
    await state.clear()
    mine = await tips.desk.of_chat(person.chat_id)
    if mine:
        shown = await answer(message, screens.mine(mine, person.language))
        await _remember(person, services, tips, message.message_id, shown)
        return
    await _wait_for_code(message, person, services, tips)


async def _remember(person: Person, services: Services, tips: TipService, *messages: int) -> None:
    """These belong to the conversation too: they go when it is erased from the chat."""
    draft = await tips.drafts.get(person.chat_id) or Draft.new(Step.DONE, services.clock(), language=person.language)
    await tips.drafts.save(person.chat_id, draft.heard(*messages))


async def _wait_for_code(message: Message, person: Person, services: Services, tips: TipService) -> None:
    draft = await tips.drafts.get(person.chat_id)
    if draft is not None and not draft.empty and not draft.tip:
        await answer(message, screens.plain("draft_first", person.language))
        return
    said = draft.said if draft else ()
    draft = Draft.new(Step.LOOKUP, services.clock(), said=said, language=person.language).heard(message.message_id)
    await tips.drafts.save(person.chat_id, draft)
    shown = await answer(message, screens.ask_code(person.language))
    await tips.drafts.save(person.chat_id, draft.heard(shown))


async def ask_code(callback: CallbackQuery, person: Person, services: Services) -> None:
    """A tip that was sent from elsewhere."""
    if services.tips is not None and isinstance(callback.message, Message):
        await _wait_for_code(callback.message, person, services, services.tips)


async def look_up(message: Message, draft: Draft, bot: Bot, person: Person, tips: TipService) -> Draft:
    """A code was typed: it is taken out of the chat, and the tip is shown. Guessing is slowed down."""
    await erase_messages(bot, person.chat_id, {message.message_id})
    code = digits_of(message.text or "")
    if not code:
        return draft.heard(await answer(message, screens.plain("no_code", person.language)))
    if not await tips.limits.may_try_code(person.chat_id):
        return draft.heard(await answer(message, screens.plain("code_wait", person.language)))
    found = await tips.desk.by_code(code)
    private = unlock_with(found[1], found[0].private) if found else None
    if found is None or private is None:
        return draft.heard(await answer(message, screens.plain("unknown_code", person.language)))
    draft = replace(draft, tip=found[0].id, private=private)
    return draft.heard(await answer(message, await _shown(found[0], private, person.language, tips)))


async def look(callback: CallbackQuery, callback_data: OnTip, person: Person, services: Services) -> str:
    """A tip of this chat, or the one whose code was typed."""
    tips = services.tips
    held = await _held(callback_data.value, person, tips) if tips is not None else None
    if tips is None or held is None:
        return screens.over(person.language)
    tip, private, _ = held
    shown = await edit(callback, await _shown(tip, private, person.language, tips))
    await _remember(person, services, tips, shown)
    return ""


async def begin_answer(callback: CallbackQuery, callback_data: OnTip, person: Person, services: Services) -> str:
    """What is written from now on goes to that tip."""
    tips = services.tips
    held = await _held(callback_data.value, person, tips) if tips is not None else None
    if tips is None or held is None or held[0].state in CLOSED:
        return screens.over(person.language)
    if await tips.limits.blocked(person.chat_id):
        return screens.kept_out(person.language)
    tip, private, before = held
    if before is not None and not before.empty and before.tip != tip.id:
        return screens.draft_first(person.language)
    said = before.said if before else ()
    draft = Draft.new(Step.ANSWER, services.clock(), tip=tip.id, private=private, said=said, language=person.language)
    await tips.drafts.save(person.chat_id, draft)
    shown = await edit(callback, screens.at_step(draft, person.language))
    await tips.drafts.save(person.chat_id, draft.heard(shown))
    return ""


async def _held(value: str, person: Person, tips: TipService) -> tuple[Tip, bytes, Draft | None] | None:
    """The tip a button names, its key and the draft, if this chat may see it: by its route, or by a code just typed."""
    if not value.isdecimal() or person.group:
        return None
    number = int(value)
    draft = await tips.drafts.get(person.chat_id)
    tip = await tips.desk.by_id(number) if number < 2**63 else None
    if tip is None:
        return None
    if draft is not None and draft.tip == number and draft.private:
        return tip, draft.private, draft
    route = await tips.desk.route(number)
    return (tip, route.private, draft) if route is not None and route.chat_id == person.chat_id else None


async def _shown(tip: Tip, private: bytes, language: str, tips: TipService) -> screens.Page:
    said = await news.read_news(tips.desk.database, tip.id, private)
    into = await tips.desk.by_id(tip.merged_into) if tip.state is State.MERGED and tip.merged_into else None
    return screens.standing(tip, into, said, language)
