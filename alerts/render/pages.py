"""Indicator pages: `templates/indicators/CODE/<language>.md`, TOML front matter and Markdown sections.

The front matter gives `name`, `lead` and `rest`; which sections there are, in what order, and which of them are told in
chat says `templates/indicators/sections.toml`. They are turned into the few tags Telegram knows.
"""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from markupsafe import escape

from alerts.render.markdown import commonmark
from templates import LANGUAGES, ROOT

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["IndicatorPage", "IndicatorPages", "telegram_html"]

_INLINE = {
    "strong_open": "<b>", "strong_close": "</b>", "em_open": "<i>", "em_close": "</i>",
    "link_close": "</a>", "softbreak": " ", "hardbreak": "\n",
}  # fmt: skip
_BLOCK = {
    "heading_open": "<b>", "heading_close": "</b>\n", "blockquote_open": "<blockquote>",
    "blockquote_close": "</blockquote>\n", "bullet_list_close": "\n", "ordered_list_close": "\n",
}  # fmt: skip


class Section(msgspec.Struct, frozen=True):
    """A heading and what stands below it, as Telegram's HTML and as a web page's.

    `chat`: it is told behind "Why?" too. `kind` is its key in `sections.toml`, '' for a heading that is not there.
    """

    title: str
    html: str
    chat: bool = True
    web: str = ""
    kind: str = ""


class IndicatorPage(msgspec.Struct, frozen=True):
    """One indicator in one language; `lead` and `rest` are Jinja2 templates of plain text."""

    code: str
    name: str
    lead: str
    rest: str
    sections: tuple[Section, ...]


def _inline(token: Token) -> str:
    parts: list[str] = []
    for child in token.children or ():
        if child.type == "link_open":
            parts.append(f'<a href="{escape(str(child.attrGet("href")))}">')
        elif child.type == "code_inline":
            parts.append(f"<code>{escape(child.content)}</code>")
        else:
            parts.append(_INLINE.get(child.type, "") or str(escape(child.content)))
    return "".join(parts)


def telegram_html(tokens: list[Token]) -> str:
    """Markdown tokens as Telegram's HTML: paragraphs by blank lines, lists by bullets or numbers."""
    parts: list[str] = []
    counters: list[int] = []  # 0 in a bullet list, the next number in an ordered one
    for token in tokens:
        match token.type:
            case "inline":
                parts.append(_inline(token))
            case "bullet_list_open" | "ordered_list_open":
                counters.append(int(token.attrGet("start") or 1) if token.type.startswith("ordered") else 0)
            case "bullet_list_close" | "ordered_list_close":
                counters.pop()
                parts.append("\n")
            case "list_item_open":
                parts.append(f"{counters[-1]}. " if counters[-1] else "• ")
                counters[-1] += 1 if counters[-1] else 0
            case "paragraph_close":
                parts.append("\n" if counters else "\n\n")
            case "code_block" | "fence":
                parts.append(f"<pre>{escape(token.content)}</pre>\n")
            case kind:
                parts.append(_BLOCK.get(kind, ""))
    return "".join(parts).strip()


@cache
def _kinds() -> dict[str, tuple[str, bool]]:
    """By heading in any language: the kind of section it stands over, and whether chat tells it."""
    kinds = tomllib.loads((ROOT / "indicators" / "sections.toml").read_text(encoding="utf-8"))
    return {
        kind[language]: (key, kind["chat"]) for key, kind in kinds.items() for language in LANGUAGES if language in kind
    }


def _sections(text: str) -> tuple[Section, ...]:
    tokens = commonmark().parse(text)
    starts = [i for i, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    return tuple(
        _section(tokens[start + 1].content, tokens[start + 3 : end])
        for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True)
    )


def _section(title: str, tokens: list[Token]) -> Section:
    kind, chat = _kinds().get(title, ("", True))
    web = commonmark().renderer.render(tokens, commonmark().options, {})
    return Section(title, telegram_html(tokens), chat=chat, web=web, kind=kind)


def read_page(path: Path) -> IndicatorPage:
    """Read one page. Raises ValueError that names the file when it lacks the front matter or one of its keys."""
    _, _, after = path.read_text(encoding="utf-8").partition("+++\n")
    front, fence, body = after.partition("\n+++")
    if not fence:
        raise ValueError(f"templates: {path.parent.name}/{path.name} has no front matter; put it between +++ lines")
    head = tomllib.loads(front)
    missing = [key for key in ("name", "lead", "rest") if not isinstance(head.get(key), str)]
    if missing:
        raise ValueError(f"templates: {path.parent.name}/{path.name} lacks {', '.join(missing)} in its front matter")
    return IndicatorPage(path.parent.name, head["name"], head["lead"], head["rest"], _sections(body))


class IndicatorPages:
    """The pages under one folder, each read when first asked for."""

    def __init__(self, root: Path = ROOT / "indicators") -> None:
        self._root = root
        self.page = lru_cache(maxsize=None)(self._page)

    def _page(self, code: str, language: str) -> IndicatorPage | None:
        """The page of an indicator, in English where it lacks this language; None for one that is gone."""
        paths = (self._root / code / f"{one}.md" for one in (language, "en"))
        return next((read_page(path) for path in paths if path.is_file()), None)
