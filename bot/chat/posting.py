"""The screens of posting to a channel, from its administrator's own chat. No Telegram in here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from alerts.channels.base import Message as Page
from alerts.filters import Criteria, sentence
from alerts.filters.label import label
from alerts.i18n import translator
from alerts.subscriptions import Subscription
from bot.chat.callbacks import Go, PostFilter, Screen
from bot.chat.keyboards import press, shorten
from bot.chat.texts import render

__all__ = ["choose", "how", "refused"]

_LABEL = 50


def how(language: str) -> Page:
    """What has to be done first."""
    back = press(translator(language).gettext("Settings"), Go(screen=Screen.SETTINGS))
    return Page(render("channel_how", language), ((back,),))


def refused(title: str, language: str, *, ours: bool) -> Page:
    """They, or (`ours`) the bot itself, may not post there."""
    return Page(render("channel_refused", language, title=title, ours=ours), how(language).buttons)


def choose(
    channel: tuple[int, str],
    mine: Sequence[Subscription],
    posted: Collection[Criteria],
    names: Mapping[str, str],
    language: str,
) -> Page:
    """One's filters, those that are posted to `channel` (its number and title) marked; a press changes it."""
    chat, title = channel
    _ = translator(language).gettext
    rows = [(one.criteria in posted, shorten(one.name or sentence(one.criteria, language, names), 200)) for one in mine]
    text = render("channel", language, title=title, rows=rows, posted=len(posted))
    buttons = tuple(
        (
            press(
                f"{'✓ ' if one.criteria in posted else ''}"
                f"{shorten(one.name or label(one.criteria, language, names), _LABEL)}",
                PostFilter(chat=chat, id=one.id, on=one.criteria not in posted),
            ),
        )
        for one in mine
    )
    if posted:
        buttons += ((press(_("Post nothing there any more"), PostFilter(chat=chat, id=0, on=False)),),)
    add = press(_("Follow something"), Go(screen=Screen.ADD))
    return Page(text, (*buttons, (add,) if not mine else (press(_("Settings"), Go(screen=Screen.SETTINGS)),)))
