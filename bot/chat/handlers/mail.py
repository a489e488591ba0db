"""Digests by mail: /email lists, adds and removes addresses, and sets how often they get one."""

from __future__ import annotations

from itertools import cycle, islice

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from alerts.channels.base import Message as Page
from alerts.mail.address import BadAddress, mail_address, shown
from alerts.mail.ask import TooManyAsks
from alerts.mail.boxes import ChatAddress
from alerts.mail.mailing import Mailing
from alerts.mail.tables import Attach, Frequency
from bot.chat import mail_page
from bot.chat.handlers.drafting import said_to_us
from bot.chat.mail_page import Do, MailButton
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, edit
from bot.chat.services import Person, Services
from bot.chat.texts import out_of_date

__all__ = ["router"]


class Typing(StatesGroup):
    """What typed words mean now."""

    address = State()


def router() -> Router:
    """`/email`, its buttons, and the step where an address is typed. Addresses are shown in private chats alone."""
    made = Router(name="mail")
    made.message.register(email, Command("email"), MayChange())
    made.message.register(typed, StateFilter(Typing.address), F.text, ~F.text.startswith("/"), said_to_us, MayChange())
    made.callback_query.register(listed, MailButton.filter(F.do == Do.LIST), MayChange())
    made.callback_query.register(ask, MailButton.filter(F.do == Do.ADD), MayChange())
    made.callback_query.register(change, MailButton.filter(), MayChange())
    return made


async def email(
    message: Message, command: CommandObject, person: Person, services: Services, state: FSMContext
) -> None:
    """The addresses; with one behind the command, that is added."""
    await state.clear()
    if command.args and not person.group and services.open_mailing is not None:
        await answer(message, await _add(command.args, person, services))
        return
    await answer(message, await _list(person, services))


async def listed(callback: CallbackQuery, person: Person, services: Services, state: FSMContext) -> None:
    """The addresses, in place."""
    await state.clear()
    await edit(callback, await _list(person, services))


async def ask(callback: CallbackQuery, person: Person, services: Services, state: FSMContext) -> str | None:
    """Wait for an address."""
    if person.group or services.open_mailing is None:
        return out_of_date(person.language)
    await state.set_state(Typing.address)
    await edit(callback, mail_page.ask_address(person.language))
    return None


async def typed(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """An address was written; one that cannot be used is asked for again."""
    page = await _add(message.text or "", person, services)
    await answer(message, page)
    if _is_address(message.text or ""):
        await state.clear()


async def change(callback: CallbackQuery, callback_data: MailButton, person: Person, services: Services) -> str | None:
    """Look at an address, set something, or remove it: only one that stands beside this very chat."""
    if person.subscriber is None or person.group or services.open_mailing is None:
        return out_of_date(person.language)
    mailing = await services.open_mailing()
    have = await mailing.boxes.of_chat(person.subscriber.id)
    one = next((known for known in have if known.id == callback_data.id), None)
    if one is None:
        return out_of_date(person.language)
    if callback_data.do is Do.REMOVE:
        await mailing.boxes.unlink(person.subscriber.id, one.address)
        await edit(callback, await _list(person, services))
        return None
    if callback_data.do is not Do.OPEN and await _alone(mailing, one, person.subscriber.id):
        await _set(mailing, one.id, callback_data.do)
    await edit(callback, await _address(mailing, one, person))
    return None


async def _set(mailing: Mailing, mail_id: int, do: Do) -> None:
    boxes = mailing.boxes
    match do:
        case Do.DAILY | Do.WEEKLY:
            await boxes.set_frequency(mail_id, Frequency(do.value))
        case Do.QUIET | Do.NO_QUIET:
            await boxes.set_all_quiet(mail_id, wanted=do is Do.QUIET)
        case Do.FILE:
            kinds = list(Attach)
            at = kinds.index((await boxes.view(mail_id)).attach)
            await boxes.set_attach(mail_id, next(islice(cycle(kinds), at + 1, None)))
        case _:
            return


async def _alone(mailing: Mailing, one: ChatAddress, chat_id: int) -> bool:
    """Whether the address gets nothing but this chat's filters: then the chat may say how often."""
    try:
        box = await mailing.boxes.view(one.id)
    except LookupError:
        return False
    return not box.filters and [shared.chat_id for shared in box.chats] == [chat_id]


async def _address(mailing: Mailing, one: ChatAddress, person: Person) -> Page:
    try:
        box = await mailing.boxes.view(one.id)
    except LookupError:
        box = None
    chat_id = person.subscriber.id if person.subscriber is not None else 0
    alone = await _alone(mailing, one, chat_id)
    return mail_page.address(one, box, alone=alone, language=person.language)


async def _list(person: Person, services: Services) -> Page:
    have: list[ChatAddress] = []
    if person.subscriber is not None and services.open_mailing is not None and not person.group:
        have = await (await services.open_mailing()).boxes.of_chat(person.subscriber.id)
    on = services.open_mailing is not None
    return mail_page.addresses(have, on=on, group=person.group, language=person.language)


def _is_address(text: str) -> bool:
    try:
        mail_address(text)
    except BadAddress:
        return False
    return True


async def _add(text: str, person: Person, services: Services) -> Page:
    """Ask the mailbox; the answer is the same whatever is known about the address."""
    language, written = person.language, text.strip()[:80]
    if services.open_mailing is None or person.group:
        return await _list(person, services)
    if not _is_address(text):
        return mail_page.wrong("address", written, language)
    if person.subscriber is None or not await services.subscriptions.filters(person.subscriber.id):
        return mail_page.wrong("filters", written, language)
    mailing = await services.open_mailing()
    try:
        await mailing.asks.ask(text, language=language, chat_id=person.subscriber.id)
    except TooManyAsks:
        return mail_page.wrong("flood", written, language)
    return mail_page.added(shown(mail_address(text)), language)
