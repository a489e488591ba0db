"""`/metrics` for Prometheus: what is owed and sent, how old, how fast, how fresh each source is.

What is in the database is the same whichever process is asked; what only this process knows is named `process`. No
label holds a chat, a person or a tender. Every figure is listed in docs/metrics.md.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import Response, TelegramMethod
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from alerts.mail.checking import DigestFigures, digest_figures
from alerts.tables import State, outbox, subscribers
from bot.inbox import inbox
from bot.web.pulse import Pulse
from watchers.base_rates import Rate, monday_of, rates
from watchers.database import Database
from watchers.tables import events, tenders
from watchers.vigil import Stood, read_standings

__all__ = ["Metrics", "Tallies"]

T = TypeVar("T")

_LATENCIES = (0.5, 0.9, 0.99)
_LATENCY_OVER = timedelta(hours=1)
_MOST_LATENCIES = 5000


class Tallies(BaseRequestMiddleware):
    """What this process counts as it goes."""

    floods: int = 0  # 429s from Telegram

    async def __call__(
        self, make_request: NextRequestMiddlewareType[T], bot: Bot, method: TelegramMethod[T]
    ) -> Response[T]:
        """A middleware of the bot's session: every request passes here."""
        try:
            return await make_request(bot, method)
        except TelegramRetryAfter:
            self.floods += 1
            raise


class _Snapshot(msgspec.Struct):
    """What the database said when it was last asked."""

    outbox: dict[str, int] = {}
    oldest_owed: float = 0.0
    latencies: list[float] = []
    unmatched: int = 0
    waiting: int = 0
    people: dict[str, int] = {}
    standings: list[Stood] = []
    tenders: int = 0
    rates: list[Rate] = []
    digests: DigestFigures = DigestFigures()
    up: bool = False


class Metrics:
    """Answers `/metrics`. The database is asked at most every `fresh` seconds, however many ask us."""

    def __init__(
        self,
        database: Database,
        pulse: Pulse,
        tallies: Tallies,
        clock: Callable[[], datetime],
        *,
        fresh: float = 5.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._clock = clock
        self._fresh = fresh
        self._now = monotonic
        self._asked_at = -fresh
        self._asking = asyncio.Lock()
        self._exposed = _Exposed(pulse, tallies, clock)
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self._exposed)

    def routes(self) -> list[web.RouteDef]:
        """Where Prometheus asks."""
        return [web.get("/metrics", self.metrics)]

    async def metrics(self, _: web.Request) -> web.Response:
        """Everything as text."""
        async with self._asking:
            if self._now() - self._asked_at >= self._fresh:
                try:
                    async with asyncio.timeout(10):
                        self._exposed.snapshot = await self._ask()
                except (SQLAlchemyError, OSError, TimeoutError):
                    self._exposed.snapshot = _Snapshot()
                self._asked_at = self._now()
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _ask(self) -> _Snapshot:
        now = self._clock()
        states = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        oldest = select(func.min(outbox.c.due_at)).where(outbox.c.state == State.DUE, outbox.c.due_at <= now)
        latest = (
            select(outbox.c.finished_at, tenders.c.published_at)
            .join_from(outbox, tenders, outbox.c.tender_id == tenders.c.id)
            .where(outbox.c.state == State.SENT, outbox.c.event == "published")
            .where(outbox.c.finished_at > now - _LATENCY_OVER, tenders.c.published_at.is_not(None))
            .limit(_MOST_LATENCIES)
        )
        async with self._database.read() as connection:
            counts = {row[0]: row[1] for row in await connection.execute(states)}
            owed_since = (await connection.execute(oldest)).scalar_one()
            latencies = sorted((row[0] - row[1]).total_seconds() for row in await connection.execute(latest))
            unmatched = await connection.execute(
                select(func.count()).select_from(events).where(events.c.matched_at.is_(None))
            )
            waiting = await connection.execute(
                select(func.count()).select_from(inbox).where(inbox.c.handled_at.is_(None))
            )
            people = await connection.execute(select(subscribers.c.state, func.count()).group_by(subscribers.c.state))
            stored = await connection.execute(select(func.count()).select_from(tenders))
            return _Snapshot(
                outbox=counts,
                oldest_owed=(now - owed_since).total_seconds() if owed_since else 0.0,
                latencies=latencies,
                unmatched=unmatched.scalar_one(),
                waiting=waiting.scalar_one(),
                people={row[0]: row[1] for row in people},
                standings=await read_standings(self._database),
                tenders=stored.scalar_one(),
                rates=await rates(self._database, monday_of(now) - timedelta(weeks=1)),
                digests=await digest_figures(self._database, now),
                up=True,
            )


class _Exposed(Collector):
    """The figures as Prometheus has them."""

    def __init__(self, pulse: Pulse, tallies: Tallies, clock: Callable[[], datetime]) -> None:
        self.snapshot = _Snapshot()
        self._pulse = pulse
        self._tallies = tallies
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """All of them."""
        seen = self.snapshot
        yield _gauge("baqylau_up", "1 while the database answers", seen.up)
        if seen.up:
            yield from self._of_the_database(seen)
        yield from self._of_this_process()

    def _of_the_database(self, seen: _Snapshot) -> Iterator[Metric]:
        messages = {state.value: seen.outbox.get(state.value, 0) for state in State}
        yield _labelled("baqylau_messages", "Messages in the ledger by state", "state", messages.items())
        yield _gauge(
            "baqylau_oldest_owed_seconds", "How long the oldest message that may go out has waited", seen.oldest_owed
        )
        if seen.latencies:
            pairs = (
                (f"{q:g}", seen.latencies[min(int(q * len(seen.latencies)), len(seen.latencies) - 1)])
                for q in _LATENCIES
            )
            yield _labelled(
                "baqylau_publication_to_delivery_seconds", "From publication to alert, over the last hour",
                "quantile", pairs,
            )  # fmt: skip
        yield _gauge("baqylau_events_unmatched", "Events no subscription was compared with yet", seen.unmatched)
        yield _gauge("baqylau_updates_waiting", "Updates from Telegram that are not handled yet", seen.waiting)
        yield _labelled("baqylau_subscribers", "Subscribers by state", "state", seen.people.items())
        yield _gauge("baqylau_tenders", "Tenders stored", seen.tenders)
        words = "Addresses whose digest is due and was not made, or whose runs of the last week have a gap"
        yield _gauge("baqylau_digests_missing", words, seen.digests.missing)
        words = "Digests of the last day by what came of them"
        yield _labelled("baqylau_digests", words, "state", seen.digests.states.items())
        now = self._clock()
        good = [(one.source, (now - one.good_at).total_seconds()) for one in seen.standings if one.good_at]
        new = [(one.source, (now - one.new_at).total_seconds()) for one in seen.standings if one.new_at]
        yield _labelled("baqylau_source_good_seconds", "Since a source last answered well", "source", good)
        yield _labelled("baqylau_source_new_seconds", "Since a source last brought a new tender", "source", new)
        alarms = [(one.source, float(bool(one.alarm))) for one in seen.standings]
        shares = [(one.indicator, one.share) for one in seen.rates if one.share is not None]
        words = "Share of what could be checked last week on which a flag was raised"
        yield _labelled("baqylau_indicator_fired_share", words, "indicator", shares)
        yield _labelled("baqylau_source_alarm", "1 while the operator should look at a source", "source", alarms)

    def _of_this_process(self) -> Iterator[Metric]:
        floods = CounterMetricFamily("baqylau_process_floods", "429 answers from Telegram to this process")
        floods.add_metric([], self._tallies.floods)
        yield floods
        ages = [(name, self._pulse.age(name)) for name in self._pulse.parts]
        yield _labelled("baqylau_process_part_seconds", "Since a part of this process took a turn", "part", ages)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))


def _labelled(name: str, words: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values:
        family.add_metric([key], value)
    return family
