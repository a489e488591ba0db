"""Links as the server takes them: what it drops without a word, and what it finds in plain text by itself."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'»])"
    r"|(?P<email>\b[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/]))"
    r"|(?P<mention>(?<!\w)@[A-Za-z]\w{2,31}\b)"
)
HOST = re.compile(r"^(?:[\w-]+\.)+[\w-]{2,}$|^\d{1,3}(?:\.\d{1,3}){3}$")
OPAQUE = ("tg", "ton", "tonsite")


def checked_link(url: str) -> dict[str, Any] | None:
    """Return what a link becomes: a `url`, a mention of a user, or None where the server drops it silently."""
    text = url.strip()
    user = re.fullmatch(r"tg:(?://)?user\?id=(\d+)", text)
    if user:
        return {"type": "text_mention", "user": {"id": int(user[1]), "is_bot": False, "first_name": ""}}
    scheme = urlsplit(text).scheme if "://" in text else ""
    if scheme.lower() in OPAQUE:
        return {"url": text}
    if scheme and scheme.lower() not in ("http", "https"):
        return None
    try:
        parts = urlsplit(text if scheme else f"http://{text}")
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return None
    if not HOST.match(host):
        return None
    whole = parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), path=parts.path or "/")
    return {"url": whole.geturl().replace(" ", "%20")}


def found_entities(text: str, taken: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Find links, addresses, commands and mentions in `text`, outside code and links that are already `taken`."""
    closed = [e for e in taken if e["type"] in ("code", "pre", "text_link", "text_mention")]
    found = []
    for match in FOUND.finditer(text):
        offset, length = (len(text[: match.start()].encode("utf-16-le")) // 2, _utf16(match.group()))
        if any(e["offset"] < offset + length and offset < e["offset"] + e["length"] for e in closed):
            continue
        found.append({"type": match.lastgroup, "offset": offset, "length": length})
    return sorted([*taken, *found], key=lambda e: (e["offset"], -e["length"]))


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
