"""Every screen of the conversation: plain values in, text and buttons out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from alerts.channels.base import Button
from alerts.channels.base import Message as Page
from alerts.filters import Criteria, sentence
from alerts.filters.label import label
from alerts.i18n import translator
from alerts.subscriptions import Subscription
from alerts.timing import Mode
from bot.chat import keyboards
from bot.chat.callbacks import FilterAction, OnFilter, Screen
from bot.chat.draft import cut
from bot.chat.texts import COMMANDS, mode_name, render

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


def scope(language: str, *, group: bool, misread: str = "") -> Page:
    """The first choice of a new filter. `misread`: words typed here that are none."""
    return Page(render("scope", language, group=group, misread=misread), keyboards.scopes(language))


def saved(
    criteria: Criteria, names: Names, language: str, *, known: bool = False, changed: bool = False, daily: bool = False
) -> Page:
    """The filter stands, and what happens next. `changed`: it was there before; `daily`: it speaks once a day."""
    what = keyboards.shorten(sentence(criteria, language, names), LONG)
    text = render("saved", language, what=what, known=known, changed=changed, daily=daily)
    return Page(text, keyboards.after_saving(language))


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
            one.name,
            keyboards.shorten(sentence(one.criteria, language, names), SHORT),
            one.paused,
            "" if one.mode is Mode.INSTANT else mode_name(one.mode, language).lower(),
        )
        for number, one in enumerate(shown, first)
    ]
    gone = keyboards.shorten(sentence(removed[1], language, names), SHORT) if removed else ""
    text = render("filters", language, rows=rows, stopped=stopped, removed=gone)
    numbered = [
        (number, one.id, one.name or label(one.criteria, language, names)) for number, one in enumerate(shown, first)
    ]
    buttons = keyboards.filters(
        numbered, page, last, language, removed=removed[0] if removed else None, stopped=stopped
    )
    return Page(text, buttons)


def filter_(kept: Subscription, names: Names, page: int, language: str, *, forum: bool = False) -> Page:
    """One filter, and what can be done with it."""
    text = render(
        "filter",
        language,
        called=kept.name,
        what=keyboards.shorten(sentence(kept.criteria, language, names), LONG),
        paused=kept.paused,
        often=mode_name(kept.mode, language),
        topic=kept.topic,
    )
    routed = kept.topic is not None
    buttons = keyboards.filter_(
        kept.id, page, language, paused=kept.paused, named=bool(kept.name), forum=forum, routed=routed
    )
    return Page(text, buttons)


def naming(kept: Subscription, page: int, language: str, *, group: bool, empty: bool = False) -> Page:
    """Asks what a filter should be called. `empty`: what was typed has no letter."""
    _ = translator(language).gettext
    rows: keyboards.Rows = ()
    if kept.name:
        unname = OnFilter(id=kept.id, action=FilterAction.UNNAME, page=page)
        rows = ((keyboards.press(_("Without a name"), unname),),)
    back = OnFilter(id=kept.id, action=FilterAction.OPEN, page=page)
    rows += ((keyboards.press(_("Back"), back),),)
    return Page(render("naming", language, called=kept.name, group=group, empty=empty), rows)


def share(what: str, link: str, filter_id: int, page: int, language: str) -> Page:
    """The link that copies a filter."""
    _ = translator(language).gettext
    send = f"https://t.me/share/url?{urlencode({'url': link})}"
    back = keyboards.press(_("Back"), OnFilter(id=filter_id, action=FilterAction.OPEN, page=page))
    return Page(render("share", language, what=what, link=link), ((Button(_("Send it on"), url=send),), (back,)))


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


def nothing_erased(language: str) -> Page:
    """Thought better of, and the ways on."""
    return Page(render("kept", language), keyboards.ways_on(language, Screen.FILTERS, Screen.ADD))


def confused(language: str) -> Page:
    """Something was typed that is no command and no answer."""
    rows = keyboards.ways_on(language, Screen.ADD, Screen.FILTERS, Screen.HELP)
    return Page(render("confused", language), rows)


def plain(name: str, language: str) -> Page:
    """A text without buttons."""
    return Page(render(name, language))
