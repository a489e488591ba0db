"""The ledger: every call the sandbox accepted (and, apart, every one it refused), with its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import msgspec


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call. `at` is UTC, `monotonic` is seconds of this machine's steady clock.

    `answered` is False where the connection was dropped after the call had been accepted: the message is in the
    chat, the caller does not know. `text` is what came in (with its markup), `plain` what people see. `error` is
    the sentence of a refused call.
    """

    number: int
    at: datetime
    monotonic: float
    method: str
    chat_id: int | None = None
    message_id: int | None = None
    text: str = ""
    plain: str = ""
    markup: dict[str, Any] | None = None
    accepted: bool = True
    answered: bool = True
    code: int = 200
    error: str = ""


class Ledger:
    """All entries in order. With a `path`, each is also appended to that file as one JSON line before the answer."""

    def __init__(
        self, *, clock: Callable[[], datetime], monotonic: Callable[[], float], path: Path | None = None
    ) -> None:
        self.entries: list[Entry] = []
        self._clock, self._monotonic = clock, monotonic
        # Line-buffered: what was accepted survives the death of the bot, and of this process too; not a power cut.
        self._file: TextIO | None = path.open("a", encoding="utf-8", buffering=1) if path else None

    def write(self, method: str, **fields: Any) -> Entry:
        """Add one entry; the fields are those of Entry."""
        entry = Entry(
            number=len(self.entries) + 1, at=self._clock(), monotonic=self._monotonic(), method=method, **fields
        )
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(msgspec.json.encode(entry).decode() + "\n")
        return entry

    def accepted(self, *, method: str = "", chat_id: int | None = None) -> list[Entry]:
        """Return what was accepted, oldest first, narrowed to a method (any case) and a chat."""
        return [entry for entry in self._narrowed(method, chat_id) if entry.accepted]

    def refused(self, *, method: str = "", chat_id: int | None = None) -> list[Entry]:
        """Return what was answered with an error, oldest first."""
        return [entry for entry in self._narrowed(method, chat_id) if not entry.accepted]

    def messages(self, chat_id: int | None = None) -> list[Entry]:
        """Return every accepted message (sendMessage, sendPhoto, sendDocument), dropped answers included."""
        return [entry for entry in self.accepted(chat_id=chat_id) if entry.method in SENDING]

    def clear(self) -> None:
        """Forget the entries in memory; the file keeps its lines."""
        self.entries.clear()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _narrowed(self, method: str, chat_id: int | None) -> list[Entry]:
        wanted = method.lower()
        return [
            entry
            for entry in self.entries
            if (not wanted or entry.method.lower() == wanted) and (chat_id is None or entry.chat_id == chat_id)
        ]


SENDING = frozenset({"sendMessage", "sendPhoto", "sendDocument"})


def read_ledger(path: Path) -> list[Entry]:
    """Read a ledger file back, for instance after the bot that wrote to it was killed."""
    decoder = msgspec.json.Decoder(Entry)
    return [decoder.decode(line) for line in path.read_bytes().splitlines() if line]
