"""From a row of the outbox to the message that goes out: what was stored is read, and rendered for its person."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
from sqlalchemy import select

from alerts.changes import Changes
from alerts.channels.base import Message
from alerts.filters.label import label
from alerts.missed import missed_tenders
from alerts.outbox import Event, Owed
from alerts.render import Renderer, TenderCard
from alerts.render.actions import Rows
from alerts.since import changes_since
from alerts.subscriptions import Subscription, Subscriptions
from alerts.tables import outbox
from alerts.timing import is_silent
from alerts.told import ancestors_of, told_to
from watchers.store import Store

__all__ = ["Gone", "Messages", "Other", "card_of"]

Other = Callable[[Owed, str], Message | Awaitable[Message]]


class Gone(LookupError):  # noqa: N818 - it says what is the matter
    """What a message is about is no longer stored. Raised by `Messages.render` and `card_of`."""


async def card_of(store: Store, snapshot_id: int) -> TenderCard:
    """The card of one snapshot. Raises Gone."""
    snapshot = await store.snapshot(snapshot_id)
    if snapshot is None:
        raise Gone(f"snapshot {snapshot_id} is not stored")
    return TenderCard.of(snapshot)


def _links_only(rows: Rows) -> Rows:
    """What the readers of a channel can press: nobody answers them there, and an answer would replace the post."""
    return tuple(kept for row in rows if (kept := tuple(one for one in row if one.url)))


class Messages:
    """Makes the message of an owed row. A snapshot never changes, so its card is kept for the next recipient."""

    KEPT = 512

    def __init__(
        self,
        store: Store,
        subscriptions: Subscriptions,
        renderer: Renderer,
        *,
        others: Mapping[str, Other] | None = None,
    ) -> None:
        """`others`: by the kind of an event, what makes its message of the row and of what stands behind its colon."""
        self._others = others or {}
        self._store = store
        self._subscriptions = subscriptions
        self._renderer = renderer
        self._cards: OrderedDict[int, TenderCard] = OrderedDict()
        self._filters: dict[int, list[Subscription]] = {}  # of the people of the batch at hand

    async def prepare(self, batch: Sequence[Owed]) -> None:
        """Read what the next messages need in a few statements instead of a few for each."""
        self._filters = await self._subscriptions.filters_of({owed.subscriber_id for owed in batch})

    async def render(self, owed: Owed) -> Message:
        """Render for the owed row's person, without a sound at night. Raises Gone where a snapshot is not stored."""
        message = await self._message(owed)
        if owed.posts:
            message = msgspec.structs.replace(message, buttons=_links_only(message.buttons))
        if owed.address.startswith("-") and (topic := await self._topic(owed)) is not None:
            message = msgspec.structs.replace(message, topic=topic)
        quiet = None
        if owed.quiet_from is not None and owed.quiet_until is not None:
            quiet = (owed.quiet_from, owed.quiet_until)
        silent = is_silent(self._renderer.now(), owed.zone, quiet)
        return msgspec.structs.replace(message, silent=True) if silent else message

    async def _kept(self, owed: Owed) -> list[Subscription]:
        kept = self._filters.get(owed.subscriber_id)
        return await self._subscriptions.filters(owed.subscriber_id) if kept is None else kept

    async def _topic(self, owed: Owed) -> int | None:
        """Where the first filter that matched sends its alerts; None: where its group hears everything."""
        kept = await self._kept(owed)
        return next((one.topic for one in kept if one.id in owed.matched and one.topic is not None), None)

    async def _message(self, owed: Owed) -> Message:
        kind, _, about = owed.event.partition(":")
        if kind in self._others:
            made = self._others[kind](owed, about)
            return made if isinstance(made, Message) else await made
        if kind == Event.MISSED:
            return self._renderer.missed(await self._cards_of(owed.id), owed.language, owed.zone)
        if kind == Event.LIST:
            return await self.page(owed.id, about, owed.language, owed.zone)
        if kind in {Event.CHANGED, Event.REANNOUNCED}:
            return await self._change(owed, reannounced=kind == Event.REANNOUNCED)
        card = await self._card(owed.snapshot_id or 0)
        names = await self._names(owed)
        return self._renderer.alert(
            card, owed.language, owed.zone, names, again=kind == Event.FLAG_RAISED, short=owed.short
        )

    async def _change(self, owed: Owed, *, reannounced: bool) -> Message:
        """What changed since the person was told, as a reply to the message that first told them."""
        card = await self._card(owed.snapshot_id or 0)
        about = [card.tender_id]
        if reannounced:
            snapshot = await self._store.snapshot(card.snapshot_id)
            async with self._store.database.read() as connection:
                about = await ancestors_of(connection, snapshot.release) if snapshot else []
        told = await told_to(self._store.database, owed.subscriber_id, about)
        first = next((one.answer for one in told if one.answer and one.id < owed.id), "")
        changes = Changes(reannounced=True)
        if not reannounced:
            row = (owed.id, card.tender_id, card.snapshot_id)
            changes = await changes_since(self._store, told, owed.subscriber_id, row)
        return self._renderer.change(card, changes, owed.language, owed.zone, reply_to=first)

    async def page(self, list_id: int, reason: str, language: str, zone: str, number: int = 0) -> Message:
        """A page of a list, counted from 0."""
        cards: list[TenderCard] = []
        notes: dict[int, Changes] = {}
        for one in await missed_tenders(self._store.database, list_id):
            if one.snapshot_id is None:
                continue
            cards.append(await self._card(one.snapshot_id))
            if one.event.startswith(Event.CHANGED):
                who = await self._reader(list_id)
                told = await told_to(self._store.database, who, [one.tender_id])
                row = (one.id, one.tender_id, one.snapshot_id)
                notes[one.tender_id] = await changes_since(self._store, told, who, row)
            elif one.event == Event.REANNOUNCED:
                notes[one.tender_id] = Changes(reannounced=True)
        return self._renderer.page(cards, list_id, reason, language, zone, number=number, notes=notes)

    async def _reader(self, list_id: int) -> int:
        """Whose list it is."""
        async with self._store.database.read() as connection:
            query = select(outbox.c.subscriber_id).where(outbox.c.id == list_id)
            return int((await connection.execute(query)).scalar_one())

    async def _cards_of(self, list_id: int) -> list[TenderCard]:
        """The tenders that a list names."""
        named = await missed_tenders(self._store.database, list_id)
        return [await self._card(one.snapshot_id) for one in named if one.snapshot_id is not None]

    async def _card(self, snapshot_id: int) -> TenderCard:
        card = self._cards.get(snapshot_id)
        if card is None:
            card = await card_of(self._store, snapshot_id)
            while len(self._cards) >= self.KEPT:
                self._cards.popitem(last=False)
            self._cards[snapshot_id] = card
        return card

    async def _names(self, owed: Owed) -> tuple[str, ...]:
        """What the filters that matched are called, where the person keeps more than one.

        Somebody with a single filter knows which one it was.
        """
        kept = await self._kept(owed)
        if len(kept) < 2:
            return ()
        wanted = set(owed.matched)
        return tuple(one.name or label(one.criteria, owed.language) for one in kept if one.id in wanted)
