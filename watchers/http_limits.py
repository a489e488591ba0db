"""What keeps us polite and safe towards publishers: pace, a circuit for hosts that are down, no private networks."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType

from watchers.sources.base import Clock, SourceError

__all__ = ["Breaker", "Pace", "Resolve", "is_private", "resolve_host", "retry_after_seconds"]

Resolve = Callable[[str], Awaitable[Sequence[str]]]


class Pace(AbstractAsyncContextManager[None]):
    """Spaces the starts of requests evenly and bounds how many run at once; never a burst."""

    def __init__(self, per_second: float, at_once: int) -> None:
        self._gap = 1.0 / per_second
        self._slots = asyncio.Semaphore(at_once)
        self._next = 0.0

    async def __aenter__(self) -> None:
        """Wait for a slot and for the next start."""
        await self._slots.acquire()
        loop = asyncio.get_running_loop()
        starts = max(self._next, loop.time())
        self._next = starts + self._gap
        try:
            await asyncio.sleep(max(0.0, starts - loop.time()))
        except BaseException:
            self._slots.release()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the slot back."""
        self._slots.release()


class Breaker:
    """Stops asking a host after `failures` failed requests in a row; after `seconds` one probe may try (half-open)."""

    def __init__(self, name: str, failures: int, seconds: float, clock: Clock) -> None:
        self._name = name
        self._limit = failures
        self._rest = timedelta(seconds=seconds)
        self._clock = clock
        self._count: dict[str, int] = {}
        self._opened: dict[str, tuple[datetime, datetime, str]] = {}  # host -> since, may be probed at, last error
        self._probing: set[str] = set()

    def admit(self, host: str) -> None:
        """Let a request through. Raises SourceError, saying since when, while the circuit is open."""
        if host not in self._opened:
            return
        since, probe_at, last = self._opened[host]
        now = self._clock()
        if now >= probe_at and host not in self._probing:
            self._probing.add(host)
            return
        raise SourceError(
            f"{self._name}: {host} has not been answering since {since:%Y-%m-%d %H:%M:%S} UTC"
            f" ({self._count[host]} failed requests, the last: {last}); it is asked again at {probe_at:%H:%M:%S} UTC",
            retry_after=max(1.0, (probe_at - now).total_seconds()),
        )

    def worked(self, host: str) -> None:
        """The host answered (whatever it said): close its circuit."""
        self._count.pop(host, None)
        self._opened.pop(host, None)
        self._probing.discard(host)

    def failed(self, host: str, error: str) -> None:
        """A request failed after all its retries: count it, and open the circuit at the limit."""
        self._count[host] = self._count.get(host, 0) + 1
        self._probing.discard(host)
        if self._count[host] >= self._limit:
            now = self._clock()
            since = self._opened[host][0] if host in self._opened else now
            self._opened[host] = (since, now + self._rest, error)

    def forget_probe(self, host: str) -> None:
        """A request ended without an answer of either kind (cancelled): let another one probe."""
        self._probing.discard(host)


def retry_after_seconds(header: str | None, now: datetime, cap: float) -> float | None:
    """Read a Retry-After header (seconds or an HTTP date) as seconds from `now`, at most `cap`; None if unreadable."""
    if not header:
        return None
    text = header.strip()
    if text.isdecimal() and text.isascii():
        return min(float(text), cap)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=now.tzinfo)
    return min(max(0.0, (moment - now).total_seconds()), cap)


async def resolve_host(host: str) -> Sequence[str]:
    """The addresses of a host name; empty if it does not resolve (then connecting will say so)."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(str(entry[4][0]) for entry in found)


async def is_private(host: str, resolve: Resolve) -> bool:
    """Whether a host is, or resolves to, an address that is not on the public internet."""
    try:
        addresses: Sequence[str] = (str(ipaddress.ip_address(host)),)
    except ValueError:
        addresses = await resolve(host)
    return any(not ipaddress.ip_address(address.partition("%")[0]).is_global for address in addresses)
