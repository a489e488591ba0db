"""The methods of the Bot API that the sandbox answers; each module here adds its own by `@method`."""

from __future__ import annotations

from bot.sandbox.methods import chats, inline, messages, settings, topics, updates
from bot.sandbox.methods.base import METHODS, Call

__all__ = ["METHODS", "Call", "chats", "inline", "messages", "settings", "topics", "updates"]
