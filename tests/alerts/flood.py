"""A flood: `python -m tests.alerts.flood [--rows 10000] [--storms 8]` sends it at the usual pace and prints what came.

Everything is due at once; storms of 429 come in between; people press buttons and are answered meanwhile. The sandbox
(a process of its own) keeps Telegram's limits. `--scale 2` makes all of it twice as fast, for the short form.
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import itertools
import math
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from alerts.channels.base import Message
from alerts.channels.telegram.transport import TelegramChannel, connect
from alerts.delivery import Deliverer
from alerts.outbox import Owed
from alerts.pace import Pace
from alerts.shared_pace import pacer_for
from bot.chat.paced import Paced
from bot.database_commands import upgrade
from bot.sandbox.ledger import Entry, read_ledger
from bot.sandbox.people import BOT_TOKEN
from bot.times import utc_now
from tests.alerts.deliverers import Post, start_sandbox
from watchers.database import Database

RATE = 25.0
PEOPLE, ASKERS, GROUPS = 60, 50, 3


@dataclass
class Result:
    """What came of it. Seconds."""

    rows: int
    wall: float = 0.0
    ideal: float = 0.0
    held: float = 0.0  # asked for by 429s, together
    refused: int = 0
    busiest_second: int = 0  # the limit is 30, times the scale
    busiest_minute_of_a_group: int = 0
    replies: int = 0
    reply_95: float = 0.0
    twice: int = 0
    first_other: float = 0.0  # when the first of those behind the groups heard something
    before_other: int = 0  # how many messages of the groups had gone out by then
    states: dict[str, int] = field(default_factory=dict)


def busiest(moments: list[float], seconds: float) -> int:
    """The most in any window of so many seconds."""
    moments = sorted(moments)
    return max(bisect.bisect_left(moments, moment + seconds) - n for n, moment in enumerate(moments))


async def _render(owed: Owed) -> Message:
    return Message(f"alert {owed.id}")


class Flood:
    """One run on one database."""

    def __init__(self, url: str, folder: Path, *, rows: int, storms: int, scale: float = 1.0) -> None:
        self.url, self.folder, self.rows, self.storms, self.scale = url, folder, rows, storms, scale
        self.result = Result(rows, ideal=rows / RATE / scale)
        self._replies: list[float] = []

    async def run(self) -> Result:
        ledger, limits = self.folder / "flood.jsonl", self.scale == 1.0
        sandbox, api_base = await asyncio.to_thread(start_sandbox, ledger, PEOPLE + ASKERS, GROUPS, limits=limits)
        post = Post(self.url)
        try:
            await post.join(PEOPLE, GROUPS)
            # Groups are kept at their own limit nearly all the time; theirs come first.
            each = max(1, int(0.9 * self.result.ideal * self.scale / 3.1))
            await post.owe(each * GROUPS, to=post.people[PEOPLE:])
            await post.owe(self.rows - each * GROUPS, to=post.people[:PEOPLE])
            await self._send(post, api_base)
            self.result.states = {state.value: n for state, n in (await post.outbox.counts()).items() if n}
        finally:
            sandbox.kill()
            await post.database.close()
        self._read(read_ledger(ledger))
        return self.result

    async def _send(self, post: Post, api_base: str) -> None:
        pace = Pace(
            per_second=RATE * self.scale, reserved_per_second=4 * self.scale, chat_seconds=1 / self.scale,
            group_seconds=3.1 / self.scale,
        )  # fmt: skip
        pacer = pacer_for(post.database, pace)
        bot = connect(BOT_TOKEN, api_base)
        talking = connect(BOT_TOKEN, api_base)
        talking.session.middleware(Paced(pacer))
        deliverer = Deliverer(
            post.outbox, post.subscriptions, {"telegram": TelegramChannel(bot)}, _render, pacer, utc_now
        )
        began = time.monotonic()
        meanwhile = [
            asyncio.create_task(self._talk(talking)),
            asyncio.create_task(self._storm(api_base)),
        ]
        while await deliverer.do_one() or await post.open():  # noqa: ASYNC110 - as bot.running does
            await asyncio.sleep(0 if deliverer._tasks else 0.02)
        self.result.wall = time.monotonic() - began
        for task in meanwhile:
            task.cancel()
        await asyncio.gather(*meanwhile, return_exceptions=True)
        await deliverer.stop()
        await bot.session.close()
        await talking.session.close()

    async def _talk(self, bot: Any) -> None:
        """Somebody is answered now and then: twice a second, each time another person."""
        number = 0
        while True:
            await asyncio.sleep(0.5 / self.scale)
            number += 1
            began = time.monotonic()
            try:
                await bot.send_message(PEOPLE + 1 + number % ASKERS, f"reply {number}")
            except Exception:  # noqa: BLE001, S112 - a 429 of the storm: the conversation says sorry elsewhere
                continue
            self._replies.append(time.monotonic() - began)

    async def _storm(self, api_base: str) -> None:
        """Now and then the next few alerts are answered with 429 and a second to wait."""
        async with aiohttp.ClientSession() as session:
            for _ in range(self.storms):
                await asyncio.sleep(self.result.ideal / (self.storms + 1))
                order = {"trouble": "flood", "count": 3, "retry_after": 1, "method": "sendMessage"}
                async with session.post(f"{api_base}/sandbox/faults", json=order):
                    pass

    def _read(self, entries: list[Entry]) -> None:
        result = self.result
        accepted = [entry for entry in entries if entry.accepted]
        alerts = [entry for entry in accepted if entry.text.startswith("alert")]
        result.refused = len(entries) - len(accepted)
        asked = sorted(entry.monotonic for entry in entries if not entry.accepted)
        result.held = sum(min(1.0, later - earlier) for earlier, later in itertools.pairwise([*asked, math.inf]))
        result.busiest_second = busiest([entry.monotonic for entry in accepted], 1.0)
        of_group: dict[int, list[float]] = defaultdict(list)
        for entry in accepted:
            if entry.chat_id is not None and entry.chat_id < 0:
                of_group[entry.chat_id].append(entry.monotonic)
        result.busiest_minute_of_a_group = max(busiest(moments, 60.0 / self.scale) for moments in of_group.values())
        result.twice = sum(times > 1 for times in Counter(entry.text for entry in alerts).values())
        result.replies = len(self._replies)
        result.reply_95 = sorted(self._replies)[int(0.95 * len(self._replies))] if self._replies else 0.0
        others = [entry.monotonic for entry in alerts if (entry.chat_id or 0) > 0]
        result.first_other = min(others) - min(entry.monotonic for entry in alerts)
        result.before_other = sum(entry.monotonic < min(others) for entry in alerts)


async def _by_hand(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = given.postgres or f"sqlite+aiosqlite:///{folder}/flood.sqlite3"
        database = Database(url)
        await upgrade(database)
        await database.close()
        result = await Flood(url, Path(folder), rows=given.rows, storms=given.storms, scale=given.scale).run()
    sys.stdout.write("".join(f"{name:<28} {value}\n" for name, value in vars(result).items()))
    should = result.ideal + result.held
    sys.stdout.write(f"{'wall over rows / rate + held':<28} {result.wall / should:.3f}\n")
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--storms", type=int, default=8)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--postgres", default="")
    sys.exit(asyncio.run(_by_hand(parser.parse_args())))


if __name__ == "__main__":
    main()
