"""What GraphQL no longer answers and REST still does, asked record by record."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from watchers.http import HttpError
from watchers.sources.goszakup.portal import Portal, Row
from watchers.sources.goszakup.rows import number_in

__all__ = ["fill_in"]

_PLACES = {
    "TrdBuy": {"Commission": "/v3/trd-buy/{id}/commission", "Cancel": "/v3/trd-buy/{id}/cancel",
               "Pause": "/v3/trd-buy/{id}/pause"},
    "Contract": {"ContractUnits": "/v3/contract/{id}/units"},
}  # fmt: skip
_ONE = frozenset({"Pause"})


async def fill_in(portal: Portal, root: str, rows: Iterable[Row]) -> None:
    """Add to rows the fields that GraphQL complained of and that have a page of their own in REST.

    The spelling there is another one, which the reader of records knows. Raises SourceError.
    """
    gone = {name: path for name, path in _PLACES.get(root, {}).items() if portal.lacks(root, name)}
    for row in rows if gone else ():
        number = number_in(row, "id")
        for name, path in gone.items():
            items = await _items(portal, path.format(id=number))
            row[name] = msgspec.Raw(msgspec.json.encode(items if name not in _ONE else items[0] if items else None))


async def _items(portal: Portal, path: str) -> list[msgspec.Raw]:
    try:
        return [item async for page in portal.listed(path) for item in page]
    except HttpError as error:
        if error.status == 404:
            return []
        raise
