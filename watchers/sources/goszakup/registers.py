"""What the portal's registers say of participants: who may not take part, when each was registered, how it is reached.

Both are asked rarely and kept: the register of unscrupulous suppliers whole, once a day; participants one by one.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec
import structlog

from watchers.sources.base import Memory, Note, SourceError
from watchers.sources.goszakup.portal import Portal, Row
from watchers.sources.goszakup.questions import ENTRY, SUBJECT
from watchers.sources.goszakup.rows import all_rows, number_in, text_in
from watchers.sources.goszakup.settings import GoszakupSettings

__all__ = ["Debarred", "Participants"]

log = structlog.get_logger("watchers.sources")

_REGISTER, _WHOLE, _SUBJECT = "register", "all", "subject"
_TRY_AGAIN = timedelta(minutes=10)
_NOBODY = b"null"


class Debarred:
    """The register of unscrupulous suppliers, as it was read last."""

    def __init__(self, portal: Portal, settings: GoszakupSettings) -> None:
        self._portal = portal
        self._age = timedelta(hours=settings.register_hours)
        self._entries: dict[str, list[msgspec.Raw]] | None = None
        self._read_at: datetime | None = None
        self._not_before: datetime | None = None

    async def renew(self, memory: Memory, now: datetime) -> list[Note]:
        """Read it if it is older than it may be; returns the note to keep. A portal in trouble is asked later."""
        if self._entries is None:
            await self._load(memory)
        fresh = self._read_at is not None and now - self._read_at < self._age
        if fresh or (self._not_before is not None and now < self._not_before):
            return []
        try:
            found = await all_rows(self._portal, "Rnu", ENTRY, {})
        except SourceError as error:
            if error.permanent:
                raise
            log.warning("goszakup_register_not_read", reason=str(error), read_at=str(self._read_at))
            self._not_before = now + _TRY_AGAIN
            return []
        self._take(list(found.rows.values()))
        self._read_at, self._not_before = now, None
        return [Note(_REGISTER, _WHOLE, zlib.compress(msgspec.json.encode(list(found.rows.values()))))]

    async def _load(self, memory: Memory) -> None:
        stored = (await memory.recall(_REGISTER, [_WHOLE])).get(_WHOLE)
        if stored is not None and stored.value:
            self._take(msgspec.json.decode(zlib.decompress(stored.value), type=list[Row]))
            self._read_at = stored.noted_at

    def _take(self, rows: Iterable[Row]) -> None:
        self._entries = {}
        for row in rows:
            keys = {text_in(row, "supplierBiin"), f"pid:{number_in(row, 'pid') or ''}"} - {"", "pid:"}
            for key in keys:
                self._entries.setdefault(key, []).append(msgspec.Raw(msgspec.json.encode(row)))

    def entries(self, numbers: Collection[str], pids: Collection[int]) -> list[msgspec.Raw] | None:
        """What it says of these participants, each entry once; None while it was never read."""
        if self._entries is None:
            return None
        keys = sorted({*numbers, *(f"pid:{pid}" for pid in pids)})
        found = {bytes(raw): raw for key in keys for raw in self._entries.get(key, ())}
        return list(found.values())


class Participants:
    """The portal's register of participants, through a memory of what it said before."""

    def __init__(self, portal: Portal, settings: GoszakupSettings) -> None:
        self._portal = portal
        self._age = timedelta(days=settings.subject_days)
        self._limit = settings.limit

    async def about(
        self, pids: Collection[int], memory: Memory, now: datetime
    ) -> tuple[dict[int, Row], set[int], list[Note]]:
        """Rows of `Subjects` by pid, the pids nothing could be learnt of, and the notes to keep of those asked now.

        Where the portal does not answer, what was known before counts, however old.
        """
        known = await memory.recall(_SUBJECT, [str(pid) for pid in pids])
        rows = {int(key): note.value for key, note in known.items() if note.value}
        wanted = sorted(pid for pid in pids if not self._fresh(known.get(str(pid)), now))
        notes: list[Note] = []
        for start in range(0, len(wanted), self._limit):
            part = wanted[start : start + self._limit]
            try:
                found = await all_rows(
                    self._portal, "Subjects", SUBJECT, {"pid": part}, key="pid", attempts=2, heavy=True
                )
            except SourceError as error:
                if error.permanent:
                    raise
                log.warning("goszakup_participants_not_read", reason=str(error), participants=len(part))
                break
            said = {pid: msgspec.json.encode(found.rows[pid]) if pid in found.rows else _NOBODY for pid in part}
            rows |= said
            notes += [Note(_SUBJECT, str(pid), value) for pid, value in said.items()]
        known_now = {pid: msgspec.json.decode(raw, type=Row) for pid, raw in rows.items() if raw != _NOBODY}
        return known_now, set(pids) - rows.keys(), notes

    def _fresh(self, note: Note | None, now: datetime) -> bool:
        return note is not None and note.noted_at is not None and now - note.noted_at < self._age
