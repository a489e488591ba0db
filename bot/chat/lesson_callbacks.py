"""What the buttons of lessons send back. Prefixes are short: a slug of 32 letters has to fit beside them."""

from __future__ import annotations

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from alerts.learning import Role

__all__ = [
    "AskLesson", "AskRole", "ChooseAnswer", "LessonOfFlag", "OpenCard", "OpenPath", "SetRole", "SetWeekly",
    "ShowPicture", "VoteCard", "WhatToDo", "WriteLetter",
]  # fmt: skip


class OpenPath(CallbackData, prefix="lp"):
    """The list of lessons, a page of it from 0."""

    page: int = 0


class OpenCard(CallbackData, prefix="lc"):
    """A card of a lesson, from 0. `new`: as a new message, below an alert; else in place."""

    slug: Annotated[str, Field(max_length=32)]
    card: Annotated[int, Field(le=99)] = 0
    new: bool = False


class LessonOfFlag(CallbackData, prefix="lf"):
    """The lesson that explains an indicator, below the alert."""

    indicator: Annotated[str, Field(max_length=12)]


class AskLesson(CallbackData, prefix="lq"):
    """The question behind a lesson's last card."""

    slug: Annotated[str, Field(max_length=32)]


class ChooseAnswer(CallbackData, prefix="la"):
    """One of the three answers, from 0."""

    slug: Annotated[str, Field(max_length=32)]
    answer: Annotated[int, Field(le=9)]


class VoteCard(CallbackData, prefix="lv"):
    """Whether a card was clear."""

    slug: Annotated[str, Field(max_length=32)]
    card: Annotated[int, Field(le=99)]
    clear: bool


class ShowPicture(CallbackData, prefix="li"):
    """The drawing of a lesson."""

    slug: Annotated[str, Field(max_length=32)]


class SetWeekly(CallbackData, prefix="lw"):
    """A lesson a week, or no more."""

    wanted: bool


class WhatToDo(CallbackData, prefix="do"):
    """What can be done about a tender."""

    tender: int


class AskRole(CallbackData, prefix="dw"):
    """Who are you? Asked for a tender, to go on to what can be done about it."""

    tender: int


class SetRole(CallbackData, prefix="dr"):
    """Who somebody is."""

    tender: int
    role: Role


class WriteLetter(CallbackData, prefix="dl"):
    """A draft letter to an authority, by its key in the law's tables, in kk or ru."""

    tender: int
    key: Annotated[str, Field(max_length=24)]
    language: Annotated[str, Field(max_length=2)]
