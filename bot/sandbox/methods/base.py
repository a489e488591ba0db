"""What a method is: an async function of a call, known by its name in any case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.arguments import Arguments
from bot.sandbox.people import Chat, Message
from bot.sandbox.webhook import Webhook
from bot.sandbox.world import World


@dataclass
class Call:
    """One call of a method. `ledger` collects what the ledger will say of it."""

    world: World
    webhook: Webhook
    arguments: Arguments
    ledger: dict[str, Any] = field(default_factory=dict)

    def chat(self) -> Chat:
        """Return the chat of the call, if the bot may write to it. Raises ApiError."""
        return self.world.chat_to_write_to(self.world.resolve(self.arguments.text("chat_id")))

    def note(self, message: Message, plain: str) -> None:
        """Tell the ledger which message this call made or changed."""
        self.ledger |= {"message_id": message["message_id"], "plain": plain, "markup": message.get("reply_markup")}


Method = Callable[[Call], Awaitable[Any]]
METHODS: dict[str, tuple[str, Method]] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Make a function answer the method `name`."""

    def remember(function: Method) -> Method:
        METHODS[name.lower()] = (name, function)
        return function

    return remember
