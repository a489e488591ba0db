from __future__ import annotations

import json

import pytest

from watchers.http import Answer, UnusableAnswer
from watchers.sources.pages import mend, raw_at, raw_list, require_json, text_at

BODY = b'{"a/b": {"m~n": [1, {"next": "x y"}]}, "price": 10.50, "none": null, "yes": true}'


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", BODY), ("/a~1b/m~0n/0", b"1"), ("/a~1b/m~0n/1/next", b'"x y"'), ("/price", b"10.50"),
        ("/missing", None), ("/a~1b/m~0n/9", None), ("/price/deeper", None), ("/a~1b/m~0n/first", None),
    ],
)  # fmt: skip
def test_a_json_pointer_gives_the_publishers_own_bytes(pointer: str, found: bytes | None) -> None:
    assert raw_at(BODY, pointer) == found


def test_a_pointer_gives_text_only_for_what_is_text() -> None:
    assert [text_at(BODY, one) for one in ("/a~1b/m~0n/1/next", "/price", "/none", "/yes", "/a~1b", "/missing")] == [
        "x y", "10.50", "", "", "", "",
    ]  # fmt: skip
    assert raw_list(BODY, "/a~1b/m~0n") == [b"1", b'{"next": "x y"}']
    assert raw_list(BODY, "/price") is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "an empty body"), (b"  \n", "an empty body"), (b"<!DOCTYPE html>", "HTML or XML"),
        (b'{"releases": [{"ocid"', "not JSON"), (b'{"error": "too many"}', "an error"),
        (b'{"name":"Error","code":"EHOSTUNREACH"}', "an error"), (b'{"detail":"x","status":500}', "an error"),
        (b'{"status": "error", "errors": [{}]}', "an error"), (b"just words", "not JSON"),
    ],
)  # fmt: skip
def test_a_200_that_is_no_answer_is_told_from_an_empty_page(body: bytes, said: str) -> None:
    with pytest.raises(UnusableAnswer, match=said):
        require_json(Answer("u", body, "text/plain"), body)


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b'{"releases": []}', b'{"releases": [], "error": null}', b'{"ocid": "x", "errors": ["a"]}'],
)
def test_an_empty_page_is_an_answer(body: bytes) -> None:
    assert require_json(Answer("u", body, "application/json"), body) is None, "it raises where it is none"


def test_numbers_that_json_does_not_have_are_mended_and_texts_are_left_alone() -> None:
    body = b'{"a": 1e9999, "b": 000, "c": [007, -1, 1.50, 0], "d": "1, 000, 1e9999", "e": "\\"x: 000,"}'
    mended = mend(body, ("numbers",), "")
    assert json.loads(mended) == {"a": None, "b": 0, "c": [7, -1, 1.5, 0], "d": "1, 000, 1e9999", "e": '"x: 000,'}
    assert b"1.50" in mended


def test_nul_bytes_a_mark_and_another_encoding_are_mended() -> None:
    assert mend(b'\xef\xbb\xbf{"a": "x\x00y\\u0000"}', ("nul",), "") == b'{"a": "xy"}'
    assert mend('{"a": "ё"}'.encode("cp1251"), (), "cp1251") == '{"a": "ё"}'.encode()
