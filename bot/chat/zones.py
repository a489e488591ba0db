"""The screens of the time zone: Kazakhstan's to tap, any other typed. No Telegram in here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.channels.base import Message as Page
from alerts.i18n import translator
from alerts.zones import AT_HOME, zone_name
from bot.chat.callbacks import ChooseZone, Go, Screen
from bot.chat.keyboards import Rows, press
from bot.chat.texts import render

__all__ = ["choose", "found"]


def _rows(zones: Sequence[str], chosen: str, now: datetime, language: str) -> Rows:
    back = press(translator(language).gettext("Back"), Go(screen=Screen.SETTINGS))
    labels = [(one, zone_name(one, language, now)) for one in zones]
    rows = tuple((press(f"• {label}" if one == chosen else label, ChooseZone(zone=one)),) for one, label in labels)
    return (*rows, (back,))


def choose(chosen: str, now: datetime, language: str, *, group: bool) -> Page:
    """Kazakhstan's zones; another one can be typed."""
    text = render("zone", language, chosen=zone_name(chosen, language, now), group=group, typed="", found=0)
    return Page(text, _rows(AT_HOME, chosen, now, language))


def found(typed: str, zones: Sequence[str], chosen: str, now: datetime, language: str, *, group: bool) -> Page:
    """What a typed name may mean; nothing: say how it can be typed."""
    text = render("zone", language, chosen=zone_name(chosen, language, now), group=group, typed=typed, found=len(zones))
    return Page(text, _rows(zones, chosen, now, language))
