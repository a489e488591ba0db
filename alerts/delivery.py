"""The delivery loop: what the outbox owes goes out at the pace the channel allows, and every answer is recorded.

What is promised, and how it is kept, is told in docs/delivery.md.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from alerts.attempt import Attempt, Bare, Retries, Trouble, bare_text, log_trouble
from alerts.channels.base import Channel, Message
from alerts.outbox import Outbox, Owed, Result
from alerts.pace import Pacer
from alerts.subscriptions import Subscriptions

__all__ = ["Deliverer", "Delivery", "Render", "Trouble"]

Render = Callable[[Owed], Awaitable[Message]]
Prepare = Callable[[Sequence[Owed]], Awaitable[None]]

log = structlog.get_logger(__name__)


class Delivery(Retries, frozen=True, kw_only=True):
    """How the loop works. Seconds everywhere."""

    claimed: int = 50  # taken from the outbox at once
    started: int = 4  # marked started and waiting for their turn: the doubt a kill leaves, beside what is in flight
    in_flight: int = 100
    lease: float = 60.0
    patience: float = 0.25  # a chat or a bot that has to wait longer is put off instead of being waited for
    park: float = 10.0  # a chat that has to wait no longer than that keeps its next message claimed
    check_leases: float = 10.0
    gather: float = 0.0  # answers wait so long for others, to be recorded in one transaction

    @classmethod
    def at(cls, per_second: float) -> Delivery:
        """For a pace: a tenth of a second of it waits for its turn, a quarter may be on its way.

        Where many answers come in a second they are recorded together: a transaction costs as much as three messages.
        """
        least = cls()
        return cls(
            claimed=max(least.claimed, round(per_second / 2)),
            started=max(least.started, round(per_second / 10)),
            in_flight=max(least.in_flight, round(per_second / 4)),
            gather=0.02 if per_second >= 100 else least.gather,
        )


class Deliverer:
    """Sends what is owed. `do_one` in a loop; `stop` before leaving.

    `render` makes the message of a row, after `prepare` has seen all rows just claimed; `trouble` is told of messages
    that are refused for their content, which is our bug, and of chats whose settings keep us out. `bare` makes what is
    sent instead of a message that is refused for what it is.
    """

    def __init__(  # noqa: PLR0917 - its parts, wired in one place
        self,
        outbox: Outbox,
        subscriptions: Subscriptions,
        channels: Mapping[str, Channel],
        render: Render,
        pacer: Pacer,
        clock: Callable[[], datetime],
        *,
        prepare: Prepare | None = None,
        settings: Delivery | None = None,
        trouble: Trouble = log_trouble,
        jitter: Callable[[], float] = random.random,
        bare: Bare = bare_text,
    ) -> None:
        self._outbox = outbox
        self._render = render
        self._prepare = prepare
        self._pacer = pacer
        self._clock = clock
        self._settings = settings or Delivery()
        self._attempt = Attempt(subscriptions, channels, pacer, clock, self._settings, trouble, jitter, bare)
        self._claimed: deque[Owed] = deque()
        self._parked: dict[str, Owed] = {}  # by address: claimed, and its chat cannot be written to yet
        self._waiting = 0  # started, their turn not come
        self._tasks: set[asyncio.Task[None]] = set()
        self._results: list[Result] = []
        self._put_off: list[tuple[Owed, datetime]] = []  # started, and got no turn: due again then
        self._moved = asyncio.Event()  # something got its turn, or its answer
        self._leases_checked: datetime | None = None

    async def do_one(self) -> bool:
        """Put a few messages on their way and record the answers that came; False if there was nothing to do."""
        await self._check_leases()
        await self._take()
        if not self._tasks and not self._told:
            return bool(self._claimed)
        if not self._told:
            await self._moved.wait()
        if self._settings.gather:
            await asyncio.sleep(self._settings.gather)
        self._moved.clear()
        await self._record()
        return True

    @property
    def _told(self) -> bool:
        return bool(self._results or self._put_off)

    async def stop(self) -> None:
        """Take nothing more, wait for the answers of what is on its way, give the rest back."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._record()
        await self._give_back()

    async def _give_back(self) -> None:
        if self._claimed or self._parked:
            back = [*self._parked.values(), *self._claimed]
            await self._outbox.release(back, self._clock())
            self._claimed.clear()
            self._parked.clear()

    async def _check_leases(self) -> None:
        now = self._clock()
        if self._leases_checked is None or now - self._leases_checked >= self._later(self._settings.check_leases):
            self._leases_checked = now
            back, uncertain = await self._outbox.expire_leases()
            if back or uncertain:
                log.warning("leases ran out", due_again=back, uncertain=uncertain)

    async def _take(self) -> None:
        settings = self._settings
        if self._pacer.wait_of() > settings.patience:
            await self._give_back()
            return
        room = min(settings.started - self._waiting, settings.in_flight - len(self._tasks))
        if room * 2 < settings.started:
            return
        if not self._claimed:
            self._claimed.extend(await self._outbox.claim(settings.claimed, self._later(settings.lease)))
            if self._claimed and self._prepare is not None:
                await self._prepare(self._claimed)
        ready = [address for address in self._parked if self._pacer.wait_of(address) <= settings.patience]
        self._claimed.extendleft(self._parked.pop(address) for address in ready)
        rendered: list[Owed] = []
        messages: dict[int, Message] = {}
        while self._claimed and len(rendered) < room:  # one that has to wait leaves its place to the next
            owed = self._claimed.popleft()
            message = await self._message(owed)
            if message is not None:
                rendered.append(owed)
                messages[owed.id] = message
        if not rendered:
            return
        try:
            started = await self._outbox.start(rendered, self._later(settings.lease))
        except BaseException:  # none went out: they are asked about again, not left until the lease ends
            self._claimed.extendleft(reversed(rendered))
            raise
        for owed in started:
            self._waiting += 1
            task = asyncio.create_task(self._deliver(owed, messages[owed.id]))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    async def _message(self, owed: Owed) -> Message | None:
        """The rendered message; None if its chat has to wait (it is parked or put off) or it cannot be rendered."""
        wait = self._pacer.wait_of(owed.address)
        if wait > self._settings.patience:
            if wait <= self._settings.park and owed.address not in self._parked:
                self._parked[owed.address] = owed
            else:
                await self._outbox.release([owed], self._clock() + self._later(wait))
            return None
        try:
            return await self._render(owed)
        except Exception as error:  # noqa: BLE001 - one message that cannot be rendered must not stop the others
            self._results.append(self._attempt.ours(owed, f"render: {type(error).__name__}: {error}"))
            return None

    async def _deliver(self, owed: Owed, message: Message) -> None:
        try:
            got_turn = await self._pacer.turn(owed.address, patience=self._settings.patience)
        finally:
            self._waiting -= 1
            self._moved.set()
        if got_turn:
            result = await self._attempt.send(owed, message)
            self._results.append(result)  # looked up after the wait: another list may be there by then
        else:
            self._put_off.append((owed, self._clock() + self._later(self._pacer.wait_of(owed.address))))

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Forget the task, then say so: told before, the loop would find it still there and wait for it for ever."""
        self._tasks.discard(task)
        self._moved.set()

    async def _record(self) -> None:
        """Write down the answers, and give back what got no turn; what cannot be written now, the next call writes."""
        results, self._results = self._results, []
        put_off, self._put_off = self._put_off, []
        try:
            await self._outbox.finish(results)
            results = []
            for due_at in sorted({moment for _, moment in put_off}):
                await self._outbox.release([owed for owed, moment in put_off if moment == due_at], due_at)
                put_off = [one for one in put_off if one[1] != due_at]
        except BaseException:
            self._results = results + self._results
            self._put_off = put_off + self._put_off
            raise

    @staticmethod
    def _later(seconds: float) -> timedelta:
        return timedelta(seconds=seconds)
