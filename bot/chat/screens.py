"""Every screen of the conversation: plain values in, text and buttons out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from alerts.channels.base import Message as Page
from alerts.filters import Criteria, sentence
from alerts.i18n import translator
from alerts.subscriptions import Subscription
from alerts.timing import Mode
from bot.chat import keyboards
from bot.chat.callbacks import Screen
from bot.chat.draft import Found, TypedBuyer, clean, cut
from bot.chat.texts import COMMANDS, country_name, mode_name, render
from watchers.categories import Category
from watchers.places import regions

__all__ = ["Page"]

FILTERS_ON_A_PAGE = 5
SHORT, LONG = 300, 1000  # characters of a sentence in a list, and alone; names of buyers can be of any length
Names = Mapping[str, str]


def hello(language: str) -> Page:
    """The first message: who speaks, and in which language to go on."""
    return Page(render("hello", language), keyboards.languages(language))


def welcome_back(count: int, *, resumed: bool, language: str) -> Page:
    """To somebody we know."""
    ways = (Screen.FILTERS, Screen.ADD) if count else (Screen.ADD,)
    rows = keyboards.ways_on(language, *ways, Screen.LANGUAGE)
    return Page(render("back", language, count=count, resumed=resumed), rows)


def scope(language: str) -> Page:
    """The first choice of a new filter."""
    return Page(render("scope", language), keyboards.scopes(language))


def regions_of(country: str, page: int, watched: Collection[str], language: str) -> Page:
    """The regions of a country that is watched; the countries where that is no clear choice."""
    if country not in watched or not regions(country):
        text = render("regions", language, country="", number=0, last=0)
        return Page(text, keyboards.countries(watched, language))
    rows, page, last = keyboards.regions_page(country, page, watched, language)
    name = country_name(country, language)
    return Page(render("regions", language, country=name, number=page + 1, last=last + 1 if last else 0), rows)


def kinds(page: int, language: str, *, group: bool) -> Page:
    """The everyday kinds of purchases."""
    return Page(render("kinds", language, group=group), keyboards.kinds(page, language))


def kinds_found(typed: str, found: Sequence[Category], language: str) -> Page:
    """What a typed word found."""
    return Page(
        render("kinds_found", language, typed=clean(typed), found=found), keyboards.kinds_found(found, language)
    )


def buyer(language: str, *, group: bool) -> Page:
    """Asks for a buyer."""
    return Page(render("buyer", language, group=group), (keyboards.back_to_scopes(language),))


def buyers_found(typed: TypedBuyer, found: Sequence[Found], language: str, *, more: bool, too_short: bool) -> Page:
    """What a typed id or name found; an id nobody has seen yet can be followed anyway."""
    text = render(
        "buyers_found",
        language,
        typed=clean(typed.words),
        id=typed.id,
        person=typed.person,
        found=found,
        more=more,
        too_short=too_short,
    )
    if typed.id and not found:
        return Page(text, keyboards.buyer_anyway(typed.id, language))
    return Page(text, keyboards.buyers(found, language))


def amount(criteria: Criteria, names: Names, language: str) -> Page:
    """How much should come of what was chosen."""
    return Page(
        render("amount", language, what=keyboards.shorten(sentence(criteria, language, names), LONG)),
        keyboards.amounts(language),
    )


def saved(criteria: Criteria, names: Names, language: str, *, known: bool) -> Page:
    """The filter stands, and what happens next."""
    what = keyboards.shorten(sentence(criteria, language, names), LONG)
    return Page(render("saved", language, what=what, known=known), keyboards.after_saving(language))


def full(limit: int, language: str) -> Page:
    """There is no room for another filter."""
    return Page(render("full", language, limit=limit), keyboards.ways_on(language, Screen.FILTERS))


def filters(
    kept: Sequence[Subscription],
    names: Names,
    page: int,
    language: str,
    *,
    stopped: bool = False,
    removed: tuple[int, Criteria] | None = None,
) -> Page:
    """The list of filters, a page of it; `removed`: the one just deleted, with an undo."""
    shown, page, last = cut(kept, page, FILTERS_ON_A_PAGE)
    first = page * FILTERS_ON_A_PAGE + 1
    rows = [
        (
            number,
            keyboards.shorten(sentence(one.criteria, language, names), SHORT),
            one.paused,
            "" if one.mode is Mode.INSTANT else mode_name(one.mode, language).lower(),
        )
        for number, one in enumerate(shown, first)
    ]
    gone = keyboards.shorten(sentence(removed[1], language, names), SHORT) if removed else ""
    text = render("filters", language, rows=rows, stopped=stopped, removed=gone)
    numbered = [(number, one.id, one.paused) for number, one in enumerate(shown, first)]
    buttons = keyboards.filters(
        numbered, page, last, language, removed=removed[0] if removed else None, stopped=stopped
    )
    return Page(text, buttons)


def stopped(language: str) -> Page:
    """Nothing more comes, and how to come back."""
    return Page(render("stopped", language), keyboards.ways_on(language, Screen.RESUME))


def help_(language: str) -> Page:
    """What the bot does, and every command."""
    _ = translator(language).gettext
    commands = [(name, _(line)) for name, line in COMMANDS.items()]
    return Page(render("help", language, commands=commands), keyboards.ways_on(language, Screen.ADD, Screen.FILTERS))


def privacy(days: int, language: str) -> Page:
    """What is kept, why, how long, how to erase it."""
    return Page(render("privacy", language, days=days))


def ask_erase(language: str) -> Page:
    """Erasing is for good, so it is asked once."""
    return Page(render("erase", language), keyboards.erase(language))


def confused(language: str) -> Page:
    """Something was typed that is no command and no answer."""
    rows = keyboards.ways_on(language, Screen.ADD, Screen.FILTERS, Screen.HELP)
    return Page(render("confused", language), rows)


def plain(name: str, language: str) -> Page:
    """A text without buttons."""
    return Page(render(name, language))
