"""What a button sends back. Everything in it is checked again when it arrives: anybody can send any of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram import F
from aiogram.filters.callback_data import CallbackData, CallbackQueryFilter
from pydantic import Field

from alerts.preferences import MuteKind

__all__ = [
    "ChooseBuyer",
    "ChooseKind",
    "ChooseLanguage",
    "ChooseMute",
    "ChooseRegion",
    "ChooseScope",
    "ChooseZone",
    "Erase",
    "FilterAction",
    "Go",
    "Import",
    "News",
    "NewsAct",
    "OnFilter",
    "OpenMute",
    "PostFilter",
    "Scope",
    "Screen",
    "Set",
    "Setting",
    "Short",
    "TipAbout",
    "TurnList",
    "TurnRegions",
    "Unmute",
    "Why",
]


Short = Annotated[str, Field(max_length=12)]
Text = Annotated[str, Field(max_length=32)]
"""Every string of a button has a greatest length, so that a test can see the longest data there is."""


class Scope(StrEnum):
    """What a new filter is narrowed by."""

    EVERYTHING = "all"
    REGION = "region"
    KIND = "kind"
    BUYER = "buyer"


class Screen(StrEnum):
    """Where a plain button leads."""

    ADD = "add"
    FILTERS = "filters"
    HELP = "help"
    LANGUAGE = "language"
    RESUME = "resume"
    SETTINGS = "settings"
    QUIET = "quiet"
    PER_DAY = "day"
    DIGEST = "digest"
    SNOOZE = "snooze"
    MUTES = "mutes"
    ZONE = "zone"
    EXPORT = "export"
    CHANNEL = "channel"


class FilterAction(StrEnum):
    """What is done with one filter. Each says the state it wants, so that two taps at once do no more than one."""

    OPEN = "open"  # its own screen
    EDIT = "edit"
    COPY = "copy"
    NAME = "name"  # asks for one
    UNNAME = "unname"
    HERE = "here"  # its alerts go to the topic it is pressed in
    ANYWHERE = "any"  # ... or where the group hears everything
    SHARE = "share"
    PAUSE = "pause"
    RESUME = "resume"
    DELETE = "delete"
    RESTORE = "undo"
    OFTEN = "often"  # asks how often
    INSTANT = "instant"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class Setting(StrEnum):
    """What is set by one button."""

    QUIET = "quiet"
    PER_DAY = "day"
    DIGEST = "digest"
    SNOOZE = "snooze"
    SHORT = "short"
    NEWS = "news"


class ChooseZone(CallbackData, prefix="tz"):
    """A time zone of the IANA database."""

    zone: Text


class Import(CallbackData, prefix="im"):
    """The answer to "add these filters?"."""

    sure: bool


class PostFilter(CallbackData, prefix="pf"):
    """A filter of one's own is posted to a channel, or no more."""

    chat: int
    id: int
    on: bool


class NewsAct(StrEnum):
    """What is done with an announcement."""

    SEND = "send"
    CANCEL = "cancel"
    LOOK = "look"


class News(CallbackData, prefix="nw"):
    """An announcement of the operator, by its id."""

    id: int
    act: NewsAct


class Go(CallbackData, prefix="go"):
    """A way on; `page` where the screen has several."""

    screen: Screen
    page: int = 0

    @classmethod
    def to(cls, screen: Screen) -> CallbackQueryFilter:
        """The filter that lets through the buttons that lead to one screen."""
        return cls.filter(F.screen == screen)


class ChooseLanguage(CallbackData, prefix="language"):
    """kk, ru or en."""

    code: Short


class ChooseScope(CallbackData, prefix="scope"):
    """The first choice of a new filter."""

    scope: Scope


class ChooseRegion(CallbackData, prefix="region"):
    """A region or a whole country by its ISO 3166 code."""

    code: Short


class TurnRegions(CallbackData, prefix="regions"):
    """A page of a country's regions; without a country, the list of countries."""

    country: Short = ""
    page: int = 0


class ChooseKind(CallbackData, prefix="kind"):
    """An everyday kind of purchase."""

    slug: Text


class ChooseBuyer(CallbackData, prefix="buyer"):
    """One of the buyers found; ids may be longer than a button holds, so `token` stands for one in the draft."""

    token: Short


class OnFilter(CallbackData, prefix="filter"):
    """Something done with one filter, on a page of the list."""

    id: int
    action: FilterAction
    page: int = 0


class Erase(CallbackData, prefix="erase"):
    """The answer to "erase everything?"."""

    sure: bool


class Why(CallbackData, prefix="why"):
    """The reasons behind the alert on a tender."""

    tender: int


class Set(CallbackData, prefix="set"):
    """A setting's new value: one of those that `bot.chat.settings` offers."""

    what: Setting
    value: Short


class OpenMute(CallbackData, prefix="mute"):
    """What of an alert's tender should be muted?"""

    tender: int


class ChooseMute(CallbackData, prefix="mt"):
    """Mute the tender's buyer, one of its kinds or one of its flags; of a buyer the id is too long for a button."""

    tender: int
    kind: MuteKind
    value: Annotated[str, Field(max_length=22)] = ""


class Unmute(CallbackData, prefix="unmute"):
    """One mute ends."""

    id: int


class TurnList(CallbackData, prefix="list"):
    """A page of a list of alerts, by its id in the outbox."""

    id: int
    page: int


class TipAbout(CallbackData, prefix="tipon"):
    """Send a tip about this tender: the button on an alert."""

    tender: int
