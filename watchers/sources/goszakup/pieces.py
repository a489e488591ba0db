"""Rows with what hangs beneath them: asked at once where the portal manages that, in pieces where it takes too long.

On a bad day one query for announcements with their lots, plan points and files takes more than a minute or never ends.
What is flat is then asked first, what is nested apart, and a piece that does not come is left out for a while.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import structlog

from watchers.http import NoAnswer
from watchers.sources.base import SourceError
from watchers.sources.goszakup.portal import Portal
from watchers.sources.goszakup.rows import Found, all_rows
from watchers.sources.goszakup.selection import Branch
from watchers.sources.goszakup.settings import GoszakupSettings

__all__ = ["Pieces"]

log = structlog.get_logger("watchers.sources")

_NESTED_ATTEMPTS = 2
_T = TypeVar("_T")


class Pieces:
    """Remembers what the portal is too slow for, for `split_seconds`."""

    def __init__(
        self, portal: Portal, settings: GoszakupSettings, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._portal = portal
        self._settings = settings
        self._seconds = seconds
        self._avoided: dict[str, float] = {}

    def avoids(self, what: str) -> bool:
        """Whether something was too slow a short while ago."""
        return self._avoided.get(what, 0.0) > self._seconds()

    def _avoid(self, what: str, reason: str) -> None:
        if not self.avoids(what):
            log.warning("goszakup_too_slow", what=what, reason=reason, consequence="asked in pieces, or later")
        self._avoided[what] = self._seconds() + self._settings.split_seconds

    async def attempt(self, what: str, ask: Callable[[], Awaitable[_T]]) -> _T | None:
        """What `ask` brings; None while it is too slow. Raises SourceError for every other trouble."""
        if self.avoids(what):
            return None
        began = self._seconds()
        try:
            answer = await ask()
        except NoAnswer as error:
            self._avoid(what, str(error))
            return None
        if self._seconds() - began > self._settings.slow_seconds:
            self._avoid(what, f"it took {self._seconds() - began:.0f} s")
        return answer

    async def whole(self, root: str, branch: Branch, wanted: Mapping[str, Any], limit: int) -> Found | None:
        """Rows with everything beneath them in one query; None where they have to be asked for in pieces."""
        try:
            return await self.attempt(
                f"whole {root}",
                partial(
                    all_rows, self._portal, root, branch, wanted, limit=limit, attempts=_NESTED_ATTEMPTS, heavy=True
                ),
            )
        except SourceError as error:
            if error.permanent or error.retry_after is not None:
                raise
            return None  # a bad minute: in pieces this once

    async def apart(
        self, root: str, branch: Branch, wanted: Mapping[str, Any], groups: Sequence[Sequence[str]]
    ) -> tuple[Found, bool]:
        """The flat fields of rows, then each group of nested ones; False where one of them did not come."""
        flat = branch.only(*(name for name, below in branch.fields.items() if below is None))
        found = await all_rows(self._portal, root, flat, wanted)
        complete = True
        for group in groups:
            names = [name for name in group if branch.fields.get(name) is not None]
            asked = branch.only("id", *names)
            ask = partial(all_rows, self._portal, root, asked, wanted, heavy=True)
            part = await self.attempt(f"{root} {'+'.join(names)}", ask)
            if part is None or found.rows.keys() - part.rows.keys():
                complete = False
                continue
            for number, row in found.rows.items():
                row |= {name: part.rows[number][name] for name in names if name in part.rows[number]}
        return found, complete
