"""Tells the operator of alarms and of their end: once each, over restarts, to every chat in `telegram.admins`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from alerts.channels.base import Channel, DeliveryError, Message, UncertainDelivery
from alerts.format import when
from alerts.i18n import translator
from alerts.pace import Pacer
from alerts.subscribers import Subscribers
from bot.chat.texts import render
from bot.config_sections import Alerts
from watchers.database import Database
from watchers.vigil import Stood, read_standings, say_told

__all__ = ["Operator", "text_of"]

log = structlog.get_logger("operator")


class Operator:
    """Compares what stands with what was told. Chats are spoken to in the language they chose in the bot."""

    def __init__(
        self,
        database: Database,
        channel: Channel,
        people: Subscribers,
        pacer: Pacer,
        clock: Callable[[], datetime],
        *,
        admins: Sequence[int],
        defaults: Alerts,
    ) -> None:
        self._database = database
        self._channel = channel
        self._people = people
        self._pacer = pacer
        self._clock = clock
        self._admins = admins
        self._defaults = defaults

    async def do_one(self) -> bool:
        """Tell what is news; False: nothing more to do at once. What did not go out is tried the next time."""
        for stood in await read_standings(self._database):
            if stood.alarm != stood.told and await self._tell(stood):
                await say_told(self._database, stood, self._clock())
        return False

    async def _tell(self, stood: Stood) -> bool:
        """Send to every chat; False where none got it and trying again may help."""
        again, sent = False, False
        for admin in self._admins:
            try:
                await self._send(str(admin), stood)
                sent = True
            except UncertainDelivery:
                sent = True  # it may have arrived: not twice
            except DeliveryError as error:
                log.warning("the operator was not told", source=stood.source, alarm=stood.alarm, reason=str(error))
                again = again or not error.permanent
        return sent or not again

    async def _send(self, chat: str, stood: Stood) -> None:
        person = await self._people.subscriber(self._channel.name, chat)
        language = person.language if person else self._defaults.language
        text = text_of(stood, language, self._defaults.zone, self._clock())
        await self._pacer.turn(chat, first=True)
        await self._channel.send(chat, Message(text))


def text_of(stood: Stood, language: str, zone: str, now: datetime) -> str:
    """What is said of an alarm, or of its end, as Telegram HTML."""

    def at(moment: datetime | None) -> str:
        return when(moment, language, zone, now=now) if moment else translator(language).gettext("never")

    return render(
        "trouble",
        language,
        source=stood.source,
        alarm=stood.alarm,
        trouble=stood.trouble,
        since=at(stood.alarm_at),
        good=at(stood.good_at),
        new=at(stood.new_at),
    )
