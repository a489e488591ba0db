"""Our pages' Markdown: one parser for all of them, with markup of the source off."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

__all__ = ["commonmark"]


@cache
def commonmark() -> MarkdownIt:
    """The parser; what looks like HTML is text."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 2 MB that nobody needs before the first page

    return MarkdownIt("commonmark", {"html": False})
