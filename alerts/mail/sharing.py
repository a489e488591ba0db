"""Who hears by mail of what a chat's filters match."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.mail.tables import mail_links
from alerts.tables import Standing, subscribers
from watchers.reading import in_parts

__all__ = ["addresses_sharing", "with_addresses"]

_FEW = 1000  # for more chats than this all links are read: far fewer people share with an address than chat


async def addresses_sharing(connection: AsyncConnection, chats: Collection[int]) -> dict[int, list[int]]:
    """By chat (a subscriber's id): the confirmed addresses that its filters count for."""
    found: dict[int, list[int]] = defaultdict(list)
    query = select(mail_links.c.chat_id, mail_links.c.mail_id).join(
        subscribers, subscribers.c.id == mail_links.c.mail_id
    )
    query = query.where(subscribers.c.state == Standing.ACTIVE).order_by(mail_links.c.mail_id)
    few = len(chats) <= _FEW
    for part in in_parts(chats) if few else ([],):
        links = await connection.execute(query.where(mail_links.c.chat_id.in_(part)) if few else query)
        for chat_id, mail_id in links:
            if few or chat_id in chats:
                found[chat_id].append(mail_id)
    return found


def with_addresses(people: Mapping[int, list[int]], sharing: Mapping[int, Sequence[int]]) -> Mapping[int, list[int]]:
    """Who is told, by which filters: the people whose filters matched, and the addresses that share them, once each."""
    if not sharing:
        return people
    told = {who: list(filters) for who, filters in people.items()}
    for who, filters in people.items():
        for mail_id in sharing.get(who, ()):
            mine = told.setdefault(mail_id, [])
            mine += [one for one in filters if one not in mine]
    return told
