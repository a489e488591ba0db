"""Which language a page speaks: the one in its address, else the one asked for, else the one the browser prefers.

`/kk/t/12` is Kazakh whoever asks; `/t/12?lang=kk` too; `/t/12` speaks the best of what the browser accepts.
"""

from __future__ import annotations

import re

from aiohttp import web

from alerts.i18n import LANGUAGES

__all__ = ["PREFIX", "in_their_language", "language_for"]

PREFIX = "lang"
"""The name of an address's part that says the language."""

_RANGE = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]{1,32})?\s*(?:;\s*q\s*=\s*([01](?:\.\d{1,3})?)\s*)?")
_LONGEST = 500


def in_their_language(accepted: str, otherwise: str) -> str:
    """The best of our languages by an Accept-Language header; `otherwise` where none is accepted."""
    best, weight = otherwise, 0.0
    for part in accepted[:_LONGEST].split(","):
        match = _RANGE.fullmatch(part)
        if match is None:
            continue
        language, wish = match[1].lower(), float(match[2] or 1)
        if language in LANGUAGES and wish > weight:
            best, weight = language, wish
    return best


def language_for(request: web.Request, otherwise: str) -> tuple[str, bool]:
    """The language of the answer, and whether the address says so (then links on the page keep it)."""
    for named in (request.match_info.get(PREFIX, ""), request.query.get("lang", "")):
        if named in LANGUAGES:
            return named, True
    return in_their_language(request.headers.get("Accept-Language", ""), otherwise), False
