"""The screens of `/learn`: the path, a card, the question, what was found. Plain values in, text and buttons out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from urllib.parse import quote

from markupsafe import escape

from alerts.channels.base import Button
from alerts.channels.base import Message as Page
from alerts.i18n import mark, translator
from alerts.learning import Progress
from bot.chat.draft import cut
from bot.chat.keyboards import Rows, press, shorten
from bot.chat.lesson_callbacks import AskLesson, ChooseAnswer, OpenCard, OpenPath, SetWeekly, ShowPicture, VoteCard
from bot.chat.texts import render
from bot.learn.lesson import Lesson, Level
from bot.learn.words import card_html

__all__ = ["answered", "card", "deep_link", "found", "no_lesson", "path", "question", "weekly"]

_render = partial(render, folder="learn")

ON_A_PAGE = 8
_LEVELS = {
    Level.BEGINNER: mark("First steps"),
    Level.READER: mark("Reading flags"),
    Level.MONITOR: mark("Acting"),
}


def deep_link(bot: str, slug: str) -> str:
    """The address that opens a lesson in the chat with the bot; '' where the bot's name is not known."""
    return f"https://t.me/{bot}?start=learn_{slug}" if bot else ""


def path(lessons: Sequence[Lesson], done: Mapping[str, Progress], number: int, language: str, *, weekly: bool) -> Page:
    """A page of the list of lessons with what was read, and the way to the next one."""
    _ = translator(language).gettext
    shown, number, last = cut(lessons, number, ON_A_PAGE)
    first = number * ON_A_PAGE
    rows = [
        (place, _(_LEVELS[one.level]), one.title, one.minutes, _mark(one, done.get(one.slug)))
        for place, one in enumerate(shown, first + 1)
    ]
    read = sum(_finished(done.get(one.slug)) for one in lessons)
    text = _render("path", language, rows=rows, read=read, count=len(lessons), weekly=weekly)
    buttons = [press(str(place), OpenCard(slug=one.slug)) for place, one in enumerate(shown, first + 1)]
    keys: Rows = tuple(tuple(buttons[n : n + 4]) for n in range(0, len(buttons), 4))
    turns = [press(_("Previous"), OpenPath(page=number - 1))] if number else []
    turns += [press(_("Next"), OpenPath(page=number + 1))] if number < last else []
    keys += (tuple(turns),) if turns else ()
    following = next((one for one in lessons if not _finished(done.get(one.slug))), None)
    if following is not None:
        at = done.get(following.slug)
        label = _("Go on: %(title)s") if at else _("Begin: %(title)s")
        go_on = shorten(label % {"title": following.title}, 60)
        keys = ((press(go_on, OpenCard(slug=following.slug, card=_card_of(following, at))),), *keys)
    switch = _("No more weekly lessons") if weekly else _("A lesson every week")
    return Page(text, (*keys, (press(switch, SetWeekly(wanted=not weekly)),)))


def _finished(progress: Progress | None) -> bool:
    return progress is not None and progress.answered is not None


def _card_of(lesson: Lesson, progress: Progress | None) -> int:
    return min(progress.card, len(lesson.cards) - 1) if progress else 0


def _mark(lesson: Lesson, progress: Progress | None) -> str:
    if progress is None:
        return ""
    if progress.answered is None:
        return f"{min(progress.card + 1, len(lesson.cards))}/{len(lesson.cards)}"
    return "✓" if progress.answered else "✓?"


def card(
    lesson: Lesson, number: int, today: date, good_for: timedelta, language: str, *, link: str = "", page: str = ""
) -> Page:
    """One card, counted from 0. `link`: the address of a lesson with {slug} in it; `page`: the lesson on the web."""
    _ = translator(language).gettext
    number = min(max(number, 0), len(lesson.cards) - 1)
    slug = lesson.slug
    turns = [press(_("Back"), OpenCard(slug=slug, card=number - 1))] if number else []
    onwards = AskLesson(slug=slug) if number == len(lesson.cards) - 1 else OpenCard(slug=slug, card=number + 1)
    turns.append(press(_("Question") if isinstance(onwards, AskLesson) else _("Next"), onwards))
    judge = (
        press(_("Clear"), VoteCard(slug=slug, card=number, clear=True)),
        press(_("Unclear"), VoteCard(slug=slug, card=number, clear=False)),
    )
    more = [press(_("Drawing"), ShowPicture(slug=slug))] if lesson.picture else []
    more += [Button(_("To print"), url=page)] if page else []
    rows: Rows = (tuple(turns), judge, *((tuple(more),) if more else ()), _to_path(language))
    return Page(card_html(lesson, number, today, good_for, language, link=link), rows)


def weekly(lesson: Lesson, today: date, good_for: timedelta, language: str, *, page: str = "") -> Page:
    """The lesson of the week: its first card, the way on, and the way out."""
    _ = translator(language).gettext
    first = card(lesson, 0, today, good_for, language, page=page)
    intro = escape(_("The lesson of this week: what you met most and did not read yet."))
    stop = (press(_("No more weekly lessons"), SetWeekly(wanted=False)),)
    return Page(f"{intro}\n\n{first.html}", (*first.buttons, stop))


def _to_path(language: str) -> tuple[Button, ...]:
    return (press(translator(language).gettext("All lessons"), OpenPath()),)


def question(lesson: Lesson, language: str) -> Page:
    """The question, its answers numbered."""
    text = _render("question", language, lesson=lesson)
    buttons = tuple(
        press(str(place), ChooseAnswer(slug=lesson.slug, answer=place - 1))
        for place, _ in enumerate(lesson.question.answers, 1)
    )
    back = press(translator(language).gettext("Back"), OpenCard(slug=lesson.slug, card=len(lesson.cards) - 1))
    return Page(text, (buttons, (back,)))


def answered(lesson: Lesson, chosen: int, following: Lesson | None, language: str, *, link: str = "") -> Page:
    """What is said to an answer, and the way on. `link`: the lesson's address, to share it."""
    _ = translator(language).gettext
    answer = lesson.question.answers[chosen]
    text = _render("answered", language, lesson=lesson, answer=answer, number=chosen + 1)
    rows: Rows = ()
    if not answer.right:
        rows += ((press(_("Try again"), AskLesson(slug=lesson.slug)),),)
    if following is not None:
        label = shorten(_("Next: %(title)s") % {"title": following.title}, 60)
        rows += ((press(label, OpenCard(slug=following.slug)),),)
    if link:
        address = f"https://t.me/share/url?url={quote(link, safe='')}&text={quote(lesson.title, safe='')}"
        rows += ((Button(_("Share this lesson"), url=address),),)
    return Page(text, (*rows, _to_path(language)))


def found(words: str, lessons: Sequence[Lesson], language: str) -> Page:
    """What a search found."""
    rows: Rows = tuple((press(shorten(one.title, 60), OpenCard(slug=one.slug)),) for one in lessons)
    return Page(_render("found", language, words=shorten(words, 60), count=len(lessons)), (*rows, _to_path(language)))


def no_lesson(language: str) -> Page:
    """The lesson asked for is not there."""
    gone = translator(language).gettext("There is no such lesson any more.")
    return Page(str(escape(gone)), (_to_path(language),))
