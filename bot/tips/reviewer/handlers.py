"""Commands and buttons of the monitors' group. Handlers talk; `Casework` checks rights and acts."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import CallbackQuery, Message

from bot.chat.services import Services
from bot.tips.audit import read_audit
from bot.tips.casework import Casework, NotAllowed, NotPossible
from bot.tips.counts import count_tips
from bot.tips.desk import Tip
from bot.tips.reviewer import words
from bot.tips.reviewer.buttons import CaseAct, OnCase
from bot.tips.roles import Act
from bot.tips.states import Decline, Outcome, State
from watchers.store import Store

if TYPE_CHECKING:
    from bot.tips.reviewer.group import MonitorsGroup
    from bot.tips.service import TipService

__all__ = ["router"]

_REF = re.compile(r"\s*(T-[A-Z0-9]{6})\b\s*", re.IGNORECASE)
_MOST_LINES = 25
_BIN = re.compile(r"\d{12}")

COMMANDS: tuple[str, ...] = ("ask", "answer", "link", "merge", "hold", "release", "block", "sealed")


class InGroup(Filter):
    """Whether it comes from the monitors' group."""

    async def __call__(self, event: Message | CallbackQuery, services: Services) -> bool | dict[str, TipService]:
        """With `tips`."""
        message = event.message if isinstance(event, CallbackQuery) else event
        tips = services.tips
        if tips is None or message is None or not tips.group.chat_id or message.chat.id != tips.group.chat_id:
            return False
        return {"tips": tips}


def router() -> Router:
    """Everything said and pressed in the monitors' group."""
    made = Router(name="monitors")
    own = F.forward_origin.is_(None)
    made.message.register(list_open, Command("tips"), InGroup(), own)
    made.message.register(show_counts, Command("counts"), InGroup(), own)
    made.message.register(show_audit, Command("audit"), InGroup(), own)
    made.message.register(command, Command(*COMMANDS), InGroup(), own)
    made.callback_query.register(press, OnCase.filter(), InGroup())
    return made


async def list_open(message: Message, bot: Bot, tips: TipService) -> None:
    """The tips that are not over."""
    if await _refused(message, Act.LIST, bot, tips):
        return
    group = tips.group
    page = words.listed(await group.open_tips(), group.language)
    await group.send(bot, page, topic=message.message_thread_id or 0)


async def show_counts(message: Message, bot: Bot, tips: TipService) -> None:
    """How many there are, by state."""
    if await _refused(message, Act.COUNT, bot, tips):
        return
    found = await count_tips(tips.desk.database)
    await tips.group.send(bot, words.counted(found, tips.group.language), topic=message.message_thread_id or 0)


async def show_audit(message: Message, command: CommandObject, bot: Bot, tips: TipService) -> None:
    """Who did what last, with all tips or with the one that is named."""
    if await _refused(message, Act.AUDIT, bot, tips):
        return
    named = _REF.match(command.args or "")
    lines = await read_audit(tips.desk.database, ref=named[1].upper() if named else "", limit=_MOST_LINES)
    page = words.audited(lines, tips.group.language, tips.group.zone)
    await tips.group.send(bot, page, topic=message.message_thread_id or 0)


async def _refused(message: Message, act: Act, bot: Bot, tips: TipService) -> bool:
    try:
        tips.casework.check(_account(message), act)
    except NotAllowed:
        await _reply(message, bot, tips.group, "role")
        return True
    return False


async def command(message: Message, command: CommandObject, bot: Bot, services: Services, tips: TipService) -> None:
    """A command about the tip of the topic, of the header it replies to, or named after it."""
    rest = command.args or ""
    ref = ""
    if command.command != "merge" and (named := _REF.match(rest)):
        ref, rest = named[1].upper(), rest[named.end() :]
    if not ref:
        replied = message.reply_to_message.message_id if message.reply_to_message else 0
        tip = await tips.group.in_topic(message.message_thread_id or 0, replied)
        ref = tip.ref if tip else ""
    answer = await _try(lambda: _do(command.command, ref, rest.strip(), _account(message), bot, services.store, tips))
    await _reply(message, bot, tips.group, answer)


async def _do(name: str, ref: str, rest: str, account: int, bot: Bot, store: Store, tips: TipService) -> str:  # noqa: PLR0917
    """Do it; returns the name of what is answered. Raises NotAllowed, NotPossible."""
    casework = tips.casework
    casework.check(account, _RIGHTS[name])
    if not ref:
        raise NotPossible("which")
    if name in {"ask", "answer"}:
        if not rest:
            raise NotPossible("words")
        tip = await (casework.ask if name == "ask" else casework.answer)(account, ref, rest[:3000])
        await tips.group.refresh(bot, tip)
        return "sent"
    if name == "sealed":
        await tips.group.send_sealed(bot, await casework.note(account, Act.FETCH, ref))
        return ""
    if name == "block":
        await casework.block(account, ref)
        return "blocked"
    await tips.group.refresh(bot, await _change(name, ref, rest, account, store, casework))
    return "done"


async def _change(name: str, ref: str, rest: str, account: int, store: Store, casework: Casework) -> Tip:  # noqa: PLR0917
    if name == "merge":
        return await casework.merge(account, ref, rest)
    if name == "link":
        tender, buyer = await _linked(rest, store)
        return await casework.link(account, ref, tender_id=tender, buyer_id=buyer)
    return await casework.hold(account, ref, held=name == "hold")


_RIGHTS = {
    "ask": Act.ASK, "answer": Act.ANSWER, "link": Act.LINK, "merge": Act.MERGE, "hold": Act.HOLD,
    "release": Act.HOLD, "block": Act.BLOCK, "sealed": Act.FETCH,
}  # fmt: skip


async def _linked(words_: str, store: Store) -> tuple[int | None, str]:
    """The tender and buyer that were named. Raises NotPossible."""
    if _BIN.fullmatch(words_):
        buyers = await store.find_buyers(words_, 2)
        if not buyers:
            raise NotPossible("nothing")
        return None, buyers[0].id
    if words_.isascii() and words_.isdigit() and int(words_) < 2**63:
        tender = await store.tender(int(words_))
    elif words_:
        tender = await store.named(words_)
    else:
        raise NotPossible("link")
    if tender is None:
        raise NotPossible("nothing")
    return tender.id, ""


async def press(callback: CallbackQuery, callback_data: OnCase, bot: Bot, tips: TipService) -> str:
    """A button under a header."""
    group = tips.group
    account = callback.from_user.id
    if callback_data.act in _MENUS:
        return await _menu(callback_data, account, bot, tips)
    if callback_data.act is CaseAct.SEALED:
        return words.note(await _try(lambda: _sealed(account, callback_data.ref, bot, tips)) or "done", group.language)
    acts = {
        CaseAct.CLAIM: lambda: tips.casework.claim(account, callback_data.ref),
        CaseAct.ACCEPT: lambda: tips.casework.set_state(account, callback_data.ref, State.ACCEPTED),
        CaseAct.REOPEN: lambda: tips.casework.set_state(account, callback_data.ref, State.READING),
        CaseAct.HANDOVER: lambda: tips.casework.hand_over(account, callback_data.ref),
        CaseAct.DECLINE: lambda: tips.casework.decline(account, callback_data.ref, _value(Decline, callback_data)),
        CaseAct.CLOSE: lambda: tips.casework.close(account, callback_data.ref, _value(Outcome, callback_data)),
    }

    async def act() -> str:
        await group.refresh(bot, await acts[callback_data.act]())
        return "done"

    return words.note(await _try(act), group.language)


_MENUS = {CaseAct.DECLINES: Act.DECLINE, CaseAct.CLOSES: Act.CLOSE, CaseAct.BACK: Act.LIST}


async def _menu(data: OnCase, account: int, bot: Bot, tips: TipService) -> str:
    async def show() -> str:
        tip = await tips.casework.begin(account, _MENUS[data.act], data.ref)
        await tips.group.refresh(bot, tip, menu="" if data.act is CaseAct.BACK else data.act)
        return ""

    name = await _try(show)
    return words.note(name, tips.group.language) if name else ""


async def _sealed(account: int, ref: str, bot: Bot, tips: TipService) -> str:
    await tips.group.send_sealed(bot, await tips.casework.note(account, Act.FETCH, ref))
    return ""


def _value(kind: Any, data: OnCase) -> Any:
    try:
        return kind(data.value)
    except ValueError:
        raise NotPossible("state") from None


async def _try(act: Callable[[], Awaitable[str]]) -> str:
    """Do it; returns what to answer, also where it is not allowed or not possible."""
    try:
        return await act()
    except NotAllowed:
        return "role"
    except NotPossible as error:
        return error.reason


async def _reply(message: Message, bot: Bot, group: MonitorsGroup, name: str) -> None:
    if name:
        await group.send(bot, words.said(name, group.language), topic=message.message_thread_id or 0,
                         reply_to=message.message_id)  # fmt: skip


def _account(message: Message) -> int:
    """Who wrote it; nobody in particular where somebody writes as the group itself."""
    return message.from_user.id if message.from_user and not message.sender_chat else 0
