"""What a person may ask for, and whether a tender is that: one row a filter in `FILTERS`.

A row keeps together whether a filter matches, the keys it is found by in the matching index, what is tapped for it, the
words a person reads about it and how it is read from a person's text. `sentence` is put together from the same rows
that `matches` asks, so that the confirmation cannot differ from what is matched. `docs/filters.md` is written from them
too.
"""

from alerts.filters.asking import asker, matches, read_filter, row_of, sentence
from alerts.filters.criteria import BadFilter, Criteria, checked
from alerts.filters.facts import TenderFacts, facts_of
from alerts.filters.row import Filter, Keyboard
from alerts.filters.rows import FILTERS

__all__ = [
    "FILTERS", "BadFilter", "Criteria", "Filter", "Keyboard", "TenderFacts", "asker", "checked", "facts_of",
    "matches", "read_filter", "row_of", "sentence",
]  # fmt: skip
