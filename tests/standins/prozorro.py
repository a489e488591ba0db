"""Prozorro's public API on loopback: the feed of changed tenders and their details, with faults on request.

As in the real one: the feed is ordered by `public_modified` (not by dateModified), holds back the last second, answers
404 to an offset it does not know, takes a date as an offset, and lists a tender again at every change.

By hand: `python -m tests.standins.prozorro --data FILE --port 8090 --at-start 100 --per-second 5`, where FILE is JSON
Lines (.gz or not) of tenders, bare or as {"kind": "tender", "doc": {...}}.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.standins.serving import StandIn

Tender = dict[str, Any]


def read_tenders(path: Path) -> Iterator[Tender]:
    """The tenders of a JSON Lines file, in its order."""
    body = path.read_bytes()
    for line in (gzip.decompress(body) if path.suffix == ".gz" else body).splitlines():
        row = json.loads(line)
        if row.get("kind", "tender") == "tender":
            yield row.get("doc", row)


class ProzorroStandIn(StandIn):
    """Serves tenders under /api/2.5; `publish` adds or changes one, visible once `held_back` seconds have passed."""

    def __init__(
        self,
        tenders: Iterable[Tender] = (),
        *,
        port: int = 0,
        now: Callable[[], float] = time.time,
        held_back: float = 1.0,
        browsers_only: bool = False,
    ) -> None:
        super().__init__(port)
        self._now = now
        self._held_back = held_back
        self._browsers_only = browsers_only
        self.delay = 0.0
        self.details: dict[str, Tender] = {}
        self._modified: dict[str, float] = {}
        self._shown: dict[str, tuple[float, frozenset[str]]] = {}
        for tender in tenders:
            self.publish(tender, datetime.fromisoformat(tender["dateModified"]).timestamp())

    def publish(self, tender: Tender, public_modified: float | None = None) -> None:
        """Make a tender public, or a change of it: in the feed it moves to the end."""
        self.details[tender["id"]] = tender
        self._modified[tender["id"]] = self._now() if public_modified is None else public_modified

    def forget_offsets(self) -> None:
        """From now on every offset handed out so far is answered with 404."""
        self._shown.clear()

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/2.5/tenders", self._feed), web.get("/api/2.5/tenders/{id}", self._detail)]

    @property
    def base_url(self) -> str:
        return f"{self.url}/api/2.5"

    async def _detail(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.delay)
        tender = self.details.get(request.match_info["id"])
        if tender is None:
            return _error(404, "tender_id")
        return web.json_response({"data": tender})

    async def _feed(self, request: web.Request) -> web.Response:
        if self._browsers_only and "Mozilla" not in request.headers.get("User-Agent", ""):
            return web.Response(status=412)
        descending = "descending" in request.query
        limit = min(int(request.query.get("limit", 100)), 1000)
        visible = sorted((at, key) for key, at in self._modified.items() if at <= self._now() - self._held_back)
        try:
            at, skipped = self._position(request.query.get("offset", ""), descending=descending)
        except ValueError:
            return _error(404, "offset")
        ordered = visible[::-1] if descending else visible
        rest = [row for row in ordered if (row[0] <= at if descending else row[0] >= at) and row[1] not in skipped]
        page = rest[:limit]
        last = page[-1][0] if page else at
        shown = {key for moment, key in page if moment == last} | (skipped if last == at else set())
        first = page[0][0] if page else at
        heads = {key for moment, key in visible if moment == first}
        return web.json_response(
            {
                "data": [{"id": key, "dateModified": self.details[key]["dateModified"]} for _, key in page],
                "next_page": self._place(last, shown) if page else {"offset": request.query.get("offset", "")},
                **({"prev_page": self._place(first, heads)} if page else {}),
            }
        )

    def _place(self, at: float, shown: set[str]) -> dict[str, str]:
        digest = hashlib.md5(",".join(sorted(shown)).encode(), usedforsecurity=False).hexdigest()
        offset = f"{at!r}.{len(shown)}.{digest}"
        self._shown[offset] = (at, frozenset(shown))
        return {"offset": offset, "uri": f"{self.base_url}/tenders?offset={offset}"}

    def _position(self, offset: str, *, descending: bool) -> tuple[float, frozenset[str]]:
        if not offset:
            return (float("inf") if descending else 0.0), frozenset()
        if offset in self._shown:
            return self._shown[offset]
        return datetime.fromisoformat(offset).timestamp(), frozenset()


def _error(status: int, name: str) -> web.Response:
    body = {"status": "error", "errors": [{"location": "params", "name": name, "description": "Not Found"}]}
    return web.json_response(body, status=status)


async def _serve(data: Path, port: int, at_start: int, per_second: float) -> None:
    tenders = sorted(read_tenders(data), key=lambda tender: str(tender["dateModified"]))
    at_start = len(tenders) if at_start < 0 else at_start
    async with ProzorroStandIn(tenders[:at_start], port=port) as server:
        sys.stdout.write(f"{server.base_url}: {at_start} tenders, {per_second:g} more a second\n")
        sys.stdout.flush()
        for tender in tenders[at_start:]:
            await asyncio.sleep(1 / per_second)
            server.publish(tender)
        sys.stdout.write(f"all {len(tenders)} tenders are public\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="JSON Lines of tenders, .gz or not")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--at-start", type=int, default=-1, help="tenders public at once (default: all)")
    parser.add_argument("--per-second", type=float, default=5.0, help="tenders that become public each second")
    given = parser.parse_args()
    asyncio.run(_serve(given.data, given.port, given.at_start, given.per_second))


if __name__ == "__main__":
    main()
