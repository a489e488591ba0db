"""The role that reads publishers, judges, stores and matches."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from bot.config import ConfigError
from bot.leader import lead
from bot.parts import Parts
from watchers.history import History
from watchers.history.histories import Histories
from watchers.indicators.base import Context, Finding
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.poll import Watcher
from watchers.rhythm import Rhythm, rhythm_of
from watchers.sources.base import Source, SourceError, open_source, settings_of
from watchers.vigil import Vigil

if TYPE_CHECKING:
    from alerts.matching import Matcher

__all__ = ["Watching"]

_LOOK_EVERY = 5.0

Works = list[Coroutine[Any, Any, None]]


class _Matching:
    """The matcher, made for the first event: numpy under its index takes 10 MB, and one of many processes watches."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._matcher: Matcher | None = None

    async def do_one(self) -> bool:
        parts = self._parts
        if self._matcher is None:
            if not await parts.store.unmatched_events(1):
                return False
            from alerts.matching import Matcher  # noqa: PLC0415

            max_age = parts.config.alerts.max_age_days
            self._matcher = Matcher(
                parts.store, parts.subscriptions, parts.outbox, parts.clock, max_age_days=max_age
            )  # fmt: skip
        return await self._matcher.do_one()


class Watching:
    """Of all processes on one database one watches at a time. Raises ConfigError where no source can be opened."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._indicators = load_indicators(parts.config.indicators)
        self._opened = self._open_sources()  # for the first time this process leads
        self.source_names = [source.name for source in self._opened]
        self._histories = Histories(parts.database, parts.rules)
        self._matching = _Matching(parts)

    def works(self, stop: asyncio.Event) -> Works:
        """Watch whenever this process leads."""
        return [lead(self._parts.database, self._leading, stop)]

    def judge(self, release: Release, /, history: History | None = None) -> list[Finding]:
        """What the indicators answer about a release."""
        context = Context(rules=self._parts.rules, history=history, seen_at=self._parts.clock())
        return judge_release(release, context, self._indicators)

    def _leading(self, over: asyncio.Event) -> Works:
        parts = self._parts
        sources, self._opened = self._opened or self._open_sources(), []
        watchers = [
            Watcher(source, parts.store, self.judge, parts.clock, histories=self._histories) for source in sources
        ]
        vigil = Vigil(watchers, parts.database, self._rhythms(), parts.clock)
        return [
            *(watcher.run(over) for watcher in watchers),
            parts.loop("vigil", vigil.do_one, over, idle=_LOOK_EVERY),
            parts.loop("matching", self._matching.do_one, over),
        ]

    def _open_sources(self) -> list[Source]:
        config = self._parts.config
        enabled = [name for name, section in config.sources.items() if section.enabled]
        if not enabled:
            raise ConfigError(
                "config: no source is enabled: set enabled = true in a [sources.NAME] section, config.example.toml "
                "shows several; "
                "to try everything without one, run baqylau demo"
            )
        try:
            return [open_source(name, config.source_settings(name), self._parts.clock) for name in enabled]
        except SourceError as error:
            raise ConfigError(f"config: {error}") from error

    def _rhythms(self) -> dict[str, Rhythm]:
        """When news of each source are to be expected."""
        config = self._parts.config
        settings = {name: settings_of(name, config.source_settings(name)) for name in self.source_names}
        return {name: rhythm_of(one) for name, one in settings.items()}
