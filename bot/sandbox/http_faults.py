"""What goes wrong below the answer of a stand-in server: bodies cut in the middle, connections dropped."""

from __future__ import annotations

from aiohttp import web


async def send_cut(request: web.Request, whole: web.StreamResponse) -> web.StreamResponse:
    """Promise the whole body, send half of it, and hang up; raises TypeError where the answer is a stream."""
    body = whole.body if isinstance(whole, web.Response) else None
    if not isinstance(body, bytes):
        raise TypeError(f"stand-in: {request.path} answers with a stream, which cannot be cut; fault another path")
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def drop(request: web.Request) -> web.StreamResponse:
    """Hang up without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
