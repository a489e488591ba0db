"""Telling something: the warning, the questions, the confirmation, the code. Handlers talk, the desk knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.enums import ChatType
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from msgspec.structs import replace

from bot.chat.callbacks import TipAbout
from bot.chat.lookup import tender_card
from bot.chat.reply import answer, edit
from bot.chat.services import Person, Services
from bot.tips.drafts import QUESTIONS, WRITING, Draft, Step
from bot.tips.limits import Verdict
from bot.tips.tipper import screens
from bot.tips.tipper.buttons import OnTip, TipAct
from bot.tips.tipper.cleaning import erase_messages
from bot.tips.tipper.finishing import another_code, cancel, erase, erase_what_is_left, send, sent_already
from bot.tips.tipper.held import At, Held, SentBefore, SetAside, Writing
from bot.tips.tipper.looking import look_up
from bot.tips.tipper.taking import take

__all__ = ["late_router", "router"]

_OWN = F.forward_origin.is_(None)  # somebody else's "/tip" is not this person's


def router() -> Router:
    """`/tip`, its deep link, the button on an alert, every button of the conversation, and what is told."""
    made = Router(name="tips")
    made.message.register(not_here, Command("tip", "mytips"), F.chat.type != ChatType.PRIVATE)
    made.message.register(begin, Command("tip"), _OWN)
    made.message.register(begin_linked, CommandStart(deep_link=True, magic=F.args.startswith("tip")), _OWN)
    made.callback_query.register(begin_about, TipAbout.filter())
    writing, asked, warned = At(*WRITING), At(*QUESTIONS), At(Step.WARNING, *QUESTIONS)
    acts: tuple[tuple[TipAct, At, Callable[..., Any]], ...] = (
        (TipAct.ACCEPT, warned, accept),
        (TipAct.SAFER, At(), safer),
        (TipAct.WARNING, At(), warn_again),
        (TipAct.GO, asked, go),
        (TipAct.HOW, asked, how),
        (TipAct.ORIGINALS, writing, originals),
        (TipAct.ASK, asked, ask),
        (TipAct.SEND, writing, send),
        (TipAct.SEND, At(Step.CODE), sent_already),
        (TipAct.CODE, At(Step.CODE), another_code),
        (TipAct.ERASE, At(), erase),
        (TipAct.CANCEL, At(Step.WARNING, Step.DONE, Step.LOOKUP, *WRITING), cancel),
    )
    for act, at, handler in acts:
        made.callback_query.register(handler, OnTip.filter(F.act == act), at)
    made.callback_query.register(erase_what_is_left, OnTip.filter(F.act == TipAct.ERASE))
    made.callback_query.register(over, OnTip.filter())
    made.message.register(set_aside, Writing(), F.text.startswith("/"), _OWN)
    made.message.register(tell, Writing())
    made.edited_message.register(tell, Writing())
    made.edited_message.register(edited_late, SentBefore())
    return made


def late_router() -> Router:
    """Comes last but one: words that nobody wanted, while a tip is set aside."""
    made = Router(name="tips set aside")
    made.message.register(still_aside, SetAside())
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
    """The same from an alert, as a new message: the alert stays. From a group the button leads to the bot alone."""
    if not isinstance(callback.message, Message) or callback.bot is None:
        return
    if person.group:
        me = await callback.bot.me()
        await callback.answer(url=f"https://t.me/{me.username}?start=tip_{callback_data.tender}")
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
    if await tips.limits.blocked(person.chat_id):
        await answer(message, screens.limited(Verdict.BLOCKED, person.language))
        return
    draft = await tips.drafts.get(person.chat_id)
    if draft is None or draft.step not in QUESTIONS:
        said = draft.said if draft else ()
        await tips.drafts.drop(person.chat_id)
        draft = Draft.new(Step.WARNING, services.clock(), said=said)
    draft = replace(
        draft, paused=False, language=person.language, tender=tender if 0 < tender < 2**63 else draft.tender
    )
    draft = draft if pressed else draft.heard(message.message_id)
    await tips.drafts.save(person.chat_id, draft)  # before the answer: from here on all that comes is sealed
    page = await _page(draft, person, services)
    await tips.drafts.save(person.chat_id, draft.heard(await answer(message, page)))


async def _page(draft: Draft, person: Person, services: Services) -> screens.Page:
    if draft.step is Step.WARNING:
        return screens.warning(person.language, forwarded=services.tips is not None and services.tips.forwarded)
    about = ""
    if draft.step is Step.WHAT and draft.tender:
        card = await tender_card(services.store, draft.tender)
        about = card.summary.title if card else ""
    return screens.at_step(
        draft, person.language, about=about, forwarded=services.tips is not None and services.tips.forwarded
    )


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


async def warn_again(callback: CallbackQuery, person: Person, held: Held) -> None:
    """Back to the warning."""
    await edit(callback, screens.warning(person.language, forwarded=held.tips.forwarded))


async def go(callback: CallbackQuery, callback_data: OnTip, person: Person, services: Services, held: Held) -> str:
    """To a question, whichever."""
    if callback_data.value not in QUESTIONS:
        return screens.over(person.language)
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


async def originals(
    callback: CallbackQuery, callback_data: OnTip, person: Person, services: Services, held: Held
) -> None:
    """Whether what comes from now on is kept as it is, too."""
    kept = callback_data.value == "yes"
    step = Step.ANSWER if held.draft.step is Step.ANSWER else Step.FILES
    await _move(callback, person, services, replace(held.draft, originals=kept, step=step))


async def ask(callback: CallbackQuery, callback_data: OnTip, person: Person, services: Services, held: Held) -> None:
    """Whether a way back may be kept."""
    on = replace(held.draft, ask=callback_data.value == "yes", step=Step.REVIEW)
    await _move(callback, person, services, on)


async def over(_: CallbackQuery, person: Person) -> str:
    """A button of a tip that was sent, cancelled or has expired."""
    return screens.over(person.language)


async def set_aside(message: Message, held: Held, person: Person, services: Services) -> None:
    """Another command in the middle: the draft stays, and what is written next is that command's."""
    if held.draft.step in WRITING:
        zone = person.subscriber.zone if person.subscriber else "Asia/Almaty"
        page = screens.paused(held.draft, person.language, zone, services.clock())
        paused = replace(held.draft, paused=True).heard(await answer(message, page))
        await held.tips.drafts.save(person.chat_id, paused)
    raise SkipHandler


async def edited_late(message: Message, held: Held, person: Person) -> None:
    """A message that was sent with a tip is changed in the chat: the tip stays as it is."""
    shown = await answer(message, screens.plain("edited_late", person.language), quote=True)
    await held.tips.drafts.save(person.chat_id, held.draft.heard(shown))


async def still_aside(message: Message, held: Held, person: Person, services: Services) -> None:
    """Whoever goes on writing after another command hears that it is no part of the tip, and how to go on with it."""
    zone = person.subscriber.zone if person.subscriber else "Asia/Almaty"
    page = screens.set_aside(held.draft, person.language, zone, services.clock())
    draft = held.draft.heard(message.message_id)
    await held.tips.drafts.save(person.chat_id, draft.heard(await answer(message, page)))


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
    elif draft.step is Step.LOOKUP:
        draft = await look_up(message, draft, bot, person, held.tips)
    else:
        draft = await take(message, draft, bot, person, held.tips)
    await held.tips.drafts.save(person.chat_id, draft)
