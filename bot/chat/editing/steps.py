"""One step of a filter in the making: from the draft and what was tapped to the next screen and draft."""

from __future__ import annotations

import msgspec

from alerts.channels.base import Message as Page
from alerts.filters import Criteria, Filter, Keyboard, row_of
from alerts.messages import Gone, card_of
from bot.chat.draft import Draft, Found, cut
from bot.chat.editing import boards, pages
from bot.chat.editing.boards import Desk
from bot.chat.editing.changing import values_of
from bot.chat.lookup import body_names, names_of
from bot.chat.services import Person, Services
from watchers.categories import everyday_categories
from watchers.places import districts, region, regions

__all__ = ["Step", "desk_of", "kept_open", "opened", "per_day_of", "previewed"]

_SUGGESTED = 6


class Step(msgspec.Struct, frozen=True):
    """What is shown, and what the draft is then (its `message_id` is still to be filled in).

    `missed`: what was typed is nothing that was asked for.
    """

    page: Page
    draft: Draft
    missed: bool = False


async def desk_of(criteria: Criteria, person: Person, services: Services) -> Desk:
    """Whom the screen is for, with the names its sentence needs."""
    names = await names_of(services, [criteria], person.language)
    return Desk(person.language, person.group, services.countries, names)


async def per_day_of(person: Person, services: Services) -> int:
    """How many alerts a day the person hears at once; 0 for any number."""
    if person.subscriber is None:
        return services.per_day
    wished = (await services.preferences.wishes(person.subscriber.id)).per_day
    return services.per_day if wished is None else wished


async def previewed(draft: Draft, person: Person, services: Services, *, misread: str = "") -> Step:
    """The preview of the draft. `misread`: words typed here that named nothing."""
    draft = msgspec.structs.replace(draft, key="", quick=False, found=())
    desk = await desk_of(draft.criteria, person, services)
    per_day = await per_day_of(person, services)
    seen = await services.foresight.preview(draft.criteria, per_day)
    cards = []
    for snapshot_id in seen.examples:
        try:
            cards.append(await card_of(services.store, snapshot_id))
        except Gone:
            continue
    zone = person.subscriber.zone if person.subscriber else "Asia/Almaty"
    examples = services.renderer.brief(cards, person.language, zone) if cards else ""
    page = pages.preview(draft, seen, examples, desk, per_day, misread=misread)
    return Step(page, draft, missed=bool(misread))


async def opened(draft: Draft, key: str, person: Person, services: Services, *, page: int = 0, note: str = "") -> Step:
    """The screen of a criterion; who buys (or supplies) most is offered where a body is asked for."""
    row = row_of(key)
    found: tuple[Found, ...] = ()
    if row.keyboard in {Keyboard.BUYERS, Keyboard.SUPPLIERS}:
        suppliers = row.keyboard is Keyboard.SUPPLIERS
        ids = services.recent.busiest(draft.criteria.regions, _SUGGESTED, suppliers=suppliers)
        names = await body_names(services, ids, person.language, suppliers=suppliers)
        found = tuple(Found(id_, names[id_]) for id_ in ids if names.get(id_))
    draft = msgspec.structs.replace(draft, key=key, found=found)
    desk = _with_flags(row, page, await desk_of(draft.criteria, person, services), services)
    return Step(pages.criterion(row, draft, desk, page=page, offered=found, note=note), draft)


def _with_flags(row: Filter, page: int, desk: Desk, services: Services) -> Desk:
    """With the names of the indicators on a page: all of them are files that would have to be read."""
    if row.key != "indicators":
        return desk
    codes = [offer.text for offer in cut(row.offers(), page, boards.CHOICES)[0]]
    names = {code: services.renderer.flag_name(code, desk.language) for code in codes}
    return msgspec.structs.replace(desk, names={**names, **desk.names})


async def kept_open(draft: Draft, criteria: Criteria, value: str, person: Person, services: Services) -> Step:
    """After a value of a list was tapped: on to the preview if it was the first choice, else the same list, ticked."""
    draft = msgspec.structs.replace(draft, criteria=criteria)
    if draft.quick:
        return await previewed(draft, person, services)
    row = row_of(draft.key)
    desk = await desk_of(criteria, person, services)
    if row.keyboard is Keyboard.PLACES:
        return Step(_around(row.key, value, draft, desk), draft)
    if row.keyboard is Keyboard.KINDS and value.startswith("ENSTRU:"):
        return Step(pages.branches(row, draft, desk, value.removeprefix("ENSTRU:")[:-1], 0), draft)
    if row.keyboard is Keyboard.KINDS:
        slugs = [one.slug for one in everyday_categories()]
        page = slugs.index(value) // boards.KINDS if value in slugs else 0
        return Step(pages.criterion(row, draft, desk, page=page), draft)
    if row.keyboard is Keyboard.CHOICES:
        texts = [offer.text for offer in row.offers()]
        page = texts.index(value) // boards.CHOICES if value in texts else 0
        desk = _with_flags(row, page, desk, services)
        return Step(pages.criterion(row, draft, desk, page=page), draft)
    offered = [one for one in draft.found if one.id not in values_of(criteria, row)]
    return Step(pages.criterion(row, draft, desk, offered=offered), draft)


def _around(key: str, code: str, draft: Draft, desk: Desk) -> Page:
    """The page of the tree on which a place stands."""
    row, around = row_of(key), region(code)
    if around is not None and around.code != code:
        codes = [one.code for one in districts(around.code)]
        page = codes.index(code) // boards.DISTRICTS if code in codes else 0
        return pages.area(row, draft, desk, around.code, page)
    codes = [one.code for one in regions(code[:2])]
    page = codes.index(code) // boards.REGIONS if code in codes else 0
    return pages.places(row, draft, desk, code[:2], page)
