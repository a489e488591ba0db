"""The Telegram conversation. Handlers read an update, call one function, render one template; they decide nothing."""

from bot.chat.dispatcher import build_dispatcher
from bot.chat.profile import introduce
from bot.chat.services import Services

__all__ = ["Services", "build_dispatcher", "introduce"]
