"""What all pages for people have in common: their language, their frame, strict headers, an answer to every mishap."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from jinja2 import Environment

from alerts.i18n import LANGUAGES, language_name
from alerts.public_pages import PublicPages
from alerts.render.environment import environment
from bot.web.assets import asset_address
from bot.web.speaking import PREFIX, language_for

__all__ = ["HEADERS", "Page", "Site"]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_ENDINGS = {"text/html": "html", "application/atom+xml": "atom", "text/plain": "txt"}
_FRESH = "public, max-age=60"

PageHandler = Callable[["Page"], Awaitable[web.StreamResponse]]


@cache
def _environment(language: str) -> Environment:
    made = environment("web", language)
    made.globals["asset"] = asset_address
    return made


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What pages know of the whole. `language` is for people who ask for none, `zone` the one dates are written in.

    `reply` is where a buyer or a supplier may answer: a web or mail address, '' where the operator gave none.
    `mail`: digests can be asked for. `since` is when this process began to speak: its words may be newer than what it
    speaks of.
    """

    public: PublicPages
    clock: Callable[[], datetime]
    language: str = "kk"
    zone: str = "Asia/Almaty"
    reply: str = ""
    since: datetime | None = None
    mail: bool = False

    @property
    def reply_link(self) -> str:
        """Where the answer's link leads."""
        return (
            self.reply if self.reply.startswith(("https://", "http://")) or not self.reply else f"mailto:{self.reply}"
        )

    def get(self, path: str, handler: PageHandler) -> list[web.AbstractRouteDef]:
        """The routes of a page: its address, and the same with a language before it."""
        return self._both(web.get, path, handler)

    def post(self, path: str, handler: PageHandler) -> list[web.AbstractRouteDef]:
        """The same for what a form is sent to."""
        return self._both(web.post, path, handler)

    def _both(self, method: Callable[..., web.RouteDef], path: str, handler: PageHandler) -> list[web.AbstractRouteDef]:
        async def answer(request: web.Request) -> web.StreamResponse:
            return await handler(Page(self, request))

        prefix = f"/{{{PREFIX}:(?:{'|'.join(LANGUAGES)})}}"
        prefixed = [prefix, f"{prefix}/"] if path == "/" else [prefix + path]
        return [method(one, answer) for one in (path, *prefixed)]

    @property
    def mishaps(self) -> Middleware:
        """A middleware: who asks for a page and cannot have it gets a page that says so, in their language."""

        @web.middleware
        async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                return await handler(request)
            except web.HTTPException as error:
                if error.status < 400 or "text/html" not in request.headers.get("Accept", ""):
                    raise
                page = Page(self, request).mishap(error.status)
                if "Allow" in error.headers:
                    page.headers["Allow"] = error.headers["Allow"]
                return page

        return answer


class Page:
    """One request for a page, and its answer."""

    def __init__(self, site: Site, request: web.Request) -> None:
        self.site = site
        self.request = request
        self.language, self._named = language_for(request, site.language)

    def prefer(self, language: str) -> None:
        """Speak the language that the reader chose with us, unless the address says another."""
        if not self._named and language in LANGUAGES:
            self.language = language

    @property
    def path(self) -> str:
        """The path without a language before it."""
        prefix = self.request.match_info.get(PREFIX)
        return (self.request.path.removeprefix(f"/{prefix}") or "/") if prefix else self.request.path

    def link(self, path: str) -> str:
        """A path of ours that keeps the language where the reader chose it."""
        return f"/{self.language}{path if path != '/' else ''}" if self._named else path

    def render(
        self,
        template: str,
        *,
        status: int = 200,
        modified: datetime | None = None,
        cache: str = _FRESH,
        content_type: str = "text/html",
        **values: Any,
    ) -> web.Response:
        """The template in the page's language, with headers for whoever keeps copies; 304 where theirs is current.

        `modified`: when what the page says last changed (UTC).
        """
        html = _environment(self.language).get_template(f"{template}.{_ENDINGS[content_type]}.j2").render(
            page=self, language=self.language, languages=self._languages(), site=self.site, **values
        )  # fmt: skip
        body = html.encode()
        headers = {**HEADERS, "Cache-Control": cache, "Vary": "Accept-Language", "Content-Language": self.language}
        if status == 200 and "no-store" not in cache:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            if modified is not None:
                headers["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
            if self._has(headers["ETag"], modified):
                return web.Response(status=304, headers=headers)
        return web.Response(body=body, status=status, content_type=content_type, charset="utf-8", headers=headers)

    def download(
        self, body: bytes, *, name: str, content_type: str, cache: str, headers: dict[str, str]
    ) -> web.Response:
        """A file under a name of ours, kept apart from the pages; 304 where the asker's copy is current."""
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {
            **headers, "Cache-Control": cache, "ETag": tag, "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex",
        }  # fmt: skip
        if self._has(tag, None):
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=content_type, headers=headers)

    def mishap(self, status: int) -> web.Response:
        """The page that says what went wrong."""
        return self.render("mishap", status=status, cache="no-store", code=status)

    def _languages(self) -> list[tuple[str, str, str]]:
        """Code, name and address of this page in every language."""
        path = self.path if self.path != "/" else ""
        query = "&".join(part for part in self.request.query_string.split("&") if part and not part.startswith("lang="))
        return [(code, language_name(code), f"/{code}{path}{f'?{query}' if query else ''}") for code in LANGUAGES]

    def _has(self, tag: str, modified: datetime | None) -> bool:
        """Whether the asker's copy is current."""
        tags = self.request.if_none_match
        if tags is not None:
            return any(one.value in {"*", tag.strip('"')} for one in tags)
        since = self.request.if_modified_since
        return since is not None and modified is not None and modified.replace(microsecond=0) <= since
