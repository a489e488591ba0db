"""What the buttons of profiles and of looked-up lists send back. Ids of bodies are checked again when they arrive."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from watchers.behind import Side, What

__all__ = ["Behind", "Listed", "OpenProfile", "ShowChart", "TurnListed", "fits"]

_LONGEST_ID = 32

BodyId = Annotated[str, Field(max_length=_LONGEST_ID)]
PageNumber = Annotated[int, Field(le=99)]


class Listed(StrEnum):
    """A list that is asked for by a command."""

    LATEST = "latest"
    DEADLINES = "soon"
    TOP = "top"


class TurnListed(CallbackData, prefix="look"):
    """A page of such a list."""

    what: Listed
    page: PageNumber


class OpenProfile(CallbackData, prefix="body"):
    """The profile of a buyer or supplier."""

    side: Side
    id: BodyId


class Behind(CallbackData, prefix="of"):
    """A page of the purchases behind a number; `partner`: the place of the other side among the largest, from 0."""

    side: Side
    id: BodyId
    what: What
    partner: Annotated[int, Field(ge=0, le=9)] = 0
    page: PageNumber = 0


class ShowChart(CallbackData, prefix="chart"):
    """The picture of a profile, light or dark."""

    side: Side
    id: BodyId
    dark: bool


def fits(body: str) -> bool:
    """Whether an id can stand in a button; one that cannot has a profile without buttons."""
    return bool(body) and ":" not in body and len(body.encode()) <= _LONGEST_ID
