"""What is said in the monitors' group: names of tips, states, reasons. Nothing of what a tip says or who sent it."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.channels.base import Message as Page
from alerts.format import when
from alerts.i18n import mark, translator
from bot.chat.texts import render
from bot.tips.audit import Line
from bot.tips.counts import Counts
from bot.tips.desk import Tip
from bot.tips.reviewer.buttons import DECLINES, OUTCOMES, closes, declines, under_header
from bot.tips.states import Decline, Outcome, State

__all__ = ["STATES", "audited", "counted", "header", "listed", "note", "outcome_of", "said"]

STATES: dict[State, str] = {
    State.RECEIVED: mark("received"),
    State.READING: mark("being read"),
    State.ASKED: mark("a question waits for the tipper"),
    State.ACCEPTED: mark("accepted"),
    State.AUTHORITY: mark("with an authority"),
    State.CLOSED: mark("closed"),
    State.DECLINED: mark("declined"),
    State.MERGED: mark("united with another"),
}

NOTES = {
    "missing": mark("No tip is called so. /tips lists those that are open."),
    "state": mark("That step is not possible from where the tip stands now."),
    "again": mark("You have it already."),
    "route": mark("Too late: nothing links this tip to its sender any more."),
    "self": mark("Name another tip that is open."),
    "role": mark("Your role does not allow this. docs/tips.md says who may do what."),
    "which": mark("Which tip? Write it in the tip’s topic, or name it: T-XXXXXX."),
    "words": mark("Write the words after the command."),
    "link": mark("Write the number of the tender’s page, its OCID, or the buyer’s BIN of 12 digits."),
    "nothing": mark("No such tender or buyer is in the database."),
    "done": mark("Done."),
    "sent": mark("It waits for the tipper now; nobody is told what you wrote."),
    "added": mark("The tipper added something. Fetch the sealed file again to read it."),
    "blocked": mark("Nothing more is taken from whoever sent this; who that is, nobody learned."),
}


def outcome_of(tip: Tip) -> str:
    """The message id of a decline's reason or a close's outcome; "" where there is none."""
    if tip.state is State.DECLINED and tip.outcome:
        return DECLINES[Decline(tip.outcome)]
    return OUTCOMES[Outcome(tip.outcome)] if tip.state is State.CLOSED and tip.outcome else ""


def header(tip: Tip, language: str, zone: str, *, menu: str = "") -> Page:
    """The first message of a tip's topic, without content; edited as the tip moves on."""
    _ = translator(language).gettext
    outcome = outcome_of(tip)
    text = render(
        "tips/header",
        language,
        ref=tip.ref,
        state=_(STATES[tip.state]),
        outcome=_(outcome) if outcome else "",
        received=when(tip.received_at.date(), language, zone),
        claimed=tip.claimed_by is not None,
        held=tip.held,
        tender=tip.tender_id,
        buyer=tip.buyer_id,
    )
    rows = {"declines": declines, "closes": closes}
    return Page(text, rows[menu](tip.ref, language) if menu else under_header(tip, language))


def listed(open_tips: Sequence[Tip], language: str) -> Page:
    """The tips that are not over."""
    _ = translator(language).gettext
    rows = [(tip.ref, _(STATES[tip.state]), tip.claimed_by is not None) for tip in open_tips]
    return Page(render("tips/list", language, rows=rows))


def counted(found: Counts, language: str) -> Page:
    """How many tips there are in which state, and on hold."""
    _ = translator(language).gettext
    rows = [(_(STATES[state]), count) for state, count in found.states.items()]
    return Page(render("tips/counts", language, rows=rows, held=found.held))


def audited(lines: Sequence[Line], language: str, zone: str) -> Page:
    """Acts, oldest first: hour, account, act, tip, a state or reason."""
    rows = [(when(line.at, language, zone), line.actor, line.act, line.ref, line.detail) for line in lines]
    return Page(render("tips/audit", language, rows=rows))


def note(name: str, language: str) -> str:
    """One sentence."""
    return translator(language).gettext(NOTES[name])


def said(name: str, language: str) -> Page:
    """One sentence as a message."""
    return Page(note(name, language))
