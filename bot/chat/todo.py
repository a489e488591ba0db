"""The screens of "What can I do?": who somebody is, the ways at this stage with their deadlines, a draft letter."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from markupsafe import escape

from alerts.acts import norm
from alerts.channels.base import Message as Page
from alerts.channels.telegram.text import MESSAGE_LIMIT, cut_html
from alerts.format import number, quantity, when
from alerts.i18n import mark, translator
from alerts.learning import Role
from alerts.render import TenderCard
from alerts.render.view import heading
from bot.chat.keyboards import Rows, press, shorten
from bot.chat.lesson_callbacks import AskRole, OpenCard, SetRole, WriteLetter
from bot.chat.texts import render
from bot.learn.letters import LETTER_LANGUAGES, READING_LANGUAGE, Letter, can_be_written, letter_text
from bot.learn.stages import Stage, Standing
from bot.learn.steps import Todo, Way

__all__ = ["ask_role", "letter_page", "role_name", "todo"]

_render = partial(render, folder="learn")

_ROLES = {
    Role.CITIZEN: mark("a citizen"),
    Role.SUPPLIER: mark("a potential supplier"),
    Role.JOURNALIST: mark("a journalist"),
    Role.MONITOR: mark("a member of a coalition"),
}
_MATTERS = {
    "draft_documents": mark("Send a remark or a question"),
    "results": mark("File a complaint"),
    "answer_to_complaint": mark("Go to court"),
    "breach_of_law": mark("Ask to check"),
    "question": mark("Ask a question"),
    "conflict_of_interest": mark("Report a conflict of interest"),
}
_WRITE = mark("Write")
_STAGES = {
    Stage.DISCUSSION: mark("The draft documents are being discussed: now demands can still be mended."),
    Stage.BIDDING: mark("Bids are being taken."),
    Stage.DECIDING: mark("Bids are closed, there is no decision yet."),
    Stage.RESULTS: mark("The results are out, the contract is not signed yet."),
    Stage.CONTRACT: mark("The contract is signed."),
    Stage.OVER: mark("This purchase was called off: nothing needs to be done."),
}
_LANGUAGES = {"kk": "Қазақша", "ru": "По-русски", "en": "In English, to read"}
_LESSON = "who-can-complain"


def role_name(role: Role, language: str) -> str:
    """What a role is called."""
    return translator(language).gettext(_ROLES[role])


def ask_role(tender_id: int, language: str) -> Page:
    """Who are you?"""
    rows: Rows = tuple(
        (press(_capital(role_name(role, language)), SetRole(tender=tender_id, role=role)),) for role in _ROLES
    )
    return Page(_render("role", language), rows)


def _capital(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]  # "eOtinish" stays as it is written


def todo(found: Todo, card: TenderCard, language: str, now: datetime) -> Page:
    """The ways at this stage, each with how, the rule and the deadline; and a letter where one can be written."""
    _ = translator(language).gettext
    ways = [
        {
            "what": _(_MATTERS.get(way.authority.matter, _WRITE)),
            "name": way.name(language),
            "how": _capital(way.how(language)),
            "norm": norm(way.norm, language),
            "term": _term(way, language, now),
            "answer": _answer(way, language),
        }
        for way in found.ways
    ]
    html = _render(
        "todo",
        language,
        title=heading(card, language),
        stage=_stage(found.standing, language, now),
        role=role_name(found.role, language),
        ways=ways,
        bidders=_bidders(found.bidders, language, now),
        unconfirmed=not found.confirmed,
    )
    write = LETTER_LANGUAGES[0] if language not in LETTER_LANGUAGES else language
    rows: Rows = tuple(
        (
            press(
                shorten(_("Letter: %(to)s") % {"to": way.name(language)}, 60),
                WriteLetter(tender=card.tender_id, key=way.key, language=write),
            ),
        )
        for way in found.ways
        if can_be_written(way)
    )
    rows += ((press(_("Change who I am"), AskRole(tender=card.tender_id)),),)
    rows += ((press(_("Lesson: who can complain"), OpenCard(slug=_LESSON, new=True)),),)
    return Page(cut_html(html, MESSAGE_LIMIT), rows)


def _stage(standing: Standing, language: str, now: datetime) -> str:
    _ = translator(language).gettext
    said = _(_STAGES[standing.stage])
    if standing.until is None or standing.stage not in {Stage.DISCUSSION, Stage.BIDDING}:
        return said
    until = _("Until %(day)s.") % {"day": _day(standing.until, language, now)}
    return f"{said} {until}"


def _day(day: date, language: str, now: datetime) -> str:
    return when(day, language, now=now)


def _term(way: Way, language: str, now: datetime) -> str:
    _ = translator(language).gettext
    if way.until is None:
        return ""
    day = _day(way.until, language, now)
    if way.over:
        return _("The term ended on %(day)s.") % {"day": day}
    left = quantity(way.left, "working_days", language) if way.left else _("the last day")
    return _("By %(day)s at the latest (%(left)s).") % {"day": day, "left": left}


def _answer(way: Way, language: str) -> str:
    _ = translator(language).gettext
    if way.authority.matter == "answer_to_complaint":
        return ""
    if way.answer is not None:
        return _("Decided within %(days)s working days.") % {"days": number(way.answer, language)}
    return "" if way.sure else _("The term for the answer is being checked: ask when you hand it in.")


def _bidders(way: Way | None, language: str, now: datetime) -> str:
    """What only a bidder can do, said as such."""
    if way is None or way.until is None:
        return ""
    _ = translator(language).gettext
    text = _("For bidders only: until %(day)s a potential supplier can still use the portal's own way%(norm)s.")
    return text % {"day": _day(way.until, language, now), "norm": norm(way.norm, language)}


def letter_page(letter: Letter, tender_id: int, key: str, language: str) -> Page:
    """The letter as text to copy, and the way to it in the others; one of them to read, for who reads neither."""
    offered = LETTER_LANGUAGES if language in LETTER_LANGUAGES else (*LETTER_LANGUAGES, READING_LANGUAGE)
    others = [one for one in offered if one != letter.language]
    rows: Rows = tuple(
        (press(_LANGUAGES[one], WriteLetter(tender=tender_id, key=key, language=one)),) for one in others
    )
    return Page(cut_html(str(escape(letter_text(letter))), MESSAGE_LIMIT), rows)
