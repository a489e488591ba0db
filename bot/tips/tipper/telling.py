"""Telling something: the warning, the questions, the confirmation, the code. Handlers talk, the desk knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.enums import ChatType
from aiogram.filters import Command, CommandObject, CommandStart, Filter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from msgspec.structs import replace

from alerts.i18n import translator
from bot.chat.keyboards import markup
from bot.chat.lookup import tender_card
from bot.chat.reply import answer, edit
from bot.chat.services import Person, Services
from bot.tips.drafts import WRITING, Draft, Step
from bot.tips.service import TipService
from bot.tips.tipper import screens
from bot.tips.tipper.buttons import OnTip, TipAbout, TipAct
from bot.tips.tipper.cleaning import erase_messages
from bot.tips.tipper.taking import take

__all__ = ["router"]

_OWN = F.forward_origin.is_(None)  # somebody else's "/tip" is not this person's


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


def router() -> Router:
    """`/tip`, its deep link, the button on an alert, every button of the conversation, and what is told."""
    made = Router(name="tips")
    made.message.register(not_here, Command("tip", "mytips"), F.chat.type != ChatType.PRIVATE)
    made.message.register(begin, Command("tip"), _OWN)
    made.message.register(begin_linked, CommandStart(deep_link=True, magic=F.args.startswith("tip")), _OWN)
    made.callback_query.register(begin_about, TipAbout.filter())
    writing, warned = At(*WRITING), At(Step.WARNING, *WRITING)
    acts: tuple[tuple[TipAct, At, Callable[..., Any]], ...] = (
        (TipAct.ACCEPT, warned, accept),
        (TipAct.SAFER, At(), safer),
        (TipAct.WARNING, At(), warn_again),
        (TipAct.GO, writing, go),
        (TipAct.HOW, writing, how),
        (TipAct.ASK, writing, ask),
        (TipAct.SEND, writing, send),
        (TipAct.CODE, At(Step.CODE), another_code),
        (TipAct.ERASE, At(), erase),
        (TipAct.CANCEL, At(Step.WARNING, Step.DONE, *WRITING), cancel),
    )
    for act, at, handler in acts:
        made.callback_query.register(handler, OnTip.filter(F.act == act), at)
    made.callback_query.register(over, OnTip.filter())
    made.message.register(set_aside, Writing(), F.text.startswith("/"), _OWN)
    made.message.register(tell, Writing())
    made.edited_message.register(tell, Writing())
    return made


async def not_here(message: Message, person: Person) -> None:
    """A group is no place for a tip."""
    await answer(message, screens.plain("private", person.language))


async def begin(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """The warning first; or where the draft stands."""
    await _begin(message, person, services, state)


async def begin_linked(
    message: Message, command: CommandObject, person: Person, services: Services, state: FSMContext
) -> None:
    """The same from a link `?start=tip_TENDER`."""
    number = (command.args or "").removeprefix("tip").removeprefix("_")
    await _begin(message, person, services, state, tender=int(number) if number.isdecimal() else 0)


async def begin_about(
    callback: CallbackQuery, callback_data: TipAbout, person: Person, services: Services, state: FSMContext
) -> None:
    """The same from an alert, as a new message: the alert stays."""
    if not isinstance(callback.message, Message):
        return
    if person.group:
        await answer(callback.message, screens.plain("private", person.language))
    else:
        await _begin(callback.message, person, services, state, tender=callback_data.tender, pressed=True)


async def _begin(
    message: Message, person: Person, services: Services, state: FSMContext, *, tender: int = 0, pressed: bool = False
) -> None:
    tips = services.tips
    if tips is None or not tips.taking:
        await answer(message, screens.plain("closed", person.language))
        return
    await state.clear()
    draft = await tips.drafts.get(person.chat_id)
    if draft is None or draft.step not in WRITING or draft.tip:
        said = draft.said if draft else ()
        await tips.drafts.drop(person.chat_id)
        draft = Draft.new(Step.WARNING, services.clock(), said=said)
    draft = replace(draft, paused=False, tender=tender if 0 < tender < 2**63 else draft.tender)
    draft = draft if pressed else draft.heard(message.message_id)
    await tips.drafts.save(person.chat_id, draft)  # before the answer: from here on all that comes is sealed
    page = await _page(draft, person, services)
    await tips.drafts.save(person.chat_id, draft.heard(await answer(message, page)))


async def _page(draft: Draft, person: Person, services: Services) -> screens.Page:
    if draft.step is Step.WARNING:
        return screens.warning(person.language, forwarded=False)
    about = ""
    if draft.step is Step.WHAT and draft.tender:
        card = await tender_card(services.store, draft.tender)
        about = card.summary.title if card else ""
    return screens.at_step(draft, person.language, about=about)


async def _move(callback: CallbackQuery, person: Person, services: Services, draft: Draft) -> None:
    """Save the draft, then show where it stands in the pressed message."""
    tips = services.tips
    assert tips is not None  # noqa: S101 - the draft came from there
    await tips.drafts.save(person.chat_id, draft)
    shown = await edit(callback, await _page(draft, person, services))
    if shown not in draft.said:
        await tips.drafts.save(person.chat_id, draft.heard(shown))


async def accept(callback: CallbackQuery, person: Person, services: Services, held: Held) -> None:
    """The warning was read."""
    step = Step.WHAT if held.draft.step is Step.WARNING else held.draft.step
    await _move(callback, person, services, replace(held.draft, step=step))


async def safer(callback: CallbackQuery, person: Person, held: Held) -> None:
    """Where to go instead."""
    await edit(callback, screens.safer(held.tips.settings.safer_ways, person.language))


async def warn_again(callback: CallbackQuery, person: Person) -> None:
    """Back to the warning."""
    await edit(callback, screens.warning(person.language, forwarded=False))


async def go(callback: CallbackQuery, callback_data: OnTip, person: Person, services: Services, held: Held) -> str:
    """To a question, whichever."""
    if callback_data.value not in WRITING:
        return _over(person)
    await _move(callback, person, services, replace(held.draft, step=Step(callback_data.value), paused=False))
    return ""


async def how(callback: CallbackQuery, callback_data: OnTip, person: Person, services: Services, held: Held) -> None:
    """How it is known is a part like any other: sealed."""
    on = replace(held.draft, step=screens.AFTER[Step.HOW])
    if callback_data.value in {"saw", "told", "paper"} and not held.draft.how:
        on = replace(on, how=True)
        await held.tips.drafts.add(
            person.chat_id, on, [held.tips.drafts.seal({"kind": "how"}, callback_data.value.encode())]
        )
    await _move(callback, person, services, on)


async def ask(callback: CallbackQuery, callback_data: OnTip, person: Person, services: Services, held: Held) -> None:
    """Whether a way back may be kept."""
    on = replace(held.draft, ask=callback_data.value == "yes", step=Step.REVIEW)
    await _move(callback, person, services, on)


async def send(callback: CallbackQuery, person: Person, held: Held) -> str:
    """Send it, and show the code once."""
    if held.draft.empty:
        return _over(person)
    sent = await held.tips.desk.submit(person.chat_id, held.draft, person.language)
    await edit(callback, screens.code(sent.code, person.language))
    return ""


async def another_code(callback: CallbackQuery, person: Person, held: Held) -> None:
    """A code that was not typed back is replaced by another."""
    code = await held.tips.desk.another_code(person.chat_id, held.draft)
    await edit(callback, screens.code(code, person.language))


async def erase(callback: CallbackQuery, bot: Bot, person: Person, held: Held) -> None:
    """Delete the conversation from the chat, as far as Telegram lets a bot."""
    pressed = callback.message.message_id if callback.message else 0
    deleted, left = await erase_messages(bot, person.chat_id, {*held.draft.said, pressed})
    await held.tips.drafts.drop(person.chat_id)
    await _say(bot, person, screens.erased(deleted, left, person.language))


async def cancel(callback: CallbackQuery, bot: Bot, person: Person, held: Held) -> None:
    """Erase the draft here and the conversation in the chat."""
    pressed = callback.message.message_id if callback.message else 0
    await held.tips.drafts.drop(person.chat_id)
    emptied = Draft.new(Step.DONE, held.draft.started_at, said=held.draft.said)
    await held.tips.drafts.save(person.chat_id, emptied)  # what was written goes first, whatever Telegram answers
    deleted, left = await erase_messages(bot, person.chat_id, {*held.draft.said, pressed})
    await held.tips.drafts.drop(person.chat_id)
    await _say(bot, person, screens.plain("cancelled", person.language))
    await _say(bot, person, screens.erased(deleted, left, person.language))


async def over(_: CallbackQuery, person: Person) -> str:
    """A button of a tip that was sent, cancelled or has expired."""
    return _over(person)


def _over(person: Person) -> str:
    return translator(person.language).gettext("This step is over. /tip begins a new tip.")


async def _say(bot: Bot, person: Person, page: screens.Page) -> None:
    await bot.send_message(person.chat_id, page.html, parse_mode="HTML", reply_markup=markup(page.buttons))


async def set_aside(message: Message, held: Held, person: Person, services: Services) -> None:
    """Another command in the middle: the draft stays, and what is written next is that command's."""
    if held.draft.step in WRITING:
        zone = person.subscriber.zone if person.subscriber else "Asia/Almaty"
        page = screens.paused(held.draft, person.language, zone, services.clock())
        paused = replace(held.draft, paused=True).heard(await answer(message, page))
        await held.tips.drafts.save(person.chat_id, paused)
    raise SkipHandler


async def tell(message: Message, held: Held, bot: Bot, person: Person) -> None:
    """Whatever a chat can send while a tip is written."""
    draft = held.draft.heard(message.message_id)
    if draft.step is Step.WARNING:
        await erase_messages(bot, person.chat_id, {message.message_id})
        draft = draft.heard(await answer(message, screens.plain("first_read", person.language)))
    elif draft.step is Step.CODE:
        right = (message.text or "").strip() == draft.last_digits
        if right:
            draft = Draft.new(Step.DONE, draft.started_at, said=draft.said)
        draft = draft.heard(await answer(message, screens.code_typed(person.language, right=right)))
    else:
        draft = await take(message, draft, bot, person, held.tips)
    await held.tips.drafts.save(person.chat_id, draft)
