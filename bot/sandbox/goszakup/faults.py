"""Bad days of the API on demand: by an exact count or by a rate, for all requests or those that contain a text."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from bot.sandbox.http_faults import drop, send_cut

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ON_THE_WIRE = ("status", "hang", "slow", "cut", "html", "empty", "error", "disconnect", "moved")
"""Instead of the answer, or around it."""
IN_THE_ANSWER = ("slow_nested", "page_loop", "page_shift", "duplicate", "clock_skew", "wrong_types")
"""Within an answer that is otherwise right."""
KINDS = (*ON_THE_WIRE, *IN_THE_ANSWER)
_BODIES = {
    "html": "<!DOCTYPE html><title>Портал</title><h1>Ведутся технические работы</h1>".encode(),
    "empty": b"",
    "error": '{"error":"Внутренняя ошибка"}'.encode(),
}


class Fault(msgspec.Struct):
    """One fault in force, of one of KINDS. It strikes requests with `match` in the path, query or body.

    `rate`: the share of such requests. `times`: at most so many (None: until it is cleared). `after`: so many are
    spared first. `status` for "status"; `seconds` for "slow", "slow_nested" and "clock_skew" (ahead of time); `rows`
    for "page_shift" (skipped; negative: given again); `url` for "moved".
    """

    kind: str
    match: str = ""
    rate: float = 1.0
    times: int | None = None
    after: int = 0
    status: int = 500
    seconds: float = 70.0
    rows: int = 3
    url: str = ""
    struck: int = 0


class Faults:
    """The faults in force, how often each kind struck, and every request as `METHOD path?query`."""

    def __init__(self, seed: int = 0) -> None:
        self.standing: list[Fault] = []
        self.struck: Counter[str] = Counter()
        self.requests: list[str] = []
        self.busy = 0
        self.busiest = 0
        self._dice = random.Random(seed)  # noqa: S311 - dice, not secrets

    def add(self, kind: str, **how: Any) -> Fault:
        """Put a fault in force; raises ValueError for a kind that does not exist."""
        if kind not in KINDS:
            raise ValueError(f"goszakup stand-in: no fault is called {kind!r}; use one of {', '.join(KINDS)}")
        self.standing.append(Fault(kind, **how))
        return self.standing[-1]

    def clear(self) -> None:
        """End all faults."""
        self.standing.clear()

    def strike(self, asked: str, kinds: tuple[str, ...]) -> Fault | None:
        """Return the fault of these kinds that strikes a request, the oldest first; None where it is spared."""
        for fault in self.standing:
            if fault.kind not in kinds or fault.match not in asked or fault.times == 0:
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            if self._dice.random() >= fault.rate:
                continue
            fault.struck += 1
            fault.times = None if fault.times is None else fault.times - 1
            self.struck[fault.kind] += 1
            return fault
        return None

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note the request and play what strikes it; the stand-in's own pages are spared."""
        if request.path.startswith("/sandbox/"):
            return await handler(request)
        self.requests.append(f"{request.method} {request.rel_url}")
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            fault = self.strike(f"{request.rel_url} {await request.text()}", ON_THE_WIRE)
            return await handler(request) if fault is None else await _play(fault, request, handler)
        finally:
            self.busy -= 1


async def _play(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    if fault.kind == "hang":
        await asyncio.sleep(3600)
    if fault.kind in {"hang", "disconnect"}:
        return drop(request)
    if fault.kind == "cut":
        return await send_cut(request, await handler(request))
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return await handler(request)
    if fault.kind == "moved":
        return web.Response(status=301, headers={"Location": f"{fault.url}{request.rel_url}"})
    if fault.kind == "status":
        body = {"name": "Error", "message": "An internal server error occurred.", "code": 0, "status": fault.status}
        return web.json_response(body, status=fault.status)
    kind = "text/html" if fault.kind == "html" else "application/json"
    return web.Response(body=_BODIES[fault.kind], content_type=kind)


def read_rates(text: str) -> dict[str, float]:
    """Read "status=0.05,hang=0.02" as kind -> rate; raises ValueError with what is wrong."""
    out = {}
    for part in filter(None, text.split(",")):
        kind, _, rate = part.partition("=")
        if kind not in KINDS:
            raise ValueError(f"goszakup stand-in: no fault is called {kind!r}; use one of {', '.join(KINDS)}")
        out[kind] = float(rate or 1)
    return out
