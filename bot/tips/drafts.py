"""A tip in the making: where the conversation stands, and the sealed parts it has so far.

What was said is sealed before it is stored and cannot be read back here. The conversation's place lies under the
server's key beside a keyed hash of the chat, and a day later both are gone: a draft never outlives its day.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.tips.readable import hidden
from bot.tips.sealing import Recipient, SealedPart, seal
from bot.tips.secret import Purpose, Secret
from bot.tips.tables import tip_drafts, tip_part_keys, tip_parts
from watchers.database import Database

__all__ = ["LIFETIME", "QUESTIONS", "WRITING", "Draft", "Drafts", "Step", "hour"]

LIFETIME = timedelta(days=1)
MOST_IDS = 400
"""Ids of messages remembered so that they can be erased from the chat; the oldest are forgotten first."""


class Step(StrEnum):
    """What the conversation waits for."""

    WARNING = "warning"  # nothing may be typed before it was accepted
    WHAT = "what"
    HOW = "how"
    FILES = "files"
    ASK = "ask"
    REVIEW = "review"
    CODE = "code"  # sent; the last digits of the code are to be typed back
    DONE = "done"  # nothing is waited for; the conversation can still be erased from the chat
    LOOKUP = "lookup"  # a code is to be typed
    ANSWER = "answer"  # words for a tip that was sent


WRITING = frozenset({Step.WHAT, Step.HOW, Step.FILES, Step.ASK, Step.REVIEW, Step.ANSWER})
"""Steps in which whatever comes becomes a part."""
QUESTIONS = WRITING - {Step.ANSWER}
"""Those of a tip that was not sent yet."""


class Draft(msgspec.Struct, frozen=True):
    """`id` holds its parts together; nothing in the database but this (hidden) row says whose they are.

    `tip`: the sent tip that an answer goes to, or whose code is being shown; `private`: its own key, while another
    code may be shown. `taken`: messages that are parts already, so that an update handled twice adds nothing.
    `said`: ids of messages of this conversation, by both sides, to be erased on request. `sender`: the keyed hash by
    which a block is known, so that the draft of somebody who is blocked goes at once.
    """

    id: str
    step: Step
    started_at: datetime
    language: str = ""  # spoken in this conversation
    paused: bool = False
    texts: int = 0
    files: int = 0
    size: int = 0
    how: bool = False
    ask: bool | None = None
    originals: bool = False
    tender: int = 0
    album: str = ""  # the last one a picture of which was answered
    refused: str = ""  # the last one of which something was refused, and why
    tip: int = 0
    private: bytes = b""
    last_digits: str = ""
    wrong: int = 0
    prints: tuple[str, ...] = ()  # keyed hashes of what was sent, to see the same tip again
    taken: tuple[str, ...] = ()
    said: tuple[int, ...] = ()
    sender: str = ""

    @classmethod
    def new(cls, step: Step, now: datetime, **more: Any) -> Draft:
        """An empty one."""
        return cls(secrets.token_hex(16), step, now, **more)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self.texts and not self.files

    def has(self, message_id: int) -> bool:
        """Whether a message, edited or not, is part of it."""
        return any(one.partition(".")[0] == str(message_id) for one in self.taken)

    def heard(self, *message_ids: int) -> Draft:
        """With messages of the conversation remembered."""
        return msgspec.structs.replace(self, said=(*self.said, *message_ids)[-MOST_IDS:])


def hour(moment: datetime) -> datetime:
    """Rounded down: what is stored with a tip must not tell the minute somebody was at a keyboard."""
    return moment.replace(minute=0, second=0, microsecond=0)


class Drafts:
    """Drafts on `database`, by chat."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        secret: Secret,
        recipients: Sequence[Recipient],
        *,
        forwarded: bool = False,
    ) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self.recipients = tuple(recipients)
        self.forwarded = forwarded

    def key(self, chat_id: int) -> str:
        """The keyed hash that stands for a chat."""
        return self._secret.mark(Purpose.DRAFT, chat_id)

    async def get(self, chat_id: int) -> Draft | None:
        """The draft of a chat; None if there is none, its day is over, or the server's secret was changed."""
        query = select(tip_drafts.c.body).where(tip_drafts.c.chat == self.key(chat_id))
        async with self._database.read() as connection:
            body = (await connection.execute(query)).scalar_one_or_none()
        draft = self._secret.show(Purpose.DRAFT, body, Draft) if body is not None else None
        return draft if draft is not None and self._clock() - draft.started_at < LIFETIME else None

    async def save(self, chat_id: int, draft: Draft) -> None:
        """Keep where it stands."""
        async with self._database.write() as connection:
            await self.write(connection, chat_id, draft)

    async def write(self, connection: AsyncConnection, chat_id: int, draft: Draft) -> None:
        """The same inside a transaction."""
        draft = msgspec.structs.replace(draft, sender=self._secret.mark(Purpose.SENDER, chat_id))
        values = {"body": self._secret.hide(Purpose.DRAFT, draft), "changed_at": hour(self._clock())}
        upsert = self._database.insert(tip_drafts).values(chat=self.key(chat_id), **values)
        await connection.execute(upsert.on_conflict_do_update(index_elements=["chat"], set_=values))

    async def add(self, chat_id: int, draft: Draft, sealed: Sequence[SealedPart]) -> None:
        """Keep sealed parts and the draft that counts them: both or neither."""
        async with self._database.write() as connection:
            for part in sealed:
                await self._put(connection, draft.id, part)
            await self.write(connection, chat_id, draft)

    def seal(self, header: dict[str, Any], content: bytes) -> SealedPart:
        """Seal to every recipient; in the less safe mode hide it under the server's key."""
        if self.forwarded:
            return hidden(self._secret, header, content)
        return seal(header, content, self.recipients)

    async def _put(self, connection: AsyncConnection, draft: str, part: SealedPart) -> None:
        row = {"draft": draft, "body": part.body, "made_at": hour(self._clock())}
        id_ = (await connection.execute(insert(tip_parts).values(**row).returning(tip_parts.c.id))).scalar_one()
        keys = [{"part_id": id_, "recipient": to, "sealed": key} for to, key in part.keys.items()]
        if keys:
            await connection.execute(insert(tip_part_keys), keys)

    async def drop(self, chat_id: int) -> Draft | None:
        """Erase the draft of a chat with its parts; returns what it was."""
        draft = await self.get(chat_id)
        async with self._database.write() as connection:
            await connection.execute(delete(tip_drafts).where(tip_drafts.c.chat == self.key(chat_id)))
            if draft is not None:
                await drop_parts(connection, draft.id)
        return draft

    async def drop_of(self, connection: AsyncConnection, sender: str) -> None:
        """Erase what somebody is writing who is known by a keyed hash alone."""
        for row in (await connection.execute(select(tip_drafts))).all():
            draft = self._secret.show(Purpose.DRAFT, bytes(row.body), Draft)
            if draft is not None and draft.sender == sender and draft.step in {Step.WARNING, *WRITING}:
                await connection.execute(delete(tip_drafts).where(tip_drafts.c.chat == row.chat))
                await drop_parts(connection, draft.id)

    async def writing(self, chats: Collection[int]) -> set[int]:
        """Which of these chats are in the middle of telling something, so that all they send is sealed."""
        keys = {self.key(chat): chat for chat in chats}
        query = select(tip_drafts.c.chat).where(tip_drafts.c.chat.in_(keys))
        async with self._database.read() as connection:
            return {keys[key] for key in (await connection.execute(query)).scalars()}

    async def sweep(self) -> int:
        """Erase drafts whose day is over, and parts that no draft holds any more; returns how many parts."""
        before = hour(self._clock() - LIFETIME)
        async with self._database.write() as connection:
            await connection.execute(delete(tip_drafts).where(tip_drafts.c.changed_at < before))
            orphans = select(tip_parts.c.draft).where(tip_parts.c.tip_id.is_(None), tip_parts.c.made_at < before)
            gone = 0
            for draft in set((await connection.execute(orphans)).scalars()):
                gone += await drop_parts(connection, draft)
        return gone


async def drop_parts(connection: AsyncConnection, draft: str) -> int:
    """Erase the parts of a draft that was not sent; returns how many."""
    mine = select(tip_parts.c.id).where(tip_parts.c.draft == draft, tip_parts.c.tip_id.is_(None))
    await connection.execute(delete(tip_part_keys).where(tip_part_keys.c.part_id.in_(mine)))
    return int((await connection.execute(delete(tip_parts).where(tip_parts.c.id.in_(mine)))).rowcount)
