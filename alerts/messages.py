"""From a row of the outbox to the message that goes out: what was stored is read, and rendered for its person."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from alerts.channels.base import Message
from alerts.filters.label import label
from alerts.missed import missed_tenders
from alerts.outbox import Owed
from alerts.render import Renderer, TenderCard
from alerts.subscriptions import Subscription, Subscriptions
from watchers.store import Store

__all__ = ["Gone", "Messages", "card_of"]


class Gone(LookupError):  # noqa: N818 - it says what is the matter
    """What a message is about is no longer stored. Raised by `Messages.render` and `card_of`."""


async def card_of(store: Store, snapshot_id: int) -> TenderCard:
    """The card of one snapshot. Raises Gone."""
    snapshot = await store.snapshot(snapshot_id)
    if snapshot is None:
        raise Gone(f"snapshot {snapshot_id} is not stored")
    return TenderCard.of(snapshot)


class Messages:
    """Makes the message of an owed row. A snapshot never changes, so its card is kept for the next recipient."""

    KEPT = 512

    def __init__(self, store: Store, subscriptions: Subscriptions, renderer: Renderer) -> None:
        self._store = store
        self._subscriptions = subscriptions
        self._renderer = renderer
        self._cards: OrderedDict[int, TenderCard] = OrderedDict()
        self._filters: dict[int, list[Subscription]] = {}  # of the people of the batch at hand

    async def prepare(self, batch: Sequence[Owed]) -> None:
        """Read what the next messages need in a few statements instead of a few for each."""
        self._filters = await self._subscriptions.filters_of({owed.subscriber_id for owed in batch})

    async def render(self, owed: Owed) -> Message:
        """Render for the owed row's person. Raises Gone where its snapshot is no longer stored."""
        if owed.event.startswith("missed:"):
            missed = await missed_tenders(self._store.database, owed.id)
            cards = [await self._card(one.snapshot_id) for one in missed if one.snapshot_id is not None]
            return self._renderer.missed(cards, owed.language, owed.zone)
        card = await self._card(owed.snapshot_id or 0)
        names = await self._names(owed)
        return self._renderer.alert(card, owed.language, owed.zone, names, again=owed.event.startswith("flag_raised:"))

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
        kept = self._filters.get(owed.subscriber_id)
        if kept is None:
            kept = await self._subscriptions.filters(owed.subscriber_id)
        if len(kept) < 2:
            return ()
        wanted = set(owed.matched)
        return tuple(one.name or label(one.criteria, owed.language) for one in kept if one.id in wanted)
