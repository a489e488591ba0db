"""One statement for many rows, at nearly the driver's own speed.

SQLAlchemy prepares every value of every row anew, which costs more than the insert itself. Here the statement is
compiled once and a value that comes again in the same column (a moment, a list) is prepared once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import UpdateBase

from watchers.database import UTCDateTime

__all__ = ["Bulk"]


class Bulk:
    """An INSERT or UPDATE, run for many rows. `names`: of its parameters, in the order in which columns are given."""

    def __init__(self, statement: UpdateBase, names: Sequence[str], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(names))
        asked: Sequence[str] = compiled.positiontup or ()
        if set(asked) != set(names):
            raise ValueError(f"bulk: the statement asks for {list(asked)}, given are {list(names)}")
        self._sql = str(compiled)
        self._order = [names.index(name) for name in asked]
        types = [compiled.binds[name].type for name in asked]
        self._prepare = [type_.dialect_impl(dialect).bind_processor(dialect) for type_ in types]
        self._few = [isinstance(type_, UTCDateTime) for type_ in types]  # the same moments again and again

    async def __call__(self, connection: AsyncConnection, *columns: Sequence[Any] | repeat[Any]) -> None:
        """Run it for the rows that these columns make; `repeat(value)` is a column that is the same in all."""
        prepared: list[Iterable[Any]] = []
        for place, prepare, few in zip(self._order, self._prepare, self._few, strict=True):
            column = columns[place]
            if prepare is None:
                prepared.append(column)
            elif isinstance(column, repeat):
                prepared.append(repeat(prepare(next(column))))
            elif few:
                known = {value: prepare(value) for value in set(column)}
                prepared.append([known[value] for value in column])
            else:
                prepared.append(map(prepare, column))
        rows = list(zip(*prepared, strict=False))  # a repeat has no end
        if rows:
            await connection.exec_driver_sql(self._sql, rows)
