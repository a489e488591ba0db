"""Logs: one line an event on standard error, for people or as JSON, with no secret in it."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, Literal, TextIO
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

__all__ = ["Redactor", "set_up_logs"]

_BOT_TOKEN = re.compile(r"\d{5,}(?::|%3A)[A-Za-z0-9_-]{20,}", re.IGNORECASE)
"""A bot's token as Telegram makes them, which stands in the path of every request to it."""
_URL_PASSWORD = re.compile(r"(?<=://)([^\s:/@\"']*):[^\s/@\"']+(?=@)")
_SHORTEST_SECRET = 6
"""Hiding shorter ones would tear words apart and tell what they are."""


class Redactor:
    """A structlog processor that takes secrets out of a line that is ready to be written.

    Whatever the way they got there (a value, a URL, an exception's text, another library's message): bot tokens by
    their shape, passwords in URLs, and the `secrets` given, plain or percent-encoded or escaped in JSON.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms: set[str] = set()
        for secret in secrets:
            if len(secret) >= _SHORTEST_SECRET:
                plain = {secret, quote(secret), quote(secret, safe=""), repr(secret)[1:-1]}
                forms |= plain | {json.dumps(form, ensure_ascii=False)[1:-1] for form in plain}
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def text(self, line: str) -> str:
        """The line without secrets."""
        if self._known is not None:
            line = self._known.sub("[hidden]", line)
        return _URL_PASSWORD.sub(r"\1:[hidden]", _BOT_TOKEN.sub("[token]", line))

    def __call__(self, _logger: WrappedLogger, _method: str, line: str | EventDict) -> str:
        """Last in a chain of processors, after the renderer."""
        return self.text(str(line))


def set_up_logs(
    level: str = "info",
    style: Literal["console", "json"] = "console",
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send every log, ours and other libraries', through one formatter whose last step hides secrets."""
    stream = stream or sys.stderr
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(style, colours=stream.isatty()),
                Redactor(secrets),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("httpx", "httpcore", "aiogram.event", "aiosqlite", "alembic", "asyncio"):
        logging.getLogger(chatty).setLevel(max(root.level, logging.WARNING))


def _rendering(style: str, *, colours: bool) -> list[Any]:
    if style == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)]
