"""Faults that a stand-in server plays on request, and a record of what was asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.sandbox.http_faults import drop, send_cut

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Fault:
    """Played instead of the answer, `times` times, to requests whose path and query contain `match`.

    `kind`: status | hang | cut | html | empty | error | gzip_bomb | disconnect. `after`: that many matching requests
    are answered rightly first.
    """

    kind: str
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    match: str = ""
    times: int = 1
    after: int = 0


@dataclass
class Faults:
    """The faults still to play, and every request seen (`path?query`)."""

    planned: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0

    def add(self, kind: str, **how: object) -> None:
        self.planned.append(Fault(kind, **how))  # type: ignore[arg-type]

    def count(self, text: str = "") -> int:
        return sum(text in request for request in self.requests)

    def by_path(self) -> Counter[str]:
        return Counter(request.partition("?")[0] for request in self.requests)

    def _next(self, asked: str) -> Fault | None:
        for fault in self.planned:
            if fault.match not in asked or fault.times <= 0:
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            return fault
        return None

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        asked = str(request.rel_url)
        self.requests.append(asked)
        self.headers.append(dict(request.headers))
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            fault = self._next(asked)
            if fault is None:
                return await handler(request)
            return await _play(fault, request, handler)
        finally:
            self.busy -= 1


async def _play(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    if fault.kind == "hang":
        await asyncio.sleep(3600)
    if fault.kind == "disconnect":
        return drop(request)
    if fault.kind == "cut":
        return await send_cut(request, await handler(request))
    if fault.kind == "gzip_bomb":
        return web.Response(body=fault.body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})
    bodies = {
        "html": (200, b"<!DOCTYPE html><title>Maintenance</title>", "text/html"),
        "empty": (200, b"", "application/json"),
        "error": (200, b'{"name": "Error", "code": "EHOSTUNREACH"}', "application/json"),
        "status": (fault.status, fault.body, "text/plain"),
    }
    status, body, kind = bodies[fault.kind]
    return web.Response(status=status, body=fault.body or body, headers={"Content-Type": kind, **fault.headers})
