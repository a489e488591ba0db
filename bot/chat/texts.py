"""The words of the conversation: templates in `templates/telegram/chat`, strings in `templates/locale/*/chat.po`."""

from __future__ import annotations

from functools import cache
from typing import Any

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts.i18n import mark, translator
from alerts.timing import Mode
from templates import ROOT

__all__ = [
    "COMMANDS", "DESCRIPTION", "FOR_MEMBERS", "NOT_IN_GROUPS", "OPERATOR", "SHORT_DESCRIPTION", "admins_only",
    "country_name", "mode_name", "out_of_date", "render",
]  # fmt: skip

COMMANDS: dict[str, str] = {
    "start": mark("Begin, or begin again"),
    "filters": mark("What you follow: pause, delete, add"),
    "add": mark("Follow something else"),
    "settings": mark("Quiet hours, alerts a day, snooze"),
    "mutes": mark("What you muted, and unmute it"),
    "latest": mark("The newest purchases"),
    "deadlines": mark("Closing soon, of what you follow"),
    "top": mark("The heaviest flags of the week"),
    "tender": mark("A purchase by its number or link"),
    "buyer": mark("A buyer’s year: shares, suppliers, chart"),
    "supplier": mark("A supplier’s year: contracts, buyers, chart"),
    "followed": mark("Purchases you follow"),
    "why": mark("Why an alert came, and when"),
    "learn": mark("Lessons: how to read a purchase"),
    "tip": mark("Tell us what the data cannot show"),
    "email": mark("Digests by mail: addresses, how often"),
    "mytips": mark("What became of your tip"),
    "language": mark("Change the language"),
    "channel": mark("Post to your channel"),
    "export": mark("Your data and filters as files"),
    "stop": mark("Stop all alerts at once"),
    "help": mark("What this bot does"),
    "privacy": mark("What is kept about you"),
    "delete_me": mark("Erase everything about this chat"),
}
"""Every command with its line in Telegram's menu (at most 256 characters), in the order of the menu."""

FOR_MEMBERS = (
    *("latest", "deadlines", "top", "tender", "buyer", "supplier", "followed", "why", "learn", "help", "privacy"),
)
"""What every member of a group may ask there; its administrators may all the rest that is for groups."""

NOT_IN_GROUPS = frozenset({"tip", "mytips", "channel"})
"""What is asked alone with the bot only."""

OPERATOR: dict[str, str] = {
    "stats": mark("Purchases, flags and messages, counted"),
    "health": mark("What is in the way, how the sources stand"),
    "users": mark("Chats by language and region"),
    "feedback": mark("What readers say of each check"),
    "announce": mark("Tell those who agreed"),
    "ban": mark("Keep a chat out"),
    "unban": mark("Let a chat in again"),
}
"""What the operator alone may ask, in the menu of their own chat only."""

DESCRIPTION = mark(
    "Tells you about new public tenders in the region, from the buyer or of the kind you choose, and what in each "
    "deserves a look. A flag is a reason to look, not proof of wrongdoing."
)
"""Shown in an empty chat, at most 512 characters."""

SHORT_DESCRIPTION = mark("Alerts on public tenders that deserve a look.")
"""Shown in the bot's profile, at most 120 characters."""


@cache
def _environment(folder: str, language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "telegram" / folder),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.install_gettext_translations(translator(language), newstyle=True)  # type: ignore[attr-defined]
    return environment


def render(name: str, language: str, *, folder: str = "chat", **values: Any) -> str:
    """One screen's text as Telegram HTML. Every value is escaped; the catalogues' own words are not.

    `folder`: of `templates/telegram`.
    """
    return _environment(folder, language).get_template(f"{name}.j2").render(**values).strip()


def country_name(code: str, language: str) -> str:
    """A country by its ISO 3166-1 code, the code itself if nobody named it."""
    return str(Locale.parse(language).territories.get(code, code))


_MODES = {
    Mode.INSTANT: mark("At once"),
    Mode.HOURLY: mark("Every hour"),
    Mode.DAILY: mark("Every day"),
    Mode.WEEKLY: mark("Every week, on Monday"),
}


def mode_name(mode: Mode, language: str) -> str:
    """How often a filter speaks, in words."""
    return translator(language).gettext(_MODES[mode])


def out_of_date(language: str) -> str:
    """Said when a button's choice is gone: it was finished, it expired, or an older version made it."""
    return translator(language).gettext("This button is out of date. /add begins anew, /filters shows what you follow.")


def admins_only(language: str) -> str:
    """Said to a member of a group who pressed a button that changes something."""
    return translator(language).gettext("Only this group’s administrators can change that.")
