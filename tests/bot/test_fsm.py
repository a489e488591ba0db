"""Where a conversation stands is kept in SQL, per chat, for a day."""

from __future__ import annotations

from typing import Any

import pytest
from aiogram.exceptions import DataNotDictLikeError
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import StorageKey
from sqlalchemy import select

from bot.fsm import SqlStorage, conversations
from watchers.database import Database


class Steps(StatesGroup):
    first = State()


HERE = StorageKey(bot_id=1, chat_id=4_503_599_627_370_001, user_id=4_503_599_627_370_001)
THERE = StorageKey(bot_id=1, chat_id=-1_004_000_000_001, user_id=5)
DATA = {"text": "Қазақ «мәтін»", "list": [1, 2, {"a": None}], "number": 1.5}


async def test_state_and_data_survive_a_restart(database_url: str, clock: Any) -> None:
    for write in (True, False):
        database = Database(database_url)
        storage = SqlStorage(database, clock)
        if write:
            await storage.set_state(HERE, Steps.first)
            await storage.set_data(HERE, DATA)
        assert await storage.get_state(HERE) == "Steps:first"
        assert await storage.get_data(HERE) == DATA
        await database.close()


async def test_chats_threads_and_destinies_are_apart(database: Database, clock: Any) -> None:
    storage = SqlStorage(database, clock)
    chat, user = HERE.chat_id, HERE.user_id
    keys = [
        HERE,
        THERE,
        StorageKey(1, chat, user, thread_id=3),
        StorageKey(1, chat, user, destiny="other"),
        StorageKey(2, chat, user),
    ]
    for number, key in enumerate(keys):
        await storage.set_data(key, {"number": number})
    assert [(await storage.get_data(key))["number"] for key in keys] == [0, 1, 2, 3, 4]


async def test_clearing_a_chat_clears_all_of_it_and_no_other(database: Database, clock: Any) -> None:
    storage = SqlStorage(database, clock)
    other_member = StorageKey(1, THERE.chat_id, 6)
    for key in (HERE, THERE, other_member):
        await storage.set_state(key, "s")
    await storage.clear_chat(THERE.chat_id)
    assert [await storage.get_state(key) for key in (HERE, THERE, other_member)] == ["s", None, None]


async def test_what_nobody_finished_is_gone_after_its_time(database: Database, clock: Any) -> None:
    storage = SqlStorage(database, clock)
    await storage.set_state(HERE, "s")
    await storage.set_data(HERE, {"a": 1})
    clock.advance(hours=23)
    await storage.update_data(HERE, {"b": 2})
    clock.advance(hours=23)
    assert await storage.get_data(HERE) == {"a": 1, "b": 2}, "each touch starts the day anew"
    clock.advance(hours=2)
    assert await storage.get_state(HERE) is None
    assert await storage.get_data(HERE) == {}
    await storage.set_state(HERE, "t")
    assert await storage.get_data(HERE) == {}, "a new beginning does not inherit old data"
    clock.advance(days=2)
    assert await storage.drop_expired() == 1


async def test_a_finished_conversation_leaves_no_row(database: Database, clock: Any) -> None:
    storage = SqlStorage(database, clock)
    await storage.set_state(HERE, "s")
    await storage.set_data(HERE, DATA)
    await storage.set_state(HERE, None)
    await storage.set_data(HERE, {})
    async with database.read() as connection:
        assert (await connection.execute(select(conversations))).all() == []


async def test_data_that_is_no_object_is_refused(database: Database, clock: Any) -> None:
    storage = SqlStorage(database, clock)
    with pytest.raises(DataNotDictLikeError):
        await storage.set_data(HERE, [1])  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        await storage.set_data(HERE, {"a": object()})
