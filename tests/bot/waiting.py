"""Waiting for another program: it sets no event of ours, so we look again until the test's own time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    """Return as soon as `holds()` is true."""
    while not await holds():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
