"""Where tips are kept: sent from a draft, found by their code or chat, moved from state to state.

Every method that changes something writes its line of the audit log in the same transaction.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, case, delete, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.mail.tokens import secret_of
from bot.tips.audit import write_audit
from bot.tips.drafts import Draft, Drafts, Step, hour
from bot.tips.receipt import Locker, Opened, new_code, stretch
from bot.tips.roles import Act
from bot.tips.secret import Purpose, Secret
from bot.tips.states import CLOSED, State
from bot.tips.tables import tip_parts, tip_routes, tip_senders, tips
from watchers.database import Database

__all__ = ["Desk", "Route", "Sent", "Tip", "read_tip"]

SENDERS_KEPT = timedelta(days=7)
_REF_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_ONE_AT_A_TIME = asyncio.Semaphore(2)  # Argon2id takes 64 MB each


class Sent(msgspec.Struct, frozen=True):
    """A tip just sent: the code is shown once and is nowhere afterwards."""

    ref: str
    code: str


class Tip(msgspec.Struct, frozen=True):
    """What the server knows of a tip, which is nothing of what it says."""

    id: int
    ref: str
    state: State
    outcome: str
    received_at: datetime
    changed_at: datetime
    heard_at: datetime
    warned_at: datetime | None
    held: bool
    claimed_by: int | None
    topic: int
    header: int
    tender_id: int | None
    buyer_id: str
    merged_into: int | None
    public: bytes
    private: bytes
    unsaid: int = 0


class Route(msgspec.Struct, frozen=True):
    """The way back to a tipper. `private`: the tip's own key, so that questions can be read here without the code."""

    chat_id: int
    language: str
    private: bytes


class Desk:
    """Tips on `database`."""

    def __init__(self, database: Database, clock: Callable[[], datetime], secret: Secret, drafts: Drafts) -> None:
        self.database = database
        self.clock = clock
        self.secret = secret
        self.drafts = drafts

    async def stretched(self, code: str) -> Opened:
        """Argon2id of a code, in a thread."""
        salt = await secret_of(self.database, "tip codes", self.clock)
        async with _ONE_AT_A_TIME:
            return await asyncio.to_thread(stretch, code, salt)

    async def submit(self, chat_id: int, draft: Draft, language: str) -> Sent:
        """Make a tip of a draft, in one transaction: its parts, its route if one was allowed, the step that shows
        the code. Sending the same draft twice is not possible: its parts are the tip's afterwards.
        """
        code = new_code()
        opened = await self.stretched(code)
        locker, private = Locker.make(opened)
        now = self.clock()
        sent = Sent(f"T-{''.join(secrets.choice(_REF_LETTERS) for _ in range(6))}", code)
        moment = hour(now)
        row = {
            "ref": sent.ref, "state": State.RECEIVED, "received_at": moment, "changed_at": moment, "heard_at": moment,
            "code": opened.mark, "public": locker.public, "private": locker.private,
        }  # fmt: skip
        async with self.database.write() as connection:
            id_ = int((await connection.execute(insert(tips).values(**row).returning(tips.c.id))).scalar_one())
            await self._take_parts(connection, draft.id, id_)
            if draft.ask:
                await self._keep_route(connection, id_, Route(chat_id, language, private))
            sender = self.secret.mark(Purpose.SENDER, chat_id)
            until = hour(now + SENDERS_KEPT)
            await connection.execute(insert(tip_senders).values(tip_id=id_, sender=sender, until=until))
            shown = Draft.new(
                Step.CODE, now, tip=id_, private=private, last_digits=code[-4:], said=draft.said, language=language
            )
            await self.drafts.write(connection, chat_id, shown)
            await write_audit(connection, now, "tipper", Act.SEND, sent.ref)
        return sent

    async def another_code(self, chat_id: int, draft: Draft) -> str:
        """Put a new code in the place of one that was not typed back, so that one never seen is not the only one."""
        code = new_code()
        opened = await self.stretched(code)
        values = {"code": opened.mark, "private": Locker.again(draft.private, opened).private}
        async with self.database.write() as connection:
            await connection.execute(update(tips).where(tips.c.id == draft.tip).values(**values))
            shown = msgspec.structs.replace(draft, last_digits=code[-4:], wrong=0)
            await self.drafts.write(connection, chat_id, shown)
        return code

    async def by_code(self, code: str) -> tuple[Tip, bytes] | None:
        """The tip of a code, and the key that opens its private half; None if no tip has it."""
        opened = await self.stretched(code)
        tip = await self._one(tips.c.code == opened.mark)
        return (tip, opened.key) if tip else None

    async def by_ref(self, ref: str) -> Tip | None:
        """The tip that monitors call so."""
        return await self._one(tips.c.ref == ref.strip().upper())

    async def by_id(self, id_: int) -> Tip | None:
        """The tip with this number."""
        return await self._one(tips.c.id == id_)

    async def of_chat(self, chat_id: int) -> list[Tip]:
        """The tips whose way back leads to this chat, oldest first."""
        mine = select(tip_routes.c.tip_id).where(tip_routes.c.chat == self.route_key(chat_id))
        query = select(tips).where(tips.c.id.in_(mine)).order_by(tips.c.id)
        async with self.database.read() as connection:
            return [read_tip(row) for row in (await connection.execute(query)).all()]

    async def route(self, tip_id: int) -> Route | None:
        """The way back; None if there is none (any more)."""
        query = select(tip_routes.c.body).where(tip_routes.c.tip_id == tip_id)
        async with self.database.read() as connection:
            body = (await connection.execute(query)).scalar_one_or_none()
        return self.secret.show(Purpose.ROUTE, body, Route) if body is not None else None

    def route_key(self, chat_id: int) -> str:
        """The keyed hash by which routes of a chat are found."""
        return self.secret.mark(Purpose.ROUTE, chat_id)

    async def knows(self, chat_id: int) -> bool:
        """Whether anything here leads to a chat: a draft, a way back, a sender's hash."""
        sender = self.secret.mark(Purpose.SENDER, chat_id)
        queries = (
            select(tip_routes.c.tip_id).where(tip_routes.c.chat == self.route_key(chat_id)),
            select(tip_senders.c.tip_id).where(tip_senders.c.sender == sender),
        )
        async with self.database.read() as connection:
            found = [(await connection.execute(query.limit(1))).first() for query in queries]
        return any(row is not None for row in found) or await self.drafts.get(chat_id) is not None

    async def forget(self, chat_id: int) -> int:
        """Erase every way back to a chat and its draft; the tips stay and open by their codes. Returns how many."""
        await self.drafts.drop(chat_id)
        async with self.database.write() as connection:
            mine = tip_routes.c.chat == self.route_key(chat_id)
            refs = select(tips.c.ref).join(tip_routes, tip_routes.c.tip_id == tips.c.id).where(mine)
            forgotten = (await connection.execute(refs)).scalars().all()
            await connection.execute(delete(tip_routes).where(mine))
            sender = self.secret.mark(Purpose.SENDER, chat_id)
            await connection.execute(delete(tip_senders).where(tip_senders.c.sender == sender))
            for ref in forgotten:
                await write_audit(connection, self.clock(), "tipper", Act.FORGET, ref)
        return len(forgotten)

    async def left(self, chat_id: int) -> None:
        """They blocked the bot, or are kept out: their draft and every way back to them go at once.

        The hash by which floods are seen stays for its week, so that nobody escapes a block by blocking.
        """
        await self.drafts.drop(chat_id)
        async with self.database.write() as connection:
            await connection.execute(delete(tip_routes).where(tip_routes.c.chat == self.route_key(chat_id)))

    async def drop_route(self, tip_id: int) -> None:
        """Erase what leads from a tip to who sent it."""
        async with self.database.write() as connection:
            for table in (tip_routes, tip_senders):
                await connection.execute(delete(table).where(table.c.tip_id == tip_id))

    async def add(self, chat_id: int, draft: Draft, now: datetime) -> Tip | None:
        """Put the parts of a draft to the tip they answer, in one transaction; the group is owed a note from then on.

        None if the tip is gone or over.
        """
        async with self.database.write() as connection:
            open_ = (tips.c.id == draft.tip) & tips.c.state.not_in(CLOSED)
            back = case((tips.c.state == State.ASKED, State.READING.value), else_=tips.c.state)
            values = {"heard_at": hour(now), "state": back, "warned_at": None, "unsaid": tips.c.unsaid + 1}
            changed = await connection.execute(update(tips).where(open_).values(**values).returning(tips.c.ref))
            ref = changed.scalar_one_or_none()
            if ref is None:
                return None
            await self._take_parts(connection, draft.id, draft.tip)
            done = Draft.new(Step.DONE, draft.started_at, said=draft.said)
            await self.drafts.write(connection, chat_id, done)
            await write_audit(connection, now, "tipper", Act.ADD, ref)
        return await self.by_id(draft.tip)

    async def _take_parts(self, connection: AsyncConnection, draft: str, tip_id: int) -> None:
        mine = (tip_parts.c.draft == draft) & tip_parts.c.tip_id.is_(None)
        await connection.execute(update(tip_parts).where(mine).values(tip_id=tip_id, draft=""))

    async def _keep_route(self, connection: AsyncConnection, tip_id: int, route: Route) -> None:
        body = self.secret.hide(Purpose.ROUTE, route)
        chat = self.route_key(route.chat_id)
        await connection.execute(insert(tip_routes).values(tip_id=tip_id, chat=chat, body=body))

    async def _one(self, which: ColumnElement[bool]) -> Tip | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(tips).where(which))).one_or_none()
        return read_tip(row) if row is not None else None


def read_tip(row: Row[Any]) -> Tip:
    """A tip from its row."""
    values = dict(row._mapping)
    del values["code"]
    values["state"] = State(values["state"])
    return Tip(**values)
