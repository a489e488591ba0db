"""Write a new revision from the difference between the tables and the migrations: for developers."""

from __future__ import annotations

import asyncio
import sys
import tempfile

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.migrations import configuration
from watchers.database import Database


def _write(connection: Connection, message: str) -> None:
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")


async def write_revision(message: str) -> None:
    """Compare the tables with a scratch SQLite database at head and write what is missing."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/scratch.sqlite3")
        async with database.write() as connection:
            await connection.run_sync(_write, message)
        await database.close()


if __name__ == "__main__":
    asyncio.run(write_revision(sys.argv[1]))
