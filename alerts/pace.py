"""When the next message may go out: one pace for the whole bot, a slower one for each chat.

Spacing, not bursts (GCRA): at 25 a second, one every 40 ms. Telegram's own figures are about 30 a second for a bot, one
a second for a chat, 20 a minute for a group (core.telegram.org/bots/faq). Answers to a person go first, and have a few
turns a second of their own, which alerts never use: 25 + 4 stays under 30.

A machine that is busy gives turns late. What is late is made up for, or the pace would be lost nap by nap; but only by
a few hundredths, so that neither alerts nor all together come near Telegram's limit while it is made up for.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import ClassVar

import msgspec

__all__ = ["Pace", "Pacer", "Waiter"]


class Pace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How fast a channel may be used. Seconds are between two messages."""

    per_second: float = 25.0
    reserved_per_second: float = 4.0  # more, for answers to people alone; 0: none
    chat_seconds: float = 1.0
    group_seconds: float = 3.1  # 20 a minute, and room for answers that travel at different speeds


class Waiter(msgspec.Struct, eq=False):
    """Somebody in the queue."""

    chat: str
    first: bool
    patience: float | None
    turn: asyncio.Future[bool]
    came: float


def _is_group(chat: str) -> bool:
    """Ids of Telegram's groups and channels are negative."""
    return chat.startswith("-")


class Pacer:
    """Gives turns. One for a channel, in one process and one event loop.

    `monotonic` and `sleep` are there for tests; `is_group` says which addresses get the slower pace.
    """

    REMEMBERED_CHATS: ClassVar[int] = 10_000
    PAUSE: ClassVar[float] = 0.5  # nobody wanted a turn for so long: nothing is made up for
    BEHIND: ClassVar[float] = 5.0  # the most that is made up for
    FASTER: ClassVar[float] = 1.04  # so many times the rate, in a second, while it is
    SECOND: ClassVar[float] = 1.02  # in which there are no more turns than that: requests travel unevenly
    TOGETHER: ClassVar[float] = 0.96  # of both lanes' turns in a second, for the same reason
    COUNTED: ClassVar[int] = 2000  # turns a second; beyond it nobody's limit is near
    NAP: ClassVar[float] = 0.008  # the shortest; at paid rates one waking gives several turns

    def __init__(
        self,
        pace: Pace | None = None,
        *,
        is_group: Callable[[str], bool] = _is_group,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.pace = pace or Pace()
        self._is_group = is_group
        self._now = monotonic
        self._sleep = sleep
        self._next = self._next_reserved = self._held_until = 0.0
        self._next_of_chat: dict[str, float] = {}
        self._given = self._last_few((self.pace.per_second + self.pace.reserved_per_second) * self.TOGETHER)
        self._given_in_lane = self._last_few(self.pace.per_second * self.FASTER)
        self._waiting: list[Waiter] = []
        self._giving: asyncio.Task[None] | None = None

    async def turn(self, chat: str, *, first: bool = False, patience: float | None = None) -> bool:
        """Wait until a message to `chat` may go out. `first`: an answer to a person, before all alerts.

        With `patience` (seconds) it is False, and no turn is used, where the chat or the whole bot is known to have to
        wait longer than that; the queue before it does not count.
        """
        if patience is not None and self.wait_of(chat) > patience:
            return False
        waiter = Waiter(chat, first, patience, asyncio.get_running_loop().create_future(), self._now())
        if not self._waiting and self._at_once(waiter):
            return True
        self._waiting.append(waiter)
        self._serve(waiter)
        try:
            return await waiter.turn
        finally:
            if waiter in self._waiting:  # cancelled
                self._waiting.remove(waiter)

    def hold(self, seconds: float, chat: str | None = None) -> None:
        """The server asked to wait: one chat, or (None) everyone. Those who lack the patience get their answer now."""
        until = self._now() + seconds
        if chat is None:
            self._held_until = max(self._held_until, until)
        else:
            self._next_of_chat[chat] = max(self._next_of_chat.get(chat, 0.0), until)
        self._refuse_the_impatient()

    def wait_of(self, chat: str | None = None) -> float:
        """Seconds until the bot (and the chat, if one is named) may be used again, whoever else is waiting."""
        until = self._held_until if chat is None else max(self._held_until, self._next_of_chat.get(chat, 0.0))
        return max(0.0, until - self._now())

    def _at_once(self, waiter: Waiter) -> bool:
        """Whether the turn is free, and taken now."""
        if self._moment_of(waiter) > (now := self._now()):
            return False
        self._use(waiter, now)
        return True

    def _serve(self, waiter: Waiter) -> None:  # noqa: ARG002
        """See to it that those who wait get their turns."""
        if self._giving is None or self._giving.done():
            self._giving = asyncio.create_task(self._give())

    def _refuse_the_impatient(self) -> None:
        for waiter in [*self._waiting]:
            if waiter.patience is not None and self._left_to(waiter) > waiter.patience:
                self._answer(waiter, given=False)

    def _left_to(self, waiter: Waiter) -> float:
        """Seconds that somebody in the queue waits at least."""
        return self.wait_of(waiter.chat)

    def _answer(self, waiter: Waiter, *, given: bool) -> None:
        self._waiting.remove(waiter)
        if not waiter.turn.done():
            waiter.turn.set_result(given)

    def _moment_of(self, waiter: Waiter) -> float:
        """The earliest moment of a waiter's turn."""
        lane = self._lane_free_at()
        if waiter.first and self.pace.reserved_per_second:
            lane = min(lane, self._next_reserved)
        return max(lane, self._held_until, self._next_of_chat.get(waiter.chat, 0.0), self._room_at(self._given))

    def _last_few(self, in_a_second: float) -> deque[float]:
        """When the last few turns were given: as many as a second may have, none where that is beyond counting."""
        return deque(maxlen=max(1, round(in_a_second)) if in_a_second <= self.COUNTED else 0)

    def _room_at(self, given: deque[float]) -> float:
        """When the last second has room for one more."""
        full = given.maxlen and len(given) == given.maxlen
        return given[0] + self.SECOND if full else 0.0

    def _lane_free_at(self) -> float:
        return max(self._next, self._room_at(self._given_in_lane))

    async def _give(self) -> None:
        """Give turns while anybody waits. Who gets one is decided when its moment has come, not before."""
        while self._waiting:
            now = self._now()
            chosen = self._next_in_turn(now)
            if chosen is not None:
                self._use(chosen, now)
                self._answer(chosen, given=True)
                continue
            soonest = min(map(self._moment_of, self._waiting)) - now
            # Somebody may come meanwhile whose turn is sooner: look again before long.
            await self._sleep(max(min(soonest, 1 / self.pace.per_second), self.NAP))

    def _next_in_turn(self, now: float) -> Waiter | None:
        ready = (waiter for waiter in self._waiting if waiter.first and self._moment_of(waiter) <= now)
        first = next(ready, None)
        if first is not None or max(self._lane_free_at(), self._held_until, self._room_at(self._given)) > now:
            return first
        return next((one for one in self._waiting if self._next_of_chat.get(one.chat, 0.0) <= now), None)

    def _use(self, waiter: Waiter, now: float) -> None:
        if waiter.first and self.pace.reserved_per_second and self._next_reserved <= now:
            self._next_reserved = now + 1 / self.pace.reserved_per_second
        else:
            due = max(self._next, self._held_until, self._next_of_chat.get(waiter.chat, 0.0), now - self.BEHIND)
            paused = not self._given_in_lane or waiter.came - self._given_in_lane[-1] > self.PAUSE
            self._next = (now if paused else due) + 1 / self.pace.per_second
            self._given_in_lane.append(now)
        self._given.append(now)
        self._remember(waiter.chat, now + self._gap(waiter.chat))

    def _gap(self, chat: str) -> float:
        return self.pace.group_seconds if self._is_group(chat) else self.pace.chat_seconds

    def _remember(self, chat: str, moment: float) -> None:
        """A chat may be written to again at `moment`."""
        now = self._now()
        if len(self._next_of_chat) >= self.REMEMBERED_CHATS:
            self._next_of_chat = {chat: moment for chat, moment in self._next_of_chat.items() if moment > now}
        self._next_of_chat[chat] = moment
