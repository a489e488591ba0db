"""What can I do? under an alert: who somebody is, the ways at this stage, a draft letter as text and as a document."""

from __future__ import annotations

import asyncio

from aiogram import Router
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from alerts.channels.base import Message as Page
from alerts.i18n import translator
from alerts.learning import Role
from alerts.public_pages import PublicPages
from alerts.render import TenderCard
from alerts.render.sentences import Sentences
from bot.chat import screens, todo
from bot.chat.lesson_callbacks import AskRole, SetRole, WhatToDo, WriteLetter
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, edit
from bot.chat.services import CHANNEL, Person, Services
from bot.chat.texts import out_of_date
from bot.learn.documents import docx_of
from bot.learn.letters import LETTER_LANGUAGES, READING_LANGUAGE, Evidence, can_be_written, letter_for
from bot.learn.stages import standing_of
from bot.learn.steps import Todo, what_to_do
from watchers.reading import StoredSnapshot
from watchers.rules import load_rules
from watchers.versions import versions

__all__ = ["router"]

DEFAULT_ZONE = "Asia/Almaty"
LARGEST_ID = 2**63 - 1


def router() -> Router:
    """Everybody who sees an alert may ask; who the chat is, in a group its administrators say."""
    made = Router(name="doing")
    made.callback_query.register(show, WhatToDo.filter())
    made.callback_query.register(ask_role, AskRole.filter(), MayChange())
    made.callback_query.register(set_role, SetRole.filter(), MayChange())
    made.callback_query.register(write, WriteLetter.filter())
    return made


async def show(callback: CallbackQuery, callback_data: WhatToDo, person: Person, services: Services) -> None:
    """The ways for whom the chat said it is; who does not say is asked first."""
    role = await _role(person, services)
    if role is None and not person.group:
        page = todo.ask_role(callback_data.tender, person.language)
    else:
        page = await _page(callback_data.tender, role or Role.CITIZEN, person, services)
    if isinstance(callback.message, Message):
        await answer(callback.message, page, quote=True)
    else:
        await edit(callback, page)


async def ask_role(callback: CallbackQuery, callback_data: AskRole, person: Person) -> None:
    """Who are you?"""
    await edit(callback, todo.ask_role(callback_data.tender, person.language))


async def set_role(callback: CallbackQuery, callback_data: SetRole, person: Person, services: Services) -> None:
    """Remember who the chat is, and show what that allows."""
    subscriber = await services.subscriptions.get_or_create(CHANNEL, person.address, person.language)
    await services.learning.set_role(subscriber.id, callback_data.role)
    await edit(callback, await _page(callback_data.tender, callback_data.role, person, services))


async def write(callback: CallbackQuery, callback_data: WriteLetter, person: Person, services: Services) -> str | None:
    """The draft letter: its text to copy, and the same as a Word document; where it is for reading, the text alone."""
    snapshot = await _snapshot(callback_data.tender, services)
    role = await _role(person, services) or Role.CITIZEN
    known = callback_data.language in {*LETTER_LANGUAGES, READING_LANGUAGE}
    if snapshot is None or not known or not isinstance(callback.message, Message):
        return out_of_date(person.language)
    card = TenderCard.of(snapshot)
    ways = {way.key: way for way in _todo(snapshot, card, role, services).ways}
    way = ways.get(callback_data.key)
    if way is None or not can_be_written(way):
        return translator(person.language).gettext("This way is not open any more: look at what can be done now.")
    evidence = await _evidence(snapshot, services)
    letter = letter_for(
        way,
        card,
        evidence,
        language=callback_data.language,
        zone=person.subscriber.zone if person.subscriber else DEFAULT_ZONE,
        now=services.clock(),
        rules=load_rules(),
        sentences=Sentences(),
    )
    await answer(callback.message, todo.letter_page(letter, callback_data.tender, callback_data.key, person.language))
    if letter.language == READING_LANGUAGE:
        return None
    body = await asyncio.to_thread(docx_of, letter)
    name = f"letter-{callback_data.tender}-{callback_data.key}-{letter.language}.docx"
    await callback.message.answer_document(BufferedInputFile(body, name))
    return None


async def _role(person: Person, services: Services) -> Role | None:
    return await services.learning.role(person.subscriber.id) if person.subscriber is not None else None


async def _snapshot(tender_id: int, services: Services) -> StoredSnapshot | None:
    tender = await services.store.tender(tender_id) if 0 < tender_id <= LARGEST_ID else None
    return await services.store.snapshot(tender.snapshot_id) if tender is not None else None


def _todo(snapshot: StoredSnapshot, card: TenderCard, role: Role, services: Services) -> Todo:
    rules, now = load_rules(), services.clock()
    country = rules.jurisdiction(snapshot.release)
    standing = standing_of(snapshot.release, card.summary, rules, country, now)
    return what_to_do(role, standing, rules, country, now)


async def _page(tender_id: int, role: Role, person: Person, services: Services) -> Page:
    snapshot = await _snapshot(tender_id, services)
    if snapshot is None:
        return screens.plain("unknown_tender", person.language)
    card = TenderCard.of(snapshot)
    return todo.todo(_todo(snapshot, card, role, services), card, person.language, services.clock())


async def _evidence(snapshot: StoredSnapshot, services: Services) -> Evidence:
    """What is kept of the version that the letter is made from."""
    known = await versions(services.database, snapshot.tender_id)
    version = next((one for one in known if one.id == snapshot.id), None)
    tender = snapshot.release.tender
    pages = PublicPages(services.public_url)
    return Evidence(
        number=(tender.key if tender else "") or snapshot.release.ocid,
        stored=pages.snapshot(snapshot.tender_id, snapshot.sequence),
        digest=version.sha256 if version else "",
    )
