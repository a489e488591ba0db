"""Who may change what: asked of Telegram, and remembered for a moment, so that leafing through screens asks once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import ChatMemberAdministrator, ChatMemberOwner

__all__ = ["Rights"]

_GOOD_FOR = timedelta(seconds=10)
_REMEMBERED = 10_000


class Rights:
    """The rights of people in chats. Only a yes is remembered: who was made administrator need not wait."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._known: dict[tuple[int, int, bool], datetime] = {}

    async def administers(self, bot: Bot, chat_id: int, user_id: int) -> bool:
        """Whether somebody administers a group."""
        return await self._ask(bot, chat_id, user_id, posting=False)

    async def may_post(self, bot: Bot, chat_id: int, user_id: int) -> bool:
        """Whether somebody (or the bot itself) may post to a channel."""
        return await self._ask(bot, chat_id, user_id, posting=True)

    async def _ask(self, bot: Bot, chat_id: int, user_id: int, *, posting: bool) -> bool:
        key, now = (chat_id, user_id, posting), self._clock()
        if key in self._known and now - self._known[key] < _GOOD_FOR:
            return True
        self._known.pop(key, None)
        try:
            member = await bot.get_chat_member(chat_id, user_id)
        except (TelegramBadRequest, TelegramForbiddenError):
            return False
        may = isinstance(member, ChatMemberOwner) or (
            isinstance(member, ChatMemberAdministrator) and (not posting or bool(member.can_post_messages))
        )
        if may:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = now
        return may
