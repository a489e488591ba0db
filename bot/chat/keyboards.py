"""Rows of buttons. Every screen has a way on or back; no label is longer than a phone's line."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from alerts.channels.base import Button
from alerts.i18n import translator
from bot.chat.callbacks import (
    ChooseAmount,
    ChooseBuyer,
    ChooseKind,
    ChooseLanguage,
    ChooseRegion,
    ChooseScope,
    Erase,
    FilterAction,
    Go,
    OnFilter,
    Scope,
    Screen,
    TurnKinds,
    TurnRegions,
)
from bot.chat.draft import ALL, FLAGGED, WORTH, Found, cut, token
from bot.chat.texts import country_name
from watchers.categories import Category, everyday_categories
from watchers.places import regions

__all__ = [
    "amounts", "buyers", "countries", "erase", "filters", "kinds", "kinds_found", "languages", "markup", "regions_page",
    "scopes", "ways_on",
]  # fmt: skip

Row = tuple[Button, ...]
Rows = tuple[Row, ...]

NAMES = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
REGIONS_ON_A_PAGE = 10
KINDS_ON_A_PAGE = 8
FIRST_COUNTRY = "KZ"


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
    """A button that sends `data` back; ValueError if it would not fit into 64 bytes."""
    return Button(text, data=data.pack())


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
        Scope.EVERYTHING: _("Everything"),
        Scope.REGION: _("My region"),
        Scope.KIND: _("A kind of purchase"),
        Scope.BUYER: _("A buyer"),
    }
    return tuple((press(label, ChooseScope(scope=scope)),) for scope, label in labels.items())


def after_saving(language: str) -> Rows:
    """To the list, or to one more."""
    another = translator(language).gettext("Add another")
    return (*ways_on(language, Screen.FILTERS), (press(another, Go(screen=Screen.ADD)),))


def back_to_scopes(language: str) -> Row:
    """Back to the first choice."""
    return (press(translator(language).gettext("Back"), Go(screen=Screen.ADD)),)


def _turns(page: int, last: int, earlier: CallbackData, later: CallbackData, language: str) -> Rows:
    _ = translator(language).gettext
    row = [press(_("Previous"), earlier)] if page > 0 else []
    row += [press(_("Next"), later)] if page < last else []
    return (tuple(row),) if row else ()


def regions_page(country: str, page: int, watched: Collection[str], language: str) -> tuple[Rows, int, int]:
    """A country's regions, two in a row; with the number of this page and of the last, both from 0."""
    _ = translator(language).gettext
    shown, page, last = cut(regions(country), page, REGIONS_ON_A_PAGE)
    rows: Rows = ()
    if page == 0:
        whole = _("%(country)s: the whole country") % {"country": country_name(country, language)}
        rows = ((press(whole, ChooseRegion(code=country)),),)
    buttons = [press(row.name(language), ChooseRegion(code=row.code)) for row in shown]
    rows += tuple(tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2))
    rows += _turns(
        page, last, TurnRegions(country=country, page=page - 1), TurnRegions(country=country, page=page + 1), language
    )
    if len(watched) > 1:
        rows += ((press(_("Other countries"), TurnRegions()),),)
    return (*rows, back_to_scopes(language)), page, last


def countries(watched: Collection[str], language: str) -> Rows:
    """The countries we watch, Kazakhstan first."""
    order = sorted(watched, key=lambda code: (code != FIRST_COUNTRY, country_name(code, language)))
    rows = tuple((press(country_name(code, language), TurnRegions(country=code)),) for code in order)
    return (*rows, back_to_scopes(language))


def kinds(page: int, language: str) -> Rows:
    """A page of the everyday kinds."""
    shown, page, last = cut(everyday_categories(), page, KINDS_ON_A_PAGE)
    turns = _turns(page, last, TurnKinds(page=page - 1), TurnKinds(page=page + 1), language)
    return (*_kind_rows(shown, language), *turns, back_to_scopes(language))


def kinds_found(found: Sequence[Category], language: str) -> Rows:
    """The kinds a typed word found, and the whole list."""
    whole = (press(translator(language).gettext("The whole list"), TurnKinds()),)
    return (*_kind_rows(found, language), whole, back_to_scopes(language))


def _kind_rows(found: Sequence[Category], language: str) -> Rows:
    return tuple((press(one.name(language), ChooseKind(slug=one.slug)),) for one in found)


def buyers(found: Sequence[Found], language: str) -> Rows:
    """The buyers found, each by its name."""
    rows = tuple((press(shorten(one.name or one.id, 60), ChooseBuyer(token=token(one.id))),) for one in found)
    return (*rows, back_to_scopes(language))


def buyer_anyway(buyer_id: str, language: str) -> Rows:
    """A buyer nobody has seen yet can be followed by its id."""
    follow = translator(language).gettext("Follow it anyway")
    return ((press(follow, ChooseBuyer(token=token(buyer_id))),), back_to_scopes(language))


def amounts(language: str) -> Rows:
    """How much comes."""
    _ = translator(language).gettext
    labels = {
        WORTH: _("Only what is worth a look (recommended)"),
        FLAGGED: _("Every flag"),
        ALL: _("Every purchase"),
    }
    rows = tuple((press(label, ChooseAmount(weight=weight)),) for weight, label in labels.items())
    return (*rows, back_to_scopes(language))


def filters(
    numbered: Sequence[tuple[int, int, bool]],
    page: int,
    last: int,
    language: str,
    *,
    removed: int | None = None,
    stopped: bool = False,
) -> Rows:
    """Pause, how often and delete for each (number, filter id, paused), undo for the one just removed."""
    _ = translator(language).gettext
    delete, often = _("Delete"), _("How often")
    rows: Rows = ()
    if removed is not None:
        rows += ((press(_("Undo"), OnFilter(id=removed, action=FilterAction.RESTORE, page=page)),),)
    for number, id_, paused in numbered:
        switch = FilterAction.RESUME if paused else FilterAction.PAUSE
        label = _("Resume") if paused else _("Pause")
        rows += (
            (
                press(f"{number}. {label}", OnFilter(id=id_, action=switch, page=page)),
                press(f"{number}. {often}", OnFilter(id=id_, action=FilterAction.OFTEN, page=page)),
                press(f"{number}. {delete}", OnFilter(id=id_, action=FilterAction.DELETE, page=page)),
            ),
        )
    rows += _turns(
        page, last, Go(screen=Screen.FILTERS, page=page - 1), Go(screen=Screen.FILTERS, page=page + 1), language
    )
    if stopped:
        rows += ways_on(language, Screen.RESUME)
    add = _("Add another") if numbered else _("Follow something")
    return (*rows, (press(add, Go(screen=Screen.ADD)),))


def erase(language: str) -> Rows:
    """Sure or not."""
    _ = translator(language).gettext
    return ((press(_("Erase everything"), Erase(sure=True)),), (press(_("Keep it"), Erase(sure=False)),))


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where there is one."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[limit // 2 :] else head).rstrip(" ,;«(") + "…"
