"""The picture of a profile: a year by months, the shares, the largest partners; for a phone, light or dark.

Drawn with matplotlib, which takes a second to be imported: `warm`. `draw` takes a third of a second of one core: call
it in a thread, and keep what it returns.
"""

from __future__ import annotations

import asyncio
import io
import textwrap
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import msgspec
from babel.dates import format_skeleton

from alerts.format import money, number
from alerts.i18n import translator
from alerts.render.figures import body_name, percent, period
from bot.memory import settle
from watchers.profiles import LEAST, BuyerProfile, Share, SupplierProfile

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw", "warm"]

_WIDTH, _HEIGHT, _DPI = 7.2, 9.6, 150  # 1080 x 1440: sharp on a phone, some 80 kB
_PACKED = 1  # of 9: a seventh larger than by default, in a third of the time
_drawing = Lock()  # the library's font cache is not made for threads


class _Theme(msgspec.Struct, frozen=True):
    paper: str
    ink: str
    quiet: str
    bar: str
    flag: str


_LIGHT = _Theme("#ffffff", "#1b1f24", "#5f6b76", "#7aa2c9", "#c8620b")
_DARK = _Theme("#17212b", "#eef2f5", "#9fb0bf", "#5d8ab8", "#f0a04b")


@cache
def warm() -> None:
    """Begin to load what pictures need, once, in a thread: a second that passes while the first profile is read."""
    asyncio.get_running_loop().run_in_executor(None, _load)


def _load() -> None:
    """The library and its fonts, which a small picture makes it read; they stay, so they are no garbage to look at."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - 40 MB that only a picture needs
    from matplotlib.figure import Figure  # noqa: PLC0415

    with _drawing:
        figure = Figure(figsize=(1, 1))
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        axes.bar([0], [1])
        for weight in ("normal", "bold"):
            axes.text(0, 0, "Бб", fontweight=weight)
        figure.savefig(io.BytesIO(), format="png")
    settle()


def draw(profile: BuyerProfile | SupplierProfile, language: str, *, dark: bool) -> bytes:
    """A PNG of 1080 by 1440."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    theme = _DARK if dark else _LIGHT
    with _drawing:
        figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=_DPI, facecolor=theme.paper)
        FigureCanvasAgg(figure)
        months, shares, partners = figure.subplots(
            3, 1, height_ratios=(3, len(_shares(profile, language)), max(3, len(profile.top)))
        )
        for axes in (months, shares, partners):
            _plain(axes, theme)
        _heading(figure, profile, language, theme)
        _months(months, profile, language, theme)
        _bars_of_shares(shares, profile, language, theme)
        _bars_of_partners(partners, profile, language, theme)
        figure.subplots_adjust(left=0.06, right=0.94, top=0.83, bottom=0.06, hspace=0.42)
        made = io.BytesIO()
        figure.savefig(made, format="png", facecolor=theme.paper, pil_kwargs={"compress_level": _PACKED})
    return made.getvalue()


def _plain(axes: Axes, theme: _Theme) -> None:
    axes.set_facecolor(theme.paper)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(colors=theme.ink, length=0, labelsize=13)
    axes.set_yticks([])


def _heading(figure: Figure, profile: BuyerProfile | SupplierProfile, language: str, theme: _Theme) -> None:
    _ = translator(language).gettext
    name = textwrap.wrap(_bare(body_name(profile.name, 110)), 42)[:2]
    figure.text(0.06, 0.975, "\n".join(name), color=theme.ink, fontsize=17, fontweight="bold", va="top", **_AS_IS)
    below = 0.975 - 0.034 * len(name)
    figure.text(0.06, below, period(profile, language), color=theme.quiet, fontsize=14, va="top", **_AS_IS)
    said = _("A flag is a reason to look, not proof of wrongdoing.")
    figure.text(0.06, 0.018, said, color=theme.quiet, fontsize=12, **_AS_IS)


def _months(axes: Axes, profile: BuyerProfile | SupplierProfile, language: str, theme: _Theme) -> None:
    _ = translator(language).gettext
    all_, flagged = [one.purchases for one in profile.months], [one.flagged for one in profile.months]
    places = range(len(profile.months))
    axes.bar(places, all_, color=theme.bar, width=0.72)
    axes.bar(places, flagged, color=theme.flag, width=0.72)
    highest = max([*all_, 1])
    for place, count in zip(places, all_, strict=True):
        if count:
            label = number(count, language)
            axes.text(place, count + highest * 0.03, label, ha="center", color=theme.ink, fontsize=12, **_AS_IS)
    axes.set_ylim(0, highest * 1.15)
    names = [format_skeleton("MMM", one.first, locale=language)[:3] for one in profile.months]
    axes.set_xticks(list(places), names)
    _title(axes, _("Purchases by month (n = %(count)s)") % {"count": number(sum(all_), language)}, theme)
    told = _("with a flag: %(count)s") % {"count": number(sum(flagged), language)}
    axes.text(1, 1.06, told, transform=axes.transAxes, ha="right", color=theme.flag, fontsize=13, **_AS_IS)


def _shares(profile: BuyerProfile | SupplierProfile, language: str) -> list[tuple[str, Share]]:
    _ = translator(language).gettext
    if isinstance(profile, BuyerProfile):
        return [
            (_("Without competition"), profile.uncompetitive),
            (_("One bidder only"), profile.single),
            (_("Lots cancelled"), profile.cancelled),
            (_("With a flag"), profile.flagged),
        ]
    return [
        (_("Contracts without competition"), profile.direct),
        (_("Bids that won"), profile.won),
        (_("Purchases with a flag"), profile.flagged),
    ]


def _bars_of_shares(axes: Axes, profile: BuyerProfile | SupplierProfile, language: str, theme: _Theme) -> None:
    shown = _shares(profile, language)
    for place, (label, share) in enumerate(reversed(shown)):
        known = share.whole >= LEAST
        axes.barh(place, 100, color=theme.bar, alpha=0.18, height=0.34)
        axes.barh(place, 100 * share.part / share.whole if known else 0, color=theme.bar, height=0.34)
        value = percent(share, language) or "—"
        axes.text(0, place + 0.3, label, color=theme.ink, fontsize=13, **_AS_IS)
        told = f"{value}   n = {number(share.whole, language)}"
        axes.text(100, place + 0.3, told, ha="right", color=theme.ink, fontsize=13, **_AS_IS)
    axes.set_ylim(-0.4, len(shown) - 0.2)
    axes.set_xlim(0, 100)
    axes.set_xticks([])


def _bars_of_partners(axes: Axes, profile: BuyerProfile | SupplierProfile, language: str, theme: _Theme) -> None:
    _ = translator(language).gettext
    buyer = isinstance(profile, BuyerProfile)
    said = _("Largest suppliers (n = %(count)s contracts)") if buyer else _("Largest buyers (n = %(count)s contracts)")
    _title(axes, said % {"count": number(profile.contracts, language)}, theme)
    axes.set_xticks([])
    largest = float(max((one.amount for one in profile.top), default=1)) or 1.0
    for place, one in enumerate(reversed(profile.top)):
        axes.barh(place, float(one.amount), color=theme.bar, height=0.34)
        name = textwrap.shorten(_bare(body_name(one.name, 60)), 38, placeholder="…")
        axes.text(0, place + 0.3, name, color=theme.ink, fontsize=13, **_AS_IS)
        total = money(one.amount, profile.currency, language)
        axes.text(largest, place + 0.3, total, ha="right", color=theme.ink, fontsize=13, **_AS_IS)
    if not profile.top:
        axes.text(0, 0.5, _("No contract is known."), color=theme.quiet, fontsize=13, **_AS_IS)
    axes.set_ylim(min(0, len(profile.top) - 3) - 0.4, max(1, len(profile.top)) - 0.2)  # a few bars stay thin
    axes.set_xlim(0, largest)


def _title(axes: Axes, text: str, theme: _Theme) -> None:
    axes.text(0, 1.06, text, transform=axes.transAxes, color=theme.ink, fontsize=14, fontweight="bold", **_AS_IS)


_AS_IS: dict[str, Any] = {"parse_math": False}
"""A publisher's "$" begins no formula."""


def _bare(text: str) -> str:
    """Without the marks of direction, which the font would draw."""
    return "".join(char for char in text if char not in "\u2066\u2067\u2068\u2069\u200e\u200f")
