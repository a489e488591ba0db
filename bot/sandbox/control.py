"""Steering from outside: the ledger, the faults and the limits over HTTP, for a bot in another process."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from bot.sandbox.faults import Fault, Faults
from bot.sandbox.ledger import Ledger
from bot.sandbox.limits import Limits
from bot.sandbox.mail_faults import MailFault, MailFaults


class Control:
    """Answers /sandbox/ledger, /sandbox/faults, /sandbox/mail/faults and /sandbox/limits."""

    def __init__(self, ledger: Ledger, faults: Faults, mail_faults: MailFaults, limits: Limits) -> None:
        self.ledger, self.faults, self.limits = ledger, faults, limits
        self.mail_faults = mail_faults

    def add_routes(self, app: web.Application) -> None:
        """Take the addresses."""
        app.router.add_get("/sandbox/ledger", self.read_ledger)
        app.router.add_route("*", "/sandbox/faults", self.steer_faults)
        app.router.add_route("*", "/sandbox/mail/faults", self.steer_mail_faults)
        app.router.add_route("*", "/sandbox/limits", self.steer_limits)

    async def read_ledger(self, request: web.Request) -> web.Response:
        """Return entries as JSON. Filters: method, chat_id, after (a number), refused=1, limit."""
        query = request.query
        chat_id = _number(query.get("chat_id"))
        wanted = self.ledger.refused if query.get("refused") else self.ledger.accepted
        after, limit = _number(query.get("after")) or 0, _number(query.get("limit"))
        found = [entry for entry in wanted(method=query.get("method", ""), chat_id=chat_id) if entry.number > after]
        return _json({"count": len(found), "entries": found[:limit]})

    async def steer_faults(self, request: web.Request) -> web.Response:
        """List (GET), add (POST) or end (DELETE, all or ?id=) faults."""
        if request.method == "POST":
            return _json(self.faults.add(await _read(request, Fault)))
        if request.method == "DELETE":
            self.faults.clear(_number(request.query.get("id")))
        return _json({"faults": self.faults.standing})

    async def steer_mail_faults(self, request: web.Request) -> web.Response:
        """List, add or end the mailbox's faults."""
        if request.method == "POST":
            return _json(self.mail_faults.add(await _read(request, MailFault)))
        if request.method == "DELETE":
            self.mail_faults.clear()
        return _json({"faults": self.mail_faults.standing})

    async def steer_limits(self, request: web.Request) -> web.Response:
        """Say whether Telegram's limits are enforced, or switch them: {"on": true}."""
        if request.method == "POST":
            self.limits.on = (await _read(request, _Switch)).on
        return _json(_Switch(self.limits.on))


class _Switch(msgspec.Struct):
    on: bool


async def _read(request: web.Request, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.DecodeError as error:
        raise web.HTTPBadRequest(text=f"sandbox: {request.path} was not understood: {error}") from None


def _json(value: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")


def _number(text: str | None) -> int | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise web.HTTPBadRequest(text=f"sandbox: {text} is no whole number") from None
