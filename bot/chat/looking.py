"""What is looked up, as pages: logic without Telegram. Profiles and pictures are kept for a while."""

from __future__ import annotations

import asyncio

import msgspec

from alerts.channels.base import Message as Page
from alerts.i18n import translator
from bot.charts import draw, warm
from bot.chat.cards import card_page, shown_card, zone_of
from bot.chat.found import tender_list
from bot.chat.keyboards import press, shorten
from bot.chat.listing import deadlines, latest, top
from bot.chat.lookup import body_names, by_words
from bot.chat.lookup_callbacks import Behind, Listed, OpenProfile, TurnListed, fits
from bot.chat.profiles import body_name, buyer_page, period, supplier_page
from bot.chat.services import Person, Services
from bot.chat.texts import render
from watchers.behind import Side, What, behind
from watchers.pasted import find_named, portal_links
from watchers.profiles import BuyerProfile, SupplierProfile, buyer_profile, supplier_profile

__all__ = ["behind_page", "bodies", "chart", "listed", "named", "profile_page"]

_MOST_NAMED = 3
_MATCHES = 8


async def named(text: str, person: Person, services: Services, *, known_only: bool = False) -> list[Page]:
    """The cards of the purchases that a text names, three at the most; what to do where it names none we have."""
    cards = [
        await shown_card(id_, 0, person, services) for id_ in (await find_named(services.store, text))[:_MOST_NAMED]
    ]
    pages = [await card_page(card, 0, person, services) for card in cards if card is not None]
    if pages or known_only:
        return pages
    links = portal_links(text)
    kind = "tender_how" if not text.strip() else "tender_unknown"
    return [Page(render(f"lookup/{kind}", person.language, link=links[0] if links else ""))]


async def bodies(side: Side, typed: str, person: Person, services: Services) -> Page:
    """The one body that typed words mean, else those to choose from."""
    language = person.language
    if not typed:
        return Page(render("lookup/body_how", language, side=side.value))
    found = await _found(side, typed, language, services)
    if len(found) == 1:
        page = await profile_page(side, found[0][0], person, services)
        if page is not None:
            return page
    rows = tuple(
        (press(shorten(name or id_, 60), OpenProfile(side=side, id=id_)),)
        for id_, name in found[:_MATCHES]
        if fits(id_)
    )
    text = render(
        "lookup/bodies",
        language,
        side=side.value,
        typed=body_name(typed, 60),
        count=len(rows),
        more=len(found) > _MATCHES,
    )
    return Page(text, rows)


async def _found(side: Side, typed: str, language: str, services: Services) -> list[tuple[str, str]]:
    """Ids and names: by a number first, then by words with slips forgiven."""
    suppliers = side is Side.SUPPLIER
    digits = "".join(letter for letter in typed if letter.isdigit())
    exact = [typed, *((f"KZ-BIN-{digits}",) if len(digits) == 12 else ()), *((f"UA-EDR-{digits}",) if digits else ())]
    if known := await body_names(services, exact, language, suppliers=suppliers):
        return list(known.items())
    found = await by_words(services, typed, _MATCHES + 1, language, suppliers=suppliers)
    return [(one.id, one.name) for one in found]


async def _profile(side: Side, body: str, language: str, services: Services) -> BuyerProfile | SupplierProfile | None:
    """The profile with the names of buyers in the reader's language."""
    found = await _counted(side, body, services)
    if found is None:
        return None
    buyers = [found.id] if isinstance(found, BuyerProfile) else [one.id for one in found.top]
    names = await body_names(services, buyers, language, suppliers=False)
    if isinstance(found, BuyerProfile):
        return msgspec.structs.replace(found, name=names.get(found.id, found.name))
    top = tuple(msgspec.structs.replace(one, name=names.get(one.id, one.name)) for one in found.top)
    return msgspec.structs.replace(found, top=top)


async def _counted(side: Side, body: str, services: Services) -> BuyerProfile | SupplierProfile | None:
    kept, key = services.profiles, (side, body)
    async with kept.lock(key):
        found = kept.get(key)
        if found is None:
            made = buyer_profile if side is Side.BUYER else supplier_profile
            found = await made(services.database, body, services.clock())
            if found is not None:
                kept.put(key, found)
    return found


async def profile_page(side: Side, body: str, person: Person, services: Services) -> Page | None:
    """A profile, whose picture may be asked for next; None of a body nobody told of."""
    found = await _profile(side, body, person.language, services)
    if found is not None:
        warm()
    if isinstance(found, BuyerProfile):
        return buyer_page(found, person.language)
    return supplier_page(found, person.language) if found is not None else None


async def behind_page(asked: Behind, person: Person, services: Services) -> Page | None:
    """A page of the purchases behind a number of a profile."""
    if not fits(asked.id):
        return None
    profile = await _profile(asked.side, asked.id, person.language, services)
    if profile is None or (asked.what is What.WITH and not 0 <= asked.partner < len(profile.top)):
        return None
    _ = translator(person.language).gettext
    partner = profile.top[asked.partner] if asked.what is What.WITH else None
    ids = await behind(
        services.database, asked.side, asked.id, asked.what, profile.until, partner=partner.id if partner else ""
    )
    titles = {
        What.ALL: _("All purchases"), What.DIRECT: _("Without competition"), What.ONE: _("One bidder only"),
        What.CANCELLED: _("Lots cancelled"), What.FLAGGED: _("With a flag"), What.CONTRACTS: _("Contracts"),
        What.OPENED: _("Bids opened"), What.BIDS: _("Bids made"),
        What.WON: _("Bids that won"), What.WITH: body_name(partner.name, 60) if partner else "",
    }  # fmt: skip
    back = ((press(_("Back"), OpenProfile(side=asked.side, id=asked.id)),),)
    return await tender_list(
        services, ids, asked.page, titles[asked.what], lambda page: asked.model_copy(update={"page": page}),
        person.language, zone_of(person),
        note=f"{body_name(profile.name, 80)}, {period(profile, person.language)}", below=back,
    )  # fmt: skip


async def chart(side: Side, body: str, person: Person, services: Services, *, dark: bool) -> tuple[bytes, Page] | None:
    """The picture of a profile and what stands under it."""
    profile = await _profile(side, body, person.language, services)
    if profile is None:
        return None
    kept, key = services.pictures, (side, body, person.language, dark)
    async with kept.lock(key):
        picture = kept.get(key)
        if picture is None:
            picture = kept.put(key, await asyncio.to_thread(draw, profile, person.language, dark=dark))
    caption = f"<b>{render('lookup/caption', person.language, called=body_name(profile.name))}</b>"
    return picture, Page(caption)


async def listed(what: Listed, page: int, person: Person, services: Services) -> Page:
    """`/latest`, `/deadlines`, `/top`."""
    _ = translator(person.language).gettext
    if what is Listed.LATEST:
        ids, heading, note = await latest(services), _("The newest purchases"), ""
    elif what is Listed.DEADLINES:
        ids, heading = await deadlines(person, services), _("Closing soon")
        note = _("Of what you follow and what your filters told you of, within 7 days.")
    else:
        ids, regions = await top(person, services)
        heading = _("The heaviest flags of the week")
        note = ", ".join(regions) or _("All regions: a filter by region narrows this list.")
    if not ids:
        return Page(render("lookup/none", person.language, heading=heading, note=note))
    return await tender_list(
        services, ids, page, heading, lambda number: TurnListed(what=what, page=number), person.language,
        zone_of(person), note=note,
    )  # fmt: skip
