"""From an SQLite file to another database: everything, proven, also after a stop in the middle."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from alerts.subscriptions import Subscriptions
from alerts.tables import outbox, subscribers
from bot.database_commands import DatabaseError, upgrade
from bot.database_copy import copy_and_tell, copy_database
from tests.watchers.tenders import batch, finding, judged, release
from watchers.database import Database
from watchers.store import Store
from watchers.tables import cursors, indicator_weeks, snapshots, tenders

WEEK = {"week": date(2020, 1, 6), "indicator": "R099", "fired": 3}


class Stopped(BaseException):
    """A kill in the middle."""


@pytest.fixture
async def source(tmp_path: Path, clock: Any) -> Any:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/source.sqlite3")
    await upgrade(database)
    store = Store(database, clock)
    for number in range(30):
        ones = [judged(release(f"ocds-{number}-{n}"), finding()) for n in range(3)]
        await store.save("portal", batch(*ones), ones, cursor=str(number))
    people = Subscriptions(database, clock)
    for number in range(5):
        await people.get_or_create("telegram", str(number), "kk")
    async with database.write() as connection:
        await connection.execute(indicator_weeks.insert(), [WEEK])
    yield database
    await database.close()


async def count(database: Database, table: Any) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def test_everything_is_there_and_new_rows_get_new_numbers(
    source: Database, empty_database_url: str, clock: Any
) -> None:
    target = Database(empty_database_url)
    told: list[float] = []
    copied = await copy_database(source, target, told.append)
    assert copied.rows == copied.copied
    assert copied.rows > 200
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert await count(target, tenders) == 90
    store = Store(target, clock)
    one = judged(release("ocds-new"), finding())
    assert (await store.save("portal", batch(one), [one], cursor="31")).new == 1
    again = judged(release("ocds-3-1"), finding())
    assert (await store.save("portal", batch(again), [again], cursor="32")).unchanged == 1
    assert (await Subscriptions(target, clock).get_or_create("telegram", "99", "ru")).id == 6
    await target.close()


async def test_a_copy_stopped_in_the_middle_goes_on_and_is_whole(
    source: Database, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.database_copy._ROWS", 20)
    target, shares = Database(empty_database_url), 0

    def stop_soon(_: float) -> None:
        nonlocal shares
        shares += 1
        if shares == 6:
            raise Stopped

    with pytest.raises(Stopped):
        await copy_database(source, target, stop_soon)
    copied = await copy_database(source, target, lambda _: None)
    assert 0 < copied.copied < copied.rows
    assert (await copy_database(source, target, lambda _: None)).copied == 0
    await target.close()


async def test_what_changed_between_two_calls_is_noticed_and_copied_again(
    source: Database, empty_database_url: str
) -> None:
    target = Database(empty_database_url)
    await copy_database(source, target, lambda _: None)
    async with source.write() as connection:
        await connection.execute(
            update(snapshots).where(snapshots.c.id == 7).values(link="https://portal.example/moved")
        )
        await connection.execute(update(cursors).values(cursor="moved"))
    await copy_database(source, target, lambda _: None)
    async with target.read() as connection:
        link = (await connection.execute(select(snapshots.c.link).where(snapshots.c.id == 7))).scalar_one()
        cursor = (await connection.execute(select(cursors.c.cursor))).scalar_one()
    assert (link, cursor) == ("https://portal.example/moved", "moved")
    await target.close()


async def test_a_database_with_other_content_is_refused_untouched(
    source: Database, database: Database, clock: Any
) -> None:
    one = judged(release("ocds-else"), finding())
    await Store(database, clock).save("elsewhere", batch(one), [one], cursor="1")
    with pytest.raises(DatabaseError, match="holds other tenders already"):
        await copy_database(source, database, lambda _: None)
    assert await count(database, tenders) == 1
    assert await count(database, subscribers) == 0
    assert await count(database, outbox) == 0


async def test_a_source_of_an_older_version_is_refused(source: Database, empty_database_url: str) -> None:
    async with source.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(DatabaseError, match="baqylau db upgrade"):
        await copy_database(source, Database(empty_database_url), lambda _: None)


@pytest.mark.parametrize(
    ("source_url", "target_url", "said"),
    [
        ("mysql://a/b", "sqlite:///x", "write sqlite:///path"),
        ("sqlite:///nowhere.sqlite3", "sqlite:///x", "is not there"),
    ],
)
async def test_a_wrong_call_is_one_sentence(source_url: str, target_url: str, said: str, capsys: Any) -> None:
    with pytest.raises(DatabaseError, match=said):
        await copy_and_tell(source_url, target_url, capsys)
