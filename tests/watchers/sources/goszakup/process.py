"""A watcher in a process of its own, to be stopped and killed: `... DATABASE_URL SETTINGS CLOCK_FILE CAUGHT_FILE`.

Its clock is what a file says: the country that it watches lives faster than we do. Into another file it writes up to
which moment it has read everything. It judges and stores as `baqylau run` does, without the parts that talk to people,
which take longer to load than all the rest.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import watchers.poll
from watchers.database import Database
from watchers.indicators.base import Context
from watchers.indicators.registry import judge_release, load_indicators
from watchers.poll import Watcher
from watchers.rules import load_rules
from watchers.sources.base import open_source
from watchers.store import Store


def clock_of(path: Path) -> Callable[[], datetime]:
    return lambda: datetime.fromtimestamp(float(path.read_text(encoding="ascii")), UTC)


def write(path: Path, text: str) -> None:
    """At once or not at all."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="ascii")
    new.replace(path)


class Telling(Watcher):
    """Writes the moment at which a reading began that came to its end."""

    def keep(self, clock: Path, caught: Path) -> None:
        self._files = clock, caught

    async def do_one(self) -> bool:
        clock, caught = self._files
        if self._batches is None:
            self._began = clock.read_text(encoding="ascii")
        more = await super().do_one()
        if not more:
            write(caught, self._began)
        return more


async def main(url: str, settings: str, clock: Path, caught: Path) -> None:
    watchers.poll.FIRST_WAIT = 0.05
    now = clock_of(clock)
    database = Database(url)
    context, indicators = Context(rules=load_rules()), load_indicators()
    source = open_source("goszakup", json.loads(settings), now)
    watcher = Telling(source, Store(database, now), lambda one: judge_release(one, context, indicators), now)
    watcher.keep(clock, caught)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await watcher.run(stop)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])))
