"""The buttons of each criterion: what can be tapped is what could have been typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from alerts.channels.base import Button
from alerts.filters import Criteria, Filter, Keyboard, read_filter
from alerts.filters.speech import Speech
from alerts.i18n import translator
from bot.chat.callbacks import (
    ChooseBuyer,
    ChooseKind,
    ChooseRegion,
    TurnRegions,
)
from bot.chat.draft import Draft, Found, cut, token
from bot.chat.editing.callbacks import (
    ChooseCode,
    Clear,
    Drop,
    Edit,
    Editing,
    OpenBranch,
    OpenCriterion,
    OpenDistricts,
    Pick,
)
from bot.chat.editing.changing import values_of
from bot.chat.keyboards import FIRST_COUNTRY, Row, Rows, back_to_scopes, press, shorten, turns
from bot.chat.texts import country_name
from watchers.categories import Category, everyday_categories
from watchers.enstru import Branch, branch, branches_under
from watchers.places import Region, districts, place, regions

__all__ = ["Board", "Desk", "branches", "countries", "district_page", "ending", "of_row", "region_page"]

CHOICES, REGIONS, DISTRICTS, KINDS, BRANCHES = 8, 10, 16, 8, 8
"""How many of each stand on a page."""
_LABEL = 60
_SHORT = 30


class Desk(msgspec.Struct, frozen=True):
    """Whom a screen is for: `names` of bodies and indicators by id, `countries` we watch."""

    language: str
    group: bool
    countries: Collection[str]
    names: Mapping[str, str] = {}

    def say(self, text: str) -> str:
        """A text of the catalogues."""
        return translator(self.language).gettext(text)

    @property
    def speech(self) -> Speech:
        """How filters are said to this person."""
        return Speech(self.language, self.names)


class Board(msgspec.Struct, frozen=True):
    """Rows of buttons, and which page of how many they are (from 0; `last` 0 where there is one)."""

    rows: Rows
    page: int = 0
    last: int = 0


def _ticked(label: str, *, chosen: bool) -> str:
    return shorten(f"✓ {label}" if chosen else label, _LABEL)


def _pairs(buttons: Sequence[Button]) -> Rows:
    return tuple(tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2))


def ending(row: Filter, draft: Draft, desk: Desk) -> Rows:
    """Out of a criterion: done, or nothing of it asked; back to the first choice where this is part of it."""
    if draft.quick:
        return (back_to_scopes(desk.language),)
    last: Row = (press(desk.say("Done"), Edit(action=Editing.PREVIEW)),)
    if row.many and row.is_set(draft.criteria):
        last = (press(desk.say("Empty the list"), Clear(key=row.key)), *last)
    return (last,)


def of_row(row: Filter, draft: Draft, desk: Desk, page: int, offered: Sequence[Found] = ()) -> Board:
    """What can be tapped for a criterion."""
    match row.keyboard:
        case Keyboard.CHOICES:
            return _choices(row, draft.criteria, desk, page)
        case Keyboard.PLACES:
            if FIRST_COUNTRY not in desk.countries:
                return Board(countries(desk))
            return region_page(FIRST_COUNTRY, page, draft, desk)
        case Keyboard.KINDS:
            return _kinds(draft.criteria, desk, page)
        case Keyboard.BUYERS | Keyboard.SUPPLIERS:
            return _bodies(row, draft.criteria, desk, offered)
        case Keyboard.WORDS:
            return Board(_drops(row, draft.criteria, desk))


def _choices(row: Filter, criteria: Criteria, desk: Desk, page: int) -> Board:
    offers = row.offers()
    shown, page, last = cut(offers, page, CHOICES) if len(offers) > CHOICES + 2 else (offers, 0, 0)
    rows: Rows = ()
    for offer in shown:
        read = read_filter(row.key, offer.text)
        if row.many:
            chosen = values_of(read, row)[0] in values_of(criteria, row)
        else:
            chosen = all(getattr(read, name) == getattr(criteria, name) for name in row.fields)
        label = _ticked(offer.label(desk.speech), chosen=chosen)
        rows += ((press(label, Pick(key=row.key, text=offer.text)),),)
    around = (OpenCriterion(key=row.key, page=page - 1), OpenCriterion(key=row.key, page=page + 1))
    return Board((*rows, *turns(page, last, *around, desk.language)), page, last)


def _place(row: Region, criteria: Criteria, desk: Desk) -> Button:
    return press(_ticked(row.name(desk.language), chosen=row.code in criteria.regions), ChooseRegion(code=row.code))


def region_page(country: str, page: int, draft: Draft, desk: Desk) -> Board:
    """A country's regions, each with the way to its districts."""
    criteria = draft.criteria
    shown, page, last = cut(regions(country), page, REGIONS)
    rows: Rows = ()
    if page == 0:
        name = translator(desk.language).gettext("%(country)s: the whole country") % {
            "country": country_name(country, desk.language)
        }
        rows = ((press(_ticked(name, chosen=country in criteria.regions), ChooseRegion(code=country)),),)
    further = desk.say("Districts ›")
    for one in shown:
        ways = (press(further, OpenDistricts(code=one.code)),) if districts(one.code) else ()
        rows += ((_place(one, criteria, desk), *ways),)
    around = (TurnRegions(country=country, page=page - 1), TurnRegions(country=country, page=page + 1))
    rows += turns(page, last, *around, desk.language)
    if len(desk.countries) > 1:
        rows += ((press(desk.say("Other countries"), TurnRegions()),),)
    return Board(rows, page, last)


def countries(desk: Desk) -> Rows:
    """The countries we watch, Kazakhstan first."""
    order = sorted(desk.countries, key=lambda code: (code != FIRST_COUNTRY, country_name(code, desk.language)))
    return tuple((press(country_name(code, desk.language), TurnRegions(country=code)),) for code in order)


def district_page(code: str, page: int, draft: Draft, desk: Desk) -> Board:
    """The cities and districts of a region, and the region as a whole."""
    around = place(code)
    shown, page, last = cut(districts(code), page, DISTRICTS)
    rows: Rows = ()
    if around is not None:
        whole = desk.say("The whole of it: %(place)s") % {"place": around.name(desk.language)}
        rows = ((press(_ticked(whole, chosen=code in draft.criteria.regions), ChooseRegion(code=code)),),)
    rows += _pairs([_place(one, draft.criteria, desk) for one in shown])
    ways = (OpenDistricts(code=code, page=page - 1), OpenDistricts(code=code, page=page + 1))
    rows += turns(page, last, *ways, desk.language)
    back = press(desk.say("‹ All regions"), TurnRegions(country=code[:2]))
    return Board((*rows, (back,)), page, last)


def places(found: Sequence[Region], draft: Draft, desk: Desk) -> Rows:
    """Places that a typed word may mean."""
    speech = desk.speech
    return tuple(
        (
            press(
                _ticked(speech.place(one.code), chosen=one.code in draft.criteria.regions), ChooseRegion(code=one.code)
            ),
        )
        for one in found
    )


def kind_rows(found: Sequence[Category], criteria: Criteria, desk: Desk) -> Rows:
    """Everyday kinds."""
    return tuple(
        (press(_ticked(one.name(desk.language), chosen=one.slug in criteria.categories), ChooseKind(slug=one.slug)),)
        for one in found
    )


def _kinds(criteria: Criteria, desk: Desk, page: int) -> Board:
    shown, page, last = cut(everyday_categories(), page, KINDS)
    around = (OpenCriterion(key="category", page=page - 1), OpenCriterion(key="category", page=page + 1))
    rows = (*kind_rows(shown, criteria, desk), *turns(page, last, *around, desk.language))
    return Board((*rows, (press(desk.say("Everything by code (ENS TRU)"), OpenBranch()),)), page, last)


def code_button(one: Branch, criteria: Criteria, desk: Desk) -> Button:
    """A branch to choose."""
    label = f"{one.prefix} {one.name(desk.language)}"
    return press(_ticked(label, chosen=f"ENSTRU:{one.prefix}" in criteria.categories), ChooseCode(digits=one.prefix))


def branches(digits: str, page: int, criteria: Criteria, desk: Desk) -> Board:
    """What is below a branch of ENS TRU, and the branch as a whole."""
    shown, page, last = cut(branches_under(digits), page, BRANCHES)
    rows: Rows = ()
    here = branch(digits) if digits else None
    if here is not None:
        rows = ((code_button(msgspec.structs.replace(here, prefix=digits), criteria, desk),),)
    for one in shown:
        if branches_under(one.prefix):
            label = shorten(f"{one.prefix} {one.name(desk.language)}", _LABEL - 2) + " ›"
            rows += ((press(label, OpenBranch(digits=one.prefix)),),)
        else:
            rows += ((code_button(one, criteria, desk),),)
    around = (OpenBranch(digits=digits, page=page - 1), OpenBranch(digits=digits, page=page + 1))
    rows += turns(page, last, *around, desk.language)
    above = next((digits[:n] for n in range(len(digits) - 1, 1, -1) if len(branches_under(digits[:n])) > 1), "")
    up = press(desk.say("‹ One level up"), OpenBranch(digits=above) if digits else OpenCriterion(key="category"))
    return Board((*rows, (up,)), page, last)


def _bodies(row: Filter, criteria: Criteria, desk: Desk, offered: Sequence[Found]) -> Board:
    kept = values_of(criteria, row)
    rows = tuple(
        (press(shorten(one.name or one.id, _LABEL), ChooseBuyer(token=token(one.id))),)
        for one in offered
        if one.id not in kept
    )
    return Board((*rows, *_drops(row, criteria, desk)))


def _drops(row: Filter, criteria: Criteria, desk: Desk) -> Rows:
    """What is asked for, each with a way to take it out."""
    values = values_of(criteria, row)[:20]
    buttons = [
        press(f"✕ {shorten(desk.speech.named(value), _SHORT if len(values) > 4 else _LABEL)}",
              Drop(key=row.key, token=token(value)))
        for value in values
    ]  # fmt: skip
    return _pairs(buttons) if len(values) > 4 else tuple((one,) for one in buttons)
