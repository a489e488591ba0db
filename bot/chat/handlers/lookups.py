"""Looking things up: a purchase by its number or link, buyers, suppliers, the newest, the closing, the heaviest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import BufferedInputFile, CallbackQuery, InlineQuery, Message

from alerts.channels.base import Message as Page
from bot.chat import looking, screens
from bot.chat.cards import card_page, shown_card
from bot.chat.keyboards import markup
from bot.chat.lookup_callbacks import Behind, Listed, OpenProfile, ShowChart, TurnListed, fits
from bot.chat.reply import answer, edit
from bot.chat.services import Person, Services
from bot.chat.sharing_cards import offered, tender_of
from bot.chat.sharing_lessons import offered_lessons
from bot.chat.texts import out_of_date
from watchers.behind import Side
from watchers.pasted import ocids_in, portal_links

__all__ = ["pasted_router", "router"]

_MOST_TYPED = 200


def router() -> Router:
    """Everybody may look things up, in a group too."""
    made = Router(name="lookups")
    made.message.register(by_link, CommandStart(deep_link=True, magic=F.args.func(_opens_a_purchase)))
    made.message.register(tender, Command("tender"))
    made.inline_query.register(offer)
    made.message.register(_of(Side.BUYER), Command("buyer"))
    made.message.register(_of(Side.SUPPLIER), Command("supplier"))
    for what in Listed:
        made.message.register(_listed(what), Command(_COMMANDS[what]))
    made.callback_query.register(turn, TurnListed.filter())
    made.callback_query.register(show_profile, OpenProfile.filter())
    made.callback_query.register(show_behind, Behind.filter())
    made.callback_query.register(show_chart, ShowChart.filter())
    return made


def pasted_router() -> Router:
    """Comes after whatever waits for typed words, before whatever did not understand."""
    made = Router(name="pasted")
    made.message.register(pasted, F.func(_names_a_purchase))
    return made


_COMMANDS = {Listed.LATEST: "latest", Listed.DEADLINES: "deadlines", Listed.TOP: "top"}


def _names_a_purchase(message: Message) -> bool:
    text = _said(message)
    return bool(text) and bool(ocids_in(text) or portal_links(text))


def _opens_a_purchase(payload: str | None) -> bool:
    return tender_of(payload or "") is not None


async def by_link(message: Message, command: CommandObject, person: Person, services: Services) -> None:
    """Somebody pressed *Open in the bot* under a card that was shared."""
    card = await shown_card(tender_of(command.args or "") or 0, 0, person, services)
    if card is None:
        await answer(message, screens.plain("unknown_tender", person.language))
        return
    await answer(message, await card_page(card, 0, person, services))


async def offer(query: InlineQuery, person: Person, services: Services, bot: Bot) -> None:
    """`@bot word` in any chat."""
    typed, name = query.query[:_MOST_TYPED], (await bot.me()).username or ""
    results = [
        *await offered(typed, person, services, name),
        *await offered_lessons(typed, person, services, name),
    ]
    await query.answer(list(results), cache_time=60, is_personal=True)


async def tender(message: Message, command: CommandObject, person: Person, services: Services) -> None:
    """`/tender NUMBER`, or a link to it."""
    typed = (command.args or "")[:_MOST_TYPED].strip()
    for page in await looking.named(typed, person, services):
        await answer(message, page)


async def pasted(message: Message, person: Person, services: Services) -> None:
    """A number, a link or a forwarded alert, without a command. A group's own talk is left alone.

    So is what is said there to another bot: "/tender@other_bot 12345678-1".
    """
    if person.group and (message.text or "").startswith("/"):
        raise SkipHandler
    pages = await looking.named(_said(message), person, services, known_only=person.group)
    for page in pages:
        await answer(message, page, quote=person.group)


def _said(message: Message) -> str:
    """Its words and the addresses behind them: a post often shows only "more"."""
    return " ".join([message.text or message.caption or "", *_hidden_links(message)])


def _hidden_links(message: Message) -> list[str]:
    """Addresses behind words: a list's titles carry them, also when it is forwarded."""
    entities = [*(message.entities or ()), *(message.caption_entities or ())]
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    return [one.url for one in entities if one.url][:3] + [one.url for row in rows for one in row if one.url][:3]


def _of(side: Side) -> Callable[..., Awaitable[None]]:
    async def found(message: Message, command: CommandObject, person: Person, services: Services) -> None:
        typed = (command.args or "")[:_MOST_TYPED].strip()
        await answer(message, await looking.bodies(side, typed, person, services))

    return found


def _listed(what: Listed) -> Callable[..., Awaitable[None]]:
    async def listed(message: Message, person: Person, services: Services) -> None:
        await answer(message, await looking.listed(what, 0, person, services))

    return listed


async def turn(callback: CallbackQuery, callback_data: TurnListed, person: Person, services: Services) -> None:
    """Another page of a list."""
    await edit(callback, await looking.listed(callback_data.what, callback_data.page, person, services))


async def show_profile(
    callback: CallbackQuery, callback_data: OpenProfile, person: Person, services: Services
) -> str | None:
    """The profile in place of the list that led to it."""
    page = await looking.profile_page(callback_data.side, callback_data.id, person, services)
    if page is None:
        return out_of_date(person.language)
    await edit(callback, page)
    return None


async def show_behind(callback: CallbackQuery, callback_data: Behind, person: Person, services: Services) -> str | None:
    """The purchases behind a number, in place of the profile."""
    page: Page | None = await looking.behind_page(callback_data, person, services)
    if page is None:
        return out_of_date(person.language)
    await edit(callback, page)
    return None


async def show_chart(
    callback: CallbackQuery, callback_data: ShowChart, person: Person, services: Services
) -> str | None:
    """The picture, as a reply to the profile."""
    side, body = callback_data.side, callback_data.id
    made = await looking.chart(side, body, person, services, dark=callback_data.dark) if fits(body) else None
    if made is None or not isinstance(callback.message, Message):
        return out_of_date(person.language)
    picture, caption = made
    await callback.message.reply_photo(
        BufferedInputFile(picture, "profile.png"), caption=caption.html, parse_mode="HTML",
        reply_markup=markup(caption.buttons),
    )  # fmt: skip
    return None
