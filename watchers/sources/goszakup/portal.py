"""Asks the portal: GraphQL pages of rows, REST where GraphQL lacks something; knows its refusals and its bad days."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import msgspec

from watchers.http import Answer, Client, HttpError, UnusableAnswer
from watchers.http_limits import Resolve, resolve_host
from watchers.sources.base import Clock, SourceError
from watchers.sources.goszakup.codes import report_once
from watchers.sources.goszakup.selection import Branch, Dropped, complaint_of, literal
from watchers.sources.goszakup.settings import GoszakupSettings
from watchers.sources.pages import require_json

__all__ = ["Page", "Portal", "Row", "TokenRefused"]

Row = dict[str, msgspec.Raw]
"""A row as the portal wrote it, field by field."""

_SKEW = timedelta(minutes=5)
_MOST_FIELDS_DROPPED = 40
_MOST_PAGES = 2000


class TokenRefused(SourceError):  # noqa: N818 - it says what is the matter
    """The portal does not know the token, or knows it no more. Raised by every question."""

    def __init__(self, name: str, status: int, *, empty: bool) -> None:
        said = "404 Invalid Route" if status == 404 else str(status)
        what = "there is no token" if empty else "token refused"
        super().__init__(
            f"{name}: {what} ({said}): take a new one in the portal's profile (role Администратор организации; it is"
            f" valid for a year) and set sources.{name}.token",
            permanent=True,
        )


class Page(msgspec.Struct, frozen=True):
    """Rows of one page, the newest id first; `last_id` continues after it; `total` fit the filter, None if unsaid."""

    rows: list[msgspec.Raw]
    more: bool
    last_id: int | None
    total: int | None


class _Info(msgspec.Struct, frozen=True, rename="camel"):
    has_next_page: bool | None = None
    last_id: int | None = None
    total_count: int | None = None


class _Extensions(msgspec.Struct, frozen=True, rename="camel"):
    page_info: _Info = _Info()


class _Complaint(msgspec.Struct, frozen=True):
    message: str = ""


class _Envelope(msgspec.Struct, frozen=True):
    data: dict[str, list[msgspec.Raw] | None] | None = None
    errors: list[_Complaint] = []
    extensions: _Extensions = _Extensions()


class _RestPage(msgspec.Struct, frozen=True):
    items: list[msgspec.Raw]
    next_page: str | None = None


_envelope = msgspec.json.Decoder(_Envelope, strict=False)


class Portal:
    """OWS v3 of one installation. Every method raises SourceError; TokenRefused where the token is the trouble."""

    def __init__(self, name: str, settings: GoszakupSettings, clock: Clock, resolve: Resolve = resolve_host) -> None:
        self.name = name
        self.base = settings.base_url.rstrip("/")
        self.skew = timedelta(0)
        """How far the portal's clock is ahead of ours, by its last answer."""
        self._settings = settings
        self._clock = clock
        self._client = Client(name, settings, clock, settings.base_url, resolve)
        self._dropped: Dropped = frozenset()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def lacks(self, kind: str, field: str) -> bool:
        """Whether the portal complained of a field."""
        return (kind, field) in self._dropped

    @property
    def now(self) -> datetime:
        """The later of the portal's clock and ours: what it wrote is not newer than this."""
        return self._clock() + max(self.skew, timedelta(0))

    async def page(
        self,
        root: str,
        branch: Branch,
        wanted: Mapping[str, Any] | None = None,
        *,
        limit: int | None = None,
        after: int | None = None,
        attempts: int | None = None,
        heavy: bool = False,
    ) -> Page:
        """One page of a root query, the newest id first, with ids below `after`; `heavy` as in `Client.post`."""
        limit = self._settings.limit if limit is None else limit
        given = {"filter": wanted, "limit": limit, "after": after}
        arguments = ", ".join(f"{name}: {literal(value)}" for name, value in given.items() if value is not None)
        ask = partial(self._post, attempts=attempts, heavy=heavy)
        envelope = await self._asked(root, branch, arguments, ask)
        rows = (envelope.data or {}).get(root) or []
        info = envelope.extensions.page_info
        more = len(rows) >= limit if info.has_next_page is None else info.has_next_page
        return Page(rows, more and bool(rows), info.last_id, info.total_count)

    async def _asked(
        self, root: str, branch: Branch, arguments: str, ask: Callable[[bytes], Awaitable[_Envelope]]
    ) -> _Envelope:
        """The envelope of a question, without the fields the portal complains of."""
        for _ in range(_MOST_FIELDS_DROPPED):
            query = f"query {{ {root}({arguments}) {branch.text(self._dropped)} }}"
            body = msgspec.json.encode({"operationName": None, "query": query, "variables": {}})
            envelope = await ask(body)
            complaints = [one.message for one in envelope.errors]
            if not complaints:
                return envelope
            gone = frozenset[tuple[str, str]]().union(*(complaint_of(one, branch) for one in complaints))
            if not gone - self._dropped or any(field == "id" for _, field in gone):
                break
            for kind, field in sorted(gone):
                report_once("goszakup_field_gone", f"{kind}.{field}", "unknown there", "asked without it from now on")
            self._dropped |= gone
        raise SourceError(f"{self.name}: the portal does not take the question for {root}: {complaints[0][:300]}")

    async def _post(self, body: bytes, *, attempts: int | None, heavy: bool) -> _Envelope:
        url = f"{self.base}/v3/graphql"
        try:
            answer = await self._client.post(url, body, _usable, attempts=attempts, heavy=heavy)
        except HttpError as error:
            raise self._refusal(error) from None
        self._compare_clocks(answer)
        return _envelope.decode(answer.body)

    async def get(self, path: str) -> bytes:
        """The body of a REST answer, `path` from /v3 on. Raises HttpError for a record that is not there."""
        try:
            answer = await self._client.get(f"{self.base}{path}", _usable_rest)
        except HttpError as error:
            raise (error if _names_nothing(error) else self._refusal(error)) from None
        self._compare_clocks(answer)
        return answer.body

    async def listed(self, path: str) -> AsyncIterator[list[msgspec.Raw]]:
        """The items of a REST list, page by page."""
        seen: set[str] = set()
        while path:
            if path in seen or len(seen) >= _MOST_PAGES:
                raise SourceError(f"{self.name}: the list at {path} leads back to itself: not followed")
            seen.add(path)
            body = await self.get(path)
            try:
                page = msgspec.json.decode(body, type=_RestPage)
            except msgspec.ValidationError as error:
                raise SourceError(f"{self.name}: {path} is no list: {error}") from None
            yield page.items
            path = page.next_page or ""
            if path and not path.startswith("/v3/"):
                path = f"/v3/{path.lstrip('/')}"  # next_page of lots comes without it

    def _refusal(self, error: HttpError) -> SourceError:
        """What a refusal means: the portal has three ways to say that a token is wrong, and one is a 404."""
        is_page = error.said.lstrip()[:1] == "<"
        if error.status == 401 or (error.status == 403 and not is_page) or "Invalid Route" in error.said:
            return TokenRefused(self.name, error.status, empty=not self._settings.token)
        if error.status == 403:
            return SourceError(
                f"{self.name}: {self.base} refuses this machine with a page (403): base_url may lead to the portal's"
                " pages instead of its interface, or the address of this machine is not let in",
                permanent=True,
            )
        if error.status in {404, 405} and (is_page or not error.said.strip()):
            return SourceError(
                f"{self.name}: there is no interface at {self.base}/v3 ({error.status}): check base_url", permanent=True
            )
        return error

    def _compare_clocks(self, answer: Answer) -> None:
        if not answer.date:
            return
        try:
            there = parsedate_to_datetime(answer.date)
        except ValueError:
            return
        if there.tzinfo is None:
            return
        self.skew = there - self._clock()
        if abs(self.skew) > _SKEW:
            report_once("goszakup_clock_differs", "clock", self.name, f"it is {self.skew} ahead; nothing depends on it")


def _names_nothing(error: HttpError) -> bool:
    """Whether a record or a list is not there, which says nothing of the token or the address."""
    return error.status == 404 and "Invalid Route" not in error.said


def _usable(answer: Answer) -> None:
    """A whole envelope. Complaints about the question are answers, everything else that failed is asked for again."""
    try:
        envelope = _envelope.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        require_json(answer, answer.body)
        raise UnusableAnswer(f"something that is not an answer of GraphQL: {error}") from None
    said = [one.message for one in envelope.errors]
    if any(not _ABOUT_THE_QUESTION.search(one) for one in said):
        raise UnusableAnswer(f"an error: {said[0][:200]}")
    if envelope.data is None and not said:
        require_json(answer, answer.body)
        raise UnusableAnswer("neither data nor an error")


_ABOUT_THE_QUESTION = re.compile(r"Cannot query field|must (?:not )?have a|Unknown (?:argument|type)|Expected type|"
                                 r"is not defined by type|Syntax Error|Variable ")  # fmt: skip


def _usable_rest(answer: Answer) -> None:
    require_json(answer, answer.body)
