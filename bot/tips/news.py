"""What is said to a tipper about a tip: new states, questions, words. Sealed to the tip's own key until it is read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.tips.desk import Tip
from bot.tips.drafts import hour
from bot.tips.receipt import read_with, seal_to
from bot.tips.tables import tip_messages, tips
from watchers.database import Database

__all__ = ["News", "Said", "add_news", "drop_news", "read_news", "say_told", "say_untold", "untold"]


class Said(StrEnum):
    """What kind of news it is."""

    STATE = "state"  # `words` is the state
    QUESTION = "question"
    ANSWER = "answer"  # words that ask for nothing
    WARNING = "warning"  # the tip will be erased; `words` is the date


class News(msgspec.Struct, frozen=True):
    """One thing said."""

    said: Said
    words: str


async def add_news(connection: AsyncConnection, tip: Tip, news: News, now: datetime) -> None:
    """Keep something for the tipper, in the transaction that decided it."""
    body = seal_to(tip.public, msgspec.json.encode(news).decode())
    await connection.execute(insert(tip_messages).values(tip_id=tip.id, body=body, made_at=hour(now)))


async def read_news(database: Database, tip_id: int, private: bytes) -> list[News]:
    """Everything said about a tip, oldest first, opened with its own key."""
    query = select(tip_messages.c.body).where(tip_messages.c.tip_id == tip_id).order_by(tip_messages.c.id)
    async with database.read() as connection:
        bodies = (await connection.execute(query)).scalars().all()
    return [msgspec.json.decode(read_with(private, bytes(body)), type=News) for body in bodies]


async def untold(database: Database, limit: int = 50) -> list[int]:
    """Tips with news whose tippers were not told that there is any."""
    query = select(tip_messages.c.tip_id).where(tip_messages.c.told_at.is_(None)).distinct().limit(limit)
    async with database.read() as connection:
        return list((await connection.execute(query)).scalars())


async def say_told(connection: AsyncConnection, tip_id: int, now: datetime) -> list[int]:
    """The tipper of a tip is being told; returns of what, nothing if somebody else tells it already."""
    waiting = (tip_messages.c.tip_id == tip_id) & tip_messages.c.told_at.is_(None)
    told = update(tip_messages).where(waiting).values(told_at=hour(now)).returning(tip_messages.c.id)
    return list((await connection.execute(told)).scalars())


async def say_untold(connection: AsyncConnection, ids: list[int]) -> None:
    """They were not told after all: it is tried again."""
    await connection.execute(update(tip_messages).where(tip_messages.c.id.in_(ids)).values(told_at=None))


async def drop_news(connection: AsyncConnection, tip_ids: list[int]) -> None:
    """Erase what was said about tips."""
    await connection.execute(delete(tip_messages).where(tip_messages.c.tip_id.in_(tip_ids)))
    await connection.execute(update(tips).where(tips.c.id.in_(tip_ids)).values(warned_at=None))
