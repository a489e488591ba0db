"""One request to a channel, and what its answer means: for the row, for the pace, for the chat and for the operator."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec
import structlog

from alerts.channels.base import Channel, DeliveryError, Message, UncertainDelivery
from alerts.outbox import Owed, Result, State
from alerts.pace import Pacer
from alerts.plain import plain_of
from alerts.subscriptions import Subscriptions

__all__ = ["Attempt", "Bare", "Retries", "Trouble", "bare_text", "log_trouble"]

Trouble = Callable[[Owed, str], None]
Bare = Callable[[Message], Message | None]

log = structlog.get_logger(__name__)

_CHANGING = re.compile(r"\S*\d\S*")


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How often and how late what was not sent is tried again. Seconds."""

    backoff: float = 2.0  # after the first failure; doubled each time
    backoff_most: float = 900.0
    attempts: int = 50  # then it has failed: half a day of trying


def bare_text(message: Message) -> Message | None:
    """The text of a message without markup; None where there is none."""
    bare = plain_of(message)
    return bare if bare.html else None


def log_trouble(owed: Owed, words: str) -> None:
    """Say in the log that a message was refused for what it is, or that a chat's settings keep us out."""
    log.error("message refused", outbox_id=owed.id, owed_event=owed.event, reason=words)


class Attempt:
    """Sends one message. `trouble` hears of what somebody has to mend: our bug, a chat's settings."""

    def __init__(  # noqa: PLR0917 - its parts, wired in one place
        self,
        subscriptions: Subscriptions,
        channels: Mapping[str, Channel],
        pacer: Pacer,
        clock: Callable[[], datetime],
        retries: Retries,
        trouble: Trouble,
        jitter: Callable[[], float],
        bare: Bare,
    ) -> None:
        self._subscriptions = subscriptions
        self._channels = channels
        self._pacer = pacer
        self._clock = clock
        self._retries = retries
        self._trouble = trouble
        self._jitter = jitter
        self._bare = bare

    async def send(self, owed: Owed, message: Message) -> Result:
        """One request to where the row goes, in its topic; a second one only where the first said for certain no."""
        topic = max(message.topic or owed.topic, 0)
        if topic != message.topic:
            message = msgspec.structs.replace(message, topic=topic)
        return await self._send(owed, owed.address, message)

    async def _send(self, owed: Owed, address: str, message: Message) -> Result:
        try:
            answer = await self._channels[owed.channel].send(address, message)
        except DeliveryError as error:
            return await self._refused(owed, address, message, error)
        except UncertainDelivery as doubt:
            return Result(owed, State.UNCERTAIN, str(doubt))
        except Exception as error:  # noqa: BLE001 - a bug after the request may have gone out: sending again is no cure
            self._trouble(owed, f"{owed.channel}: {type(error).__name__}: {error}")
            return Result(owed, State.UNCERTAIN, f"{owed.channel}: {type(error).__name__}: {error}")
        return Result(owed, State.SENT, answer)

    async def _refused(self, owed: Owed, address: str, message: Message, error: DeliveryError) -> Result:
        if error.moved_to and address == owed.address:
            return await self._send_after(owed, error.moved_to, message)
        if error.topic_gone and message.topic:
            await self._subscriptions.forget_topic(owed.subscriber_id, message.topic)
            return await self._again(owed, address, msgspec.structs.replace(message, topic=0))
        if error.ours and not message.plain:
            return await self._without_markup(owed, address, message, str(error))
        return await self._failed(owed, address, error)

    async def _again(self, owed: Owed, address: str, message: Message) -> Result:
        """The same row, in another way, in a turn of its own.

        The chat's own spacing does not count: it got nothing yet. Where the whole bot has to wait long, the row does.
        """
        if not await self._pacer.turn(f"again:{owed.id}", patience=self._retries.backoff):
            wait = timedelta(seconds=self._pacer.wait_of())
            return Result(owed, State.DUE, "the bot has to wait", self._clock() + wait)
        return await self._send(owed, address, message)

    async def _send_after(self, owed: Owed, address: str, message: Message) -> Result:
        """The chat moved: keep its new address and send there, once. A topic's id holds in the old chat alone."""
        holder = await self._subscriptions.move(owed.subscriber_id, address)
        if holder != owed.subscriber_id:  # known there already: the row went along, unless that chat was owed the same
            return Result(owed, State.DUE, f"moved to {address}")
        await self._pacer.turn(address)
        return await self._send(owed, address, message)

    async def _without_markup(self, owed: Owed, address: str, message: Message, words: str) -> Result:
        """Our bug: said to the operator, never sent again as it was; the person gets its bare text instead, once."""
        self._trouble(owed, words)
        bare = self._bare(message)
        if bare is None:
            return Result(owed, State.FAILED, words)
        return await self._again(owed, address, bare)

    async def _failed(self, owed: Owed, address: str, error: DeliveryError) -> Result:
        words = str(error)
        if error.permanent or (error.suspected and _alike(owed.answer, words)):
            await self._subscriptions.unreachable(owed.subscriber_id, words)
            if error.paused or error.suspected:
                self._trouble(owed, words)
            return Result(owed, State.FAILED, words)
        if error.mend:
            self._trouble(owed, words)
        if error.ours or error.moved_to or owed.attempts + 1 >= self._retries.attempts:
            return self.ours(owed, words)
        wait = error.retry_after
        if wait is None:
            doubled = self._retries.backoff * 2.0 ** min(owed.attempts, 30)
            wait = min(doubled, self._retries.backoff_most) * (0.5 + self._jitter() / 2)
        if error.everyone or (error.retry_after is not None and not error.alone):
            self._pacer.hold(wait, None if error.everyone else address)
        return Result(owed, State.DUE, words, self._clock() + timedelta(seconds=wait))

    def ours(self, owed: Owed, words: str) -> Result:
        """It has failed through us."""
        self._trouble(owed, words)
        return Result(owed, State.FAILED, words)


def _alike(before: str, now: str) -> bool:
    """Whether two answers say the same, but for what a server writes anew each time (numbers of sessions, hosts)."""
    return bool(before) and _CHANGING.sub("", before) == _CHANGING.sub("", now)
