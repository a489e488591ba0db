"""Updates that are sealed on arrival: by this process or for another, opened by who holds the key, lost with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.inbox import Inbox, inbox
from bot.inbox.arrival import ArrivalKey, NoReader, is_private
from bot.inbox.stored import ALIVE
from watchers.database import Database


def message(number: int, text: str = "/tip", chat: int = 5, kind: str = "private", **more: Any) -> dict[str, Any]:
    body = {"message_id": number, "date": 1, "chat": {"id": chat, "type": kind}, "text": text} | more
    return {"update_id": number, "message": body}


async def bodies(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(select(inbox.c.body).order_by(inbox.c.id))).scalars())


async def test_a_process_that_only_receives_seals_for_the_one_that_answers(database: Database, clock: Any) -> None:
    web, chat = Inbox(database, clock, reader=False), Inbox(database, clock)
    with pytest.raises(NoReader):
        await web.put([message(1)])
    assert await bodies(database) == [], "it is not stored, so it is not acknowledged either"
    await web.put([message(2, "hello")])
    await chat.announce()
    await web.put([message(3, "/tip K-7718", chat=6)])
    assert "K-7718" not in "".join(await bodies(database))
    claimed = await chat.claim(10)
    assert ["K-7718" in one.body for one in claimed] == [False, True]
    assert not any(one.lost for one in claimed)


async def test_another_process_leaves_what_is_not_sealed_for_it_until_its_holder_is_dead(
    database: Database, clock: Any
) -> None:
    first, second = Inbox(database, clock), Inbox(database, clock)
    await first.put([message(1)])
    assert await second.claim(10) == []
    clock.advance(seconds=ALIVE.total_seconds() - 5)
    await first.announce()
    clock.advance(seconds=10)
    assert await second.claim(10) == [], "it was renewed"
    clock.advance(seconds=ALIVE.total_seconds())
    (lost,) = await second.claim(10)
    assert (lost.lost, lost.body, lost.chat_id) == (True, "", 5)


async def test_a_process_that_ends_in_peace_lets_others_tell_its_people_at_once(database: Database, clock: Any) -> None:
    first, second = Inbox(database, clock), Inbox(database, clock)
    await first.put([message(1), message(2)])
    await first.retire()
    (lost,) = await second.claim(10)
    assert lost.lost
    assert await second.more_lost(lost), "its person is told once, with the last"


@pytest.mark.parametrize(
    ("update", "private"),
    [
        (message(1, "/tip"), True),
        (message(1, "/start tip_5"), True),
        (message(1, "/mytips"), True),
        (message(1, "/filters"), False),
        (message(1, "Алгабас"), False),
        (message(1, "x" * 81), True),
        (message(1, "1234 5678 9012 3456"), True),
        (message(1, "x" * 500, kind="supergroup"), False),
        (message(1, "/ask who", kind="supergroup"), True),
        (message(1, "a", photo=[]), True),
        (message(1, "a", caption="b"), True),
        ({"update_id": 1, "edited_message": message(1, "x" * 90)["message"]}, True),
        ({"update_id": 1, "callback_query": {"data": "tip:send::abc", "message": {}}}, True),
        ({"update_id": 1, "callback_query": {"data": "tipon:7:abc"}}, True),
        ({"update_id": 1, "callback_query": {"data": "go:add"}}, False),
        ({"update_id": 1, "message": "junk"}, False),
        ({"update_id": 1, "callback_query": None}, False),
        ({"update_id": 1, "message": {"text": 5, "chat": {"type": "private"}}}, True),
    ],
)
def test_what_is_sealed_whatever_its_chat_is_doing(update: dict[str, Any], private: bool) -> None:
    assert is_private(update) is private


def test_an_arrival_key_does_not_show_its_private_half() -> None:
    key = ArrivalKey.make()
    assert repr(key) == f"ArrivalKey({key.id})"
    assert key.open("not base64 at all") is None


async def test_what_was_sealed_stays_so_through_a_delay(database: Database, clock: Any) -> None:
    box = Inbox(database, clock)
    await box.put([message(1, "/tip K-7718")])
    (one,) = await box.claim(1)
    await box.put_back([one.id], timedelta(seconds=1))
    assert "K-7718" not in "".join(await bodies(database))
    clock.advance(seconds=2)
    (again,) = await box.claim(1)
    assert "K-7718" in again.body


async def test_a_handled_update_does_not_say_that_it_was_sealed_nor_in_which_chat(
    database: Database, clock: Any
) -> None:
    """Its moment would tell when somebody told something, to the second."""
    box = Inbox(database, clock)
    await box.put([message(1, "/tip K-7718"), message(2, "hello", chat=6)])
    for one in await box.claim(2):
        await box.finish(one.id)
    async with database.read() as connection:
        rows = (await connection.execute(select(inbox.c.chat_id, inbox.c.sealed_for, inbox.c.body))).all()
    assert [tuple(row) for row in rows] == [(0, "", "")] * 2
