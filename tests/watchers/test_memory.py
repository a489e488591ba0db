"""What a source remembers: written with its batch or not at all, found by key and by when it is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.watchers.tenders import batch, judged, release
from watchers.sources.base import Note
from watchers.store import Store, StoreError


async def test_notes_are_kept_with_their_batch_renewed_and_forgotten(database: Any, clock: Any) -> None:
    store = Store(database, clock)
    memory = store.memory("a")
    soon, later = clock() + timedelta(minutes=1), clock() + timedelta(hours=1)
    notes = [Note("t", "1", b"x", later), Note("t", "2", b"y", soon), Note("t", "3", b"z"), Note("u", "1", b"u", soon)]
    await store.save("a", _noted(notes), [], cursor="1")
    await store.save("b", _noted([Note("t", "1", b"other", soon)]), [], cursor="1")
    found = await memory.recall("t", ["1", "3", "9"])
    assert {key: note.value for key, note in found.items()} == {"1": b"x", "3": b"z"}
    assert found["1"].noted_at == clock()
    assert [note.key for note in await memory.due("t", later, 9)] == ["2", "1"]
    assert [note.key for note in await memory.due("t", later, 1)] == ["2"]
    assert await memory.due("t", clock(), 9) == []
    changed = [Note("t", "1", b"old", soon), Note("t", "1", b"new", None), Note("t", "2", None), Note("t", "8", None)]
    await store.save("a", _noted(changed), [], cursor="2")
    assert [(n.key, n.value) for n in (await memory.recall("t", ["1", "2"])).values()] == [("1", b"new")]
    assert await memory.due("t", later, 9) == []
    assert set(await memory.recall("u", ["1"])) == {"1"}
    assert set(await store.memory("b").recall("t", ["1"])) == {"1"}


async def test_notes_of_a_batch_that_was_not_saved_are_not_there(database: Any, clock: Any) -> None:
    store = Store(database, clock)
    naive = clock().replace(tzinfo=None)
    with pytest.raises(StoreError):
        await store.save("a", _noted([Note("t", "1", b"x"), Note("t", "2", b"x", naive)]), [], cursor="1")
    assert await store.memory("a").recall("t", ["1"]) == {}
    assert (await store.counts())["tenders"] == 0


def _noted(notes: list[Note]) -> Any:
    whole = batch(judged(release()))
    return type(whole)([], [], whole.cursor, notes)
