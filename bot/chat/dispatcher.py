"""The conversation put together."""

from __future__ import annotations

from aiogram import Dispatcher, F
from aiogram.fsm.strategy import FSMStrategy

from bot.chat.handlers import (
    account,
    adding,
    cards,
    carrying,
    criteria,
    doing,
    fallback,
    filters,
    learning,
    lookups,
    mail,
    membership,
    muting,
    operating,
    posting,
    saving,
    settings,
    sharing,
    speaking,
    start,
    why,
    zones,
)
from bot.chat.middlewares import AnswerCallbacks, OnlyOurButtons, Recognise
from bot.chat.services import Services
from bot.tips.reviewer import handlers as monitors
from bot.tips.tipper import looking, telling

__all__ = ["build_dispatcher"]


def build_dispatcher(services: Services) -> Dispatcher:
    """A dispatcher of its own for these services. One chat has one draft: in a group, of whichever administrator.

    Updates must come in order within a chat, as `bot.inbox.Worker` feeds them.
    """
    dispatcher = Dispatcher(storage=services.storage, fsm_strategy=FSMStrategy.CHAT, services=services)
    dispatcher.update.outer_middleware(Recognise())
    dispatcher.callback_query.outer_middleware(AnswerCallbacks())
    dispatcher.callback_query.outer_middleware(OnlyOurButtons())
    dispatcher.errors.register(fallback.sorry)
    dispatcher.include_router(monitors.router())
    dispatcher.include_router(looking.router())
    dispatcher.include_router(telling.router())  # before the rest: while a tip is written, words are its
    dispatcher.include_router(doing.router())
    dispatcher.include_router(lookups.router())  # before `start`, as lessons: a link to a purchase begins with it
    dispatcher.include_router(learning.router())  # before `start`: a link to a lesson begins with it too
    for part in (
        sharing,
        start,
        filters,
        speaking,
        adding,
        criteria,
        saving,
        settings,
        muting,
        zones,
        carrying,
        mail,
        account,
    ):
        router = part.router()
        router.message.filter(F.forward_origin.is_(None))  # somebody else's "/stop" is not this person's
        dispatcher.include_router(router)
    for rest in (posting, operating, why, cards, membership):
        dispatcher.include_router(rest.router())
    dispatcher.include_router(lookups.pasted_router())
    dispatcher.include_router(posting.forwarded_router())  # a post that names a purchase opens it
    dispatcher.include_router(telling.late_router())
    dispatcher.include_router(fallback.router())
    return dispatcher
