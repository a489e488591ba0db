"""The role that sends what is owed, and what goes with it: each person's limits, messages in doubt, the operator."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from alerts.announcing import Announcements
from alerts.channels.base import Message
from alerts.channels.telegram.transport import TelegramChannel
from alerts.delivery import Deliverer, Delivery
from alerts.limits import Gate, Limits
from alerts.messages import Gone, Messages, Other
from alerts.missed import carry
from alerts.outbox import CHAT, Event, Outbox, Owed
from bot.chat.lessons import weekly
from bot.chat.operating import news
from bot.learn.weekly import Weekly
from bot.operator import Operator
from bot.parts import Parts

__all__ = ["works"]

log = structlog.get_logger("app")

_CARRY_EVERY = 60.0
_LOOK_EVERY = 5.0
_DECIDE_EVERY = 0.2  # alerts wait for this look before they go out


def works(parts: Parts, stop: asyncio.Event, *, carry_after: timedelta) -> list[Coroutine[Any, Any, None]]:
    """What runs until `stop`. `carry_after`: how old a message in doubt is when its reader is told of it."""
    limits = Limits(per_day=parts.config.alerts.per_day, burst=parts.config.alerts.burst)

    weekly_lessons = Weekly(parts.database, parts.outbox, parts.lessons, parts.clock)

    async def carry_on() -> bool:
        carried = await carry(parts.database, parts.outbox, parts.clock, after=carry_after)
        if carried:
            log.info("told of messages that may not have arrived", messages=carried)
        return False

    return [
        _deliver(parts, stop),
        parts.loop("limits", Gate(parts.store, parts.clock, limits).do_one, stop, idle=_DECIDE_EVERY),
        parts.loop("missed", carry_on, stop, idle=_CARRY_EVERY),
        parts.loop("lessons", weekly_lessons.do_one, stop, idle=_CARRY_EVERY),
        *([_tell_operator(parts, stop)] if parts.config.telegram.admins else []),
    ]


async def _deliver(parts: Parts, stop: asyncio.Event) -> None:
    others: dict[str, Other] = {Event.LESSON: partial(_lesson, parts), Event.NEWS: partial(_news, parts)}
    messages = Messages(parts.store, parts.subscriptions, parts.renderer, others=others)
    outbox = Outbox(parts.database, parts.clock, lane=CHAT)
    async with parts.bot() as bot:
        channel = TelegramChannel(bot, paid=parts.config.telegram.paid_broadcast)
        deliverer = Deliverer(
            outbox,
            parts.subscriptions,
            {channel.name: channel},
            messages.render,
            parts.pacer,
            parts.clock,
            prepare=messages.prepare,
            settings=Delivery.at(parts.config.telegram.rate),
            trouble=parts.mishaps,
        )
        await outbox.recover()
        try:
            await parts.loop("delivery", deliverer.do_one, stop)
        finally:
            await deliverer.stop()


def _lesson(parts: Parts, owed: Owed, slug: str) -> Message:
    """The lesson of the week. Raises Gone where it is there no more."""
    lessons = parts.lessons
    lesson = lessons.lesson(slug, owed.language)
    if lesson is None:
        raise Gone(f"the lesson {slug} is there no more")
    page = parts.public.at(f"/{lesson.language}/learn/{slug}")
    return weekly(lesson, lessons.today(), lessons.good_for, owed.language, page=page)


async def _news(parts: Parts, owed: Owed, number: str) -> Message:
    """An announcement of the operator. Raises Gone where it is there no more."""
    one = await Announcements(parts.database, parts.clock).get(int(number))
    if one is None:
        raise Gone(f"the announcement {number} is there no more")
    return news(one.text(owed.language), owed.language)


async def _tell_operator(parts: Parts, stop: asyncio.Event) -> None:
    async with parts.bot() as bot:
        operator = Operator(
            parts.database,
            TelegramChannel(bot),
            parts.subscriptions,
            parts.pacer,
            parts.clock,
            admins=parts.config.telegram.admins,
            defaults=parts.config.alerts,
            mishaps=parts.mishaps,
        )
        await parts.loop("operator", operator.do_one, stop, idle=_LOOK_EVERY)
