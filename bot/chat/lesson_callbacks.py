"""What the buttons of lessons send back. Prefixes are short: a slug of 32 letters has to fit beside them."""

from __future__ import annotations

from aiogram.filters.callback_data import CallbackData

__all__ = ["AskLesson", "ChooseAnswer", "OpenCard", "OpenPath", "SetWeekly", "ShowPicture", "VoteCard"]


class OpenPath(CallbackData, prefix="lp"):
    """The list of lessons, a page of it from 0."""

    page: int = 0


class OpenCard(CallbackData, prefix="lc"):
    """A card of a lesson, from 0. `new`: as a new message, below an alert; else in place."""

    slug: str
    card: int = 0
    new: bool = False


class AskLesson(CallbackData, prefix="lq"):
    """The question behind a lesson's last card."""

    slug: str


class ChooseAnswer(CallbackData, prefix="la"):
    """One of the three answers, from 0."""

    slug: str
    answer: int


class VoteCard(CallbackData, prefix="lv"):
    """Whether a card was clear."""

    slug: str
    card: int
    clear: bool


class ShowPicture(CallbackData, prefix="li"):
    """The drawing of a lesson."""

    slug: str


class SetWeekly(CallbackData, prefix="lw"):
    """A lesson a week, or no more."""

    wanted: bool
