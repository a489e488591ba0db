"""What is asked and answered over HTTP, and what can be wrong with an answer."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import msgspec

from watchers.sources.base import SourceError

__all__ = ["Answer", "Asked", "HttpError", "NoAnswer", "PassingError", "UnusableAnswer", "beginning", "hint", "shown"]

_REFUSAL_READ = 2048


class Answer(msgspec.Struct, frozen=True):
    """A 2xx answer: the whole body, decompressed, the URL that gave it (after redirects), the Date it carried."""

    url: str
    body: bytes
    content_type: str
    date: str = ""


class HttpError(SourceError):
    """The publisher answered with an error status; `said` is the beginning of the body of a refusal.

    Raised by `Client.get` and `Client.post`.
    """

    def __init__(self, message: str, status: int, *, retry_after: float | None = None, said: str = "") -> None:
        super().__init__(message, permanent=status in {401, 403}, retry_after=retry_after)
        self.status = status
        self.said = said


class NoAnswer(SourceError):  # noqa: N818 - that is what there is
    """No whole answer came: a time-out, a broken connection, a cut body. Raised by `Client.get` and `Client.post`."""


class UnusableAnswer(Exception):  # noqa: N818 - it is the answer that is wrong, and it is asked for again
    """A 200 that is not what was asked for (HTML, empty, an error object). Raised by the `usable` check of `get`."""


class Asked(msgspec.Struct, frozen=True):
    """A request: POST where there is a body, which is JSON. `attempts`: instead of the settings' number.

    `heavy`: it may be too much for a host that answers all else, so that its failing does not count as the host's.
    """

    url: str
    body: bytes | None = None
    attempts: int | None = None
    heavy: bool = False

    @property
    def method(self) -> str:
        """The HTTP method."""
        return "GET" if self.body is None else "POST"

    @property
    def headers(self) -> dict[str, str]:
        """What is sent with it beside the client's own."""
        return {} if self.body is None else {"Content-Type": "application/json"}


class PassingError(Exception):
    """Worth another try: carries the error to raise if no try is left, and the wait the server asked for."""

    def __init__(self, error: SourceError, *, outage: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.outage = outage


async def beginning(response: httpx.Response) -> str:
    """What a refusal says, cut where nobody reads on."""
    said = bytearray()
    try:
        async for chunk in response.aiter_raw(_REFUSAL_READ):
            said += chunk
            if len(said) >= _REFUSAL_READ:
                break
    except httpx.TransportError:
        pass  # the status alone is an answer
    return bytes(said[:_REFUSAL_READ]).decode("utf-8", "replace")


def hint(status: int) -> str:
    """What to do about a refusal."""
    return {
        401: ": check the token",
        403: ": check the token, or set forbidden_is_rate_limit if this publisher means too many requests",
        412: ": it wants a browser-like User-Agent, set user_agent",
    }.get(status, "")


def shown(url: str) -> str:
    """The URL for an error message, without a user name or password in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
