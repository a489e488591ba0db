"""The screens of a filter in the making: its preview, what can be changed, each criterion, what was saved."""

from __future__ import annotations

from collections.abc import Sequence

from aiogram.filters.callback_data import CallbackData

from alerts.channels.base import Button
from alerts.channels.base import Message as Page
from alerts.filters import FILTERS, Criteria, Filter, row_of, sentence
from alerts.format import number
from alerts.i18n import mark, mark_plural, translator
from alerts.preview import Preview, Remedy
from alerts.preview.remedies import Change, widened
from bot.chat.callbacks import FilterAction, OnFilter
from bot.chat.draft import Draft, Found, clean
from bot.chat.editing import boards
from bot.chat.editing.boards import Board, Desk
from bot.chat.editing.callbacks import Clear, Edit, Editing, OpenCriterion, Pick, Widen
from bot.chat.editing.changing import set_keys
from bot.chat.keyboards import Row, Rows, back_to_scopes, press, shorten
from bot.chat.texts import country_name, render
from watchers.categories import Category
from watchers.enstru import Branch, branch
from watchers.places import Region, place, regions

__all__ = ["branches", "criterion", "found_kinds", "found_places", "menu", "preview", "said"]

LONG = 1000  # characters of a sentence; names of buyers can be of any length
_COUNTED = mark_plural("%(n)s alert in 7 days", "%(n)s alerts in 7 days")


def said(criteria: Criteria, desk: Desk) -> str:
    """The sentence of a filter, short enough for a screen."""
    return shorten(sentence(criteria, desk.language, desk.names), LONG)


def preview(draft: Draft, seen: Preview, examples: str, desk: Desk, per_day: int, *, misread: str = "") -> Page:
    """What the filter would have sent, and the way on. `examples`: Telegram's HTML of two of them.

    `misread`: words typed here that are none.
    """
    text = render(
        "preview",
        desk.language,
        misread=misread,
        what=said(draft.criteria, desk),
        shared=draft.shared,
        saved=bool(draft.filter_id),
        count=seen.count,
        stored=seen.stored,
        stored_said=number(seen.stored, desk.language),
        count_said=number(seen.count, desk.language),
        floods=seen.floods,
        a_day=seen.a_day,
        per_day=per_day,
        complete=seen.complete,
        examples=examples,
        shown=min(seen.count, 2),
        remedies=bool(seen.remedies),
    )
    save = desk.say("Save the change") if draft.filter_id else desk.say("Follow this")
    rows: Rows = ((press(save, Edit(action=Editing.SAVE)),),)
    rows += tuple((_remedy(one, draft.criteria, desk),) for one in seen.remedies)
    if seen.floods:
        rows += ((press(desk.say("All of it as one list a day"), Edit(action=Editing.DAILY)),),)
    rows += ((press(desk.say("Change or narrow"), Edit(action=Editing.MENU)),),)
    return Page(text, (*rows, _away(draft, desk)))


def _away(draft: Draft, desk: Desk) -> Row:
    if draft.filter_id:
        leave = press(desk.say("Leave it as it was"), OnFilter(id=draft.filter_id, action=FilterAction.OPEN))
        return (leave,)
    return back_to_scopes(desk.language)


def _remedy(remedy: Remedy, criteria: Criteria, desk: Desk) -> Button:
    """A button that mends the filter, with how much it would have sent then."""
    texts = translator(desk.language)
    count = texts.ngettext(*_COUNTED, remedy.count) % {"n": number(remedy.count, desk.language)}
    row = row_of(remedy.key)
    data: CallbackData
    match remedy.change:
        case Change.WEIGHT | Change.AMOUNT:
            offer = next(one for one in row.offers() if _same(row, one.text, remedy.criteria))
            what, data = offer.label(desk.speech).partition(" (")[0], Pick(key=row.key, text=offer.text)
        case Change.REGION:
            what, data = row.clause(remedy.criteria, desk.speech), Widen(levels=_levels(criteria, remedy.criteria))
        case Change.CLEAR:
            what = desk.say("Without “%(criterion)s”") % {"criterion": desk.say(row.title)}
            data = Clear(key=row.key)
    room = 60 - len(count) - 3
    return press(f"{shorten(what[:1].upper() + what[1:], room)} · {count}", data)


def _same(row: Filter, text: str, criteria: Criteria) -> bool:
    read = row.read(text)
    return all(read.get(name) == getattr(criteria, name) for name in row.fields)


def _levels(criteria: Criteria, wanted: Criteria) -> int:
    levels = 1
    while (criteria := widened(criteria)).regions != wanted.regions and levels < 3:
        levels += 1
    return levels


def menu(draft: Draft, desk: Desk) -> Page:
    """Every criterion, those that are set marked."""
    chosen = set_keys(draft.criteria, FILTERS)
    buttons = [
        press(f"• {desk.say(row.title)}" if row.key in chosen else desk.say(row.title), OpenCriterion(key=row.key))
        for row in FILTERS
    ]
    rows = tuple(tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2))
    done = press(desk.say("Done"), Edit(action=Editing.PREVIEW))
    return Page(render("menu", desk.language, what=said(draft.criteria, desk)), (*rows, (done,)))


def criterion(
    row: Filter,
    draft: Draft,
    desk: Desk,
    *,
    board: Board | None = None,
    page: int = 0,
    offered: Sequence[Found] = (),
    note: str = "",
    where: str = "",
) -> Page:
    """One criterion: what is asked now, what can be typed, what can be tapped. `note`: what became of typed words."""
    board = board or boards.of_row(row, draft, desk, page, offered)
    asked = row.is_set(draft.criteria) and not draft.quick
    text = render(
        "criterion",
        desk.language,
        title=desk.say(row.title),
        note=note,
        now=shorten(row.clause(draft.criteria, desk.speech), LONG) if asked else "",
        where=where,
        hint=desk.say(row.hint),
        group=desk.group,
        number=board.page + 1,
        last=board.last + 1 if board.last else 0,
    )
    return Page(text, (*board.rows, *boards.ending(row, draft, desk)))


def places(row: Filter, draft: Draft, desk: Desk, country: str, page: int) -> Page:
    """The regions of a country that is watched; the countries where that is no clear choice."""
    if country not in desk.countries or not regions(country):
        return criterion(row, draft, desk, board=Board(boards.countries(desk)))
    board = boards.region_page(country, page, draft, desk)
    return criterion(row, draft, desk, board=board, where=country_name(country, desk.language))


def area(row: Filter, draft: Draft, desk: Desk, code: str, page: int) -> Page:
    """The districts of a region."""
    around = place(code)
    board = boards.district_page(code, page, draft, desk)
    return criterion(row, draft, desk, board=board, where=around.name(desk.language) if around else "")


def found_places(row: Filter, draft: Draft, desk: Desk, found: Sequence[Region]) -> Page:
    """The places a typed word may mean."""
    rows = boards.places(found, draft, desk)
    whole = (press(desk.say("The whole list"), OpenCriterion(key=row.key)),)
    return criterion(row, draft, desk, board=Board((*rows, whole)), note=desk.say("Which of these?"))


def found_kinds(draft: Draft, desk: Desk, typed: str, kinds: Sequence[Category], codes: Sequence[Branch]) -> Page:
    """The kinds and branches a typed word found."""
    rows = boards.kind_rows(kinds, draft.criteria, desk)
    rows += tuple((boards.code_button(one, draft.criteria, desk),) for one in codes)
    note = desk.say("Which of these?") if rows else _no_kind(typed, desk)
    rows += ((press(desk.say("The whole list"), OpenCriterion(key="category")),),)
    return criterion(row_of("category"), draft, desk, board=Board(rows), note=note)


def _no_kind(typed: str, desk: Desk) -> str:
    return desk.say(mark("No kind of purchase is called “%(typed)s”.")) % {"typed": clean(typed)}


def branches(row: Filter, draft: Draft, desk: Desk, digits: str, page: int) -> Page:
    """A branch of ENS TRU."""
    board = boards.branches(digits, page, draft.criteria, desk)
    here = branch(digits) if digits else None
    where = f"{digits} {here.name(desk.language)}" if here else desk.say(
        "ENS TRU is the state’s list of goods, works and services, from broad to narrow."
    )  # fmt: skip
    return criterion(row, draft, desk, board=board, where=where)
