"""What the buttons of a filter in the making send back. All of it is checked again when it arrives."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot.chat.callbacks import Short

__all__ = [
    "ChooseCode", "Clear", "Drop", "Edit", "Editing", "OpenBranch", "OpenCriterion", "OpenDistricts", "Pick", "Widen",
]  # fmt: skip


class Editing(StrEnum):
    """What is done with the whole filter in the making."""

    PREVIEW = "look"
    MENU = "menu"
    SAVE = "save"
    DAILY = "daily"  # save, and speak once a day
    WORDS = "words"  # look for the words that were typed and named nothing


class Edit(CallbackData, prefix="edit"):
    """One of the above."""

    action: Editing


class OpenCriterion(CallbackData, prefix="open"):
    """The screen of one criterion, by the key of its row; `page` where it has several."""

    key: Annotated[str, Field(max_length=16)]
    page: int = 0


class Pick(CallbackData, prefix="pick"):
    """One of the values that a row offers, as it could be typed; of a list it is added, or taken out again."""

    key: Annotated[str, Field(max_length=16)]
    text: Annotated[str, Field(max_length=32)]


class Clear(CallbackData, prefix="clear"):
    """A criterion is asked no more."""

    key: Annotated[str, Field(max_length=16)]


class Drop(CallbackData, prefix="drop"):
    """One value of a list is taken out; `token` stands for it."""

    key: Annotated[str, Field(max_length=16)]
    token: Short


class OpenDistricts(CallbackData, prefix="area"):
    """A page of the districts of a region."""

    code: Short
    page: int = 0


class Widen(CallbackData, prefix="widen"):
    """Every region gives way to the one around it, so many times."""

    levels: int = 1


class OpenBranch(CallbackData, prefix="tree"):
    """A page of the branches below one of ENS TRU; '' for the broadest."""

    digits: Short = ""
    page: int = 0


class ChooseCode(CallbackData, prefix="code"):
    """A branch of ENS TRU by its digits: added, or taken out again."""

    digits: Short
