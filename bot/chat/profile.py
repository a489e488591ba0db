"""What Telegram shows of the bot: its menus of commands and its descriptions, in every language."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeUnion,
)

from alerts.i18n import DEFAULT_LANGUAGE, LANGUAGES, translator
from bot.chat.texts import COMMANDS, DESCRIPTION, FOR_MEMBERS, NOT_IN_GROUPS, OPERATOR, SHORT_DESCRIPTION

__all__ = ["introduce", "introduce_to_operator"]

_EVERYBODY = (None, *LANGUAGES)
_log = structlog.get_logger("chat")


async def introduce(bot: Bot, admins: Iterable[int] = ()) -> int:
    """Set what differs from what Telegram has, for each language and for everybody else; returns how many were set.

    Groups have menus of their own: what every member may ask, and what their administrators may.
    """
    members = {name: COMMANDS[name] for name in FOR_MEMBERS}
    group = {name: line for name, line in COMMANDS.items() if name not in NOT_IN_GROUPS}
    changed = await _menu(bot, None, COMMANDS)
    changed += await _menu(bot, BotCommandScopeAllGroupChats(), members)
    changed += await _menu(bot, BotCommandScopeAllChatAdministrators(), group)
    for admin in admins:
        changed += await introduce_to_operator(bot, admin)
    for code in _EVERYBODY:
        _ = translator(code or DEFAULT_LANGUAGE).gettext
        if (await bot.get_my_description(language_code=code)).description != _(DESCRIPTION):
            await bot.set_my_description(_(DESCRIPTION), language_code=code)
            changed += 1
        if (await bot.get_my_short_description(language_code=code)).short_description != _(SHORT_DESCRIPTION):
            await bot.set_my_short_description(_(SHORT_DESCRIPTION), language_code=code)
            changed += 1
    return changed


async def introduce_to_operator(bot: Bot, admin: int) -> int:
    """The menu of one of the operators in their own chat; 0 before they have pressed Start, then there is no chat."""
    try:
        return await _menu(bot, BotCommandScopeChat(chat_id=admin), COMMANDS | OPERATOR)
    except TelegramBadRequest as error:
        _log.info("operator_menu_not_set", error=str(error))
        return 0


async def _menu(bot: Bot, scope: BotCommandScopeUnion | None, lines: dict[str, str]) -> int:
    changed = 0
    for code in _EVERYBODY:
        _ = translator(code or DEFAULT_LANGUAGE).gettext
        wanted = [(name, _(line)) for name, line in lines.items()]
        # Compared as plain values: aiogram's objects also differ by the bot they came through.
        kept = await bot.get_my_commands(scope=scope, language_code=code)
        if [(one.command, one.description) for one in kept] != wanted:
            commands = [BotCommand(command=name, description=line) for name, line in wanted]
            await bot.set_my_commands(commands, scope=scope, language_code=code)
            changed += 1
    return changed
