"""What one filter would have sent: how much, two examples, and what would mend it where that is too much or nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from heapq import nlargest
from itertools import chain
from math import ceil

import msgspec

from alerts.filters import Criteria, asker
from alerts.preview.recent import Recent, Seen
from alerts.preview.remedies import Remedy, narrower, wider

__all__ = ["Foresight", "Preview"]

_EXAMPLES = 2
_KEPT = 256


class Preview(msgspec.Struct, frozen=True):
    """`count` alerts in the last `days` of `stored` purchases; `floods`: more a day than the person hears at once.

    `examples` are snapshots, the heaviest and newest. `complete` is False while the days are still being read.
    """

    count: int
    days: int
    stored: int
    floods: bool
    examples: tuple[int, ...]
    remedies: tuple[Remedy, ...]
    complete: bool

    @property
    def a_day(self) -> int:
        """Alerts a day, rounded up: said of a filter that floods, it is never as few as is heard at once."""
        return ceil(self.count / self.days)


class Foresight:
    """Previews of filters, each made once while the purchases stand."""

    def __init__(self, recent: Recent) -> None:
        self._recent = recent
        self._made: OrderedDict[tuple[Criteria, int], Preview] = OrderedDict()
        self._version = -1

    async def preview(self, criteria: Criteria, per_day: int) -> Preview:
        """What a filter would have sent somebody who hears `per_day` alerts a day at once (0: any number)."""
        more = await self._recent.do_one()
        if self._version != self._recent.version:
            self._made.clear()
            self._version = self._recent.version
        key = (criteria, per_day)
        if more or key not in self._made:
            while len(self._made) >= _KEPT:
                self._made.popitem(last=False)
            self._made[key] = self._look(criteria, per_day)
        return self._made[key]

    def _look(self, criteria: Criteria, per_day: int) -> Preview:
        lists = sorted(self._recent.having(criteria), key=len)
        found = sent(criteria, lists[0] if lists else self._recent)
        floods = per_day > 0 and len(found) > per_day * self._recent.days
        remedies: Sequence[Remedy] = ()
        if floods:
            remedies = narrower(criteria, found, per_day * self._recent.days)
        elif not found and len(self._recent):
            # What misses one criterion only is in one of any two lists.
            near = chain(*lists[:2]) if len(lists) > 1 else self._recent
            remedies = wider(criteria, {one.tender_id: one for one in near}.values())
        heaviest = nlargest(_EXAMPLES, found, key=lambda one: (one.facts.deserving, one.facts.weight, one.moment))
        return Preview(
            count=len(found),
            days=self._recent.days,
            stored=len(self._recent),
            floods=floods,
            examples=tuple(one.snapshot_id for one in heaviest),
            remedies=tuple(remedies),
            complete=self._recent.complete,
        )


def sent(criteria: Criteria, purchases: Iterable[Seen]) -> list[Seen]:
    """Those of the purchases that the filter would have told of. Who follows a supplier hears of awards too."""
    asks, awards = asker(criteria), bool(criteria.suppliers)
    found = [one for one in purchases if (one.published or awards) and asks(one.facts)]
    return list({one.tender_id: one for one in found}.values())
