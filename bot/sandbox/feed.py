"""What changed, told to every open chat page as it happens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

BACKLOG = 2000
RELOAD: dict[str, Any] = {"type": "reload"}


class Feed:
    """Events for the pages. A page that cannot keep up is told to load everything again."""

    def __init__(self) -> None:
        self.published = 0
        self._readers: set[asyncio.Queue[dict[str, Any]]] = set()

    def publish(self, kind: str, **fields: Any) -> None:
        """Tell every reader. `seq` numbers the events, so that a page knows what its state already holds."""
        self.published += 1
        for reader in self._readers:
            if reader.qsize() >= BACKLOG:
                while not reader.empty():
                    reader.get_nowait()
                reader.put_nowait(RELOAD)
            else:
                reader.put_nowait({"type": kind, "seq": self.published} | fields)

    @contextlib.contextmanager
    def reading(self) -> Iterator[asyncio.Queue[dict[str, Any]]]:
        """Yield a queue that gets every event from now on."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._readers.add(queue)
        try:
            yield queue
        finally:
            self._readers.discard(queue)
