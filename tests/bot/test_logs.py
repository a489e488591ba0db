"""Logs: every line is written, no secret is."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import Redactor, set_up_logs

TOKEN = "123456789:AAE-invented_token_of_35_characters"
SECRET = 'pass/wörd "x"\\'


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before[0], before[1]
    structlog.reset_defaults()


def written(style: str, **named: object) -> io.StringIO:
    stream = io.StringIO()
    set_up_logs("debug", style, secrets=[SECRET, "ab"], stream=stream, **named)  # type: ignore[arg-type]
    return stream


@pytest.mark.parametrize("style", ["console", "json"])
def test_the_bots_token_is_nowhere_in_a_line(style: str) -> None:
    stream = written(style)
    log = structlog.get_logger("alerts.delivery")
    log.info("sending", url=f"https://api.telegram.org/bot{TOKEN}/sendMessage", nested={"token": [TOKEN]})
    log.warning(" ".join(["refused", TOKEN]), **{TOKEN: 1})
    log.info("quoted", url=f"https://example.org/?next=bot{TOKEN.replace(':', '%3A')}")
    try:
        raise ValueError(f"cannot connect to /bot{TOKEN}/getMe")
    except ValueError:
        log.exception("broke")
    logging.getLogger("some.library").warning("POST https://host/bot%s/getMe failed", TOKEN)
    text = stream.getvalue()
    assert text.count("\n") >= 5
    assert "AAE-invented" not in text
    for kept in ("sending", "refused", "cannot connect to /bot", "sendMessage", "https://host/bot"):
        assert kept in text


@pytest.mark.parametrize("style", ["console", "json"])
def test_configured_secrets_are_hidden_in_every_spelling(style: str) -> None:
    stream = written(style)
    log = structlog.get_logger("x")
    log.info("one", value=SECRET, shown=repr(SECRET), url="https://h/?p=pass%2Fw%C3%B6rd%20%22x%22%5C")
    log.info("two", url="postgresql+asyncpg://me:another@host/name", short="ab is no secret")
    text = stream.getvalue()
    for spelt in ("wörd", "w%C3%B6rd"):
        assert spelt not in text
    assert "another" not in text
    assert "me:[hidden]@host" in text
    assert "ab is no secret" in text


def test_json_lines_stay_json_when_a_secret_is_hidden() -> None:
    stream = written("json")
    structlog.get_logger("x").info("one", value=SECRET, token=TOKEN, words="сөз")
    line = json.loads(stream.getvalue())
    assert (line["value"], line["token"], line["words"]) == ("[hidden]", "[token]", "сөз")
    assert line["level"] == "info"
    assert line["logger"] == "x"


def test_times_and_sums_are_left_alone() -> None:
    plain = "2026-11-22T09:05:00Z 12345:6789 https://host:8080/a@b tenders=12345 at 10:00:00.123456"
    assert Redactor([""]).text(plain) == plain


def test_other_libraries_are_quiet_unless_something_is_wrong() -> None:
    stream = written("console")
    logging.getLogger("httpx").info("HTTP Request: GET https://host/")
    logging.getLogger("httpx").warning("odd")
    assert "HTTP Request" not in stream.getvalue()
    assert "odd" in stream.getvalue()
