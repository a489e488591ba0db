"""What a channel does: send one rendered message, and say in data what went wrong."""

from __future__ import annotations

from typing import Protocol

import msgspec

GENERAL = -1
"""A topic that says "not in any": where a filter is sent apart from the rest of its group."""


class Button(msgspec.Struct, frozen=True):
    """A button under a message: opens `url`, or sends `data` back (at most 64 bytes)."""

    text: str
    url: str = ""
    data: str = ""


class Message(msgspec.Struct, frozen=True):
    """A rendered message: `html` in the channel's markup, and rows of buttons.

    `silent`: the phone makes no sound. `reply_to`: the id of the earlier message it belongs to, where there is one.
    `plain`: `html` is to be shown as it is, without markup. `topic`: the forum topic of a group, 0 for its General
    (`GENERAL` where that was chosen over the topic of the group).
    """

    html: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False
    reply_to: str = ""
    plain: bool = False
    topic: int = 0


class DeliveryError(Exception):
    """The message was not sent. Raised by `Channel.send`.

    `permanent`: this address will not take it however often it is tried. `retry_after`: seconds the server asked for.
    `everyone`: the wait concerns the whole bot, not this address alone. `moved_to`: the address changed to this one.
    `ours`: the message itself was refused (our bug): do not retry, tell the operator. `paused`: with `permanent`, the
    chat is there and its settings keep us out, which its administrator can change. `topic_gone`: the topic takes
    nothing, the chat's General may. `suspected`: an unknown sentence that shuts us out; permanent the second time.
    `alone`: the wait is this message's alone, others to the same address or provider go on.
    `mend`: it is tried again, and the operator has to see to it (credentials, a provider that distrusts us).
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        everyone: bool = False,
        moved_to: str = "",
        ours: bool = False,
        paused: bool = False,
        topic_gone: bool = False,
        suspected: bool = False,
        mend: bool = False,
        alone: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.everyone = everyone
        self.moved_to = moved_to
        self.ours = ours
        self.paused = paused
        self.topic_gone = topic_gone
        self.suspected = suspected
        self.mend = mend
        self.alone = alone


class UncertainDelivery(Exception):  # noqa: N818 - it is not known to be an error
    """The request went out and no answer came back: it may have been delivered. Raised by `Channel.send`."""


class Channel(Protocol):
    """One way to reach people."""

    name: str

    async def send(self, address: str, message: Message) -> str:
        """Send, and return the other side's id of the message. Raises DeliveryError or UncertainDelivery."""
        ...
