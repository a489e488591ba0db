"""A PostgreSQL server of the tests' own, which may be restarted without disturbing anybody."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["OwnServer", "own_server"]

_ACCOUNT = "postgres"  # the server refuses to run as root


class OwnServer:
    """A cluster in a folder, reached by a socket in it: a port could be taken by others while the server is down."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self.url = f"postgresql+asyncpg://{_ACCOUNT}@/postgres?host={folder}"

    def make(self) -> None:
        """Make the cluster and start it."""
        self._run("initdb", "-D", str(self._folder / "data"), "-A", "trust", "-U", _ACCOUNT, "--no-sync")
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again: after a crash the log is replayed."""
        options = f"-k {self._folder} -c listen_addresses= -c fsync=off"
        self._control("-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        """`fast` cuts every connection, `immediate` is as good as a crash."""
        self._control("-w", "-m", how, "stop")

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        account = _ACCOUNT if os.geteuid() == 0 else None
        groups: list[str] | None = [] if account else None
        done = subprocess.run(
            [self._programs / program, *arguments], check=False, user=account, group=account, extra_groups=groups,
            cwd=self._folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


def _programs() -> Path | None:
    """The folder of initdb and pg_ctl: on the path, or where Debian keeps each version's."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if {"initdb", "pg_ctl"} <= {one.name for one in place.iterdir()}), None)


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """A running server. Without its programs the test is skipped, but fails where CI is set: all is tested there."""
    programs = _programs()
    if programs is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no initdb and pg_ctl: install PostgreSQL's server")
    with tempfile.TemporaryDirectory() as name:  # not tmp_path: another account has to reach it
        folder = Path(name)
        folder.chmod(0o700)
        shutil.chown(folder, _ACCOUNT if os.geteuid() == 0 else getpass.getuser())
        server = OwnServer(programs, folder)
        server.make()
        try:
            yield server
        finally:
            server.stop()
