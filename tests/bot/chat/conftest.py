"""The sandbox, one bot beside it, and an invented tender in the store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from bot.sandbox import Sandbox
from tests.bot.chat.talking import Talk, store_tender
from watchers.database import Database


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def talk(sandbox: Sandbox, database: Database, clock: Any) -> AsyncIterator[Talk]:
    talk = Talk(sandbox, database, clock)
    await talk.receiver.receive()  # tells the sandbox which kinds of updates we want
    yield talk
    await talk.close()


@pytest.fixture
def stored(talk: Talk) -> Callable[[], Awaitable[int]]:
    """Stores the invented tender and returns its id."""
    return lambda: store_tender(talk.services.store)
