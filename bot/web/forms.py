"""What a form sends, read within limits, and how often one peer may send it."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict

__all__ = ["Taps", "form_of", "same_site"]

_LARGEST = 64 * 1024
_MOST_FIELDS = 400


async def form_of(request: web.Request) -> MultiDict[str]:
    """The fields of a form of ours (urlencoded). Raises 413 for a large one, 400 for what is none."""
    if (request.content_length or 0) > _LARGEST:
        raise web.HTTPRequestEntityTooLarge(_LARGEST, request.content_length or 0)
    body = await request.read()
    if len(body) > _LARGEST:
        raise web.HTTPRequestEntityTooLarge(_LARGEST, len(body))
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPBadRequest
    try:
        text = body.decode("ascii")
        return MultiDict(parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise web.HTTPBadRequest from None


def same_site(request: web.Request) -> None:
    """Refuse (403) a form that another site's page sends: browsers say where it comes from, programs need not."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise web.HTTPForbidden
    origin = request.headers.get("Origin", "")
    if origin not in {"", "null"} and origin.partition("://")[2] != request.host:
        raise web.HTTPForbidden


class Taps:
    """So many at once from one peer, then one every so many seconds. Keeps `most` peers, forgets the quietest."""

    def __init__(
        self, burst: int, seconds: float, *, most: int = 10_000, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._seconds = seconds
        self._most = most
        self._now = monotonic
        self._full_at: OrderedDict[str, float] = OrderedDict()  # when a peer has its whole burst again

    def take(self, request: web.Request) -> None:
        """Count one request. Raises 429 with the seconds to wait."""
        peer, now = _peer(request), self._now()
        full_at = max(self._full_at.pop(peer, now), now) + self._seconds
        wait = full_at - now - self._burst * self._seconds
        self._full_at[peer] = full_at if wait <= 0 else full_at - self._seconds
        while len(self._full_at) > self._most:
            self._full_at.popitem(last=False)
        if wait > 0:
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(int(wait) + 1)})


def _peer(request: web.Request) -> str:
    """Who asks: the network of an IPv6 address, and behind a proxy on this machine whom that one says."""
    remote = request.remote or ""
    try:
        address = ipaddress.ip_address(remote)
        if address.is_loopback:
            last = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
            address = ipaddress.ip_address(last) if last else address
    except ValueError:
        return remote
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
