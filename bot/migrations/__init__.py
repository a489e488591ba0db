"""Alembic migrations of every table in `watchers.database.metadata`."""
