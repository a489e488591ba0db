"""The screens of a tip's conversation: plain values in, text and buttons out. None shows what was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.channels.base import Message as Page
from alerts.format import when
from bot.chat.texts import render
from bot.tips.drafts import LIFETIME, WRITING, Draft, Step
from bot.tips.receipt import grouped
from bot.tips.tipper import buttons

__all__ = ["Page", "at_step"]

AFTER = {Step.WHAT: Step.HOW, Step.HOW: Step.ASK, Step.ASK: Step.REVIEW}
"""The road through the questions; every one can be skipped."""


def warning(language: str, *, forwarded: bool) -> Page:
    """What Telegram and this bot can and cannot keep secret, before anything is typed."""
    return Page(render("tips/warning", language, forwarded=forwarded), buttons.warning(language))


def safer(ways: Sequence[str], language: str) -> Page:
    """Where to go instead."""
    return Page(render("tips/safer", language, ways=ways), buttons.safer(language))


def at_step(draft: Draft, language: str, *, about: str = "", forwarded: bool = False) -> Page:
    """The question the draft stands at."""
    if draft.step is Step.HOW:
        return Page(render("tips/how", language), buttons.hows(language))
    if draft.step is Step.ASK:
        return Page(render("tips/ask", language), buttons.ask(language))
    if draft.step is Step.REVIEW:
        text = render(
            "tips/review", language, empty=draft.empty, texts=draft.texts, files=draft.files, ask=bool(draft.ask),
            forwarded=forwarded,
        )  # fmt: skip
        return Page(text, buttons.review(language, empty=draft.empty))
    text = render("tips/what", language, about=about, forwarded=forwarded)
    return Page(text, buttons.go_on(language, Step.HOW))


def kept(draft: Draft, language: str) -> Page:
    """Something was taken."""
    text = render("tips/kept", language, texts=draft.texts, files=draft.files)
    return Page(text, buttons.go_on(language, AFTER.get(draft.step, Step.REVIEW)))


def code(code_: str, language: str) -> Page:
    """The receipt code, once."""
    return Page(render("tips/code", language, code=grouped(code_)), buttons.code(language))


def code_typed(language: str, *, right: bool) -> Page:
    """The last digits were typed back."""
    if right:
        return Page(render("tips/code_right", language), buttons.erase(language))
    return Page(render("tips/code_wrong", language), buttons.code(language))


def erased(deleted: int, left: int, language: str) -> Page:
    """What was deleted from the chat, and what cannot be."""
    return Page(render("tips/erased", language, deleted=deleted, left=left))


def paused(draft: Draft, language: str, zone: str, now: datetime) -> Page:
    """Another command came in between."""
    until = when(draft.started_at + LIFETIME, language, zone, now=now)
    return Page(render("tips/paused", language, until=until))


def interrupted(draft: Draft | None, language: str) -> Page:
    """A message was lost with the process that alone could read it."""
    rows = (buttons.way(language, draft.step),) if draft and draft.step in WRITING else ()
    return Page(render("tips/interrupted", language, step=bool(rows)), rows)


def plain(name: str, language: str) -> Page:
    """A text without buttons."""
    return Page(render(f"tips/{name}", language))
