"""What the buttons under a tip in the monitors' group send back."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from alerts.channels.base import Button
from alerts.i18n import mark, translator
from bot.chat.keyboards import press
from bot.tips.desk import Tip
from bot.tips.states import CLOSED, Decline, Outcome, State

__all__ = ["DECLINES", "OUTCOMES", "CaseAct", "OnCase", "closes", "declines", "under_header"]

Rows = tuple[tuple[Button, ...], ...]


class CaseAct(StrEnum):
    """What is done with a tip; rights are checked when it arrives."""

    CLAIM = "claim"
    SEALED = "sealed"
    ACCEPT = "accept"
    REOPEN = "reopen"
    HANDOVER = "hand"
    DECLINES = "declines"  # shows the reasons
    DECLINE = "decline"
    CLOSES = "closes"  # shows the outcomes
    CLOSE = "close"
    BACK = "back"


class OnCase(CallbackData, prefix="tipcase"):
    """A button under the header of the tip with this name."""

    act: CaseAct
    ref: Annotated[str, Field(max_length=12)]
    value: Annotated[str, Field(max_length=12)] = ""


DECLINES = {
    Decline.ELSEWHERE: mark("Not about public purchases"),
    Decline.NOTHING: mark("Nothing that can be checked"),
    Decline.KNOWN: mark("Known or explained"),
    Decline.SPAM: mark("Spam"),
}
OUTCOMES = {
    Outcome.CONFIRMED: mark("Confirmed by an authority"),
    Outcome.MENDED: mark("The purchase was changed or cancelled"),
    Outcome.EXPLAINED: mark("There is an explanation"),
    Outcome.UNPROVEN: mark("Could not be proven"),
}


def under_header(tip: Tip, language: str) -> Rows:
    """What may come next in the tip's state."""
    _ = translator(language).gettext

    def one(label: str, act: CaseAct) -> Button:
        return press(label, OnCase(act=act, ref=tip.ref))

    sealed = one(_("Sealed file"), CaseAct.SEALED)
    if tip.state is State.MERGED:
        return ((sealed,),)
    if tip.state in CLOSED:
        return ((sealed, one(_("Take up again"), CaseAct.REOPEN)),)
    if tip.state is State.AUTHORITY:
        return ((sealed, one(_("Close…"), CaseAct.CLOSES)),)
    last = one(_("Hand over"), CaseAct.HANDOVER) if tip.state is State.ACCEPTED else one(_("Accept"), CaseAct.ACCEPT)
    return (
        (one(_("Take it"), CaseAct.CLAIM), sealed),
        (last,),
        (one(_("Decline…"), CaseAct.DECLINES), one(_("Close…"), CaseAct.CLOSES)),
    )


def declines(ref: str, language: str) -> Rows:
    """The reasons to decline."""
    return _choices(ref, language, CaseAct.DECLINE, {str(key): label for key, label in DECLINES.items()})


def closes(ref: str, language: str) -> Rows:
    """The outcomes."""
    return _choices(ref, language, CaseAct.CLOSE, {str(key): label for key, label in OUTCOMES.items()})


def _choices(ref: str, language: str, act: CaseAct, labels: dict[str, str]) -> Rows:
    _ = translator(language).gettext
    rows = tuple((press(_(label), OnCase(act=act, ref=ref, value=value)),) for value, label in labels.items())
    return (*rows, (press(_("Back"), OnCase(act=CaseAct.BACK, ref=ref)),))
