"""What only the operator may ask, in a private chat, by `telegram.admins`: everybody else is not understood."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, Filter, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from alerts.channels.base import Message as Page
from alerts.channels.telegram.text import cut
from alerts.crowds import crowd_of
from alerts.format import when
from bot.chat import operating as pages
from bot.chat import screens
from bot.chat.callbacks import News, NewsAct
from bot.chat.reply import answer, edit
from bot.chat.services import CHANNEL, Person, Services
from bot.chat.texts import out_of_date, render
from bot.lists import counted, feedback
from watchers.vigil import read_standings

__all__ = ["IsOperator", "router"]

_LARGEST = 2**63


class Announcing(StatesGroup):
    """What typed words mean now."""

    text = State()


class IsOperator(Filter):
    """Whether one of `telegram.admins` writes, alone with the bot; looked at on every update."""

    async def __call__(self, _: Message | CallbackQuery, person: Person, services: Services) -> bool:
        """Whether they may."""
        return not person.group and person.user_id in services.admins


def router() -> Router:
    """`/stats`, `/health`, `/users`, `/feedback`, `/announce`, `/ban`, `/unban`."""
    made = Router(name="operating")
    made.message.filter(F.forward_origin.is_(None), IsOperator())
    made.callback_query.filter(IsOperator())
    made.message.register(stats, Command("stats"))
    made.message.register(health, Command("health"))
    made.message.register(users, Command("users"))
    made.message.register(votes, Command("feedback"))
    made.message.register(announce, Command("announce"))
    made.message.register(ban, Command("ban", "unban"))
    made.message.register(written, StateFilter(Announcing.text), F.text, ~F.text.startswith("/"))
    made.callback_query.register(act, News.filter())
    return made


async def stats(message: Message, person: Person, services: Services) -> None:
    """What `baqylau stats` counts."""
    lines = await counted(services.database)
    await answer(message, pages.statistics(lines, person.language))


async def health(message: Message, person: Person, services: Services) -> None:
    """Whether anything is in the way, and how the sources stand."""
    now = services.clock()
    reasons = await services.health.reasons() if services.health else []
    zone = person.subscriber.zone if person.subscriber else "Asia/Almaty"
    sources = [
        (one.source, when(one.good_at, person.language, zone, now=now) if one.good_at else "—", one.alarm)
        for one in await read_standings(services.database)
    ]
    await answer(message, pages.health(reasons, sources, person.language))


async def users(message: Message, person: Person, services: Services) -> None:
    """How many there are, by language and region."""
    await answer(message, pages.crowd(await crowd_of(services.database), person.language))


async def votes(message: Message, person: Person, services: Services) -> None:
    """What readers said of each indicator."""
    lines = await feedback(services.database)
    await answer(
        message, pages.statistics(lines, person.language) if lines else screens.plain("no_votes", person.language)
    )


async def announce(message: Message, person: Person, state: FSMContext) -> None:
    """Ask for the text."""
    await state.clear()
    await answer(message, pages.asked(person.language))
    await state.set_state(Announcing.text)


async def written(message: Message, person: Person, services: Services, state: FSMContext) -> None:
    """Show how it will look, and to how many it would go."""
    texts = pages.read_news(cut(message.text or "", pages.LONGEST_NEWS))
    if not texts:
        await answer(message, pages.asked(person.language))
        return
    id_ = await services.announcements.draft(texts)
    await answer(message, await _preview(id_, person, services) or pages.asked(person.language))
    await state.clear()


async def _preview(id_: int, person: Person, services: Services) -> Page | None:
    kept = await services.announcements.get(id_)
    return pages.announcing(kept, await services.announcements.agreed(), person.language) if kept else None


async def act(
    callback: CallbackQuery, callback_data: News, person: Person, services: Services, state: FSMContext
) -> str | None:
    """Send it, once; or leave it; or look how far it is."""
    id_, language = callback_data.id, person.language
    if callback_data.act is NewsAct.CANCEL:
        await state.clear()
        await edit(callback, screens.plain("news_left", language))
        return None
    if not 0 < id_ < _LARGEST or await services.announcements.get(id_) is None:
        return out_of_date(language)
    if callback_data.act is NewsAct.SEND:
        await services.announcements.send(id_)
    await edit(callback, pages.sent(id_, await services.announcements.progress(id_), language))
    return None


async def ban(message: Message, command: CommandObject, person: Person, services: Services) -> None:
    """Keep a chat or a person out, or let them in again."""
    typed = (command.args or "").strip()
    if not typed.removeprefix("-").isdecimal() or not -_LARGEST < int(typed) < _LARGEST:
        await answer(message, Page(render("operator_usage", person.language, example=f"/{command.command} 123456789")))
        return
    number = int(typed)
    if command.command == "unban":
        await services.bans.unban(number)
    else:
        await services.bans.ban(number)
        if services.tips is not None:
            await services.tips.desk.left(number)
        subscriber = await services.subscriptions.subscriber(CHANNEL, str(number))
        if subscriber is not None:
            await services.subscriptions.stop(subscriber.id)
    await answer(message, pages.banned(number, command.command == "ban", person.language))
