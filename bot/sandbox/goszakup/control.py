"""The stand-in's own pages under /sandbox: time, faults, the ledger; for tests in another process and for a demo."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.faults import Fault, Faults
from bot.sandbox.goszakup.moments import local_text

_MOST_ENTRIES = 10_000


class Patch(msgspec.Struct):
    """Other values for a record: `kind` is one of `country.KINDS`."""

    kind: str
    id: int
    fields: dict[str, Any]


class Control:
    """Answers GET /sandbox/state, POST /sandbox/advance, /sandbox/faults (GET, POST, DELETE), /sandbox/patch (POST,
    DELETE), GET /sandbox/ledger.
    """

    def __init__(self, country: Country, faults: Faults) -> None:
        self._country = country
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/sandbox/state", self._state),
            web.post("/sandbox/advance", self._advance),
            web.get("/sandbox/faults", self._list_faults),
            web.post("/sandbox/faults", self._add_fault),
            web.delete("/sandbox/faults", self._clear_faults),
            web.post("/sandbox/patch", self._patch),
            web.delete("/sandbox/patch", self._clear_patches),
            web.get("/sandbox/ledger", self._ledger),
        ]

    async def _state(self, _request: web.Request) -> web.Response:
        country = self._country
        shown: dict[str, Any] = {kind: len(shelf) for kind, shelf in country.shelves.items()}
        shown |= {"now": local_text(country.now), "seconds": country.now, "changes": country.ledger.counts()}
        return web.json_response(shown | {"requests": len(self._faults.requests), "struck": self._faults.struck})

    async def _advance(self, request: web.Request) -> web.Response:
        try:
            seconds = float((await request.json())["seconds"])
        except (ValueError, KeyError, TypeError):
            return web.json_response({"error": 'goszakup stand-in: say how far, as {"seconds": 3600}'}, status=400)
        self._country.advance(seconds)
        return await self._state(request)

    async def _list_faults(self, _request: web.Request) -> web.Response:
        return web.json_response([msgspec.to_builtins(fault) for fault in self._faults.standing])

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = msgspec.convert(await request.json(), Fault)
            self._faults.add(**{name: getattr(fault, name) for name in Fault.__struct_fields__})
        except (ValueError, msgspec.ValidationError) as error:
            return web.json_response({"error": f"goszakup stand-in: {error}"}, status=400)
        return await self._list_faults(request)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self._faults.clear()
        return await self._list_faults(request)

    async def _patch(self, request: web.Request) -> web.Response:
        """Show other values in a record from now on: `fields` of the record `id` of `kind`."""
        try:
            patch = msgspec.convert(await request.json(), Patch)
            if patch.kind not in self._country.shelves:
                raise ValueError(f"no kind is called {patch.kind!r}; use one of {', '.join(self._country.shelves)}")
        except (ValueError, msgspec.ValidationError) as error:
            return web.json_response({"error": f"goszakup stand-in: {error}"}, status=400)
        self._country.patch(patch.kind, patch.id, **patch.fields)
        return web.json_response({"patched": len(self._country.patches)})

    async def _clear_patches(self, _request: web.Request) -> web.Response:
        self._country.patches.clear()
        return web.json_response({"patched": 0})

    async def _ledger(self, request: web.Request) -> web.Response:
        """`after`: how many entries to pass over; `kind`, `change`: only these. `next` continues."""
        after = int(request.query.get("after", 0))
        part = self._country.ledger.entries[after : after + _MOST_ENTRIES]
        kind, change = request.query.get("kind"), request.query.get("change")
        rows = [each._asdict() for each in part if kind in {None, each.kind} and change in {None, each.change}]
        defects = self._country.ledger.defects
        for row in rows:
            if row["kind"] == "TrdBuy" and row["id"] in defects:
                row["defects"] = sorted(defects[row["id"]])
        return web.json_response({"entries": rows, "next": after + len(part)})
