"""What typed words mean: at the screen of a criterion, or where no criterion was asked for yet."""

from __future__ import annotations

import re

import msgspec

from alerts.filters import BadFilter, Criteria, Keyboard, row_of
from alerts.i18n import mark
from bot.chat.draft import Draft, Found, TypedBuyer, clean, find_kinds, is_known_region, read_buyer
from bot.chat.editing import pages
from bot.chat.editing.boards import Desk
from bot.chat.editing.callbacks import Edit, Editing
from bot.chat.editing.changing import added
from bot.chat.editing.steps import Step, desk_of, opened, previewed
from bot.chat.keyboards import press, shorten
from bot.chat.lookup import SHORTEST_WORDS, find_bodies
from bot.chat.services import Person, Services
from watchers.enstru import branches_named
from watchers.places import places_named

__all__ = ["understood", "value_typed", "with_words"]

_FOUND = 8
_CODES = 4
_MONEY = re.compile(r"\d\s*(млн|млрд|тыс|mln|million|bn|мың|тенге|теңге|тг|₸|kzt)", re.IGNORECASE)


async def value_typed(text: str, draft: Draft, person: Person, services: Services) -> Step:
    """Words typed while a criterion's screen is open."""
    row = row_of(draft.key)
    match row.keyboard:
        case Keyboard.PLACES:
            return await _place(text, draft, person, services)
        case Keyboard.KINDS:
            return await _kind(text, draft, person, services)
        case Keyboard.BUYERS | Keyboard.SUPPLIERS:
            return await _body(text, draft, person, services)
        case _:
            return await _read(text, draft, person, services)


async def understood(
    text: str, draft: Draft, person: Person, services: Services, *, elsewhere: bool = False
) -> Step | None:
    """Words typed with no criterion open: a place, a number, a sum, a kind, a buyer's name. None: none of these.

    `elsewhere`: they were no answer, or no value of the open criterion; then only an official number is taken for a
    buyer's.
    """
    typed = clean(text)
    if (criteria := _named(typed, draft.criteria, services)) is not None:
        return await previewed(msgspec.structs.replace(draft, criteria=criteria), person, services)
    buyer = read_buyer(typed, services.countries)
    for fits, key in (
        (bool(buyer.id or buyer.person) and not (elsewhere and buyer.id == typed), "buyer"),
        (bool(_MONEY.search(typed)), "min_amount"),
        (len(typed) >= SHORTEST_WORDS and bool(find_kinds(typed, 1)), "category"),
        (len(typed) >= SHORTEST_WORDS and bool(places_named(typed, limit=1)), "region"),
    ):
        if fits:
            return await value_typed(text, _at(draft, key), person, services)
    if len(typed) >= SHORTEST_WORDS and (await find_bodies(services, typed, person.language))[0]:
        return await _body(text, _at(draft, "buyer"), person, services)
    return None


def _named(typed: str, criteria: Criteria, services: Services) -> Criteria | None:
    """With the one place, kind, way of buying or indicator that is called exactly so."""
    for key in ("region", "category", "method", "indicators"):
        try:
            changed = added(criteria, key, typed)
        except BadFilter:
            continue
        if all(is_known_region(code, services.countries) for code in changed.regions):
            return changed
    return None


def with_words(step: Step, text: str, person: Person, services: Services) -> Step:
    """With a way on for words that named nothing, or only a kind: purchases that have them in their texts."""
    typed = clean(text)
    if not step.missed and not (step.draft.quick and step.draft.key == "category"):
        return step
    try:
        criteria = added(Criteria(), "words", typed)
    except BadFilter:
        return step
    if not any(len(word) >= SHORTEST_WORDS for word in re.findall(r"[^\W\d_]+", typed)):
        return step
    clause = row_of("words").clause(criteria, Desk(person.language, person.group, services.countries).speech)
    row = (press(shorten(clause[:1].upper() + clause[1:], 60), Edit(action=Editing.WORDS)),)
    draft = msgspec.structs.replace(step.draft, typed=typed)
    ways = step.page.buttons
    at = 0 if draft.quick and not draft.key else max(len(ways) - 1, 0)  # above the first choice, else above "Back"
    page = msgspec.structs.replace(step.page, buttons=(*ways[:at], row, *ways[at:]))
    return Step(page, draft, missed=step.missed)


def _at(draft: Draft, key: str) -> Draft:
    return msgspec.structs.replace(draft, key=key, quick=draft.quick or draft.criteria == Criteria())


async def _take(draft: Draft, criteria: Criteria, person: Person, services: Services) -> Step:
    """A list stays open, so that more can be added; anything else goes on to the preview."""
    row = row_of(draft.key)
    draft = msgspec.structs.replace(draft, criteria=criteria)
    if draft.quick or not row.many:
        return await previewed(draft, person, services)
    return await opened(draft, row.key, person, services)


def _missed(step: Step) -> Step:
    return Step(step.page, step.draft, missed=True)


async def _read(text: str, draft: Draft, person: Person, services: Services) -> Step:
    try:
        criteria = added(draft.criteria, draft.key, clean(text, 500))
    except BadFilter:
        return _missed(await opened(draft, draft.key, person, services, note=_unread(text, person)))
    return await _take(draft, criteria, person, services)


def _unread(text: str, person: Person) -> str:
    desk = Desk(person.language, person.group, ())
    return desk.say(mark("“%(typed)s” cannot be read here.")) % {"typed": clean(text)}


async def _place(text: str, draft: Draft, person: Person, services: Services) -> Step:
    typed = clean(text)
    try:
        criteria = added(draft.criteria, "region", typed)
    except BadFilter:
        criteria = draft.criteria
    if criteria != draft.criteria and all(is_known_region(code, services.countries) for code in criteria.regions):
        return await _take(draft, criteria, person, services)
    near = [one for one in places_named(typed, limit=_FOUND * 2) if one.country in services.countries][:_FOUND]
    if not near or len(typed) < 2:
        desk = Desk(person.language, person.group, services.countries)
        note = desk.say(mark("No place is called “%(typed)s”.")) % {"typed": typed}
        return _missed(await opened(draft, draft.key, person, services, note=note))
    desk = await desk_of(draft.criteria, person, services)
    return Step(pages.found_places(row_of("region"), draft, desk, near), draft)


async def _kind(text: str, draft: Draft, person: Person, services: Services) -> Step:
    typed = clean(text)
    try:
        return await _take(draft, added(draft.criteria, "category", typed), person, services)
    except BadFilter:
        kinds = find_kinds(typed, _FOUND)
        codes = branches_named(typed, _CODES if kinds else _FOUND)
        desk = await desk_of(draft.criteria, person, services)
        page = pages.found_kinds(draft, desk, typed, kinds, codes)
        return Step(page, draft, missed=not kinds and not codes)


async def _body(text: str, draft: Draft, person: Person, services: Services) -> Step:
    """A buyer's or a supplier's number, or words of its name."""
    row = row_of(draft.key)
    suppliers = row.keyboard is Keyboard.SUPPLIERS
    typed = read_buyer(text, services.countries)
    too_short = not typed.id and not typed.person and len(typed.words) < SHORTEST_WORDS
    found: list[Found] = []
    more = False
    if not typed.person and not too_short:
        found, more = await find_bodies(services, typed.id or typed.words, person.language, suppliers=suppliers)
        if not found and typed.id and typed.id != clean(text):  # a name may be all digits
            found, more = await find_bodies(services, clean(text), person.language, suppliers=suppliers)
    offered = tuple(found) or ((Found(typed.id, ""),) if typed.id else ())
    draft = msgspec.structs.replace(draft, found=offered)
    desk = await desk_of(draft.criteria, person, services)
    note = _about_bodies(desk, typed, found=bool(found), more=more, too_short=too_short)
    missed = not offered and not typed.person
    return Step(pages.criterion(row, draft, desk, offered=offered, note=note), draft, missed=missed)


def _about_bodies(desk: Desk, typed: TypedBuyer, *, found: bool, more: bool, too_short: bool) -> str:
    if typed.person:
        return desk.say(mark("This looks like a person’s number (IIN). Only organisations can be followed."))
    if too_short:
        return desk.say(mark("Type at least three letters of the name, or the whole number."))
    if found:
        many = desk.say(mark("There are more: type more of the name to see fewer."))
        return f"{desk.say(mark('Which of these?'))} {many if more else ''}".strip()
    if typed.id:
        return desk.say(
            mark("%(id)s was not seen yet. It can be followed anyway: its first purchase will reach you.")
        ) % {"id": typed.id}
    return desk.say(mark("Nobody we know has “%(typed)s” in its name. The number (BIN) can be typed too.")) % {
        "typed": clean(typed.words)
    }
