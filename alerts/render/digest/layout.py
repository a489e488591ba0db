"""Mails as HTML and as text: their templates, styles in attributes, and a purchase laid out apart from its digest.

Most of a digest is purchases that many people read in the same words. So each is laid out by itself, once, and a
digest's own page, which is small, leaves a mark where one belongs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import css_inline
import msgspec
from jinja2 import Template
from markupsafe import Markup

from alerts.render.environment import environment
from templates import ROOT

__all__ = ["Block", "email_template", "inlined", "laid_out", "page_of"]

_MARK = Markup("<!--purchase-->")


class Block(msgspec.Struct, frozen=True):
    """A purchase in a mail: `html` with its styles inlined, `text` with its line ends."""

    html: str
    text: str


@cache
def email_template(name: str, language: str) -> Template:
    """A mail's template, compiled once a language: "digest.html", "digest.txt"."""
    return environment("email", language, html=name.endswith(".html")).get_template(f"{name}.j2")


@cache
def _style() -> str:
    return (ROOT / "email" / "style.css").read_text(encoding="utf-8")


@cache
def _inliner() -> css_inline.CSSInliner:
    # Rules for dark screens stay in the page: they cannot stand in an attribute. Nothing is ever loaded from outside.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False, extra_css=_style())


@cache
def _inliner_of_parts() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(load_remote_stylesheets=False)


def inlined(html: str) -> str:
    """A page with its styles in attributes: many mail clients read no others."""
    return _inliner().inline(html)


def laid_out(line: Any, language: str) -> Block:
    """A line of a digest (`alerts.render.digest.lines.Line`) by itself."""
    html = email_template("purchase.html", language).render(line=line)
    text = email_template("purchase.txt", language).render(line=line)
    return Block(_inliner_of_parts().inline_fragment(html, _style()), f"{text.rstrip()}\n")


def page_of(name: str, language: str, values: Mapping[str, Any]) -> Block:
    """A whole digest. Its template calls `purchase(line)` where a line belongs."""
    parts: list[str] = []

    def marked(line: Any) -> Markup:
        parts.append(line.block.html)
        return _MARK

    frame = inlined(email_template(f"{name}.html", language).render(values, purchase=marked))
    pieces = frame.split(_MARK)
    html = "".join(part for pair in zip(pieces, [*parts, ""], strict=True) for part in pair)
    text = email_template(f"{name}.txt", language).render(values, purchase=lambda line: line.block.text)
    return Block(html, text.strip() + "\n")
