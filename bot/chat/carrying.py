"""The screens of taking one's data along: files out, a file of filters in. No Telegram in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alerts.channels.base import Message as Page
from alerts.filters import sentence
from alerts.i18n import translator
from alerts.portable import Carried
from bot.chat.callbacks import Go, Import, Screen
from bot.chat.keyboards import press, shorten
from bot.chat.texts import render

__all__ = ["added", "export", "preview", "unreadable"]

_SHOWN = 10
_LONGEST = 200


def export(filters: int, language: str) -> Page:
    """What the two files are."""
    back = press(translator(language).gettext("Settings"), Go(screen=Screen.SETTINGS))
    return Page(render("export", language, filters=filters), ((back,),))


def unreadable(where: str, language: str) -> Page:
    """The file is none of ours, or was changed so that it cannot be read."""
    back = press(translator(language).gettext("My filters"), Go(screen=Screen.FILTERS))
    return Page(render("import_failed", language, where=where), ((back,),))


def preview(new: Sequence[Carried], known: int, over: int, names: Mapping[str, str], language: str) -> Page:
    """What would be added; `known` are there already, `over` find no room."""
    _ = translator(language).gettext
    said = [shorten(sentence(one.criteria, language, names), _LONGEST) for one in new[:_SHOWN]]
    text = render("import", language, rows=said, more=len(new) - len(said), known=known, over=over)
    if not new:
        return Page(text, ((press(_("My filters"), Go(screen=Screen.FILTERS)),),))
    return Page(text, ((press(_("Add them"), Import(sure=True)),), (press(_("Cancel"), Import(sure=False)),)))


def added(count: int, language: str) -> Page:
    """They are kept; 0: nothing was."""
    back = press(translator(language).gettext("My filters"), Go(screen=Screen.FILTERS))
    return Page(render("imported", language, count=count), ((back,),))
