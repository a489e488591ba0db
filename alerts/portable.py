"""What is kept about a subscriber, as a file of theirs; and their filters as a file that can be sent back.

Everything that names the subscriber in any table is in the first, found by its foreign keys, so that a new table is in
it from the day it is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import Column, Table, or_, select

from alerts.filters import BadFilter, Criteria, checked
from alerts.subscriptions import Subscription
from alerts.tables import subscribers
from alerts.timing import Mode
from watchers.database import Database, metadata

__all__ = ["MOST_BYTES", "BadFile", "Carried", "Parcel", "about", "everything_of", "pack", "unpack"]

MOST_BYTES = 256 * 1024
MOST_FILTERS = 100


class BadFile(ValueError):  # noqa: N818 - as BadFilter
    """A file cannot be read as filters; `where` says at which place. Raised by `unpack`."""

    def __init__(self, where: str) -> None:
        super().__init__(f"filters: the file cannot be read: {where}")
        self.where = where


class Carried(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One filter in a file."""

    criteria: Criteria
    name: str = ""
    mode: Mode = Mode.INSTANT
    paused: bool = False


class Parcel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    format: Literal["baqylau-filters"]
    version: Literal[1]
    filters: tuple[Carried, ...]


def pack(kept: Sequence[Subscription]) -> bytes:
    """Filters as a file, readable by people too."""
    filters = tuple(Carried(one.criteria, one.name, one.mode, one.paused) for one in kept)
    return msgspec.json.format(msgspec.json.encode(Parcel("baqylau-filters", 1, filters)), indent=2)


def unpack(content: bytes) -> tuple[Carried, ...]:
    """The filters of a file, each checked as one that is typed is. Raises BadFile."""
    if len(content) > MOST_BYTES:
        raise BadFile(f"{len(content)} bytes, at most {MOST_BYTES} are read")
    try:
        parcel = msgspec.json.decode(content, type=Parcel)
        if len(parcel.filters) > MOST_FILTERS:
            raise BadFile(f"{len(parcel.filters)} filters, at most {MOST_FILTERS} are read")
        return tuple(
            msgspec.structs.replace(one, criteria=checked(one.criteria), name=one.name[:64]) for one in parcel.filters
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadFile(str(error)[:200]) from None
    except BadFilter as error:
        raise BadFile(str(error).removeprefix("filters: ")[:200]) from None


def about() -> Mapping[Table, tuple[Column[Any], ...]]:
    """The tables with rows about a subscriber, and the columns that name one."""
    found: dict[Table, tuple[Column[Any], ...]] = {}
    for table in metadata.sorted_tables:
        naming = tuple(key.parent for key in table.foreign_keys if key.column is subscribers.c.id)
        if naming:
            found[table] = naming
    return found


async def everything_of(database: Database, subscriber_id: int) -> dict[str, list[dict[str, Any]]]:
    """All rows about a subscriber by table, as JSON can hold them. Times are UTC."""
    found: dict[str, list[dict[str, Any]]] = {}
    async with database.read() as connection:
        for table, columns in ((subscribers, (subscribers.c.id,)), *about().items()):
            mine = or_(*(column == subscriber_id for column in columns))
            rows = await connection.execute(select(table).where(mine).order_by(*table.primary_key.columns))
            found[table.name] = [msgspec.to_builtins(dict(row._mapping)) for row in rows]
    return {name: rows for name, rows in found.items() if rows}
