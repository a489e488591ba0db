"""How the bot gets its updates: polling or webhook."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.errors import bad_request
from bot.sandbox.methods.base import Call, method

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _allowed(call: Call) -> list[str] | None:
    kinds = call.arguments.json("allowed_updates", "allowed updates")
    return [str(kind) for kind in kinds] if isinstance(kinds, list) else None


@method("getUpdates")
async def get_updates(call: Call) -> list[dict[str, Any]]:
    """Long-poll for updates."""
    call.world.updates.allow(_allowed(call))
    return await call.world.updates.poll(
        call.arguments.integer("offset"), call.arguments.integer("limit", 100), call.arguments.integer("timeout")
    )


@method("setWebhook")
async def set_webhook(call: Call) -> bool:
    """Have updates posted; an empty url ends it."""
    url = call.arguments.text("url")
    if not url:
        return await delete_webhook(call)  # type: ignore[no-any-return]
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = call.arguments.text("secret_token")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    call.world.updates.allow(_allowed(call))
    if call.arguments.flag("drop_pending_updates"):
        call.world.updates.drop()
    await call.webhook.set(url, secret=secret, max_connections=call.arguments.integer("max_connections", 40))
    return True


@method("deleteWebhook")
async def delete_webhook(call: Call) -> bool:
    """Go back to polling."""
    await call.webhook.stop()
    if call.arguments.flag("drop_pending_updates"):
        call.world.updates.drop()
    return True


@method("getWebhookInfo")
async def get_webhook_info(call: Call) -> dict[str, Any]:
    """Return the webhook's state."""
    return call.webhook.info()
