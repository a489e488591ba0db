"""Shared by every test: a migrated database of each kind, a clock that only moves when told."""
