"""The names that filters ask by, as numbers, and the keys of filters and of tenders made of them."""

from __future__ import annotations

from itertools import product

from alerts.filters import TenderFacts
from alerts.matching.keys import LEADS, Key
from alerts.matching.words import Words

__all__ = ["Vocabulary"]

_SUPPLIER, _WORD, _FLAG = LEADS["supplier"], LEADS["words"], LEADS["indicators"]


class Vocabulary:
    """A key is a number: that of (lead, buyer) above, that of (region, category) below. Only grows."""

    def __init__(self) -> None:
        self._above: dict[tuple[str, str], int] = {}
        self._below: dict[str, dict[str, int]] = {}
        self._lows = 0
        self._leads: set[str] = set()
        self._categories: set[str] = set()
        self._words = Words()

    def number(self, key: Key) -> int:
        """The number of a filter's key, given to it where it has none."""
        lead, buyer, region, category = key
        above = self._above.get((lead, buyer))
        if above is None:
            self._wait_for(lead)
            above = self._above[lead, buyer] = len(self._above)
        kinds = self._below.get(region)
        if kinds is None:
            kinds = self._below[region] = {}
        below = kinds.get(category)
        if below is None:
            self._categories.add(category)
            below = kinds[category] = self._lows
            self._lows += 1
        return above << 32 | below

    def _wait_for(self, lead: str) -> None:
        if lead and lead not in self._leads:
            self._leads.add(lead)
            if lead.startswith(_WORD):
                self._words.add(lead.removeprefix(_WORD))

    def keys(self, facts: TenderFacts) -> list[int]:
        """The numbers of a tender's keys that some filter may stand under, each once."""
        leads = ["", *(_WORD + word for word in self._words.held_by(facts.words))]
        leads += [lead for one in facts.suppliers if (lead := _SUPPLIER + one) in self._leads]
        leads += [lead for code in facts.indicators if (lead := _FLAG + code) in self._leads]
        buyers = ("", facts.buyer) if facts.buyer else ("",)
        above = [number << 32 for pair in product(leads, buyers) if (number := self._above.get(pair)) is not None]
        kinds = [kinds for region in ("", *facts.regions) if (kinds := self._below.get(region))]
        categories = ["", *(facts.categories & self._categories)]
        below = [number for one in kinds for category in categories if (number := one.get(category)) is not None]
        return [high + low for high in above for low in below]
