"""What it means when a quasi-state platform does not let a program in, and what an operator can do about it."""

from __future__ import annotations

from watchers.http import HttpError
from watchers.sources.base import SourceError

__all__ = ["explained"]

_CHALLENGES = ("captcha", "challenge", "cloudflare", "just a moment", "проверка браузера", "javascript")


def explained(error: SourceError, name: str, host: str) -> SourceError:
    """The same error, in words that say what to do where the platform keeps programs out."""
    text = str(error)
    if isinstance(error, HttpError):
        if error.status == 429:
            return SourceError(
                f"{name}: {host} says it is asked too often (429): lower sources.{name}.requests_per_second",
                retry_after=error.retry_after or 300.0,
            )
        if error.status in {404, 410}:
            return SourceError(
                f"{name}: there is no such interface at {host} ({error.status}): it may have moved, check"
                f" sources.{name}.base_url",
                permanent=True,
            )
        challenged = any(word in error.said.casefold() for word in _CHALLENGES)
        if error.status in {401, 403, 405, 406, 412, 418, 451} or challenged:
            return SourceError(f"{name}: {host} refuses programs ({error.status}): {_mend(name)}", permanent=True)
        return error
    if "HTML or XML instead of JSON" in text:
        return SourceError(
            f"{name}: {host} answers with a page for browsers instead of data: a check against programs, or it is being"
            f" serviced: {_mend(name)}",
            retry_after=900.0,
        )
    return error


def _mend(name: str) -> str:
    return (
        f"open it in a browser from this machine; if it opens there, set sources.{name}.user_agent to the browser's,"
        f" else ask from an address in Kazakhstan or set sources.{name}.enabled to false"
    )
