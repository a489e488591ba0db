"""What the buttons of profiles and of looked-up lists send back. Ids of bodies are checked again when they arrive."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from watchers.behind import Side, What

__all__ = ["Behind", "Listed", "OpenProfile", "ShowChart", "TurnListed", "fits"]

_LONGEST_ID = 32


class Listed(StrEnum):
    """A list that is asked for by a command."""

    LATEST = "latest"
    DEADLINES = "soon"
    TOP = "top"


class TurnListed(CallbackData, prefix="look"):
    """A page of such a list."""

    what: Listed
    page: int


class OpenProfile(CallbackData, prefix="body"):
    """The profile of a buyer or supplier."""

    side: Side
    id: str


class Behind(CallbackData, prefix="of"):
    """A page of the purchases behind a number; `partner`: the place of the other side among the largest, from 0."""

    side: Side
    id: str
    what: What
    partner: Annotated[int, Field(le=99)] = 0
    page: int = 0


class ShowChart(CallbackData, prefix="chart"):
    """The picture of a profile, light or dark."""

    side: Side
    id: str
    dark: bool


def fits(body: str) -> bool:
    """Whether an id can stand in a button; one that cannot has a profile without buttons."""
    return bool(body) and ":" not in body and len(body.encode()) <= _LONGEST_ID
