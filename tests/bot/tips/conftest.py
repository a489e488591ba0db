"""A sandbox, a bot that takes tips, and the key that opens them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox import Sandbox
from bot.tips.keyholder.keys import SecretKey, make_key
from tests.bot.tips.tipping import Tipping
from watchers.database import Database


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def key() -> SecretKey:
    """A key holder's."""
    return make_key()


@pytest.fixture
async def talk(sandbox: Sandbox, database: Database, clock: Any, key: SecretKey) -> AsyncIterator[Tipping]:
    talk = Tipping(sandbox, database, clock, key)
    await talk.receiver.receive()  # tells the sandbox which kinds of updates we want
    yield talk
    await talk.close()
