"""The sandbox's own parser agrees with the real one, which the optional package tdjson brings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.errors import ApiError
from bot.sandbox.markup import parse_html
from bot.sandbox.texts import parse_with_tdjson

pytest.importorskip("tdjson", reason="tdjson, the real parser, is not installed")

PIECES = ["<", "</", ">", "b", "i", " ", "=", "'", '"', "&amp;", "&", "&#39;", "&nbsp;", "x", "ә", "🇰🇿", "\n"]
PIECES += ["<b>", "</b>", "<i>", "</i>", "</>", "/", "<code>", "</code>", "<pre>", "</pre>", "<span", "<u a", "<p>"]
PIECES += ["<a href='https://example.kz/a?b=1&amp;c'>", "<a href=javascript:1>", "</a>", "<blockquote expandable>"]
PIECES += ["</blockquote>", "<tg-spoiler>", "</tg-spoiler>", '<span class="tg-spoiler">', "</span>"]


def outcome(parse: object, text: str) -> object:
    try:
        return parse(text)  # type: ignore[operator]
    except ApiError as error:
        return error.description


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_both_parsers_make_the_same_of_any_text(text: str) -> None:
    assert outcome(parse_html, text) == outcome(lambda given: parse_with_tdjson(given, "html"), text)


@pytest.mark.parametrize(
    "text",
    [
        '<pre><code class="language-python">x</code></pre>',
        '<a href="tg://user?id=5">u</a>',
        "<a>http://example.kz</a>",
        "<a href='http://localhost:8090/x'>l</a>",
        "<a href='http://127.0.0.1:8090/x'>l</a>",
        "<a href='HTTPS://Example.KZ'>l</a>",
        "<a href='example.kz/ә б'>l</a>",
        "<b a='1'b='2'>x</b>",
        "<!-- x -->",
        "&#x1F600;&lt&gt;&laquo;",
        "<b>a<b>b</b></b>",
    ],
)
def test_both_parsers_agree_on_the_hard_cases(text: str) -> None:
    assert outcome(parse_html, text) == outcome(lambda given: parse_with_tdjson(given, "html"), text)
