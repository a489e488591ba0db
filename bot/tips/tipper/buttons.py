"""What the buttons of a tip send back, and their rows."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from alerts.channels.base import Button
from alerts.i18n import translator
from bot.chat.keyboards import press
from bot.tips.drafts import Step

__all__ = [
    "OnTip", "Rows", "TipAct", "answer", "ask", "cancel", "code", "erase", "files", "go_on", "hows", "looks",
    "mine", "review", "safer", "standing", "warning", "way",
]  # fmt: skip

Rows = tuple[tuple[Button, ...], ...]


class TipAct(StrEnum):
    """What is done with the draft. Each says what it wants, so that two taps at once do no more than one."""

    ACCEPT = "ok"
    SAFER = "safer"
    WARNING = "warn"
    GO = "go"  # to the step `value`
    HOW = "how"
    ORIGINALS = "orig"  # value: yes | no
    ASK = "ask"  # value: yes | no
    SEND = "send"
    CODE = "code"  # another code
    ERASE = "erase"
    CANCEL = "cancel"
    LOOK = "look"  # value: the tip's number
    LOOKUP = "lookup"
    ANSWER = "answer"  # value: the tip's number


class OnTip(CallbackData, prefix="tip"):
    """A button of the tip's conversation."""

    act: TipAct
    value: Annotated[str, Field(max_length=20)] = ""


def way(language: str, step: Step, label: str = "") -> tuple[Button, ...]:
    """A row that leads to a step."""
    text = label or translator(language).gettext("Go on")
    return (press(text, OnTip(act=TipAct.GO, value=step)),)


def cancel(language: str) -> tuple[Button, ...]:
    """Leave, and erase."""
    return (press(translator(language).gettext("Cancel and erase"), OnTip(act=TipAct.CANCEL)),)


def warning(language: str) -> Rows:
    """Accept, look elsewhere, or leave."""
    _ = translator(language).gettext
    return (
        (press(_("I understand, continue"), OnTip(act=TipAct.ACCEPT)),),
        (press(_("Show safer ways"), OnTip(act=TipAct.SAFER)),),
        cancel(language),
    )


def safer(language: str) -> Rows:
    """Back to the warning."""
    return ((press(translator(language).gettext("Back"), OnTip(act=TipAct.WARNING)),), cancel(language))


def go_on(language: str, step: Step) -> Rows:
    """On to the next step, or leave."""
    return (way(language, step), cancel(language))


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
    return (*rows, cancel(language))


def files(language: str, *, originals: bool) -> Rows:
    """Whether originals are kept, and on."""
    _ = translator(language).gettext
    label = _("Keep only cleaned copies") if originals else _("Keep the originals too")
    choice = (press(label, OnTip(act=TipAct.ORIGINALS, value="no" if originals else "yes")),)
    return (choice, *go_on(language, Step.ASK))


def ask(language: str) -> Rows:
    """May we ask back?"""
    _ = translator(language).gettext
    return (
        (press(_("Yes, here"), OnTip(act=TipAct.ASK, value="yes")),),
        (press(_("No, only with the code"), OnTip(act=TipAct.ASK, value="no")),),
        cancel(language),
    )


def review(language: str, *, empty: bool) -> Rows:
    """Send, add, or leave."""
    _ = translator(language).gettext
    send = () if empty else ((press(_("Send it"), OnTip(act=TipAct.SEND)),),)
    return (*send, way(language, Step.WHAT, _("Add something")), cancel(language))


def code(language: str) -> Rows:
    """Under the code."""
    _ = translator(language).gettext
    return ((press(_("Show another code"), OnTip(act=TipAct.CODE)),), *erase(language))


def erase(language: str) -> Rows:
    """Erase the conversation from the chat."""
    return ((press(translator(language).gettext("Erase this chat now"), OnTip(act=TipAct.ERASE)),),)


def mine(refs: Sequence[tuple[int, str]], language: str) -> Rows:
    """The tips of this chat by number and name, and another by its code."""
    by_code = translator(language).gettext("Another one, by its code")
    rows = tuple((press(ref, OnTip(act=TipAct.LOOK, value=str(id_))),) for id_, ref in refs)
    return (*rows, (press(by_code, OnTip(act=TipAct.LOOKUP)),))


def looks(tip_id: int, language: str) -> Rows:
    """Under the notice that there is news."""
    return ((press(translator(language).gettext("Look"), OnTip(act=TipAct.LOOK, value=str(tip_id))),),)


def standing(tip_id: int, language: str, *, over: bool) -> Rows:
    """Answer or add; erase."""
    if over:
        return erase(language)
    add = translator(language).gettext("Answer or add something")
    return ((press(add, OnTip(act=TipAct.ANSWER, value=str(tip_id))),), *erase(language))


def answer(language: str) -> Rows:
    """Under what was added to a sent tip."""
    send = translator(language).gettext("Send it")
    return ((press(send, OnTip(act=TipAct.SEND)),), cancel(language))
