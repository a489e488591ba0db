"""`/healthz` and `/readyz`: is this process alive, and can it do its work right now.

`/healthz` is 503 when a part of the process took no turn for two minutes: restarting it helps. `/readyz` is 503 when
something outside is in the way (the database, its tables, the disk): restarting does not help, waiting or mending does.
Both name what they found; neither names a person, an address or a secret.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import msgspec
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.database_commands import revision
from bot.web.pulse import Pulse
from watchers.database import Database

__all__ = ["Health"]

_PATIENCE = 3.0
_LEAST_FREE = 50 * 1024 * 1024
"""Bytes below which SQLite is about to fail."""


class Health:
    """Answers both questions for one process."""

    def __init__(self, pulse: Pulse, database: Database) -> None:
        self._pulse = pulse
        self._database = database

    def routes(self) -> list[web.RouteDef]:
        """Where the two questions are asked."""
        return [web.get("/healthz", self.healthz), web.get("/readyz", self.readyz)]

    async def healthz(self, _: web.Request) -> web.Response:
        """200 while every part takes its turns."""
        stuck = self._pulse.stuck()
        parts = {
            name: {"seconds_ago": round(self._pulse.age(name), 1), "trouble": part.trouble}
            for name, part in self._pulse.parts.items()
        }
        return _answer({"status": "stuck" if stuck else "alive", "stuck": stuck, "parts": parts}, ok=not stuck)

    async def reasons(self) -> list[str]:
        """What both questions find wrong, as sentences."""
        stuck = [f"{name}: no turn for {self._pulse.age(name):.0f} s" for name in self._pulse.stuck()]
        troubled = [f"{name}: {part.trouble}" for name, part in self._pulse.parts.items() if part.trouble]
        return [*stuck, *troubled, *(reason for reason in (await self._tables(), self._disk()) if reason)]

    async def readyz(self, _: web.Request) -> web.Response:
        """200 while nothing outside is in the way."""
        reasons = [reason for reason in (await self._tables(), self._disk()) if reason]
        return _answer({"status": "waiting" if reasons else "ready", "reasons": reasons}, ok=not reasons)

    async def _tables(self) -> str:
        try:
            async with asyncio.timeout(_PATIENCE):
                async with self._database.read() as connection:
                    await connection.execute(text("SELECT 1"))
                stands = await revision(self._database)
        except TimeoutError:
            return f"the database did not answer within {_PATIENCE:g} s"
        except (SQLAlchemyError, OSError) as error:
            return f"the database cannot be used ({type(error).__name__}): check database.url"
        if not stands.up_to_date:
            return (
                f"the tables are at revision {stands.current or 'none'}, {stands.needed} is needed: baqylau db upgrade"
            )
        return ""

    def _disk(self) -> str:
        path = make_url(self._database.url).database if self._database.dialect == "sqlite" else None
        if not path or path == ":memory:":
            return ""
        try:
            free = shutil.disk_usage(Path(path).resolve().parent).free
        except OSError as error:
            return f"the disk of the database cannot be looked at ({error.strerror})"
        return f"only {free // 2**20} MiB are free where the database is: make room" if free < _LEAST_FREE else ""


def _answer(body: dict[str, object], *, ok: bool) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(body), status=200 if ok else 503, content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip
