"""Tells the operator of alarms and their end, of stray indicators and refused messages, once, in `telegram.admins`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from alerts.channels.base import Channel, DeliveryError, Message, UncertainDelivery
from alerts.format import number, when
from alerts.i18n import translator
from alerts.pace import Pacer
from alerts.render.pages import IndicatorPages
from alerts.subscribers import Subscribers
from bot.chat.texts import render
from bot.config_sections import Alerts
from bot.mishaps import Mishap, Mishaps
from watchers.base_rates import Rate, monday_of, rates, say_drift_told
from watchers.database import Database
from watchers.vigil import Stood, read_standings, say_told

__all__ = ["Operator", "drift_text", "mishap_text", "percent", "text_of"]

log = structlog.get_logger("operator")

_WEEK = timedelta(weeks=1)


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
        mishaps: Mishaps | None = None,
    ) -> None:
        self._database = database
        self._channel = channel
        self._people = people
        self._pacer = pacer
        self._clock = clock
        self._admins = admins
        self._defaults = defaults
        self._mishaps = mishaps or Mishaps(clock)

    async def do_one(self) -> bool:
        """Tell what is news; False: nothing more to do at once. What did not go out is tried the next time."""
        for stood in await read_standings(self._database):
            if stood.alarm == stood.told or not await say_told(self._database, stood, self._clock()):
                continue  # known already, or another process tells it
            if not await self._tell(partial(self._of_source, stood), stood.source):
                await say_told(self._database, stood, self._clock(), told=False)
        for rate in await rates(self._database, monday_of(self._clock()) - _WEEK):
            if rate.drift in {"", rate.told} or not await say_drift_told(self._database, rate):
                continue
            if not await self._tell(partial(drift_text, rate), rate.indicator):
                await say_drift_told(self._database, rate, told=False)
        untold = self._mishaps.untold
        while untold and await self._tell(partial(mishap_text, untold[0]), "delivery"):
            untold.popleft()
        return False

    def _of_source(self, stood: Stood, language: str) -> str:
        return text_of(stood, language, self._defaults.zone, self._clock())

    async def _tell(self, text_in: Callable[[str], str], about: str) -> bool:
        """Send to every chat in its language; False where none got it and trying again may help."""
        again, sent = False, False
        for admin in self._admins:
            try:
                await self._send(str(admin), text_in)
                sent = True
            except UncertainDelivery:
                sent = True  # it may have arrived: not twice
            except DeliveryError as error:
                log.warning("the operator was not told", about=about, reason=str(error))
                again = again or not error.permanent
        return sent or not again

    async def _send(self, chat: str, text_in: Callable[[str], str]) -> None:
        person = await self._people.subscriber(self._channel.name, chat)
        language = person.language if person else self._defaults.language
        text = text_in(language)
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


def mishap_text(mishap: Mishap, language: str) -> str:
    """What is said of a refused message or a chat that keeps us out, as Telegram HTML."""
    return render("mishap", language, chat=mishap.chat, words=mishap.words, mail=mishap.mail)


def drift_text(rate: Rate, language: str) -> str:
    """What is said of an indicator that fires more often than it should, as Telegram HTML."""
    page = IndicatorPages().page(rate.indicator, language)
    before = rate.share_before
    return render(
        "drift",
        language,
        code=rate.indicator,
        called=page.name if page else rate.indicator,
        drift=rate.drift.value,
        share=percent(rate.share or 0.0, language),
        fired=rate.fired,
        computed=rate.computed,
        before=percent(before, language) if before is not None else "",
    )


def percent(share: float, language: str) -> str:
    """A share in per cent to a tenth: "12.5 %"."""
    return f"{number(round(100 * share, 1), language)}\N{NO-BREAK SPACE}%"
