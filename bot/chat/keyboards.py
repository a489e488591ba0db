"""Rows of buttons. Every screen has a way on or back; no label is longer than a phone's line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from alerts.channels.base import Button
from alerts.channels.telegram.signing import LONGEST_DATA
from alerts.i18n import LANGUAGES, language_name, translator
from bot.chat.callbacks import (
    ChooseLanguage,
    ChooseScope,
    Erase,
    FilterAction,
    Go,
    OnFilter,
    Scope,
    Screen,
)

__all__ = ["erase", "filter_", "filters", "languages", "markup", "press", "scopes", "shorten", "turns", "ways_on"]

_SPACE = re.compile(r"[^\S\u00a0]+")  # a no-break space holds a sum together
Row = tuple[Button, ...]
Rows = tuple[Row, ...]

NAMES = {code: language_name(code) for code in LANGUAGES}
FIRST_COUNTRY = "KZ"
LONGEST = 60  # characters of a label


def markup(rows: Rows) -> InlineKeyboardMarkup | None:
    """The rows in Telegram's own shape; None for no buttons."""
    if not rows:
        return None
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=one.text, url=one.url or None, callback_data=one.data or None) for one in row]
            for row in rows
        ]
    )


def press(text: str, data: CallbackData) -> Button:
    """A button that sends `data` back; ValueError if it would not fit into 64 bytes beside its signature."""
    packed = data.pack()
    if len(packed.encode()) > LONGEST_DATA:
        raise ValueError(f"a button holds {LONGEST_DATA} bytes, not {packed!r}: shorten its prefix or its values")
    return Button(text, data=packed)


def languages(chosen: str) -> Rows:
    """Kazakh first; the one that is set is marked."""
    return tuple(
        (press(f"• {name}" if code == chosen else name, ChooseLanguage(code=code)),) for code, name in NAMES.items()
    )


def ways_on(language: str, *screens: Screen) -> Rows:
    """Plain ways on, one under another."""
    _ = translator(language).gettext
    labels = {
        Screen.ADD: _("Follow something"),
        Screen.FILTERS: _("My filters"),
        Screen.HELP: _("Help"),
        Screen.LANGUAGE: _("Language"),
        Screen.RESUME: _("Resume alerts"),
    }
    return tuple((press(labels[screen], Go(screen=screen)),) for screen in screens)


def scopes(language: str) -> Rows:
    """What a filter may be about."""
    _ = translator(language).gettext
    labels = {
        Scope.REGION: _("My region"),
        Scope.BUYER: _("A buyer"),
        Scope.KIND: _("A kind of purchase"),
        Scope.EVERYTHING: _("Everything serious"),
    }
    return tuple((press(label, ChooseScope(scope=scope)),) for scope, label in labels.items())


def after_saving(language: str) -> Rows:
    """To the list, or to one more."""
    another = translator(language).gettext("Add another")
    return (*ways_on(language, Screen.FILTERS), (press(another, Go(screen=Screen.ADD)),))


def back_to_scopes(language: str) -> Row:
    """Back to the first choice."""
    return (press(translator(language).gettext("Back"), Go(screen=Screen.ADD)),)


def turns(page: int, last: int, earlier: CallbackData, later: CallbackData, language: str) -> Rows:
    """The page before and the page after, where there are any."""
    _ = translator(language).gettext
    row = [press(_("Previous"), earlier)] if page > 0 else []
    row += [press(_("Next"), later)] if page < last else []
    return (tuple(row),) if row else ()


def filters(
    numbered: Sequence[tuple[int, int, str]],
    page: int,
    last: int,
    language: str,
    *,
    removed: int | None = None,
    stopped: bool = False,
) -> Rows:
    """A way to each (number, filter id, what it is called), undo for the one just removed."""
    _ = translator(language).gettext
    rows: Rows = ()
    if removed is not None:
        rows += ((press(_("Undo"), OnFilter(id=removed, action=FilterAction.RESTORE, page=page)),),)
    for number, id_, called in numbered:
        label = shorten(f"{number}. {called}", LONGEST)
        rows += ((press(label, OnFilter(id=id_, action=FilterAction.OPEN, page=page)),),)
    rows += turns(
        page, last, Go(screen=Screen.FILTERS, page=page - 1), Go(screen=Screen.FILTERS, page=page + 1), language
    )
    if stopped:
        rows += ways_on(language, Screen.RESUME)
    add = _("Add another") if numbered else _("Follow something")
    return (*rows, (press(add, Go(screen=Screen.ADD)),))


def filter_(
    id_: int, page: int, language: str, *, paused: bool, named: bool, forum: bool = False, routed: bool = False
) -> Rows:
    """What can be done with one filter. `forum`: in a group with topics; `routed`: it has a topic of its own."""
    _ = translator(language).gettext
    actions = (
        ((FilterAction.EDIT, _("Change")), (FilterAction.OFTEN, _("How often"))),
        (
            (FilterAction.RESUME, _("Resume")) if paused else (FilterAction.PAUSE, _("Pause")),
            (FilterAction.COPY, _("Copy")),
        ),
        ((FilterAction.NAME, _("Rename") if named else _("Name it")), (FilterAction.SHARE, _("Share"))),
        ((FilterAction.DELETE, _("Delete")),),
    )
    rows = tuple(
        tuple(press(label, OnFilter(id=id_, action=action, page=page)) for action, label in row) for row in actions
    )
    if forum:
        rows += ((press(_("Send to this topic"), OnFilter(id=id_, action=FilterAction.HERE, page=page)),),)
    if routed:
        rows += ((press(_("Send as the others"), OnFilter(id=id_, action=FilterAction.ANYWHERE, page=page)),),)
    return (*rows, (press(_("‹ My filters"), Go(screen=Screen.FILTERS, page=page)),))


def erase(language: str) -> Rows:
    """Sure or not."""
    _ = translator(language).gettext
    return ((press(_("Erase everything"), Erase(sure=True)),), (press(_("Keep it"), Erase(sure=False)),))


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where there is one."""
    text = " ".join(_SPACE.split(text.strip()))
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[limit // 2 :] else head).rstrip(" ,;«(") + "…"
