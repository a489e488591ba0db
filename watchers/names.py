"""Bodies found by words of their names, in any of their languages, with slips of the keyboard forgiven.

The names stay in the database: in memory are the words they are made of, each with the bodies that have it, so that a
question compares what was typed with words, not with a hundred thousand names.
"""

from __future__ import annotations

import asyncio
import re
import time
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from math import log

from sqlalchemy import Table, select

from watchers.database import Database
from watchers.tables import buyers

__all__ = ["Names", "folded_words"]

_WORD = re.compile(r"\w+")
# Kazakh letters as people type them on a Russian keyboard, ё, Latin letters that look like Cyrillic ones.
_FOLD = str.maketrans("ёәғқңөұүһіaceopxykmhtbi", "еагкноуухиасеорхукмнтви")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_SHORT = 4  # words of fewer letters are not guessed at
_ALIKE = 75  # of 100: how like two words must be, one slip in four letters
_MOST_WORDS = 8
_PART = 5000
_REST = 20  # as many times longer than a reading took
_OVERLAP = timedelta(minutes=5)  # a batch saved late carries an earlier moment


def folded_words(text: str) -> list[str]:
    """The words of a text in the form they are compared in: case, ё, Kazakh letters and look-alikes make no odds."""
    found = _WORD.findall(text.casefold())
    return [word.translate(_FOLD) if _CYRILLIC.search(word) else word for word in found]


class Names:
    """Every buyer (or supplier) by the words of its names. `do_one` in a loop keeps it current."""

    def __init__(self, database: Database, table: Table = buyers) -> None:
        self._database = database
        self._table = table.c
        self._ids: list[str] = []
        self._number: dict[str, int] = {}
        self._having: dict[str, array[int]] = {}  # word -> numbers of the bodies that have it, ascending
        self._length: array[int] = array("H")  # words of each body
        self._sorted: list[str] = []  # the words, for beginnings
        self._seen_to: datetime | None = None
        self._lock = asyncio.Lock()
        self._idle_until = 0.0  # of `time.monotonic`

    def __len__(self) -> int:
        return len(self._ids)

    async def look_again(self) -> None:
        """Read what is new, for who asked in vain: where that takes long, not for everybody who asks for nonsense."""
        if time.monotonic() >= self._idle_until:
            await self.do_one()

    async def do_one(self) -> bool:
        """Read the bodies seen since the last time; returns False: there is nothing more to do now."""
        async with self._lock:
            started = time.monotonic()
            query = select(self._table.id, self._table.search, self._table.seen_at)
            if self._seen_to is not None:
                query = query.where(self._table.seen_at >= self._seen_to - _OVERLAP)
            async with self._database.read() as connection:
                rows = (await connection.execute(query)).all()
            for start in range(0, len(rows), _PART):
                part = rows[start : start + _PART]
                await asyncio.to_thread(self._take, [(row.id, row.search) for row in part])
            if rows:
                self._seen_to = max(row.seen_at for row in rows)
            elif self._seen_to is None:
                self._seen_to = datetime.min.replace(tzinfo=UTC) + _OVERLAP
            ended = time.monotonic()
            self._idle_until = ended + _REST * (ended - started)
        return False

    def _take(self, rows: Iterable[tuple[str, str]]) -> None:
        fresh = False
        for id_, search in rows:
            number = self._number.get(id_)
            if number is None:
                number = self._number[id_] = len(self._ids)
                self._ids.append(id_)
                self._length.append(0)
            words = set(folded_words(search.replace(id_.casefold(), " ")))
            for word in words:
                having = self._having.get(word)
                if having is None:
                    having = self._having[word] = array("i")
                    fresh = True
                place = bisect_left(having, number)
                if place == len(having) or having[place] != number:
                    having.insert(place, number)
            self._length[number] = min(len(words), 65535)
        if fresh:
            self._sorted = sorted(self._having)

    def find(self, text: str, limit: int = 10) -> list[str]:
        """Ids of the bodies whose names have every typed word, or one like it; the likest first."""
        typed = list(dict.fromkeys(word for word in folded_words(text) if len(word) > 1))[:_MOST_WORDS]
        scores: dict[int, float] | None = None
        # The rarest word first: what it leaves is all that is asked of the others.
        meant: list[dict[str, float]] = []
        for word in typed:
            meant.append(self._like(word))
            if not meant[-1]:  # guessing is what takes time: not for the rest
                return []
        asked = sorted(meant, key=lambda found: sum(map(len, self._of(found))))
        for found in asked:
            scores = self._meeting(found, scores)
            if not scores:
                return []
        best = sorted(scores or {}, key=lambda number: (-(scores or {})[number], self._length[number], number))
        return [self._ids[number] for number in best[:limit]]

    def _of(self, found: dict[str, float]) -> Iterator[array[int]]:
        return (self._having[word] for word in found)

    def _meeting(self, found: dict[str, float], among: dict[int, float] | None) -> dict[int, float]:
        """Those of the bodies that have one of these words too, with what it adds to their scores."""
        total = len(self._ids) + 1
        scores: dict[int, float] = {}
        for word, likeness in found.items():
            having = self._having[word]
            worth = likeness * log(total / len(having) + 1)
            for number in having if among is None else (one for one in having if one in among):
                score = worth + (among[number] if among is not None else 0)
                if score > scores.get(number, 0):
                    scores[number] = score
        return scores

    def _like(self, word: str) -> dict[str, float]:
        """The words that are this one, begin with it, or, if none does, are like it: with how much, to 1."""
        found = {one: len(word) / len(one) for one in self._beginning(word)} if len(word) > 1 else {}
        if word in self._having:
            found[word] = 1.0
        if found or len(word) < _SHORT:
            return found
        return self._alike(word)

    def _beginning(self, start: str) -> Iterator[str]:
        place = bisect_left(self._sorted, start)
        while place < len(self._sorted) and self._sorted[place].startswith(start):
            yield self._sorted[place]
            place += 1

    def _alike(self, word: str) -> dict[str, float]:
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - 10 MB that only a slip of the keyboard needs

        whole = process.extract(word, self._sorted, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=20)
        if whole:
            return {one: score / 100 for one, score, _ in whole}
        begun = [one[: len(word)] for one in self._sorted if len(one) > len(word)]  # a word not typed to its end
        near = {one for one, _, _ in process.extract(word, begun, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=20)}
        return {one: 0.5 for start in near for one in self._beginning(start)}
