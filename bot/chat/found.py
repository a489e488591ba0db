"""Lists of tenders that a person asked for, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiogram.filters.callback_data import CallbackData

from alerts.channels.base import Message as Page
from alerts.i18n import translator
from alerts.render import TenderCard
from bot.chat.draft import cut
from bot.chat.keyboards import Rows, press
from bot.chat.services import Services

__all__ = ["ON_A_PAGE", "tender_list", "turns"]

ON_A_PAGE = 6


async def tender_list(  # noqa: PLR0917 - what a list is made of
    services: Services,
    ids: Sequence[int],
    page: int,
    heading: str,
    turn: Callable[[int], CallbackData],
    language: str,
    zone: str,
    *,
    note: str = "",
    below: Rows = (),
) -> Page:
    """A page of these tenders in this order (from 0, the nearest there is), with buttons that open each and turn it."""
    shown, page, last = cut(ids, page, ON_A_PAGE)
    known = await services.store.tenders(shown)
    snapshots = await services.store.snapshots(one.snapshot_id for one in known.values())
    cards = [TenderCard.of(snapshots[known[id_].snapshot_id]) for id_ in shown if id_ in known]
    first = page * ON_A_PAGE + 1
    made = services.renderer.found(cards, heading, language, zone, first=first, note=note)
    return Page(made.html, (*made.buttons, *turns(page, last, turn, language), *below))


def turns(page: int, last: int, turn: Callable[[int], CallbackData], language: str) -> Rows:
    """The way to the page before and the one after."""
    _ = translator(language).gettext
    row = [press(_("Previous"), turn(page - 1))] if page > 0 else []
    row += [press(_("Next"), turn(page + 1))] if page < last else []
    return (tuple(row),) if row else ()
