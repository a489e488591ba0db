"""Which messages are next: the first of each chat, chats in turn."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select

from alerts.tables import State, outbox

__all__ = ["first_of_each_chat"]


def first_of_each_chat() -> Select[Any]:
    """Ids of the first due message of each chat after subscriber `:after`, chat by chat.

    The index is stepped through from chat to chat, so that one with ten thousand messages costs no more than one with
    a single message, and cannot crowd out the others. A first message that waits (`due_at` ahead) holds its chat back:
    order is kept. A chat with a message on its way is passed over.
    """
    due = and_(outbox.c.state == State.DUE, outbox.c.priority == bindparam("priority"))
    start = select(func.min(outbox.c.subscriber_id).label("id")).where(due, outbox.c.subscriber_id > bindparam("after"))
    chats = start.cte("chats", recursive=True)
    further = select(func.min(outbox.c.subscriber_id)).where(due, outbox.c.subscriber_id > chats.c.id)
    step = select(further.correlate(chats).scalar_subquery()).where(chats.c.id.is_not(None))
    chats = chats.union_all(step)
    mine = and_(due, outbox.c.subscriber_id == chats.c.id)
    order = (outbox.c.tender_time, outbox.c.id)
    first = select(outbox.c.id).where(mine).order_by(*order).limit(1).correlate(chats).scalar_subquery()
    due_at = select(outbox.c.due_at).where(mine).order_by(*order).limit(1).correlate(chats).scalar_subquery()
    on_its_way = select(outbox.c.subscriber_id).where(outbox.c.state == State.SENDING)
    return (
        select(first.label("id"))
        .select_from(chats)
        .where(chats.c.id.is_not(None), chats.c.id.not_in(on_its_way), due_at <= bindparam("now"))
        .limit(bindparam("limit"))
    )
