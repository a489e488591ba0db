"""`/export`: one's data and filters as files; a file of filters sent back is previewed, and added once confirmed."""

from __future__ import annotations

import io

import msgspec
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from alerts.portable import MOST_BYTES, BadFile, Carried, everything_of, pack, unpack
from alerts.subscriptions import Subscription, TooManyFilters
from alerts.timing import Mode
from bot.chat import carrying as pages
from bot.chat import screens
from bot.chat.callbacks import Go, Import, Screen
from bot.chat.editing.steps import per_day_of
from bot.chat.handlers.drafting import said_to_us
from bot.chat.lookup import names_of
from bot.chat.middlewares import MayChange
from bot.chat.reply import answer, edit
from bot.chat.services import CHANNEL, Person, Services
from bot.chat.texts import out_of_date

__all__ = ["export", "router"]

_KEPT = "filters_to_add"


def router() -> Router:
    """`/export`, its button, and files of filters."""
    made = Router(name="carrying")
    made.message.register(export, Command("export"), MayChange())
    made.callback_query.register(export_below, Go.to(Screen.EXPORT), MayChange())
    is_ours = F.document.file_name.endswith(".json") & F.forward_origin.is_(None)
    made.message.register(offered, is_ours, said_to_us, MayChange())
    made.callback_query.register(decide, Import.filter(), MayChange())
    return made


async def export(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """The two files below, with what they are."""
    await state.clear()
    await _send(message, person, services)


async def export_below(callback: CallbackQuery, person: Person, services: Services) -> str | None:
    """The same from the settings."""
    if person.subscriber is None or not isinstance(callback.message, Message):
        return out_of_date(person.language)
    await _send(callback.message, person, services)
    return None


async def _send(message: Message, person: Person, services: Services) -> None:
    if person.subscriber is None:
        await answer(message, screens.plain("nothing", person.language))
        return
    kept = await services.subscriptions.filters(person.subscriber.id)
    rows = await everything_of(services.database, person.subscriber.id)
    await answer(message, pages.export(len(kept), person.language))
    data = msgspec.json.format(msgspec.json.encode(rows), indent=2)
    await message.answer_document(BufferedInputFile(data, "baqylau-data.json"))
    if kept:
        await message.answer_document(BufferedInputFile(pack(kept), "baqylau-filters.json"))


async def offered(message: Message, person: Person, services: Services, state: FSMContext, bot: Bot) -> None:
    """A file of filters: what is new in it is shown, and waits for a yes."""
    language = person.language
    try:
        carried = await _read(message, bot)
    except BadFile as error:
        await answer(message, pages.unreadable(error.where, language))
        return
    kept = await services.subscriptions.filters(person.subscriber.id) if person.subscriber else []
    known = {one.criteria for one in kept}
    new = list({one.criteria: one for one in carried if one.criteria not in known}.values())
    room = max(0, services.subscriptions.limit - len(kept))
    fitting = new[:room]
    names = await names_of(services, [one.criteria for one in fitting], language)
    per_day = await per_day_of(person, services)
    weighed = [pages.Weighed(one, await services.foresight.preview(one.criteria, per_day)) for one in fitting]
    page = pages.preview(weighed, len(carried) - len(new), len(new) - len(fitting), names, language)
    message_id = await answer(message, page)
    await state.set_state(None)
    await state.set_data({_KEPT: msgspec.to_builtins(fitting), "message": message_id})


async def _read(message: Message, bot: Bot) -> tuple[Carried, ...]:
    """Raises BadFile; what is too large is not even fetched."""
    document = message.document
    if document is None or (document.file_size or 0) > MOST_BYTES:
        raise BadFile(f"{document.file_size if document else 0} bytes, at most {MOST_BYTES} are read")
    content = io.BytesIO()
    try:
        await bot.download(document, destination=content)
    except TelegramBadRequest as error:  # it is asked for too late, or Telegram cannot give it out now
        raise BadFile("Telegram did not hand it over") from error
    return unpack(content.getvalue())


async def decide(
    callback: CallbackQuery, callback_data: Import, person: Person, services: Services, state: FSMContext
) -> str | None:
    """Add what was previewed under this very message, or leave it."""
    data = await state.get_data()
    pressed = callback.message.message_id if callback.message else 0
    if _KEPT not in data or data.get("message") != pressed:
        return out_of_date(person.language)
    new: list[Subscription] = []
    if callback_data.sure:
        new = await _add(msgspec.convert(data[_KEPT], list[Carried]), person, services)
    per_day = await per_day_of(person, services)
    amiss = [one for one in new if pages.is_amiss(one, await services.foresight.preview(one.criteria, per_day))]
    names = await names_of(services, [one.criteria for one in amiss], person.language)
    await edit(callback, pages.added(len(new), person.language, amiss, names))
    await state.clear()
    return None


async def _add(carried: list[Carried], person: Person, services: Services) -> list[Subscription]:
    subscriber = await services.subscriptions.get_or_create(CHANNEL, person.address, person.language)
    new = []
    for one in carried:
        try:
            kept = await services.subscriptions.add(subscriber.id, one.criteria, one.name)
        except TooManyFilters:
            break
        if one.mode is not Mode.INSTANT:
            await services.subscriptions.set_mode(subscriber.id, kept.id, one.mode)
        if one.paused:
            await services.subscriptions.pause_filter(subscriber.id, kept.id)
        new.append(await services.subscriptions.filter(subscriber.id, kept.id))
    return new
