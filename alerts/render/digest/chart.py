"""Seven small bars and a sentence: how many flagged purchases each day had, and the week before in all.

The chart is made of table cells and, in the text, of block letters: no picture has to be loaded for it.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from alerts.format import when
from alerts.i18n import translator
from alerts.render.digest.edition import Edition

__all__ = ["Bar", "bars", "compared", "drawn"]

_HEIGHT = 44  # pixels of the longest bar
_BLOCKS = " ▁▂▃▄▅▆▇█"


class Bar(msgspec.Struct, frozen=True):
    """A day, or a week: what it is called, how many, how high (pixels)."""

    name: str
    number: int
    height: int
    current: bool


def bars(edition: Edition) -> list[Bar]:
    """One bar a day of the last seven; one a run where digests are weekly. None before there are two."""
    known = {day: flagged for day, flagged, _ in edition.week.days}
    step = 7 if edition.weekly else 1
    days = [edition.run_date - timedelta(days=step * back) for back in reversed(range(7))]
    shown = [day for day in days if any(day - timedelta(days=gap) in known for gap in range(step))]
    if len(shown) < 2:
        return []
    counts = [sum(known.get(day - timedelta(days=gap), 0) for gap in range(step)) for day in shown]
    most = max(counts) or 1
    return [
        Bar(
            when(day, edition.language, now=edition.now),
            number,
            round(_HEIGHT * number / most),
            day == edition.run_date,
        )
        for day, number in zip(shown, counts, strict=True)
    ]


def drawn(shown: list[Bar]) -> str:
    """The bars as one line of text: "▁▃█ 2 5 9"."""
    if not shown:
        return ""
    blocks = "".join(_BLOCKS[max(1, round(bar.height / _HEIGHT * 8)) if bar.number else 0] for bar in shown)
    return f"{blocks}  {' · '.join(f'{bar.name}: {bar.number}' for bar in shown)}"


def compared(edition: Edition) -> str:
    """This week's count against the week before: "Flagged in seven days: 31; in the seven before: 25."."""
    this, before = edition.weeks()
    _ = translator(edition.language).gettext
    if this is None:
        return ""
    if before is None:
        return _("Flagged in the last seven days: %(num)s.") % {"num": this}
    return _("Flagged in the last seven days: %(num)s; in the seven before: %(before)s.") % {
        "num": this,
        "before": before,
    }
