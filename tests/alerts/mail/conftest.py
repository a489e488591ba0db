"""Fixtures of mail: the parts on one database, and what is owed to an address."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from alerts.filters import Criteria
from alerts.mail.mailing import Mailing, open_mailing
from alerts.subscriptions import Subscriber
from alerts.tables import outbox, subscribers
from tests.alerts.conftest import World

FUEL = Criteria(categories=("fuel",))
ROOFS = Criteria(words=("кровл",))


@pytest.fixture
async def mailing(world: World, clock: Any) -> Mailing:
    return await open_mailing(world.database, clock, world.subscriptions, world.outbox)


class Post:
    """What a test asks of an address: its letters, its standing."""

    def __init__(self, world: World, mailing: Mailing) -> None:
        self.world = world
        self.mailing = mailing

    async def letters(self, address: str) -> list[str]:
        """The events of letters owed to an address, sent or not."""
        query = select(outbox.c.event).join(subscribers, subscribers.c.id == outbox.c.subscriber_id)
        query = query.where(subscribers.c.address == address, outbox.c.priority == 60).order_by(outbox.c.id)
        async with self.world.database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def token(self, address: str) -> str:
        """The token in the newest confirmation letter."""
        last = [event for event in await self.letters(address) if event.startswith("confirm:")][-1]
        ask = await self.mailing.asks.find(int(last.partition(":")[2]))
        assert ask is not None
        return self.mailing.asks.token_of(ask)

    async def who(self, address: str) -> Subscriber:
        found = await self.world.subscriptions.subscriber("email", address)
        assert found is not None
        return found

    async def member(self, address: str = "aru@example.kz", **asked: Any) -> int:
        """A confirmed address; returns its id."""
        await self.mailing.asks.ask(address, **{"language": "kk", "criteria": [FUEL]} | asked)
        await self.mailing.asks.confirm(await self.token(address))
        return (await self.who(address)).id


@pytest.fixture
def post(world: World, mailing: Mailing) -> Post:
    return Post(world, mailing)
