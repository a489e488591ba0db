"""One of many processes polls publishers: the one that holds an advisory lock of PostgreSQL.

The lock belongs to a connection, so it is free the moment its holder is killed; a machine that vanishes without a word
is given up by the server's keepalive after some ten seconds. On SQLite there is one machine, and it leads.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from watchers.database import Database

__all__ = ["lead"]

log = structlog.get_logger("app")

_LOCK = 7_013_220_502
_TRY_EVERY = 3.0
_LOOK_EVERY = 2.0
_PATIENCE = 4.0
"""Seconds within which the connection that holds the lock must answer; then it is as good as lost."""

Works = Callable[[asyncio.Event], Sequence[Coroutine[Any, Any, None]]]


async def lead(
    database: Database,
    works: Works,
    stop: asyncio.Event,
    *,
    try_every: float = _TRY_EVERY,
    look_every: float = _LOOK_EVERY,
) -> None:
    """Run `works` whenever this process leads, until `stop` is set.

    `works` is asked for fresh coroutines each time; the event it is given tells them to end, when this process is
    stopped or no longer leads.
    """
    if database.dialect == "sqlite":
        await _together(works(stop))
        return
    while not stop.is_set():
        with contextlib.suppress(SQLAlchemyError, OSError, TimeoutError):
            async with database.engine.connect() as plain:
                connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
                if await _locked(connection):
                    await _term(connection, works, stop, look_every)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(try_every):
                await stop.wait()


async def _locked(connection: AsyncConnection) -> bool:
    for setting in ("tcp_keepalives_idle = 5", "tcp_keepalives_interval = 2", "tcp_keepalives_count = 3"):
        await connection.execute(text(f"SET {setting}"))
    return bool((await connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK})).scalar_one())


async def _term(connection: AsyncConnection, works: Works, stop: asyncio.Event, look_every: float) -> None:
    """Lead until stopped, and let the lock go when the works have ended; or until the lock is found lost.

    Whoever takes a lost lock may begin before the loser looks: for that long two poll, which costs requests and no more
    (the store keeps the same content once, the outbox owes the same alert once).
    """
    log.info("this process leads: it polls the publishers")
    over = asyncio.Event()
    running = asyncio.create_task(_together(works(over)))
    stopped = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set() and not running.done():
            await asyncio.wait({running, stopped}, timeout=look_every, return_when=asyncio.FIRST_COMPLETED)
            async with asyncio.timeout(_PATIENCE):
                await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.warning("this process leads no more: its lock is lost", error=type(error).__name__)
    finally:
        over.set()
        stopped.cancel()
        await running
    with contextlib.suppress(SQLAlchemyError, OSError):
        await connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})


async def _together(works: Sequence[Coroutine[Any, Any, None]]) -> None:
    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(work)
