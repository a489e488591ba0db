"""The Bot API over HTTP: token, method, faults, limits, the answer, and the ledger's line."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from aiohttp import web

from bot.sandbox.arguments import Arguments, read_arguments
from bot.sandbox.errors import ApiError
from bot.sandbox.faults import Fault, Faults, Trouble, changes_something
from bot.sandbox.ledger import SENDING, Ledger
from bot.sandbox.limits import Limits
from bot.sandbox.methods import METHODS, Call
from bot.sandbox.webhook import Webhook
from bot.sandbox.world import World

TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]+")


class BotApi:
    """Answers /bot{token}/{method} and /file/bot{token}/{path}."""

    def __init__(
        self, world: World, webhook: Webhook, ledger: Ledger, faults: Faults, limits: Limits, *, token: str
    ) -> None:
        self.world, self.webhook = world, webhook
        self.ledger, self.faults, self.limits = ledger, faults, limits
        self.token = token

    def add_routes(self, app: web.Application) -> None:
        """Take the addresses of the Bot API."""
        app.router.add_route("*", "/bot{token:[^/]*}/{method:[^/]*}", self.answer)
        app.router.add_get("/file/bot{token:[^/]*}/{path:.+}", self.download)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        try:
            self._check_token(request.match_info["token"])
            arguments = await read_arguments(request)
            known = METHODS.get(request.match_info["method"].lower())
            if known is None:
                return error_response(ApiError(404, "Not Found: method not found"))
        except ApiError as error:
            return error_response(error)
        name, method = known
        chat_id = self._chat_id(arguments)
        faults = self.faults.strike(name, chat_id)
        call = Call(self.world, self.webhook, arguments)
        call.ledger = {
            "chat_id": chat_id,
            "text": arguments.text("text") or arguments.text("caption"),
            "message_id": arguments.integer("message_id") or None,
        }
        if any(fault.trouble is Trouble.DROP_BEFORE for fault in faults):
            return hang_up(request)
        try:
            self._refuse_if_due(name, chat_id, faults)
            result = await method(call)
        except ApiError as error:
            if changes_something(name):
                self.ledger.write(name, **call.ledger, accepted=False, code=error.code, error=error.description)
            return error_response(error)
        dropped = any(fault.trouble is Trouble.DROP_AFTER for fault in faults)
        if changes_something(name):
            self.ledger.write(name, **call.ledger, answered=not dropped)
        if dropped:
            return hang_up(request)
        await asyncio.sleep(sum(fault.seconds for fault in faults if fault.trouble is Trouble.SLOW))
        return web.json_response({"ok": True, "result": result}, dumps=compact)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Answer the download of a file that getFile named."""
        try:
            self._check_token(request.match_info["token"])
            stored = self.world.files.by_path.get(request.match_info["path"])
            if stored is None:
                raise ApiError(404, "Not Found")
        except ApiError as error:
            return error_response(error)
        return web.Response(body=stored.content, content_type="application/octet-stream")

    def _check_token(self, token: str) -> None:
        if not TOKEN.fullmatch(token):
            raise ApiError(404, "Not Found")
        if token != self.token:
            raise ApiError(401, "Unauthorized")

    def _chat_id(self, arguments: Arguments) -> int | None:
        query = self.world.queries.get(arguments.text("callback_query_id"))
        if query is not None:
            return query.chat.id
        try:
            return self.world.resolve(arguments.text("chat_id"))
        except ApiError:
            return None

    def _refuse_if_due(self, name: str, chat_id: int | None, faults: list[Fault]) -> None:
        for fault in faults:
            error = fault.error()
            if error is not None:
                if fault.trouble is Trouble.MIGRATE:
                    self.world.move_on_fault(chat_id, fault.migrate_to_chat_id)
                raise error
        if name in SENDING or name.startswith("edit"):
            error = self.limits.check(chat_id)
            if error is not None:
                raise error


def compact(value: Any) -> str:
    """Write JSON as the server does: no spaces, and non-ASCII escaped."""
    return json.dumps(value, separators=(",", ":"))


def error_response(error: ApiError) -> web.Response:
    """Return the JSON of an error; a 429 also says Retry-After in its header."""
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    headers = {}
    if error.parameters:
        body["parameters"] = error.parameters
    if "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    return web.json_response(body, status=error.code, headers=headers, dumps=compact)


def hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection without a byte of an answer."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()
