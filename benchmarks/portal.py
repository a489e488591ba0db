"""The stand-in of Kazakhstan's portal in a process of its own, so that its work is not counted as ours."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from bot.sandbox.goszakup.server import TOKEN

__all__ = ["Portal", "portal"]


class Portal:
    """A running stand-in: where it is, and its control pages."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.token = TOKEN

    def get(self, path: str) -> Any:
        return httpx.get(f"{self.url}/sandbox/{path}", timeout=600).json()

    def published(self) -> dict[int, int]:
        """The moment of publication of every announcement, in seconds of the country's clock."""
        found: dict[int, int] = {}
        after = -1
        page = self.get("ledger?kind=TrdBuy&change=published")
        while page["next"] != after:
            found |= {row["id"]: row["at"] for row in page["entries"]}
            after = page["next"]
            page = self.get(f"ledger?kind=TrdBuy&change=published&after={after}")
        return found

    def advance(self, seconds: float) -> Any:
        return httpx.post(f"{self.url}/sandbox/advance", json={"seconds": seconds}, timeout=600).json()


@contextmanager
def portal(**options: object) -> Iterator[Portal]:
    """Run `python -m bot.sandbox.goszakup` with these options until the block ends."""
    given = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.sandbox.goszakup", "--port", "0", *given], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        url = ""
        while not url and (line := process.stdout.readline()):
            found = re.search(r"(http://[\d.:]+)/v3", line)
            url = found[1] if found else ""
        assert url, "the stand-in did not start"
        yield Portal(url)
    finally:
        process.terminate()
        process.wait()
