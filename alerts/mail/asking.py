"""Asking for digests and confirming it: double opt-in, with the same answer whether or not the address is known.

Whoever asks learns nothing: what follows happens in the mailbox. So many letters and no more go to one address, whoever
asks how often; a flood of asks for many addresses is held as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.filters import BadFilter, Criteria, checked
from alerts.mail.address import mail_address
from alerts.mail.ask import Asked, Confirmed, MailLimits, TooManyAsks, asks_query, read_ask
from alerts.mail.tables import EMAIL, Frequency, mail_asks, mail_links, mail_settings
from alerts.mail.tokens import BadToken, Purpose, Tokens
from alerts.outbox import Debt, Event, Outbox
from alerts.subscriptions import Subscriptions, TooManyFilters
from alerts.tables import Standing, State, outbox, subscribers, subscriptions
from alerts.timing import Mode, next_slot
from watchers.database import Database

__all__ = ["LETTER_PRIORITY", "Asked", "Asks", "Confirmed", "MailLimits", "TooManyAsks"]

log = structlog.get_logger(__name__)

LETTER_PRIORITY = 60
"""Mail has priorities of its own, from here up: see `alerts.outbox.MAIL`."""

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_WAITING = (State.DUE, State.SENDING)


class Asks:
    """What addresses asked for. One of `alerts.mail.mailing.Mailing`."""

    def __init__(  # noqa: PLR0917 - its parts, wired in one place
        self,
        database: Database,
        clock: Callable[[], datetime],
        subscriptions_: Subscriptions,
        outbox_: Outbox,
        tokens: Tokens,
        limits: MailLimits,
    ) -> None:
        self._database = database
        self._clock = clock
        self._subscriptions = subscriptions_
        self._outbox = outbox_
        self._tokens = tokens
        self._limits = limits

    async def ask(
        self,
        address: str,
        *,
        language: str,
        criteria: Sequence[Criteria] = (),
        chat_id: int | None = None,
        frequency: Frequency | None = None,
        all_quiet: bool = False,
    ) -> None:
        """Owe a letter that asks the mailbox whether it wants this; nothing else happens before it confirms.

        Filters of its own (`criteria`), or those of a chat (`chat_id`, a subscriber's id) shared with the address. The
        same ask again is sent again, within the limits, and can be confirmed for seven more days. Raises BadAddress,
        BadFilter, TooManyAsks; nothing of what is known about the address.
        """
        address = mail_address(address)
        if not criteria and chat_id is None:
            raise BadFilter("filters: nothing is chosen: choose what the digest should tell of")
        if len(criteria) > self._subscriptions.limit:
            raise BadFilter(f"filters: there are {len(criteria)}, and {self._subscriptions.limit} is the most")
        wanted = [msgspec.to_builtins(checked(one)) for one in criteria]
        now = self._clock()
        async with self._database.write() as connection:
            if chat_id is not None:
                await self._refuse_floods_of(connection, chat_id, now)
            subscriber_id = await self._stand(connection, address, language, now)
            values = {"language": language, "frequency": frequency or "", "all_quiet": all_quiet, "asked_at": now}
            whole = await self._flooded(connection, now)
            ask_id = await self._write_down(connection, subscriber_id, chat_id, wanted, values)
            if not whole:
                await self.owe_letter(connection, subscriber_id, f"{Event.CONFIRM}:{ask_id}", now)

    async def _refuse_floods_of(self, connection: AsyncConnection, chat_id: int, now: datetime) -> None:
        asked = and_(mail_asks.c.chat_id == chat_id, mail_asks.c.asked_at > now - _DAY)
        count = (await connection.execute(select(func.count()).where(asked))).scalar_one()
        if count >= self._limits.asks_per_chat_day:
            raise TooManyAsks(f"mail: {count} addresses were asked for today: go on tomorrow")
        linked = select(func.count()).where(mail_links.c.chat_id == chat_id)
        if (await connection.execute(linked)).scalar_one() >= self._limits.addresses:
            raise TooManyAsks(f"mail: there are {self._limits.addresses} addresses already: remove one first")

    async def _stand(self, connection: AsyncConnection, address: str, language: str, now: datetime) -> int:
        """The subscriber of an address, its row locked; pending if it is new."""
        row = {"channel": EMAIL, "address": address, "language": language, "state": Standing.PENDING}
        new = self._database.insert(subscribers).values(**row, created_at=now, changed_at=now)
        await connection.execute(new.on_conflict_do_nothing())
        same = and_(subscribers.c.channel == EMAIL, subscribers.c.address == address)
        return int((await connection.execute(select(subscribers.c.id).where(same).with_for_update())).scalar_one())

    async def _write_down(
        self,
        connection: AsyncConnection,
        subscriber_id: int,
        chat_id: int | None,
        wanted: list[Any],
        values: dict[str, Any],
    ) -> int:
        same = and_(mail_asks.c.subscriber_id == subscriber_id, mail_asks.c.confirmed_at.is_(None))
        for row in await connection.execute(select(mail_asks).where(same)):
            kept = [msgspec.to_builtins(msgspec.convert(one, Criteria)) for one in row.criteria]
            if row.chat_id == chat_id and kept == wanted:
                await connection.execute(update(mail_asks).where(mail_asks.c.id == row.id).values(values))
                return int(row.id)
        new = mail_asks.insert().values(subscriber_id=subscriber_id, chat_id=chat_id, criteria=wanted, **values)
        return int((await connection.execute(new.returning(mail_asks.c.id))).scalar_one())

    async def _flooded(self, connection: AsyncConnection, now: datetime) -> bool:
        recent = select(func.count()).where(mail_asks.c.asked_at > now - _HOUR)
        count = int((await connection.execute(recent)).scalar_one())
        if count >= self._limits.asks_per_hour:
            log.warning("confirmations are held back", asks_in_an_hour=count, limit=self._limits.asks_per_hour)
            return True
        return False

    async def owe_letter(self, connection: AsyncConnection, subscriber_id: int, event: str, now: datetime) -> bool:
        """Owe a letter as far as the address's limits allow; False where they do not. Nobody is told which."""
        mine = and_(outbox.c.subscriber_id == subscriber_id, outbox.c.priority == LETTER_PRIORITY)
        recent = select(outbox.c.created_at, outbox.c.event, outbox.c.state).where(
            mine, outbox.c.created_at > now - _DAY
        )
        rows = (await connection.execute(recent)).all()
        waiting = any(row.event == event and row.state in _WAITING for row in rows)
        soon = any(row.created_at > now - self._limits.gap and row.event == event for row in rows)
        if waiting or soon or len(rows) >= self._limits.per_address_day:
            return False
        await self._outbox.owe(connection, [Debt(subscriber_id, None, None, event, (), LETTER_PRIORITY, now)])
        return True

    def token_of(self, ask: Asked) -> str:
        """The token in the letter of an ask; the same each time it is made."""
        return self._tokens.make(Purpose.CONFIRM, ask.id, ask.address, expires=ask.expires)

    async def find(self, ask_id: int) -> Asked | None:
        """An ask by its number."""
        async with self._database.read() as connection:
            row = (await connection.execute(asks_query.where(mail_asks.c.id == ask_id))).one_or_none()
        return read_ask(row) if row is not None else None

    async def of(self, subscriber_id: int) -> list[Asked]:
        """What an address was asked and has not confirmed, oldest first."""
        open_ = and_(mail_asks.c.subscriber_id == subscriber_id, mail_asks.c.confirmed_at.is_(None))
        async with self._database.read() as connection:
            return [read_ask(row) for row in await connection.execute(asks_query.where(open_).order_by(mail_asks.c.id))]

    async def look(self, token: str) -> Asked:
        """What a token would confirm; changes nothing (mail scanners open every link). Raises BadToken, ExpiredToken.

        What was confirmed already can still be looked at.
        """
        claim = self._tokens.read(token, Purpose.CONFIRM)
        found = await self.find(claim.number)
        if found is None:
            raise BadToken("mail: nothing waits to be confirmed by this link: ask again")
        if found.confirmed:
            self._tokens.prove(claim, found.address)
        else:
            self._tokens.check(claim, found.address, now=self._clock())
        return found

    async def confirm(self, token: str) -> Confirmed:
        """The mailbox wants it: filters or link count from now on. Twice is as once. Raises BadToken, ExpiredToken."""
        ask = await self.look(token)
        if ask.confirmed:
            return Confirmed(ask, again=True)
        now = self._clock()
        if ask.standing is Standing.STOPPED:
            await self._forget(ask.subscriber_id, now)
        left_out = 0
        for criteria in ask.criteria:  # they match nothing before the address is active
            try:
                await self._subscriptions.add(ask.subscriber_id, criteria)
            except TooManyFilters:
                left_out += 1
        await self._activate(ask, now)
        return Confirmed(ask, left_out=left_out)

    async def _forget(self, subscriber_id: int, now: datetime) -> None:
        """Who left and comes back gets what they ask for now, not what they left."""
        mine = and_(subscriptions.c.subscriber_id == subscriber_id, subscriptions.c.deleted_at.is_(None))
        async with self._database.write() as connection:
            await connection.execute(update(subscriptions).where(mine).values(deleted_at=now, changed_at=now))
            await connection.execute(mail_links.delete().where(mail_links.c.mail_id == subscriber_id))

    async def _activate(self, ask: Asked, now: datetime) -> None:
        who = subscribers.c.id == ask.subscriber_id
        async with self._database.write() as connection:
            person = (await connection.execute(select(subscribers).where(who).with_for_update())).one()
            new = person.state != Standing.ACTIVE
            frequency = ask.frequency or (Frequency.DAILY if new else None)
            values: dict[str, Any] = {"state": Standing.ACTIVE, "state_reason": "", "changed_at": now}
            values |= {"language": ask.language} if new else {}
            await connection.execute(update(subscribers).where(who).values(values))
            chosen: dict[str, Any] = {"confirmed_at": now, "covered_until": now} if new else {}
            if frequency is not None:
                slot = next_slot(Mode(frequency), now, person.zone, person.digest_at)
                chosen |= {"frequency": frequency.value, "all_quiet": ask.all_quiet, "next_at": slot, "since": now}
            if chosen:
                row = {"confirmed_at": now, "covered_until": now, "subscriber_id": ask.subscriber_id, **chosen}
                upsert = self._database.insert(mail_settings).values(row)
                await connection.execute(
                    upsert.on_conflict_do_update(index_elements=["subscriber_id"], set_=chosen | {"soft_bounces": 0})
                )
            if ask.chat_id is not None:
                link = {"mail_id": ask.subscriber_id, "chat_id": ask.chat_id, "linked_at": now}
                await connection.execute(self._database.insert(mail_links).values(link).on_conflict_do_nothing())
            mine = subscriptions.c.subscriber_id == ask.subscriber_id
            await connection.execute(update(subscriptions).where(mine).values(changed_at=now))  # the index looks again
            done = update(mail_asks).where(mail_asks.c.id == ask.id).values(confirmed_at=now)
            await connection.execute(done)
