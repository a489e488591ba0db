"""What a mailbox may do with the links in its mails: leave, come back, see and change what it gets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from alerts.mail.address import mail_address
from alerts.mail.ask import CONFIRM_WITHIN
from alerts.mail.asking import Asks
from alerts.mail.tables import EMAIL, Attach, Frequency, mail_asks, mail_links, mail_settings
from alerts.mail.tokens import BadToken, Purpose, Tokens
from alerts.outbox import Event
from alerts.subscriptions import Subscription, Subscriptions
from alerts.tables import Standing, subscribers
from alerts.timing import Mode, next_slot
from watchers.database import Database

__all__ = ["LIST", "MANAGE_FOR", "Box", "Boxes", "ChatAddress", "Leaving", "Shared"]

LIST = "digest"
"""The one list there is; a token to leave it names it, so that another list will not be left by it."""
MANAGE_FOR = timedelta(days=60)


class Leaving(msgspec.Struct, frozen=True):
    """Whose link to leave by it is, and whether they still get digests."""

    subscriber_id: int
    address: str
    language: str
    active: bool


class Shared(msgspec.Struct, frozen=True):
    """A chat whose filters count for the address; they are changed in the chat."""

    chat_id: int
    filters: tuple[Subscription, ...]


class ChatAddress(msgspec.Struct, frozen=True):
    """An address beside a chat; PENDING: it did not confirm yet that it wants this chat's filters."""

    id: int
    address: str
    standing: Standing


class Box(msgspec.Struct, frozen=True):
    """Everything that an address gets and chose. `digest_at`: minutes after midnight in `zone`."""

    subscriber_id: int
    address: str
    language: str
    zone: str
    digest_at: int
    standing: Standing
    frequency: Frequency
    all_quiet: bool
    attach: Attach
    filters: tuple[Subscription, ...]
    chats: tuple[Shared, ...]


class Boxes:
    """The confirmed addresses. One of `alerts.mail.mailing.Mailing`."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        subscriptions_: Subscriptions,
        asks: Asks,
        tokens: Tokens,
    ) -> None:
        self._database = database
        self._clock = clock
        self._subscriptions = subscriptions_
        self._asks = asks
        self._tokens = tokens

    def leave_token(self, subscriber_id: int, address: str) -> str:
        """What unsubscribes this address from the digests; good for ever."""
        return self._tokens.make(Purpose.UNSUBSCRIBE, subscriber_id, address, LIST)

    def manage_token(self, subscriber_id: int, address: str) -> str:
        """What opens the settings of this address, for sixty days from now."""
        expires = self._clock() + MANAGE_FOR
        return self._tokens.make(Purpose.MANAGE, subscriber_id, address, expires=expires)

    async def leaving(self, token: str) -> Leaving:
        """Whose link it is; changes nothing. Raises BadToken."""
        return await self._leaving(token, Purpose.UNSUBSCRIBE, LIST)

    async def leave(self, token: str) -> Leaving:
        """No more digests, from now on; filters are kept for `rejoin`. Twice is as once. Raises BadToken."""
        found = await self.leaving(token)
        if found.active:
            await self._subscriptions.stop(found.subscriber_id)
        return msgspec.structs.replace(found, active=False)

    async def rejoin(self, token: str) -> Leaving:
        """Leaving was a mistake: all as it was. Whoever never confirmed stays out. Raises BadToken."""
        found = await self.leaving(token)
        now = self._clock()
        async with self._database.read() as connection:
            settings = (await connection.execute(_settings(found.subscriber_id))).one_or_none()
        if found.active or settings is None:
            return found
        await self._subscriptions.resume(found.subscriber_id)
        async with self._database.write() as connection:
            await self._choose(connection, found.subscriber_id, {"covered_until": now}, settings.frequency)
        return msgspec.structs.replace(found, active=True)

    async def box_of(self, token: str) -> int:
        """Whose settings a link opens: the subscriber's id. Raises BadToken, ExpiredToken."""
        return (await self._leaving(token, Purpose.MANAGE)).subscriber_id

    async def _leaving(self, token: str, purpose: Purpose, *bound: str) -> Leaving:
        claim = self._tokens.read(token, purpose)
        who = and_(subscribers.c.id == claim.number, subscribers.c.channel == EMAIL)
        async with self._database.read() as connection:
            row = (await connection.execute(select(subscribers).where(who))).one_or_none()
        if row is None:
            raise BadToken("mail: nobody gets digests by this link")
        self._tokens.check(claim, row.address, *bound, now=self._clock())
        return Leaving(row.id, row.address, row.language, row.state == Standing.ACTIVE)

    async def view(self, subscriber_id: int) -> Box:
        """All about an address. Raises LookupError where it never confirmed."""
        async with self._database.read() as connection:
            person = (await connection.execute(select(subscribers).where(subscribers.c.id == subscriber_id))).one()
            settings = (await connection.execute(_settings(subscriber_id))).one_or_none()
            linked = select(mail_links.c.chat_id).where(mail_links.c.mail_id == subscriber_id)
            chats = (await connection.execute(linked.order_by(mail_links.c.linked_at))).scalars().all()
        if settings is None:
            raise LookupError(f"mail: subscriber {subscriber_id} never confirmed an address")
        filters = await self._subscriptions.filters_of([subscriber_id, *chats])
        return Box(
            person.id, person.address, person.language, person.zone, person.digest_at, Standing(person.state),
            Frequency(settings.frequency), settings.all_quiet, Attach(settings.attach),
            tuple(filters[subscriber_id]), tuple(Shared(id_, tuple(filters[id_])) for id_ in chats),
        )  # fmt: skip

    async def ask_link(self, address: str) -> None:
        """Send the link to the settings to a confirmed address; the same answer for any other. Raises BadAddress."""
        same = and_(subscribers.c.channel == EMAIL, subscribers.c.address == mail_address(address))
        async with self._database.write() as connection:
            row = (await connection.execute(select(subscribers).where(same).with_for_update())).one_or_none()
            if row is not None and row.state in {Standing.ACTIVE, Standing.STOPPED}:
                await self._asks.owe_letter(connection, row.id, Event.MANAGE, self._clock())

    async def set_frequency(self, subscriber_id: int, frequency: Frequency) -> None:
        """How often digests come; what the next one tells of starts where the last one ended."""
        async with self._database.write() as connection:
            await self._choose(connection, subscriber_id, {"frequency": frequency.value}, frequency)

    async def set_all_quiet(self, subscriber_id: int, *, wanted: bool) -> None:
        """Whether a short mail says on Mondays that there was nothing."""
        await self._set(subscriber_id, all_quiet=wanted)

    async def set_attach(self, subscriber_id: int, attach: Attach) -> None:
        """The rows as a file beside each digest, or not."""
        await self._set(subscriber_id, attach=attach.value)

    async def set_language(self, subscriber_id: int, language: str) -> None:
        """Digests in this language from now on."""
        await self._subscriptions.set_language(subscriber_id, language)

    async def send_soon(self, subscriber_id: int) -> None:
        """Make the next run now instead of at its hour; there is one a day all the same."""
        await self._set(subscriber_id, next_at=self._clock())

    async def _set(self, subscriber_id: int, **values: Any) -> None:
        change = update(mail_settings).where(mail_settings.c.subscriber_id == subscriber_id).values(values)
        async with self._database.write() as connection:
            await connection.execute(change)

    async def _choose(
        self, connection: AsyncConnection, subscriber_id: int, values: dict[str, Any], frequency: str
    ) -> None:
        """Write settings, and when the next run is due by them."""
        query = select(subscribers.c.zone, subscribers.c.digest_at).where(subscribers.c.id == subscriber_id)
        person = (await connection.execute(query)).one()
        now = self._clock()
        slot = next_slot(Mode(frequency), now, person.zone, person.digest_at)
        change = update(mail_settings).where(mail_settings.c.subscriber_id == subscriber_id)
        await connection.execute(change.values(**values, next_at=slot, since=now))

    async def of_chat(self, chat_id: int) -> list[ChatAddress]:
        """The addresses a chat shares its filters with, and after them those it asked and that have not answered."""
        who = (subscribers.c.id, subscribers.c.address, subscribers.c.state)
        linked = select(*who).join(mail_links, mail_links.c.mail_id == subscribers.c.id)
        linked = linked.where(mail_links.c.chat_id == chat_id).order_by(mail_links.c.linked_at)
        asked = select(*who).join(mail_asks, mail_asks.c.subscriber_id == subscribers.c.id)
        asked = asked.where(mail_asks.c.chat_id == chat_id, mail_asks.c.confirmed_at.is_(None))
        asked = asked.where(mail_asks.c.asked_at > self._clock() - CONFIRM_WITHIN).order_by(mail_asks.c.id)
        async with self._database.read() as connection:
            found = [ChatAddress(row.id, row.address, Standing(row.state)) for row in await connection.execute(linked)]
            known = {one.id for one in found}
            for row in await connection.execute(asked):
                if row.id not in known:
                    known.add(row.id)
                    found.append(ChatAddress(row.id, row.address, Standing.PENDING))
        return found

    async def unlink(self, chat_id: int, address: str) -> bool:
        """The chat's filters no longer count for the address; one with nothing left gets no more. False: no link."""
        async with self._database.write() as connection:
            same = and_(subscribers.c.channel == EMAIL, subscribers.c.address == address)
            mail_id = (await connection.execute(select(subscribers.c.id).where(same))).scalar_one_or_none()
            if mail_id is None:
                return False
            asks = and_(mail_asks.c.subscriber_id == mail_id, mail_asks.c.chat_id == chat_id)
            dropped = await connection.execute(mail_asks.delete().where(asks))
            link = and_(mail_links.c.mail_id == mail_id, mail_links.c.chat_id == chat_id)
            unlinked = await connection.execute(mail_links.delete().where(link))
            others = (await connection.execute(select(mail_links).where(mail_links.c.mail_id == mail_id))).first()
        if unlinked.rowcount and others is None and not await self._subscriptions.filters(mail_id):
            await self._subscriptions.stop(mail_id)
        return bool(dropped.rowcount or unlinked.rowcount)


def _settings(subscriber_id: int) -> Any:
    return select(mail_settings).where(mail_settings.c.subscriber_id == subscriber_id)
