"""The screens of a tip's conversation: plain values in, text and buttons out. None shows what was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.channels.base import Message as Page
from alerts.format import when
from alerts.i18n import mark, translator
from bot.chat.texts import render
from bot.tips.desk import Tip
from bot.tips.drafts import LIFETIME, QUESTIONS, WRITING, Draft, Step
from bot.tips.files.kinds import Why
from bot.tips.limits import Verdict
from bot.tips.news import News, Said
from bot.tips.receipt import grouped
from bot.tips.reviewer.words import outcome_of
from bot.tips.states import CLOSED, State
from bot.tips.tipper import buttons
from bot.tips.tipper.pieces import MOST_FILES

__all__ = ["Page", "at_step"]

MOST_SAID = 5
STANDINGS: dict[State, tuple[str, str]] = {
    State.RECEIVED: (mark("received"), mark("It arrived whole. Nobody has read it yet.")),
    State.READING: (mark("being read"), mark("Somebody of the coalition reads and checks it.")),
    State.ASKED: (mark("there is a question"), mark("A question to you waits below.")),
    State.ACCEPTED: (mark("accepted"), mark("It can be checked, and the coalition follows it.")),
    State.AUTHORITY: (
        mark("with an authority"),
        mark("The coalition wrote to an authority in its own name. Who told us is not in the letter."),
    ),
    State.CLOSED: (mark("closed"), mark("The work on it is over.")),
    State.DECLINED: (mark("not followed"), mark("The coalition cannot follow it.")),
    State.MERGED: (mark("united with another"), mark("Another tip tells the same; they are followed together.")),
}
"""For each state its name and what it means, for the tipper."""

AFTER = {Step.WHAT: Step.HOW, Step.HOW: Step.FILES, Step.FILES: Step.ASK, Step.ASK: Step.REVIEW}
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
    if draft.step is Step.FILES:
        text = render("tips/files", language, most=MOST_FILES, originals=draft.originals)
        return Page(text, buttons.files(language, originals=draft.originals))
    if draft.step is Step.ASK:
        return Page(render("tips/ask", language), buttons.ask(language))
    if draft.step is Step.REVIEW:
        text = render(
            "tips/review", language, empty=draft.empty, texts=draft.texts, files=draft.files, ask=bool(draft.ask),
            forwarded=forwarded,
        )  # fmt: skip
        return Page(text, buttons.review(language, empty=draft.empty))
    if draft.step is Step.ANSWER:
        return Page(render("tips/answer", language), _ways_on(draft, language))
    text = render("tips/what", language, about=about, forwarded=forwarded)
    return Page(text, buttons.go_on(language, Step.HOW))


def kept(draft: Draft, language: str, *, forwarded: bool = False) -> Page:
    """Something was taken."""
    text = render("tips/kept", language, texts=draft.texts, files=draft.files, forwarded=forwarded)
    return Page(text, _ways_on(draft, language))


def _ways_on(draft: Draft, language: str) -> buttons.Rows:
    """What may come next, whatever was just answered: nobody has to look for it further up."""
    if draft.step is Step.ANSWER:
        return (buttons.cancel(language),) if draft.empty else buttons.answer(language)
    return buttons.go_on(language, AFTER.get(draft.step, Step.REVIEW))


def refused(why: Why, draft: Draft, language: str) -> Page:
    """A file was not taken, and why."""
    choice = buttons.files(language, originals=draft.originals)[:1] if why is Why.ORIGINAL else ()
    return Page(render("tips/refused", language, why=why), (*choice, *_ways_on(draft, language)))


def unreadable(draft: Draft, language: str) -> Page:
    """What was sent is of no kind that a tip can hold."""
    return Page(render("tips/unreadable", language), _ways_on(draft, language))


def code_inside(draft: Draft, language: str) -> Page:
    """A message with the code of a tip in it is not taken."""
    return Page(render("tips/code_inside", language), _ways_on(draft, language))


def set_aside(draft: Draft, language: str, zone: str, now: datetime) -> Page:
    """Words came while the draft was set aside, and no other part of the bot wanted them."""
    page = paused(draft, language, zone, now)
    return Page(page.html, (buttons.way(language, draft.step),))


def code(code_: str, language: str) -> Page:
    """The receipt code, once."""
    return Page(render("tips/code", language, code=grouped(code_)), buttons.code(language))


def sent_already(language: str) -> Page:
    """It was sent before; its code may not have been seen."""
    return Page(render("tips/sent_already", language), buttons.code(language))


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
    step = draft.step if draft else None
    rows = buttons.code(language) if step is Step.CODE else ()  # sent, and its code perhaps never seen
    if draft is not None and step in QUESTIONS:
        rows = (buttons.way(language, draft.step),)
    return Page(render("tips/interrupted", language, kept=step in WRITING, sent=step is Step.CODE), rows)


def mine(tips: Sequence[Tip], language: str) -> Page:
    """The tips of this chat."""
    _ = translator(language).gettext
    rows = [(tip.ref, _(STANDINGS[tip.state][0])) for tip in tips]
    return Page(render("tips/mine", language, rows=rows), buttons.mine([(tip.id, tip.ref) for tip in tips], language))


def ask_code(language: str) -> Page:
    """A code is to be typed."""
    return Page(render("tips/ask_code", language), (buttons.cancel(language),))


def news_waits(tip_id: int, language: str) -> Page:
    """There is news, and nothing of what it is: a locked phone shows it to anybody."""
    return Page(render("tips/news", language), buttons.looks(tip_id, language))


def standing(tip: Tip, into: Tip | None, said: Sequence[News], language: str) -> Page:
    """Where a tip stands and what was said about it."""
    _ = translator(language).gettext
    shown = into or tip
    name, meaning = (_(text) for text in STANDINGS[shown.state])
    outcome = outcome_of(shown)
    spoken = [
        (one.said, one.words if one.said is not Said.WARNING else when(one.words, language))
        for one in said
        if one.said is not Said.STATE
    ]
    text = render(
        "tips/standing",
        language,
        state=name,
        meaning=meaning,
        outcome=_(outcome) if outcome else "",
        merged=into is not None,
        said=spoken[-MOST_SAID:],
    )
    return Page(text, buttons.standing(tip.id, language, over=tip.state in CLOSED))


def added(language: str, *, done: bool) -> Page:
    """What was added went to the tip, or came too late."""
    return Page(render("tips/added", language, done=done), buttons.erase(language))


def limited(verdict: Verdict, language: str) -> Page:
    """Why a tip is not sent now; the draft stays."""
    return Page(render("tips/limited", language, verdict=verdict))


def over(language: str) -> str:
    """Said when a button's tip or step is gone."""
    return translator(language).gettext("This step is over. /tip begins a new tip.")


def kept_out(language: str) -> str:
    """Said when monitors want nothing more from there."""
    return translator(language).gettext("Nothing more is taken from here.")


def draft_first(language: str) -> str:
    """Said when another draft would be lost."""
    return translator(language).gettext("Finish or cancel what you are writing first: /tip goes on with it.")


def plain(name: str, language: str) -> Page:
    """A text without buttons."""
    return Page(render(f"tips/{name}", language))
