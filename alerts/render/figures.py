"""The figures of a profile in words, for chat and pages: every number with what it is counted of."""

from __future__ import annotations

import msgspec
from babel.dates import format_skeleton

from alerts.channels.telegram.text import clean, cut, isolate
from alerts.format import money, number
from alerts.i18n import translator
from watchers.behind import What
from watchers.profiles import LEAST, BuyerProfile, Share, SupplierProfile, median_of

__all__ = ["Largest", "Line", "body_name", "buyer_lines", "largest", "percent", "period", "share_line"]

_NAME, _PARTNER = 160, 60


class Line(msgspec.Struct, frozen=True):
    """A metric: what it is, its value, what it is counted of. `value` '' where there are too few cases.

    `behind`: the list of what it counts, with so many purchases or lots in it; None where there is none.
    """

    label: str
    value: str
    of: str
    behind: What | None = None
    count: int = 0


class Largest(msgspec.Struct, frozen=True):
    """The other side of contracts: `share` of all sums, '' where there are too few contracts."""

    id: str
    name: str
    amount: str
    share: str
    contracts: int


def body_name(name: str, limit: int = _NAME) -> str:
    """A publisher's name, made safe to stand in ours."""
    return isolate(cut(clean(name), limit))


def percent(share: Share, language: str) -> str:
    """In whole per cent; '' of fewer than `LEAST`."""
    if share.whole < LEAST:
        return ""
    return f"{number(round(100 * share.part / share.whole), language)}\N{NO-BREAK SPACE}%"


def period(profile: BuyerProfile | SupplierProfile, language: str) -> str:
    """The months that are counted: "Dec 2025 - Nov 2026"."""
    first, last = profile.months[0].first, profile.until
    return " – ".join(format_skeleton("yMMM", moment, locale=language) for moment in (first, last))


def share_line(label: str, share: Share, counted: str, language: str, behind: What | None = None) -> Line:
    """A share; `counted` says of how many with %(part)s and %(whole)s."""
    numbers = {"part": number(share.part, language), "whole": number(share.whole, language)}
    return Line(label, percent(share, language), counted % numbers, behind, share.part)


def buyer_lines(profile: BuyerProfile, language: str) -> list[Line]:
    """A buyer's year in five figures."""
    _ = translator(language).gettext
    middle = median_of(profile.bidders)
    opened = _("%(part)s of %(whole)s competitive lots with opened bids")
    lots = _("%(part)s of %(whole)s lots")
    return [
        share_line(_("Without competition"), profile.uncompetitive, lots, language, What.DIRECT),
        Line(
            _("Bidders per lot, median"),
            "" if middle is None else number(middle, language),
            _("n = %(count)s competitive lots with opened bids") % {"count": number(len(profile.bidders), language)},
            What.OPENED,
            len(profile.bidders),
        ),
        share_line(_("One bidder only"), profile.single, opened, language, What.ONE),
        share_line(_("Lots cancelled"), profile.cancelled, lots, language, What.CANCELLED),
        share_line(
            _("With a flag"), profile.flagged, _("%(part)s of %(whole)s purchases"), language, What.FLAGGED
        ),
    ]  # fmt: skip


def largest(profile: BuyerProfile | SupplierProfile, language: str) -> list[Largest]:
    """The largest partners, with the share of all sums where there are enough contracts."""
    shown = []
    for one in profile.top:
        share = ""
        if profile.contracts >= LEAST and profile.amount:
            share = f"{number(round(100 * one.amount / profile.amount), language)}\N{NO-BREAK SPACE}%"
        total = money(one.amount, profile.currency, language)
        shown.append(Largest(one.id, body_name(one.name, _PARTNER), total, share, one.contracts))
    return shown
