"""The profile of a buyer or a supplier as text and buttons: every number with what it is counted of, and its list."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from babel.dates import format_skeleton

from alerts.channels.base import Button
from alerts.channels.base import Message as Page
from alerts.channels.telegram.text import clean, cut, isolate
from alerts.format import money, number
from alerts.i18n import translator
from bot.chat.keyboards import Rows, press, shorten
from bot.chat.lookup_callbacks import Behind, ShowChart, fits
from bot.chat.texts import render
from watchers.behind import Side, What
from watchers.profiles import LEAST, BuyerProfile, Partner, Share, SupplierProfile, median_of

__all__ = ["Line", "body_name", "buyer_page", "percent", "period", "supplier_page"]

Profile = BuyerProfile | SupplierProfile
_NAME, _PARTNER = 160, 60


class Line(msgspec.Struct, frozen=True):
    """A metric: what it is, its value, what it is counted of. `value` '' where there are too few cases."""

    label: str
    value: str
    of: str


def body_name(name: str, limit: int = _NAME) -> str:
    """A publisher's name, made safe to stand in ours."""
    return isolate(cut(clean(name), limit))


def percent(share: Share, language: str) -> str:
    """In whole per cent; '' of fewer than `LEAST`."""
    if share.whole < LEAST:
        return ""
    return f"{number(round(100 * share.part / share.whole), language)}\N{NO-BREAK SPACE}%"


def period(profile: Profile, language: str) -> str:
    """The months that are counted: "Dec 2025 - Nov 2026"."""
    first, last = profile.months[0].first, profile.until
    return " – ".join(format_skeleton("yMMM", moment, locale=language) for moment in (first, last))


def buyer_page(profile: BuyerProfile, language: str) -> Page:
    """A buyer's year."""
    _ = translator(language).gettext
    middle = median_of(profile.bidders)
    opened = _("%(part)s of %(whole)s competitive lots with opened bids")
    lines = [
        _share(_("Without competition"), profile.uncompetitive, _("%(part)s of %(whole)s lots"), language),
        Line(
            _("Bidders per lot, median"),
            "" if middle is None else number(middle, language),
            _("n = %(count)s competitive lots with opened bids") % {"count": number(len(profile.bidders), language)},
        ),
        _share(_("One bidder only"), profile.single, opened, language),
        _share(_("Lots cancelled"), profile.cancelled, _("%(part)s of %(whole)s lots"), language),
        _share(_("With a flag"), profile.flagged, _("%(part)s of %(whole)s purchases"), language),
    ]
    numbers = [
        (_("All purchases"), What.ALL, profile.purchases),
        (_("Without competition"), What.DIRECT, profile.uncompetitive.part),
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
        top=_partners(profile.top, profile, language),
    )
    return Page(html, _buttons(Side.BUYER, profile, numbers, language))


def supplier_page(profile: SupplierProfile, language: str) -> Page:
    """A supplier's year."""
    _ = translator(language).gettext
    lines = [
        _share(_("Contracts without competition"), profile.direct, _("%(part)s of %(whole)s contracts"), language),
        _share(_("Bids that won"), profile.won, _("%(part)s of %(whole)s lots with opened bids"), language),
        _share(_("Purchases with a flag"), profile.flagged, _("%(part)s of %(whole)s purchases"), language),
    ]
    numbers = [
        (_("Contracts"), What.CONTRACTS, profile.contracts),
        (_("Without competition"), What.DIRECT, profile.direct.part),
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
        top=_partners(profile.top, profile, language),
    )
    return Page(html, _buttons(Side.SUPPLIER, profile, numbers, language))


def _share(label: str, share: Share, counted: str, language: str) -> Line:
    numbers = {"part": number(share.part, language), "whole": number(share.whole, language)}
    return Line(label, percent(share, language), counted % numbers)


def _partners(top: Sequence[Partner], profile: Profile, language: str) -> list[tuple[str, str, str, int]]:
    """The largest partners: name, sum, share of all sums where there are enough contracts, contracts."""
    shown = []
    for one in top:
        share = ""
        if profile.contracts >= LEAST and profile.amount:
            share = f"{number(round(100 * one.amount / profile.amount), language)}\N{NO-BREAK SPACE}%"
        total = money(one.amount, profile.currency, language)
        shown.append((body_name(one.name, _PARTNER), total, share, one.contracts))
    return shown


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
