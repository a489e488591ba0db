"""An OCDS publisher on loopback that can be paged in every way a real one is, with faults on request.

`/releases` takes since, until, order (asc | desc), and one of page, offset, cursor; `/ids` lists ids only, and
`/release?id=` gives one. Answers carry `links.next`, `next_cursor` and `pages`. `before_answer` lets a test change the
data between two requests, as a live publisher does.

By hand: `python -m tests.standins.ocds_feed --data FILE --port 8091`, where FILE is JSON Lines of releases.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tests.standins.serving import StandIn

Release = dict[str, Any]


def release(number: int, date: str, **more: object) -> Release:
    """An invented release with just what a feed needs."""
    return {"ocid": f"ocds-test00-{number:04}", "id": f"{number}", "date": date, "tag": ["tender"], **more}


class OcdsFeedStandIn(StandIn):
    """Serves `releases`; the journal (for `cursor`) is in the order they were published."""

    def __init__(self, releases: Iterable[Release] = (), *, port: int = 0, next_as: str = "path") -> None:
        super().__init__(port)
        self.releases = list(releases)
        self.before_answer: Callable[[int], None] = lambda number: None
        self.expired: set[str] = set()
        self.loop_at = ""
        self.encoding = "utf-8"
        self._next_as = next_as
        self._answers = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/releases", self._releases),
            web.get("/ids", self._ids),
            web.get("/release", self._release),
            web.get("/elsewhere", self._elsewhere),
        ]

    async def _elsewhere(self, request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query["to"])

    async def _release(self, request: web.Request) -> web.Response:
        found = [one for one in self.releases if one["ocid"] == request.query["id"]]
        if not found:
            return web.json_response({"error": "not found"}, status=404)
        return web.json_response({"releases": found[-1:]})

    async def _ids(self, request: web.Request) -> web.Response:
        chosen, more = self._choose(request)
        listed = [{"id": one["ocid"], "modified": one["date"]} for one in chosen]
        return web.json_response({"data": listed, **more})

    async def _releases(self, request: web.Request) -> web.Response:
        if request.query.get("cursor", "") in self.expired:
            return web.json_response({"error": "cursor expired"}, status=410)
        chosen, more = self._choose(request)
        text = json.dumps({"uri": str(request.url), "releases": chosen, **more}, ensure_ascii=False)
        return web.Response(body=text.encode(self.encoding), content_type="application/json")

    def _choose(self, request: web.Request) -> tuple[list[Release], dict[str, Any]]:
        self._answers += 1
        self.before_answer(self._answers)
        query = request.query
        limit = int(query.get("limit", 100))
        if "cursor" in query:
            start = int(query["cursor"] or 0)
            rows = self.releases
        else:
            rows = self._in_window(query.get("since"), query.get("until"), query.get("order", "asc"))
            start = int(query.get("offset", 0)) or (int(query.get("page", 1)) - 1) * limit
        chosen = rows[start : start + limit]
        after = str(start + len(chosen))
        more: dict[str, Any] = {"pages": -(-len(rows) // limit)}
        if start + len(chosen) < len(rows) or "cursor" in query:
            position = {"cursor": self.loop_at or after} if "cursor" in query else {"offset": after}
            asked = urlencode({**{k: v for k, v in query.items() if k != "page"}, **position})
            host = self.url if self._next_as == "url" else ""
            more |= {"links": {"next": f"{host}{request.path}?{asked}"}, "next_cursor": self.loop_at or after}
        return chosen, more

    def _in_window(self, since: str | None, until: str | None, order: str) -> list[Release]:
        rows = [
            one
            for one in self.releases
            if (since is None or _moment(one["date"]) >= _moment(since))
            and (until is None or _moment(one["date"]) < _moment(until))
        ]
        return sorted(rows, key=lambda one: (_moment(one["date"]), str(one["ocid"])), reverse=order == "desc")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.fromisoformat("2000-01-01T00:00Z").tzinfo)


async def _serve(rows: list[Release], port: int) -> None:
    async with OcdsFeedStandIn(rows, port=port) as server:
        sys.stdout.write(f"{server.url}/releases: {len(rows)} releases\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="JSON Lines of releases")
    parser.add_argument("--port", type=int, default=8091)
    given = parser.parse_args()
    lines = given.data.read_text(encoding="utf-8").splitlines()
    asyncio.run(_serve([json.loads(line) for line in lines if line.strip()], given.port))


if __name__ == "__main__":
    main()
