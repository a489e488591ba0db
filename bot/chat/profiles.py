"""The profile of a buyer or a supplier as text and buttons: every number with what it is counted of, and its list."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.channels.base import Button
from alerts.channels.base import Message as Page
from alerts.format import money, number
from alerts.i18n import translator
from alerts.render.figures import Line, body_name, buyer_lines, largest, percent, period, share_line
from bot.chat.keyboards import Rows, press, shorten
from bot.chat.lookup_callbacks import Behind, ShowChart, fits
from bot.chat.texts import render
from watchers.behind import Side, What
from watchers.profiles import LEAST, BuyerProfile, SupplierProfile

__all__ = ["Line", "body_name", "buyer_page", "percent", "period", "supplier_page"]

Profile = BuyerProfile | SupplierProfile


def buyer_page(profile: BuyerProfile, language: str) -> Page:
    """A buyer's year."""
    _ = translator(language).gettext
    lines = buyer_lines(profile, language)
    numbers = [
        (_("All purchases"), What.ALL, profile.purchases),
        (_("Without competition"), What.DIRECT, profile.uncompetitive.part),
        (_("Bids opened"), What.OPENED, len(profile.bidders)),
        (_("One bidder only"), What.ONE, profile.single.part),
        (_("Lots cancelled"), What.CANCELLED, profile.cancelled.part),
        (_("With a flag"), What.FLAGGED, profile.flagged.part),
        (_("Contracts"), What.CONTRACTS, profile.contracts),
    ]
    html = render(
        "lookup/buyer",
        language,
        called=body_name(profile.name),
        id=body_name(profile.id, 60),
        period=period(profile, language),
        purchases=number(profile.purchases, language),
        lots=number(profile.lots, language),
        lines=lines,
        few=any(not line.value for line in lines),
        least=LEAST,
        contracts=profile.contracts,
        amount=money(profile.amount, profile.currency, language),
        partners=number(profile.suppliers, language),
        top=[(one.name, one.amount, one.share, one.contracts) for one in largest(profile, language)],
    )
    return Page(html, _buttons(Side.BUYER, profile, numbers, language))


def supplier_page(profile: SupplierProfile, language: str) -> Page:
    """A supplier's year."""
    _ = translator(language).gettext
    lines = [
        share_line(_("Contracts without competition"), profile.direct, _("%(part)s of %(whole)s contracts"), language),
        share_line(_("Bids that won"), profile.won, _("%(part)s of %(whole)s lots with opened bids"), language),
        share_line(_("Purchases with a flag"), profile.flagged, _("%(part)s of %(whole)s purchases"), language),
    ]
    numbers = [
        (_("Contracts"), What.CONTRACTS, profile.contracts),
        (_("Without competition"), What.DIRECT, profile.direct.part),
        (_("Bids made"), What.BIDS, profile.won.whole),
        (_("Bids that won"), What.WON, profile.won.part),
        (_("With a flag"), What.FLAGGED, profile.flagged.part),
    ]
    html = render(
        "lookup/supplier",
        language,
        called=body_name(profile.name),
        id=body_name(profile.id, 60),
        period=period(profile, language),
        lines=lines,
        few=any(not line.value for line in lines),
        least=LEAST,
        contracts=profile.contracts,
        amount=money(profile.amount, profile.currency, language),
        partners=number(profile.buyers, language),
        top=[(one.name, one.amount, one.share, one.contracts) for one in largest(profile, language)],
    )
    return Page(html, _buttons(Side.SUPPLIER, profile, numbers, language))


def _buttons(side: Side, profile: Profile, numbers: Sequence[tuple[str, What, int]], language: str) -> Rows:
    if not fits(profile.id):
        return ()
    _ = translator(language).gettext
    lists = [
        press(f"{label}: {number(count, language)}", Behind(side=side, id=profile.id, what=what))
        for label, what, count in numbers
        if count
    ]
    with_each: list[Button] = [
        press(shorten(one.name, 30), Behind(side=side, id=profile.id, what=What.WITH, partner=place))
        for place, one in enumerate(profile.top)
    ]
    chart = (
        press(_("Chart"), ShowChart(side=side, id=profile.id, dark=False)),
        press(_("Dark chart"), ShowChart(side=side, id=profile.id, dark=True)),
    )
    return (chart, *_pairs(lists), *_pairs(with_each))


def _pairs(buttons: Sequence[Button]) -> Rows:
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
