"""What Telegram shows of the bot: the menu of commands and its descriptions, in every language."""

from __future__ import annotations

from aiogram import Bot
from aiogram.types import BotCommand

from alerts.i18n import DEFAULT_LANGUAGE, LANGUAGES, translator
from bot.chat.texts import COMMANDS, DESCRIPTION, SHORT_DESCRIPTION

__all__ = ["introduce"]


async def introduce(bot: Bot) -> int:
    """Set what differs from what Telegram has, for each language and for everybody else; returns how many were set."""
    changed = 0
    for code in (None, *LANGUAGES):
        _ = translator(code or DEFAULT_LANGUAGE).gettext
        wanted = [(name, _(line)) for name, line in COMMANDS.items()]
        # Compared as plain values: aiogram's objects also differ by the bot they came through.
        if [(one.command, one.description) for one in await bot.get_my_commands(language_code=code)] != wanted:
            commands = [BotCommand(command=name, description=line) for name, line in wanted]
            await bot.set_my_commands(commands, language_code=code)
            changed += 1
        if (await bot.get_my_description(language_code=code)).description != _(DESCRIPTION):
            await bot.set_my_description(_(DESCRIPTION), language_code=code)
            changed += 1
        if (await bot.get_my_short_description(language_code=code)).short_description != _(SHORT_DESCRIPTION):
            await bot.set_my_short_description(_(SHORT_DESCRIPTION), language_code=code)
            changed += 1
    return changed
