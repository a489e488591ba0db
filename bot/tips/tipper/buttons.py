"""What the buttons of a tip send back, and their rows."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from alerts.channels.base import Button
from alerts.i18n import translator
from bot.chat.keyboards import press
from bot.tips.drafts import Step

__all__ = ["OnTip", "TipAbout", "TipAct", "ask", "code", "erase", "go_on", "hows", "review", "safer", "warning", "way"]

Rows = tuple[tuple[Button, ...], ...]


class TipAct(StrEnum):
    """What is done with the draft. Each says what it wants, so that two taps at once do no more than one."""

    ACCEPT = "ok"
    SAFER = "safer"
    WARNING = "warn"
    GO = "go"  # to the step `value`
    HOW = "how"
    ASK = "ask"  # value: yes | no
    SEND = "send"
    CODE = "code"  # another code
    ERASE = "erase"
    CANCEL = "cancel"


class OnTip(CallbackData, prefix="tip"):
    """A button of the tip's conversation."""

    act: TipAct
    value: Annotated[str, Field(max_length=12)] = ""


class TipAbout(CallbackData, prefix="tipon"):
    """Send a tip about this tender: the button on an alert."""

    tender: int


def way(language: str, step: Step, label: str = "") -> tuple[Button, ...]:
    """A row that leads to a step."""
    text = label or translator(language).gettext("Go on")
    return (press(text, OnTip(act=TipAct.GO, value=step)),)


def _cancel(language: str) -> tuple[Button, ...]:
    return (press(translator(language).gettext("Cancel and erase"), OnTip(act=TipAct.CANCEL)),)


def warning(language: str) -> Rows:
    """Accept, look elsewhere, or leave."""
    _ = translator(language).gettext
    return (
        (press(_("I understand, continue"), OnTip(act=TipAct.ACCEPT)),),
        (press(_("Show safer ways"), OnTip(act=TipAct.SAFER)),),
        _cancel(language),
    )


def safer(language: str) -> Rows:
    """Back to the warning."""
    return ((press(translator(language).gettext("Back"), OnTip(act=TipAct.WARNING)),), _cancel(language))


def go_on(language: str, step: Step) -> Rows:
    """On to the next step, or leave."""
    return (way(language, step), _cancel(language))


def hows(language: str) -> Rows:
    """How it is known."""
    _ = translator(language).gettext
    labels = {
        "saw": _("I saw it myself"),
        "told": _("Somebody told me"),
        "paper": _("From a document"),
        "skip": _("Skip"),
    }
    rows = tuple((press(label, OnTip(act=TipAct.HOW, value=value)),) for value, label in labels.items())
    return (*rows, _cancel(language))


def ask(language: str) -> Rows:
    """May we ask back?"""
    _ = translator(language).gettext
    return (
        (press(_("Yes, here"), OnTip(act=TipAct.ASK, value="yes")),),
        (press(_("No, only with the code"), OnTip(act=TipAct.ASK, value="no")),),
        _cancel(language),
    )


def review(language: str, *, empty: bool) -> Rows:
    """Send, add, or leave."""
    _ = translator(language).gettext
    send = () if empty else ((press(_("Send it"), OnTip(act=TipAct.SEND)),),)
    return (*send, way(language, Step.WHAT, _("Add something")), _cancel(language))


def code(language: str) -> Rows:
    """Under the code."""
    _ = translator(language).gettext
    return ((press(_("Show another code"), OnTip(act=TipAct.CODE)),), *erase(language))


def erase(language: str) -> Rows:
    """Erase the conversation from the chat."""
    return ((press(translator(language).gettext("Erase this chat now"), OnTip(act=TipAct.ERASE)),),)
