"""What screens need from the store: names of buyers, a tender as the renderer wants it."""

from __future__ import annotations

from collections.abc import Iterable

from alerts.filters import Criteria
from alerts.messages import Gone, card_of
from alerts.render import TenderCard
from bot.chat.draft import Found
from bot.chat.services import Services
from watchers.called import called
from watchers.store import Store

__all__ = [
    "MATCHES",
    "SHORTEST_WORDS",
    "body_names",
    "buyer_name",
    "by_words",
    "find_bodies",
    "names_of",
    "tender_card",
]

MATCHES = 8
SHORTEST_WORDS = 3
_NAMED = 5  # a sentence names no more of a list


async def body_names(services: Services, ids: Iterable[str], language: str, *, suppliers: bool) -> dict[str, str]:
    """The names of buyers (or suppliers) by id, in the reader's language where they are told in it."""
    ids = list(ids)
    if suppliers:
        return await services.store.supplier_names(ids)
    kept, names = services.called, await services.store.buyer_names(ids)
    if unknown := [id_ for id_ in names if kept.get((id_, language)) is None]:
        told = await called(services.store, unknown, language)
        for id_ in unknown:
            kept.put((id_, language), told.get(id_, ""))
    return {id_: kept.get((id_, language)) or name for id_, name in names.items()}


async def find_bodies(
    services: Services, text: str, language: str, *, suppliers: bool = False
) -> tuple[list[Found], bool]:
    """At most `MATCHES` buyers (or suppliers) by id or words of a name, and whether there are more."""
    if named := await body_names(services, [text], language, suppliers=suppliers):
        found = [Found(text, named[text])]
    elif not suppliers and any(letter.isdigit() for letter in text) and " " not in text:  # a part of a number
        ids = [one.id for one in await services.store.find_buyers(text, MATCHES + 1)]
        names = await body_names(services, ids, language, suppliers=False)
        found = [Found(id_, names.get(id_, "")) for id_ in ids]
    else:
        found = await by_words(services, text, MATCHES + 1, language, suppliers=suppliers)
    return found[:MATCHES], len(found) > MATCHES


async def by_words(services: Services, text: str, limit: int, language: str, *, suppliers: bool) -> list[Found]:
    """Buyers (or suppliers) by words of their names, with slips forgiven, the likest first."""
    names = services.supplier_names if suppliers else services.names
    if not len(names):
        await names.do_one()
    ids = names.find(text, limit)
    if not ids:  # seen since the names were read?
        await names.look_again()
        ids = names.find(text, limit)
    known = await body_names(services, ids, language, suppliers=suppliers)
    return [Found(id_, known.get(id_, "")) for id_ in ids]


async def names_of(services: Services, asked: Iterable[Criteria], language: str) -> dict[str, str]:
    """The names of bodies and indicators that sentences about these filters will say; unknown ones are left out."""
    asked = list(asked)
    buyers = {id_ for criteria in asked for id_ in criteria.buyers[:_NAMED]}
    names = await body_names(services, sorted(buyers), language, suppliers=False) if buyers else {}
    suppliers = {id_ for criteria in asked for id_ in criteria.suppliers[:_NAMED]}
    names |= await services.store.supplier_names(sorted(suppliers)) if suppliers else {}
    codes = {code for criteria in asked for code in criteria.indicators[:_NAMED]}
    return names | {code: services.renderer.flag_name(code, language) for code in codes}


async def buyer_name(services: Services, id_: str, language: str) -> str:
    """A buyer's name, its id where nobody wrote one."""
    return (await body_names(services, [id_], language, suppliers=False)).get(id_, id_)


async def tender_card(store: Store, tender_id: int) -> TenderCard | None:
    """The newest version of a tender with its findings; None if it is not (or no more) in the store."""
    tender = await store.tender(tender_id)
    if tender is None:
        return None
    try:
        return await card_of(store, tender.snapshot_id)
    except Gone:
        return None
