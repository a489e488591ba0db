"""Every version of a tender is kept with the answer it came from, byte for byte."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.watchers.tenders import batch, finding, judged, release
from watchers.database import Database
from watchers.store import Store
from watchers.versions import look, raw_answer, release_json, snapshot_id, versions

RAW = b' {"as it came": "\xd0\xb6",\n\t"twice": 1, "twice": 2}'


async def test_a_version_keeps_its_answer_byte_for_byte(database: Database, clock: Any) -> None:
    store = Store(database, clock)
    first = judged(release(), raw=RAW)
    await store.save("portal", batch(first), [first], cursor="1")
    clock.advance(hours=3)
    second = judged(release(value={"amount": 5, "currency": "KZT"}), finding("KZ-16"))
    await store.save("portal", batch(second), [second], cursor="2")
    newest, oldest = await versions(database, 1)
    assert (newest.sequence, oldest.sequence) == (2, 1)
    assert (newest.seen_at - oldest.seen_at).total_seconds() == 3 * 3600
    assert dict(newest.changes).keys() == {"changed", "flag_raised"}
    assert oldest.changes == (("published", {}),)
    answer = await raw_answer(database, oldest.id)
    assert answer is not None
    assert answer.body == RAW
    assert answer.sha256 == oldest.sha256 == hashlib.sha256(RAW).hexdigest()
    assert b"48200000.5" in (await release_json(database, oldest.id) or b"")


async def test_a_version_is_found_by_its_number_or_not_at_all(database: Database, clock: Any) -> None:
    store, one = Store(database, clock), judged(release())
    await store.save("portal", batch(one), [one], cursor="1")
    assert await snapshot_id(database, 1, 1) == 1
    for sequence in (None, 1):
        found = await look(store, 1, sequence)
        assert found is not None
        assert (found[0].id, [version.sequence for version in found[1]]) == (1, [1])
    for tender, sequence in ((2, 1), (1, 2), (2**63, 1), (1, 2**31), (10**30, 10**30)):
        assert await snapshot_id(database, tender, sequence) is None
        assert await look(store, tender, sequence) is None
    assert await look(store, 2) is None
    assert await versions(database, 2) == []
    assert await raw_answer(database, 99) is None
    assert await release_json(database, 99) is None
