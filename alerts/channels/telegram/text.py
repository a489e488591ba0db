"""Text that Telegram takes and that cannot harm its neighbours: cleaning, measuring and cutting.

Telegram counts UTF-16 units. A publisher's text may hold anything: controls, direction marks that would turn our own
line around, a thousand accents on one letter. `clean` takes these out, `isolate` keeps right-to-left text to itself,
`cut` and `cut_html` shorten at a word and never inside an emoji, an entity or a tag.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

__all__ = ["MESSAGE_LIMIT", "clean", "cut", "cut_html", "isolate", "safe_link", "utf16"]

MESSAGE_LIMIT = 4096
ELLIPSIS = "…"
_FSI, _PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_ZWJ = "\N{ZERO WIDTH JOINER}"
_MARKS_A_LETTER = 3  # Vietnamese and pointed Hebrew need no more

# Scripts and signs of everyday texts, none of them invisible or combining: most texts are only looked at once.
_PLAIN = re.compile(
    r"[ !-~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u0590\u05be-\u05f4\u0620-\u064a\u0660-\u066f\u0671-\u06d5"
    r"\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u218f\u2190-\u23ff\u2500-\u27bf]*"
)
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")
_TOKEN = re.compile(r"<[^>]*>|&(?:#\w+|\w+);|[^<&]+|[<&]")
_BEYOND_BMP = re.compile(r"[\U00010000-\U0010ffff]")


def utf16(text: str) -> int:
    """How long Telegram thinks a text is: UTF-16 code units."""
    return len(text) if text.isascii() else len(text) + len(_BEYOND_BMP.findall(text))


def _is_pictograph(char: str) -> bool:
    return "\u2190" <= char <= "\u2bff" or "\U0001f000" <= char <= "\U0001fbff" or char in "\ufe0f\u20e3"


def _joins(text: str, index: int) -> bool:
    """Whether the zero-width joiner at `index` makes one emoji of two, rather than hiding between letters."""
    return 0 < index < len(text) - 1 and _is_pictograph(text[index - 1]) and _is_pictograph(text[index + 1])


def _kept(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for index, char in enumerate(text):
        category = unicodedata.category(char)
        if category in {"Mn", "Me"}:
            marks += 1
            if marks <= _MARKS_A_LETTER and kept:
                kept.append(char)
            continue
        tag = "\U000e0020" <= char <= "\U000e007f" and "\U0001f3f4" in kept[-8:]  # flags of England, Scotland, Wales
        if category in {"Cf", "Cs", "Co", "Cn"} and not tag and not (char == _ZWJ and _joins(text, index)):
            continue
        marks = 0
        kept.append(" " if category in {"Cc", "Zl", "Zp"} else char)
    return "".join(kept)


def clean(text: str) -> str:
    """One line without controls, direction marks, zero-width and stray characters; white space runs become one."""
    if not _PLAIN.fullmatch(text):
        text = _kept(text)
    if "  " in text or text[:1].isspace() or text[-1:].isspace():
        return " ".join(part for part in text.split(" ") if part)
    return text


def isolate(text: str) -> str:
    """Keep a text with right-to-left letters from reordering what stands around it."""
    return f"{_FSI}{text}{_PDI}" if _RIGHT_TO_LEFT.search(text) else text


def _fits(text: str, limit: int) -> int:
    """How many characters of `text` fit into `limit` UTF-16 units."""
    if limit >= len(text) * 2:
        return len(text)
    units = 0
    for index, char in enumerate(text):
        units += 2 if char > "\uffff" else 1
        if units > limit:
            return index
    return len(text)


def _extends(char: str) -> bool:
    """Whether a character belongs to the one before it."""
    return (
        char == _ZWJ
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
        or unicodedata.category(char) in {"Mn", "Me"}
    )


def _whole(text: str, end: int) -> int:
    """The last place at or before `end` that is not inside an emoji, a flag or an accented letter."""
    while 0 < end < len(text) and (_extends(text[end]) or text[end - 1] == _ZWJ):
        end -= 1
    start = end
    while start and "\U0001f1e6" <= text[start - 1] <= "\U0001f1ff":
        start -= 1
    odd = (end - start) % 2 and end < len(text) and "\U0001f1e6" <= text[end] <= "\U0001f1ff"
    return end - 1 if odd else end


def cut(text: str, limit: int) -> str:
    """Shorten plain text to at most `limit` UTF-16 units, at a word if one ends in its last half, and mark the cut."""
    if len(text) * 2 <= limit or utf16(text) <= limit:
        return text
    if limit < 1:
        return ""
    room = limit - 1 - (1 if _FSI in text else 0)
    end = _whole(text, _fits(text, room))
    kept = text[:end]
    space = kept.rfind(" ")
    if not text[end : end + 1].isspace() and space >= end // 2:
        kept = kept[:space]
    kept = kept.rstrip(" \xa0,;:.-–—«(\"'") + ELLIPSIS
    return kept + _PDI if kept.count(_FSI) > kept.count(_PDI) else kept


def cut_html(html: str, limit: int = MESSAGE_LIMIT) -> str:
    """Shorten a message to at most `limit` UTF-16 units of source, tags included; open tags are closed.

    The cut falls between words of a text, never inside a tag or an entity.
    """
    if utf16(html) <= limit:
        return html
    kept: list[str] = []
    closing: list[str] = []
    used = 0
    for token in _TOKEN.findall(html):
        rest = limit - used - sum(map(len, closing))
        opened = token[0] == "<" and token[1:2] != "/"
        closed = f"</{token[1:-1].split()[0]}>" if opened and len(token) > 2 else ""
        if token[0] == "<" and not opened:
            if closing:
                closing.pop()
        elif utf16(token) + len(closed) > rest - 1:
            kept = ["".join(kept).rstrip(" "), ELLIPSIS] if token[0] in "<&" else [*kept, cut(token, rest)]
            break
        elif closed:
            closing.append(closed)
        kept.append(token)
        used += utf16(token)
    return "".join(kept) + "".join(reversed(closing))


def safe_link(link: str) -> str:
    """The link if Telegram will keep it (http or https, a host with a dot, no blanks), else ''."""
    try:
        parts = urlsplit(link)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    usable = parts.scheme in {"http", "https"} and "." in host.strip(".") and "@" not in parts.netloc
    printable = len(link) <= 2048 and link.isprintable() and not set(link) & set(" <>\"'`\\^{|}")
    return link if usable and printable else ""
