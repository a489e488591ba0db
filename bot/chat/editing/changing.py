"""A criterion's values added, taken out, replaced. Functions return criteria; BadFilter is for what cannot be."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from alerts.filters import Criteria, Filter, checked, read_filter, row_of
from bot.chat.draft import token

__all__ = ["added", "cleared", "dropped", "set_keys", "toggled", "values_of"]


def values_of(criteria: Criteria, row: Filter) -> tuple[str, ...]:
    """The values of a row that holds a list."""
    return tuple(getattr(criteria, row.fields[0])) if row.many else ()


def _with(criteria: Criteria, row: Filter, values: Sequence[str]) -> Criteria:
    return checked(msgspec.structs.replace(criteria, **{row.fields[0]: tuple(values)}))


def added(criteria: Criteria, key: str, text: str) -> Criteria:
    """With what a text means: one more value of a list, or another value. Raises BadFilter."""
    row = row_of(key)
    read = read_filter(key, text, criteria)
    return _with(criteria, row, (*values_of(criteria, row), *values_of(read, row))) if row.many else read


def toggled(criteria: Criteria, key: str, text: str) -> Criteria:
    """A value of a list taken in, or out if it is there; a single value is set. Raises BadFilter."""
    row = row_of(key)
    if not row.many:
        return read_filter(key, text, criteria)
    kept, named = values_of(criteria, row), values_of(read_filter(key, text), row)
    left = [value for value in kept if value not in named]
    return _with(criteria, row, (*left, *(value for value in named if value not in kept)))


def dropped(criteria: Criteria, key: str, token_: str) -> Criteria:
    """Without the value that a button's token stands for."""
    row = row_of(key)
    return _with(criteria, row, [value for value in values_of(criteria, row) if token(value) != token_])


def cleared(criteria: Criteria, key: str) -> Criteria:
    """Without this criterion."""
    empty = {name: getattr(Criteria(), name) for name in row_of(key).fields}
    return checked(msgspec.structs.replace(criteria, **empty))


def set_keys(criteria: Criteria, rows: Sequence[Filter]) -> frozenset[str]:
    """The keys of the rows that ask for something; the weight's where it is not the alert rule's."""
    return frozenset(
        row.key for row in rows if row.is_set(criteria) and (row.key != "min_weight" or criteria.min_weight is not None)
    )
