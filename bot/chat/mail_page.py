"""The screens of /email: the addresses beside a chat, one of them with its settings."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from alerts.channels.base import Message as Page
from alerts.i18n import translator
from alerts.mail.address import shown
from alerts.mail.boxes import Box, ChatAddress
from alerts.mail.tables import Attach, Frequency
from alerts.tables import Standing
from bot.chat.keyboards import Rows, press
from bot.chat.texts import render

__all__ = ["Do", "MailButton", "added", "address", "addresses", "ask_address", "wrong"]


class Do(StrEnum):
    """What a button of these screens does."""

    LIST = "list"
    ADD = "add"
    OPEN = "open"
    REMOVE = "remove"
    DAILY = "daily"
    WEEKLY = "weekly"
    QUIET = "quiet"
    NO_QUIET = "noquiet"
    FILE = "file"  # the next kind of file in turn


class MailButton(CallbackData, prefix="mail"):
    """`id`: the address's subscriber; 0 where none is meant. Whose it is, is checked again when it arrives."""

    do: Do
    id: int = 0


_LABEL = 40
_FILES = {Attach.NOTHING: "—", Attach.CSV: "CSV", Attach.XLSX: "XLSX"}


def _cut(text: str) -> str:
    return text if len(text) <= _LABEL else f"{text[: _LABEL - 1]}…"


def addresses(have: Sequence[ChatAddress], *, on: bool, group: bool, language: str) -> Page:
    """Every address and how it stands; `on`: this bot sends mail."""
    _ = translator(language).gettext
    lines = [(shown(one.address), one.standing.value) for one in have]
    html = render("mail", language, addresses=lines, on=on, group=group)
    rows: Rows = ()
    if on and not group:
        rows = tuple((press(_cut(shown(one.address)), MailButton(do=Do.OPEN, id=one.id)),) for one in have)
        rows += ((press(_("Add an address"), MailButton(do=Do.ADD)),),)
    return Page(html, rows)


def ask_address(language: str) -> Page:
    """Waits for a typed address."""
    _ = translator(language).gettext
    return Page(render("mail_ask", language), ((press(_("Back"), MailButton(do=Do.LIST)),),))


def added(written: str, language: str) -> Page:
    """The same whatever is known about the address."""
    _ = translator(language).gettext
    rows = ((press(_("My addresses"), MailButton(do=Do.LIST)),),)
    return Page(render("mail_added", language, address=written), rows)


def wrong(reason: str, written: str, language: str) -> Page:
    """Why nothing was sent: `address`, `flood` or `filters`."""
    _ = translator(language).gettext
    rows = ((press(_("Back"), MailButton(do=Do.LIST)),),)
    return Page(render("mail_wrong", language, reason=reason, written=written), rows)


def address(one: ChatAddress, box: Box | None, *, alone: bool, language: str) -> Page:
    """One address. `box`: its settings, None before it confirmed; `alone`: nobody else's filters count for it."""
    _ = translator(language).gettext
    rows: Rows = ()
    if box is not None and alone and one.standing is Standing.ACTIVE:
        daily = box.frequency is Frequency.DAILY
        other = (_("Once a week"), Do.WEEKLY) if daily else (_("Every day"), Do.DAILY)
        quiet = (_("No mail on quiet weeks"), Do.NO_QUIET) if box.all_quiet else (_("A mail on quiet weeks"), Do.QUIET)
        file = _("File with the rows: %(kind)s") % {"kind": _FILES[box.attach]}
        rows = tuple((press(text, MailButton(do=do, id=one.id)),) for text, do in (other, quiet, (file, Do.FILE)))
    rows += ((press(_("Remove this address"), MailButton(do=Do.REMOVE, id=one.id)),),)
    rows += ((press(_("Back"), MailButton(do=Do.LIST)),),)
    html = render(
        "mail_address", language, address=shown(one.address), standing=one.standing.value, alone=alone,
        weekly=box is not None and box.frequency is Frequency.WEEKLY, quiet=box is not None and box.all_quiet,
        file=_FILES[box.attach] if box is not None and box.attach else "",
    )  # fmt: skip
    return Page(html, rows)
