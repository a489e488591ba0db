"""The screens of taking one's data along: files out, a file of filters in. No Telegram in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from alerts.channels.base import Message as Page
from alerts.filters import sentence
from alerts.i18n import translator
from alerts.portable import Carried
from alerts.preview import Preview
from alerts.subscriptions import Subscription
from alerts.timing import Mode
from bot.chat.callbacks import FilterAction, Go, Import, OnFilter, Screen
from bot.chat.keyboards import press, shorten
from bot.chat.texts import render

__all__ = ["Weighed", "added", "export", "is_amiss", "preview", "unreadable"]

_SHOWN = 10
_LONGEST = 150
_MENDED = 5


class Weighed(msgspec.Struct, frozen=True):
    """A filter of a file, and what it would have sent."""

    carried: Carried
    seen: Preview


def is_amiss(one: Carried | Subscription, seen: Preview) -> bool:
    """Whether a filter floods, or never fires: a paused one does neither, a list can be of any length."""
    floods = seen.floods and one.mode is Mode.INSTANT
    return not one.paused and (floods or (bool(seen.stored) and not seen.count))


def export(filters: int, language: str) -> Page:
    """What the two files are."""
    back = press(translator(language).gettext("Settings"), Go(screen=Screen.SETTINGS))
    return Page(render("export", language, filters=filters), ((back,),))


def unreadable(where: str, language: str) -> Page:
    """The file is none of ours, or was changed so that it cannot be read."""
    back = press(translator(language).gettext("My filters"), Go(screen=Screen.FILTERS))
    return Page(render("import_failed", language, where=where), ((back,),))


def preview(new: Sequence[Weighed], known: int, over: int, names: Mapping[str, str], language: str) -> Page:
    """What would be added; `known` are there already, `over` find no room."""
    _ = translator(language).gettext
    said = [
        {
            "what": shorten(sentence(one.carried.criteria, language, names), _LONGEST),
            "stored": one.seen.stored,
            "count": one.seen.count,
            "floods": is_amiss(one.carried, one.seen) and one.seen.floods,
        }
        for one in new[:_SHOWN]
    ]
    text = render("import", language, rows=said, more=len(new) - len(said), known=known, over=over)
    if not new:
        return Page(text, ((press(_("My filters"), Go(screen=Screen.FILTERS)),),))
    return Page(text, ((press(_("Add them"), Import(sure=True)),), (press(_("Cancel"), Import(sure=False)),)))


def added(
    count: int, language: str, amiss: Sequence[Subscription] = (), names: Mapping[str, str] | None = None
) -> Page:
    """They are kept; 0: nothing was. `amiss`: those that flood or never fire, each with the way to what mends it."""
    rows = tuple(
        (
            press(
                shorten(sentence(one.criteria, language, names or {}), 60),
                OnFilter(id=one.id, action=FilterAction.EDIT),
            ),
        )
        for one in amiss[:_MENDED]
    )
    back = press(translator(language).gettext("My filters"), Go(screen=Screen.FILTERS))
    return Page(render("imported", language, count=count, amiss=bool(amiss)), (*rows, (back,)))
