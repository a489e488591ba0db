"""The files that pages need beside their own text: a style sheet and two pictures, from this server alone.

Each is known by the hash of its content, which is part of its address, so that it may be kept for ever by whoever
fetched it. There is no script: every page works without one.
"""

from __future__ import annotations

import hashlib
from functools import cache

from aiohttp import web

from templates import ROOT

__all__ = ["asset_address", "routes"]

_KINDS = {"site.css": "text/css", "mark.svg": "image/svg+xml", "card.png": "image/png"}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _content(name: str) -> bytes:
    return (ROOT / "web" / "static" / name).read_bytes()


@cache
def asset_address(name: str) -> str:
    """The path of a file with its hash: /static/site.3f2a….css."""
    stem, _, ending = name.rpartition(".")
    return f"/static/{stem}.{hashlib.sha256(_content(name)).hexdigest()[:16]}.{ending}"


def routes() -> list[web.AbstractRouteDef]:
    """One route a file: nothing else under /static can be asked for."""
    return [web.get(asset_address(name), _serve) for name in _KINDS]


async def _serve(request: web.Request) -> web.Response:
    name = next(name for name in _KINDS if asset_address(name) == request.path)
    charset = None if _KINDS[name] == "image/png" else "utf-8"
    headers = {"Cache-Control": _FOR_EVER}
    return web.Response(body=_content(name), content_type=_KINDS[name], charset=charset, headers=headers)
