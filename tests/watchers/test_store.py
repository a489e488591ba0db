"""The store: one transaction a batch, snapshots of what changed, nothing lost or doubled, on both databases."""

from __future__ import annotations

import asyncio
import sqlite3
import zlib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, select, text

from tests.watchers.tenders import batch, finding, judged, release
from watchers.database import Database
from watchers.indicators.base import Status
from watchers.ocds import Release, Tender
from watchers.reading import Polled
from watchers.sources.base import Rejected
from watchers.store import (
    Judged,
    Saved,
    Store,
    StoredEvent,
    StoreError,
)
from watchers.tables import buyers, cursors, events, findings, raw_answers, set_aside, snapshots, tenders

SOURCE = "demo"


@pytest.fixture
def store(database: Database, clock: Any) -> Store:
    return Store(database, clock)


async def save(store: Store, *ones: Judged, cursor: str = "1", rejected: Any = (), source: str = SOURCE) -> Saved:
    return await store.save(source, batch(*ones, cursor=cursor, rejected=rejected), ones, cursor=cursor)


async def rows(store: Store, *tables: Any) -> list[Any]:
    async with store.database.read() as connection:
        return [(await connection.execute(select(table).order_by(*table.primary_key))).all() for table in tables]


async def kinds(store: Store) -> list[str]:
    return [one.kind for one in await store.unmatched_events(100)]


async def last_event(store: Store, kind: str) -> StoredEvent:
    return [one for one in await store.unmatched_events(100) if one.kind == kind][-1]


async def test_a_new_tender_is_stored_with_all_that_was_found(store: Store, clock: Any) -> None:
    answers = finding("R003"), finding("R018", Status.NOT_COMPUTABLE, reason="no bids"), finding("R028", Status.CLEAR)
    one = judged(release(), *answers, finding("R030", Status.NOT_APPLICABLE), raw=b'{"as": "sent"}')
    assert await save(store, one) == Saved(new=1, changed=0, unchanged=0, set_aside=0, flags=1, events=1)
    tender = (await store.recent_tenders())[0]
    assert (tender.ocid, tender.title, tender.amount, tender.currency, tender.weight) == (
        "ocds-demo-1", "Roof repair, school No. 12", Decimal("48200000.50"), "KZT", 60,
    )  # fmt: skip
    assert (tender.buyer_id, tender.closes_at) == ("KZ-BIN-000000000007", datetime(2026, 11, 27, 5, tzinfo=UTC))
    snapshot = await store.snapshot(tender.snapshot_id)
    assert snapshot is not None
    assert (snapshot.release, snapshot.link, snapshot.seen_at) == (release(), "https://portal.example/1", clock())
    assert snapshot.findings == answers[:2], "exactly as judged; clear and not applicable are only counted"
    assert (snapshot.checks_made, snapshot.checks_possible) == (2, 3)
    raw = (await rows(store, raw_answers))[0][0]
    assert zlib.decompress(raw.body) == b'{"as": "sent"}'
    assert await kinds(store) == ["published"]


async def test_the_same_content_again_moves_only_the_cursor(store: Store, clock: Any) -> None:
    tables = tenders, snapshots, findings, events, raw_answers, buyers, set_aside
    await save(store, judged(release(), finding()), rejected=[Rejected("bad", b"{", "u")])
    before = await rows(store, *tables)
    clock.advance(minutes=5)
    saved = await save(store, judged(release(), finding()), cursor="2", rejected=[Rejected("bad", b"{", "u")])
    assert (saved.new, saved.changed, saved.unchanged, saved.events) == (0, 0, 1, 0)
    assert await rows(store, *tables) == before
    assert await store.polled(SOURCE) == Polled("2", clock(), clock())
    moved = clock()
    clock.advance(minutes=5)
    await save(store, cursor="2")
    assert await store.polled(SOURCE) == Polled("2", moved, clock())


async def test_a_new_release_id_or_date_alone_is_no_change(store: Store) -> None:
    await save(store, judged(release()))
    again = release(top={"id": "ocds-demo-1-2", "date": "2026-11-23T09:00:00Z"})
    assert (await save(store, judged(again))).unchanged == 1
    assert (await store.counts())["snapshots"] == 1


async def test_a_change_back_is_a_third_snapshot(store: Store) -> None:
    first, second = release(title="A"), release(title="B")
    for one in (first, second, first):
        await save(store, judged(one))
    stored = (await rows(store, snapshots))[0]
    assert [row.sequence for row in stored] == [1, 2, 3]
    assert stored[0].raw_id == stored[2].raw_id != stored[1].raw_id, "the same raw answer is kept once"
    assert await kinds(store) == ["published", "changed", "changed"]
    assert (await store.recent_tenders())[0].title == "A"
    assert (await store.recent_tenders())[0].snapshot_id == stored[2].id


async def test_a_process_twice_in_one_batch_is_taken_in_order(store: Store) -> None:
    other = judged(release("ocds-demo-2"))
    saved = await save(store, judged(release(title="A")), other, judged(release(title="B")), judged(release(title="B")))
    assert saved == Saved(new=2, changed=1, unchanged=1, set_aside=0, flags=0, events=3)
    found = await store.unmatched_events(10)
    assert [(one.kind, one.tender_id) for one in found] == [("published", 1), ("published", 2), ("changed", 1)]
    assert found[2].detail == {"title": {"from": "A", "to": "B"}}
    assert {tender.ocid: tender.title for tender in await store.recent_tenders()}["ocds-demo-1"] == "B"


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        (
            {"tenderPeriod": {"startDate": "2026-11-22T00:00:00Z", "endDate": "2026-12-03T05:00:00Z"}},
            {"deadline": {"from": "2026-11-27T05:00:00Z", "to": "2026-12-03T05:00:00Z"}},
        ),
        ({"value": {"amount": 50, "currency": "KZT"}}, {"sum": {"from": Decimal("48200000.5"), "to": 50}}),
        ({"value": {"amount": 48200000.5, "currency": "USD"}}, {"currency": {"from": "KZT", "to": "USD"}}),
        ({"status": "unsuccessful"}, {"status": {"from": "active", "to": "unsuccessful"}}),
        ({"procurementMethodDetails": "one source"}, {"method": {"from": "open tender", "to": "one source"}}),
    ],
)
async def test_a_change_says_what_was_before_and_what_is_now(store: Store, changed: Any, detail: Any) -> None:
    await save(store, judged(release()))
    await save(store, judged(release(**changed)))
    assert (await last_event(store, "changed")).detail == detail


async def test_a_change_nobody_asks_about_is_kept_without_an_event(store: Store) -> None:
    await save(store, judged(release()))
    assert (await save(store, judged(release(documents=[{"id": "1", "title": "Draft contract"}])))).changed == 1
    assert await kinds(store) == ["published"]


async def test_flags_are_raised_and_withdrawn_by_code(store: Store) -> None:
    await save(store, judged(release(title="A"), finding("R003"), finding("R010")))
    await save(store, judged(release(title="A", description="B"), finding("R010"), finding("R035")))
    assert (await last_event(store, "flag_raised")).detail == {"codes": ["R035"]}
    assert (await last_event(store, "flag_withdrawn")).detail == {"codes": ["R003"]}


async def test_a_flag_that_can_no_longer_be_computed_is_not_withdrawn(store: Store) -> None:
    await save(store, judged(release(), finding("R003")))
    await save(store, judged(release(description="B"), finding("R003", Status.NOT_COMPUTABLE)))
    assert await kinds(store) == ["published"]


async def test_an_award_and_a_cancellation_are_events_of_their_own(store: Store) -> None:
    await save(store, judged(release()))
    pending = {"awards": [{"id": "1", "status": "pending", "suppliers": [{"id": "s"}]}]}
    await save(store, judged(release(top=pending)))
    active = {"awards": [{"id": "1", "status": "active", "suppliers": [{"id": "s"}]}]}
    await save(store, judged(release(top=active, status="complete")))
    await save(store, judged(release(top=active, status="cancelled")))
    await save(store, judged(release(top=active, status="cancelled", description="B")))
    assert await kinds(store) == ["published", "awarded", "cancelled"], "the status says the same: no `changed` beside"
    assert (await last_event(store, "awarded")).detail == {"awards": 1}


async def test_two_sources_may_name_a_process_the_same(store: Store) -> None:
    await save(store, judged(release()), source="one")
    await save(store, judged(release()), source="two")
    assert (await store.counts())["tenders"] == 2
    assert (await store.cursor("one"), await store.cursor("three")) == ("1", None)


async def test_a_tender_is_found_by_its_ocid(store: Store) -> None:
    await save(store, judged(release("ocds-demo-1")), judged(release("ocds-demo-2", title="B")))
    found = await store.named("ocds-demo-2")
    assert found is not None
    assert (found.ocid, found.title) == ("ocds-demo-2", "B")
    assert await store.named("ocds-demo-3") is None


HOSTILE = "x\x00y\ud800z <b>&nbsp; 🧾 \u202e"


async def test_text_that_databases_refuse_is_survived(store: Store) -> None:
    base = release()
    assert base.tender is not None
    hostile = msgspec.structs.replace(
        base, tender=msgspec.structs.replace(base.tender, title=HOSTILE * 500), ocid="ocds\x00-1"
    )
    first = Judged(
        msgspec.structs.replace(judged(base).record, release=hostile, url=HOSTILE, link=HOSTILE),
        [finding(facts={HOSTILE: [HOSTILE, Decimal("NaN"), float("inf")]}, value=HOSTILE, reason="NaN")],
    )
    saved = await save(
        store, first, judged(release("ocds-demo-2")), cursor=HOSTILE, rejected=[Rejected(HOSTILE, b"", HOSTILE)]
    )
    assert (saved.new, saved.set_aside) == (2, 1)
    stored = await store.tender(1)
    assert stored is not None
    assert stored.title.startswith("xy?z <b>&nbsp; 🧾 \u202e")
    snapshot = await store.snapshot(stored.snapshot_id)
    assert snapshot is not None
    assert snapshot.findings[0].facts == {"xy?z <b>&nbsp; 🧾 \u202e": ["xy?z <b>&nbsp; 🧾 \u202e", None, None]}
    again = await save(store, first)
    assert again.unchanged == 1


@pytest.mark.parametrize(
    "tender",
    [
        {"datePublished": "0001-01-01T00:00:00+05:00"},
        {"datePublished": "0001-01-01T00:00:00Z"},
        {"datePublished": "9999-12-31T23:59:59.999999-05:00"},
        {"tenderPeriod": {"startDate": "0001-01-01", "endDate": "9999-12-31T23:59:59Z"}},
        {"value": {"amount": 10**17, "currency": "KZT"}},
        {"value": {"amount": -(10**17), "currency": "KZT"}},
        {"value": {"amount": "9999999999999999.999", "currency": "KZT"}},
        {"value": {"amount": 0.001, "currency": "тенге казахстанские"}},
        {"value": {"amount": 5, "currency": "тен"}},
        {"title": "ы" * 1_000_000},
        {"title": "", "status": None},
        {"status": "s" * 5000, "procurementMethodDetails": "m" * 5000},
    ],
    ids=lambda tender: str(tender)[:60],
)
async def test_values_off_every_scale_are_survived(store: Store, tender: dict[str, Any]) -> None:
    saved = await save(store, judged(release()), judged(release(**tender)))
    assert (saved.new, saved.changed, saved.set_aside) == (1, 1, 0)
    stored = (await store.recent_tenders())[0]
    assert len(stored.title) <= 1000
    assert stored.currency in {"KZT", None}
    assert stored.amount in {None, Decimal("48200000.50"), Decimal("10000000000000000.00"), Decimal("0.00"), Decimal(5)}
    assert await store.snapshot(stored.snapshot_id) is not None


async def test_amounts_are_exact_to_the_hundredth(store: Store) -> None:
    exact = ["0.01", "9007199254740993.01", "123456789012345.67", "-5.5"]
    await save(store, *(judged(release(f"o-{n}", value={"amount": sum_})) for n, sum_ in enumerate(exact)))
    stored = await store.tenders([1, 2, 3, 4])
    assert [stored[n].amount for n in (1, 2, 3, 4)] == [Decimal(sum_) for sum_ in exact]


async def test_an_ocid_that_cannot_be_a_key_is_set_aside_and_the_rest_goes_on(store: Store) -> None:
    saved = await save(store, judged(release("o" * 5000)), judged(release("ocds-demo-2")))
    assert (saved.new, saved.set_aside) == (1, 1)
    assert (await rows(store, set_aside))[0][0].reason == "ocid is 5000 characters long (1 to 512 can be stored)"


async def test_a_record_whose_facts_cannot_be_taken_is_set_aside(store: Store) -> None:
    broken = Release(ocid="o", tender=Tender(title=7))  # type: ignore[arg-type]  # what no decoder lets through
    saved = await save(store, judged(broken, raw=b"as sent"), judged(release()))
    assert (saved.new, saved.set_aside) == (1, 1)
    row = (await rows(store, set_aside))[0][0]
    assert (zlib.decompress(row.body), row.reason.startswith("its facts could not be taken (")) == (b"as sent", True)


async def test_what_is_set_aside_is_bounded_and_kept_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchers.store.SET_ASIDE_KEPT", 3)
    bodies = [b"0", b"1", b"1", b"2", b"3", b"x" * (3 << 20)]
    await save(store, rejected=[Rejected("broken", body, "u") for body in bodies])
    await save(store, rejected=[Rejected("broken", b"9", "u")], source="other")
    kept = [zlib.decompress(row.body) for row in (await rows(store, set_aside))[0]]
    assert kept == [b"2", b"3", b"x" * (1 << 20), b"9"]
    assert await store.set_aside_counts() == {"demo": 3, "other": 1}


async def test_buyers_are_found_by_a_part_of_the_name_in_any_language_or_by_id(store: Store) -> None:
    for number, name in enumerate(["100%", "1000", "a_b", "a-b", "c\\d"]):
        await save(store, judged(release(f"o-{number}", top={"buyer": {"id": f"B{number}", "name": name}})))
    await save(store, judged(release()))
    names = [
        ("АЛҒАБАС  ауданының", ["Алғабас ауданының білім бөлімі"]),
        ("ALGABAS", ["Алғабас ауданының білім бөлімі"]),
        ("000000000007", ["Алғабас ауданының білім бөлімі"]),
        ("00%", ["100%"]),
        ("a_", ["a_b"]),
        ("\\", ["c\\d"]),
        ("b3", ["a-b"]),
        ("", []),
        (" ", []),
    ]
    assert [(words, [buyer.name for buyer in await store.find_buyers(words, 5)]) for words, _ in names] == names
    assert len(await store.find_buyers("b", 2)) == 2


async def test_a_buyer_that_renamed_itself_is_listed_once_under_the_new_name(store: Store) -> None:
    for number, name in enumerate(["Old name", "New name"]):
        await save(store, judged(release(f"o-{number}", top={"buyer": {"id": "B1", "name": name}})))
    assert [(one.id, one.name) for one in await store.find_buyers("b1")] == [("B1", "New name")]


async def test_events_stay_unmatched_until_marked_in_the_callers_transaction(store: Store, clock: Any) -> None:
    await save(store, *(judged(release(f"o-{n}")) for n in range(5)))
    first = await store.unmatched_events(2)
    assert [one.id for one in first] == [1, 2]

    async def fail_after_marking() -> None:
        async with store.database.write() as connection:
            await store.mark_matched(connection, [1, 2], clock())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_marking()
    assert len(await store.unmatched_events(10)) == 5
    async with store.database.write() as connection:
        await store.mark_matched(connection, [1, 2], clock())
    assert [one.id for one in await store.unmatched_events(10)] == [3, 4, 5]
    counted = await store.counts()
    assert (counted["events"], counted["events_unmatched"], counted["buyers"]) == (5, 3, 1)


async def test_a_batch_takes_few_statements_however_long_it_is(store: Store) -> None:
    seen: list[str] = []
    engine = store.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2].split()[0]))
    for count in (5, 200):
        seen.clear()
        await save(store, *(judged(release(f"{count}-{n}"), finding(), finding("R010")) for n in range(count)))
        assert len([word for word in seen if word != "BEGIN"]) <= 24, seen


async def test_two_processes_that_save_the_same_do_not_store_it_twice(database_url: str, clock: Any) -> None:
    one, other = Database(database_url), Database(database_url)
    ones = [judged(release(f"o-{n}")) for n in range(50)]
    results = await asyncio.gather(
        *(save(Store(database, clock), *ones) for database in (one, other)), return_exceptions=True
    )
    assert any(isinstance(result, Saved) for result in results)
    assert all(isinstance(result, Saved | StoreError) for result in results)
    counted = await Store(one).counts()
    assert (counted["tenders"], counted["snapshots"], counted["events"]) == (50, 50, 50)
    await one.close()
    await other.close()


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_full_disk_rolls_the_whole_batch_back_and_the_cursor_stands(store: Store) -> None:
    await save(store, judged(release("ocds-demo-1")), cursor="before")
    before = await rows(store, tenders, snapshots, events, raw_answers, cursors)

    async def limit(pages: int) -> None:
        async with store.database.engine.connect() as connection:
            used = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
            await connection.exec_driver_sql(f"PRAGMA max_page_count={used + pages}")

    await limit(20)
    many = [judged(release(f"o-{n}", title=f"{n} " * 2000)) for n in range(200)]
    with pytest.raises(StoreError) as caught:
        await save(store, *many, cursor="after")
    assert str(caught.value) == (
        "store: 200 records of demo were not saved (database or disk is full): "
        "free disk space or mend the database; the batch is read again from the same cursor"
    )
    assert await rows(store, tenders, snapshots, events, raw_answers, cursors) == before
    await limit(100_000)
    assert (await save(store, *many, cursor="after")).new == 200


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_database_another_program_keeps_locked_is_an_error_that_names_it(
    store: Store, database_url: str
) -> None:
    event.listen(
        store.database.engine.sync_engine,
        "connect",
        lambda connection, _record: connection.cursor().execute("PRAGMA busy_timeout=50"),
    )
    other = sqlite3.connect(Path(database_url.removeprefix("sqlite+aiosqlite:///")), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="database is locked"):
        await save(store, judged(release()))
    other.execute("ROLLBACK")
    other.close()
    assert (await save(store, judged(release()))).new == 1


@pytest.mark.parametrize("dialect", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_a_server_that_goes_away_in_the_middle_saves_nothing_of_the_batch(store: Store) -> None:
    async def go_away(connection: Any, *_rest: Any) -> None:
        await connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    ones = [judged(release(f"o-{n}")) for n in range(10)]
    store._move_cursor = go_away  # type: ignore[method-assign]
    with pytest.raises(StoreError, match="10 records of demo were not saved"):
        await save(store, *ones)
    del store._move_cursor  # type: ignore[method-assign]
    assert (await store.counts())["tenders"] == 0
    assert (await save(store, *ones)).new == 10


async def test_a_database_without_tables_is_said_in_one_sentence(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    with pytest.raises(StoreError, match="were not saved") as caught:
        await save(Store(database), judged(release()))
    assert "\n" not in str(caught.value)
    await database.close()
