"""Stand-in publishers on loopback, and sources that are closed after the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.standins.ocds_feed import OcdsFeedStandIn
from tests.standins.prozorro import ProzorroStandIn
from watchers.sources.base import Clock, Source, open_source


@pytest.fixture
async def opened(clock: Clock) -> AsyncIterator[Callable[..., Source]]:
    sources: list[Source] = []

    def build(**settings: Any) -> Source:
        sources.append(open_source("test", settings, clock))
        return sources[-1]

    yield build
    for source in sources:
        await source.close()


@pytest.fixture
async def feed() -> AsyncIterator[OcdsFeedStandIn]:
    async with OcdsFeedStandIn() as server:
        yield server


@pytest.fixture
async def prozorro(clock: Clock) -> AsyncIterator[ProzorroStandIn]:
    async with ProzorroStandIn(now=lambda: clock().timestamp()) as server:
        yield server
