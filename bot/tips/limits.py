"""Against floods: token buckets by keyed hashes of chats, repeats, blocks. No row here names anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select

from bot.tips.secret import Purpose, Secret
from bot.tips.tables import tip_blocks, tip_buckets, tip_marks, tip_senders
from watchers.database import Database

__all__ = ["Limits", "Verdict"]

REMEMBERED = timedelta(days=7)
EVERYBODY_PER_HOUR = 60


class Verdict(StrEnum):
    """Whether a tip may be sent now."""

    FREE = "free"
    WAIT = "wait"  # too many: later
    REPEAT = "repeat"  # the same was sent already
    BLOCKED = "blocked"


class Limits:
    """`per_day`: tips of one chat a day, and as many at once; `codes`: codes a chat may try before it has to wait."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        secret: Secret,
        *,
        per_day: int = 5,
        codes: int = 5,
    ) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._per_day = per_day
        self._codes = codes

    async def may_send(self, chat_id: int, prints: tuple[str, ...]) -> Verdict:
        """Ask, and count the tip if it may be sent."""
        if await self.blocked(chat_id):
            return Verdict.BLOCKED
        async with self._database.read() as connection:
            mark = self._mark(chat_id, prints)
            known = select(tip_marks.c.mark).where(tip_marks.c.mark == mark, tip_marks.c.until > self._clock())
            if (await connection.execute(known)).first() is not None:
                return Verdict.REPEAT
        own = await self._take("tip", chat_id, burst=self._per_day, every=timedelta(days=1) / self._per_day)
        if not own:
            return Verdict.WAIT
        every = timedelta(hours=1) / EVERYBODY_PER_HOUR
        return Verdict.FREE if await self._take("tips", 0, burst=EVERYBODY_PER_HOUR, every=every) else Verdict.WAIT

    async def may_add(self, chat_id: int) -> Verdict:
        """Ask, and count what is added to a tip that was sent: four times as often as a tip itself."""
        if await self.blocked(chat_id):
            return Verdict.BLOCKED
        burst = 4 * self._per_day
        free = await self._take("add", chat_id, burst=burst, every=timedelta(days=1) / burst)
        return Verdict.FREE if free else Verdict.WAIT

    async def blocked(self, chat_id: int) -> bool:
        """Whether monitors want nothing more from there."""
        sender = self._secret.mark(Purpose.SENDER, chat_id)
        async with self._database.read() as connection:
            found = await connection.execute(select(tip_blocks.c.sender).where(tip_blocks.c.sender == sender))
            return found.first() is not None

    async def remember(self, chat_id: int, prints: tuple[str, ...]) -> None:
        """What was sent, so that the same is not taken twice within a week."""
        until = self._clock() + REMEMBERED
        row = {"mark": self._mark(chat_id, prints), "until": until}
        upsert = self._database.insert(tip_marks).values(row)
        async with self._database.write() as connection:
            await connection.execute(upsert.on_conflict_do_update(index_elements=["mark"], set_={"until": until}))

    async def may_try_code(self, chat_id: int) -> bool:
        """Ask and count: a few codes at once, then one a quarter of an hour, so that nobody can guess."""
        return await self._take("code", chat_id, burst=self._codes, every=timedelta(minutes=15))

    def _mark(self, chat_id: int, prints: tuple[str, ...]) -> str:
        return self._secret.mark(Purpose.REPEAT, chat_id, *sorted(prints))

    async def _take(self, what: str, chat_id: int, *, burst: int, every: timedelta) -> bool:
        now = self._clock()
        key = self._secret.mark(Purpose.BUCKET, what, chat_id)
        async with self._database.write() as connection:
            row = (await connection.execute(select(tip_buckets).where(tip_buckets.c.key == key))).one_or_none()
            tokens = float(burst) if row is None else min(burst, row.tokens + max(0.0, (now - row.at) / every))
            if tokens < 1:
                return False
            values = {"tokens": tokens - 1, "at": now}
            upsert = self._database.insert(tip_buckets).values(key=key, **values)
            await connection.execute(upsert.on_conflict_do_update(index_elements=["key"], set_=values))
        return True

    async def sweep(self) -> None:
        """Forget buckets that are full again, marks and senders whose time is over. Blocks stay until lifted."""
        now = self._clock()
        async with self._database.write() as connection:
            await connection.execute(delete(tip_buckets).where(tip_buckets.c.at < now - timedelta(days=1)))
            for table in (tip_marks, tip_senders):
                await connection.execute(delete(table).where(table.c.until <= now))
