"""How publishers are asked over HTTP: politely, patiently, within bounds, and never into a private network.

One `Client` a source. It retries time-outs, broken connections, cut or unusable bodies, 408, 429 and 5xx with back-off
and jitter, honours Retry-After, and stops asking a host that is down. 401, 403, 404 and 410 are answers, not accidents:
they are never retried (403 only where a publisher uses it for "too many requests").
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from urllib.parse import urljoin, urlsplit

import httpx
import stamina

from watchers.http_answers import (
    Answer,
    Asked,
    HttpError,
    NoAnswer,
    PassingError,
    UnusableAnswer,
    beginning,
    hint,
    shown,
)
from watchers.http_limits import Breaker, Pace, Resolve, is_private, resolve_host, retry_after_seconds
from watchers.http_settings import HttpSettings
from watchers.sources.base import Clock, SourceError

__all__ = ["Answer", "Client", "HttpError", "NoAnswer", "UnusableAnswer", "trusted"]

USER_AGENT = "Baqylau/0.1"
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5


def _wait(error: Exception) -> bool | float:
    if not isinstance(error, PassingError):
        return False
    return True if error.error.retry_after is None else error.error.retry_after


@cache
def trusted() -> ssl.SSLContext:
    """The certificates everybody trusts, read once for all connections: a megabyte each time."""
    return httpx.create_ssl_context()


class Client:
    """Asks one publisher. `base_url` says where it lives: only from a private base are private hosts reachable."""

    def __init__(
        self, name: str, settings: HttpSettings, clock: Clock, base_url: str, resolve: Resolve = resolve_host
    ) -> None:
        self._name = name
        self._settings = settings
        self._clock = clock
        self._base = urlsplit(base_url)
        self._resolve = resolve
        self._pace = Pace(settings.requests_per_second, settings.max_concurrency)
        self._breaker = Breaker(name, settings.breaker_failures, settings.breaker_seconds, clock)
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(settings.timeout_seconds),
            limits=httpx.Limits(max_connections=settings.max_concurrency),
            headers=self._headers(),
            verify=trusted(),
        )
        self._secret = {"Authorization": f"Bearer {settings.token}"} if settings.token else {}
        self._secret |= settings.headers

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, url: str, usable: Callable[[Answer], None] | None = None) -> Answer:
        """GET `url`. Raises HttpError for an error status, SourceError for anything else that failed.

        `usable` may raise UnusableAnswer: then the answer is asked for again like any passing failure.
        """
        return await self._ask(Asked(url), usable)

    async def post(
        self,
        url: str,
        body: bytes,
        usable: Callable[[Answer], None] | None = None,
        *,
        attempts: int | None = None,
        heavy: bool = False,
    ) -> Answer:
        """POST JSON that only asks (a GraphQL query): it may be sent again, so it is treated and raises like `get`.

        A redirect to another host is a permanent SourceError: a body is not carried to where it was not meant for.
        `heavy`: a question that may be too much for a host which is well; its failing opens no circuit.
        """
        return await self._ask(Asked(url, body, attempts, heavy), usable)

    async def _ask(self, asked: Asked, usable: Callable[[Answer], None] | None) -> Answer:
        host = urlsplit(asked.url).netloc
        self._breaker.admit(host)
        try:
            answer = await self._patiently(asked, usable)
        except PassingError as passing:
            if passing.outage and asked.heavy:
                self._breaker.forget_probe(host)
            elif passing.outage:
                self._breaker.failed(host, str(passing.error))
            else:
                self._breaker.worked(host)
            raise passing.error from None
        except SourceError:
            self._breaker.worked(host)
            raise
        except BaseException:
            self._breaker.forget_probe(host)
            raise
        self._breaker.worked(host)
        return answer

    async def get_each(
        self, urls: Iterable[str], usable: Callable[[Answer], None] | None = None
    ) -> list[Answer | HttpError]:
        """GET many, as many at once as the settings allow, in order. A 404 or 410 is returned, all else is raised."""

        async def one(url: str) -> Answer | HttpError:
            try:
                return await self.get(url, usable)
            except HttpError as error:
                if error.status in {404, 410}:
                    return error
                raise

        try:
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(one(url)) for url in urls]
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None  # one reason is enough, the others were cancelled
        return [task.result() for task in asked]

    async def _patiently(self, asked: Asked, usable: Callable[[Answer], None] | None) -> Answer:
        first = self._settings.retry_wait_seconds
        async for attempt in stamina.retry_context(
            on=_wait, attempts=asked.attempts or self._settings.attempts, timeout=None,
            wait_initial=first, wait_max=60 * first, wait_jitter=first,
        ):  # fmt: skip
            with attempt:
                answer = await self._once(asked)
                try:
                    if usable is not None:
                        usable(answer)
                except UnusableAnswer as error:
                    unusable = SourceError(f"{self._name}: {shown(asked.url)} answered 200 with {error}")
                    raise PassingError(unusable, outage=False) from None
                return answer
        raise AssertionError  # stamina returns or raises

    async def _once(self, asked: Asked) -> Answer:
        try:
            async with self._pace, asyncio.timeout(self._settings.timeout_seconds):
                return await self._follow(asked)
        except TimeoutError:
            reason = f"no whole answer in {self._settings.timeout_seconds:g} s"
        except httpx.TransportError as error:
            reason = f"{type(error).__name__} {error}".strip()
        except zlib.error as error:
            reason = f"a gzip body that is broken or cut: {error}"
        raise PassingError(NoAnswer(f"{self._name}: {shown(asked.url)} failed: {reason}"), outage=True)

    async def _follow(self, asked: Asked) -> Answer:
        url = asked.url
        for _ in range(_MOST_REDIRECTS + 1):
            # The token is for the publisher alone: a redirect to another host does not get it.
            secret = self._secret if urlsplit(url).hostname == self._base.hostname else {}
            headers = asked.headers | secret
            async with self._http.stream(asked.method, url, content=asked.body, headers=headers) as response:
                if response.status_code not in _REDIRECTS or "location" not in response.headers:
                    return await self._read(url, response)
                target = urljoin(url, response.headers["location"])
            await self.refuse_strange(url, target)
            if asked.body is not None and urlsplit(target).hostname != urlsplit(url).hostname:
                to = urlsplit(target)
                raise SourceError(
                    f"{self._name}: {urlsplit(url).netloc} has moved to {to.netloc}: if that is the publisher, set"
                    f" sources.{self._name}.base_url to {to.scheme}://{to.netloc}",
                    permanent=True,
                )
            url = target
        raise SourceError(f"{self._name}: {shown(url)} redirects more than {_MOST_REDIRECTS} times", permanent=True)

    async def refuse_strange(self, url: str, target: str) -> None:
        """Refuse a redirect from https to something weaker, or from the internet into a private network (SSRF)."""
        to = urlsplit(target)
        if to.scheme not in {"http", "https"} or (urlsplit(url).scheme == "https" and to.scheme != "https"):
            raise SourceError(f"{self._name}: {shown(url)} redirects to {shown(target)}: refused, not https")
        if to.hostname == self._base.hostname or to.hostname in self._settings.allow_hosts:
            return
        public_base = not await is_private(self._base.hostname or "", self._resolve)
        if public_base and await is_private(to.hostname or "", self._resolve):
            raise SourceError(
                f"{self._name}: {shown(url)} redirects to the private address {to.hostname}: refused;"
                f" add it to sources.{self._name}.allow_hosts if it is meant",
                permanent=True,
            )

    async def _read(self, url: str, response: httpx.Response) -> Answer:
        status = response.status_code
        if status == 403 and self._settings.forbidden_is_rate_limit:
            status = 429
        if status in _RETRIED:
            cap = self._settings.retry_after_max_seconds
            wait = retry_after_seconds(response.headers.get("retry-after"), self._clock(), cap)
            error = HttpError(f"{self._name}: {shown(url)} answered {response.status_code}", status, retry_after=wait)
            raise PassingError(error, outage=status != 429)
        if not 200 <= status < 300:
            said = await beginning(response)
            raise HttpError(f"{self._name}: {shown(url)} answered {status}{hint(status)}", status, said=said)
        body = await self._bounded(url, response)
        return Answer(url, body, response.headers.get("content-type", ""), response.headers.get("date", ""))

    async def _bounded(self, url: str, response: httpx.Response) -> bytes:
        """The body, decompressed here so that a small gzip cannot fill the memory before its size is known."""
        limit = int(self._settings.max_body_mb * 1024 * 1024)
        coding = response.headers.get("content-encoding", "identity").lower()
        if coding not in {"identity", "gzip", "x-gzip", "deflate"}:
            raise SourceError(f"{self._name}: {shown(url)} is sent as {coding!r}, which was not asked for")
        inflate = None if coding == "identity" else zlib.decompressobj(wbits=47)
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk if inflate is None else inflate.decompress(chunk, limit + 1 - len(body))
            if len(body) > limit:
                raise SourceError(
                    f"{self._name}: {shown(url)} is larger than {self._settings.max_body_mb:g} MB: ask for smaller"
                    f" pages, or raise sources.{self._name}.max_body_mb",
                    permanent=True,
                )
        if inflate is not None and body and not inflate.eof:
            raise zlib.error("it ends too early")
        return bytes(body)

    def _headers(self) -> dict[str, str]:
        contact = f" (+{self._settings.contact})" if self._settings.contact else ""
        return {
            "User-Agent": self._settings.user_agent or USER_AGENT + contact,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }
