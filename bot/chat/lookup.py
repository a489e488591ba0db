"""What screens need from the store: names of buyers, a tender as the renderer wants it."""

from __future__ import annotations

from collections.abc import Iterable

from alerts.filters import Criteria
from alerts.messages import Gone, card_of
from alerts.render import TenderCard
from bot.chat.draft import Found
from watchers.store import Store

__all__ = ["MATCHES", "SHORTEST_WORDS", "buyer_name", "find_buyers", "names_of", "tender_card"]

MATCHES = 8
SHORTEST_WORDS = 3
_NAMED = 5  # a sentence names no more of a list


async def find_buyers(store: Store, text: str) -> tuple[list[Found], bool]:
    """At most `MATCHES` buyers by id or words of a name, and whether there are more."""
    buyers = await store.find_buyers(text, MATCHES + 1)
    return [Found(one.id, one.name) for one in buyers[:MATCHES]], len(buyers) > MATCHES


async def names_of(store: Store, asked: Iterable[Criteria]) -> dict[str, str]:
    """The names of the buyers that sentences about these filters will name; unknown ones are left out."""
    names: dict[str, str] = {}
    for id_ in dict.fromkeys(id_ for criteria in asked for id_ in criteria.buyers[:_NAMED]):
        found = await store.find_buyers(id_, MATCHES)
        names.update({one.id: one.name for one in found if one.id == id_ and one.name})
    return names


async def buyer_name(store: Store, id_: str) -> str:
    """A buyer's name as last written, its id where nobody wrote one."""
    found = await store.find_buyers(id_, MATCHES)
    return next((one.name for one in found if one.id == id_ and one.name), id_)


async def tender_card(store: Store, tender_id: int) -> TenderCard | None:
    """The newest version of a tender with its findings; None if it is not (or no more) in the store."""
    tender = await store.tender(tender_id)
    if tender is None:
        return None
    try:
        return await card_of(store, tender.snapshot_id)
    except Gone:
        return None
