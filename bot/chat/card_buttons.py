"""The buttons under a tender's card and under its reasons. Whoever has something to offer there adds a line here.

A maker is given the card and the reader's language and returns a button, or None where it has nothing to offer for this
tender. It must not ask who reads: a card is rendered once for all its readers. Rows that stay empty are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from alerts.channels.base import Button
from alerts.channels.telegram.text import safe_link
from alerts.i18n import mark, translator
from alerts.opinions import Verdict
from alerts.public_pages import PublicPages
from alerts.render import TenderCard
from alerts.render.actions import Rows, portal
from bot.chat.callbacks import OpenMute, TipAbout, TurnList, Why
from bot.chat.card_callbacks import Follow, OpenTender, ShowCard, Vote
from bot.chat.keyboards import press
from bot.chat.lesson_callbacks import LessonOfFlag, WhatToDo

__all__ = ["UNDER_CARD", "UNDER_CHANGE", "UNDER_REASONS", "VERDICTS", "CardButtons", "follow", "unfollow"]

MakeButton = Callable[[TenderCard, str], Button | None]


def why(tender: TenderCard, language: str, label: str = "") -> Button:
    """The flags with their numbers; of a tender without any, what was checked."""
    _ = translator(language).gettext
    return press(label or (_("Why?") if tender.flags else _("What was checked?")), Why(tender=tender.tender_id))


def mute(tender: TenderCard, language: str) -> Button:
    """A menu of what of this tender should be heard no more."""
    return press(translator(language).gettext("Mute…"), OpenMute(tender=tender.tender_id))


def what_to_do(tender: TenderCard, language: str) -> Button:
    """Whom the reader may turn to about it, and by when."""
    return press(translator(language).gettext("What can I do?"), WhatToDo(tender=tender.tender_id))


def lesson(tender: TenderCard, language: str) -> Button | None:
    """The lesson that explains its heaviest flag."""
    if not tender.flags:
        return None
    return press(translator(language).gettext("Lesson"), LessonOfFlag(indicator=tender.flags[0].indicator))


def follow(tender: TenderCard, language: str) -> Button:
    """Every change of this purchase, whatever the filters say."""
    return press(translator(language).gettext("Follow"), Follow(tender=tender.tender_id, on=True))


def unfollow(tender: TenderCard, language: str) -> Button:
    """Stands in place of `follow` for somebody who follows."""
    return press(translator(language).gettext("Unfollow"), Follow(tender=tender.tender_id, on=False))


def back_to_card(tender: TenderCard, language: str) -> Button:
    """The card again, in the same message."""
    return press(translator(language).gettext("Back"), ShowCard(tender=tender.tender_id))


def opened(tender: TenderCard, language: str) -> Button:
    """The whole card, from a message that tells of a change."""
    return press(translator(language).gettext("Open the purchase"), OpenTender(tender=tender.tender_id))


def verdict(said: Verdict, *, why: bool = False) -> MakeButton:
    """The maker of the button by which a reader says this of a flag; `why`: the one under the reasons."""

    def make(tender: TenderCard, language: str) -> Button | None:
        if not tender.flags:
            return None
        label = translator(language).gettext(VERDICTS[said])
        return press(label, Vote(tender=tender.tender_id, verdict=said, why=why))

    return make


VERDICTS = {
    Verdict.USEFUL: mark("Useful"),
    Verdict.WRONG: mark("Wrong"),
    Verdict.KNOWN: mark("Known reason"),
}

UNDER_CARD: tuple[tuple[MakeButton, ...], ...] = (
    (why, portal),
    (follow, mute),
    tuple(verdict(said) for said in Verdict),
    (what_to_do, lesson),
)
"""Rows under a card, from the top."""

UNDER_REASONS: tuple[tuple[MakeButton, ...], ...] = (
    tuple(verdict(said, why=True) for said in Verdict),
    (lesson, portal),
    (back_to_card,),
)
"""Rows under the answer to "Why?", from the top."""

UNDER_CHANGE: tuple[tuple[MakeButton, ...], ...] = ((opened, portal),)
"""Rows under what is told of a change."""


def tip(tender: TenderCard, language: str) -> Button:
    """Tell in confidence what the data of this tender cannot show."""
    return press(translator(language).gettext("Send a tip about this"), TipAbout(tender=tender.tender_id))


class CardButtons:
    """The buttons of the conversation, for the renderer (`alerts.render.actions.Actions`).

    `public`: where our pages are; beside the button to the publisher's page comes one to the evidence page. `tips`:
    whether somebody can read what is told about a tender, so that it may be offered.
    """

    def __init__(self, public: PublicPages | None = None, *, tips: bool = False) -> None:
        self._public = public or PublicPages()
        self._more: tuple[tuple[MakeButton, ...], ...] = ((tip,),) if tips else ()

    def under_card(self, tender: TenderCard, language: str) -> Rows:
        """Under an alert, and under a tender that was looked up."""
        return self._with_page(_rows((*UNDER_CARD, *self._more), tender, language), tender, language)

    def under_reasons(self, tender: TenderCard, language: str) -> Rows:
        """Under the answer to "Why?"."""
        makers = (*UNDER_REASONS[:-1], *self._more, *UNDER_REASONS[-1:])
        return self._with_page(_rows(makers, tender, language), tender, language)

    def under_change(self, tender: TenderCard, language: str) -> Rows:
        """Under what is told of a change."""
        return _rows(UNDER_CHANGE, tender, language)

    def _with_page(self, rows: Rows, tender: TenderCard, language: str) -> Rows:
        link = safe_link(self._public.tender(tender.tender_id, language))
        if not link:
            return rows
        page = Button(text=translator(language).gettext("Evidence page"), url=link)
        at = next((place for place, row in enumerate(rows) if any(button.url for button in row)), None)
        if at is None:
            return (*rows, (page,))
        return (*rows[:at], (*rows[at], page), *rows[at + 1 :])

    def open(self, label: str, tender: TenderCard) -> Button:
        """The card of one tender of a list."""
        return press(label, OpenTender(tender=tender.tender_id))

    def turn(self, label: str, list_id: int, page: int) -> Button:
        """Another page of a list of alerts."""
        return press(label, TurnList(id=list_id, page=page))


def _rows(makers: Sequence[Sequence[MakeButton]], tender: TenderCard, language: str) -> Rows:
    made = ([maker(tender, language) for maker in row] for row in makers)
    rows = (tuple(button for button in row if button is not None) for row in made)
    return tuple(row for row in rows if row)
