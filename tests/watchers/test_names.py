"""Bodies are found as people write their names: a few words, in any language, with slips."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from watchers.database import Database
from watchers.names import Names
from watchers.tables import buyers

BODIES = {
    "KZ-BIN-000000000001": "КГУ «Отдел образования Алгабасского района»\n«Алғабас ауданының білім бөлімі» КММ",
    "KZ-BIN-000000000002": "КГУ «Средняя школа № 12 города Алатау»\n«Алатау қаласының № 12 орта мектебі» КММ",
    "KZ-BIN-000000000003": "ГКП «Областная больница Тестовой области»\n«Тест облыстық ауруханасы» МКК",
    "KZ-BIN-000000000004": "КГУ «Отдел здравоохранения Алгабасского района»\n«Алғабас ауданының денсаулық бөлімі» КММ",
    "KZ-BIN-000000000005": "Education department of Invented district",
}


async def keep(database: Database, bodies: dict[str, str], clock: Any) -> None:
    rows = [
        {"id": id_, "name": name.splitlines()[0], "search": f"{id_}\n{name}".casefold(), "seen_at": clock()}
        for id_, name in bodies.items()
    ]
    async with database.write() as connection:
        await connection.execute(buyers.insert(), rows)


@pytest.fixture
async def names(database: Database, clock: Any) -> Names:
    await keep(database, BODIES, clock)
    names = Names(database)
    await names.do_one()
    return names


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("отдел образования", [1]),
        ("ОБРАЗОВАНИЯ отдел", [1]),
        ("отдел образавания", [1]),  # a slip
        ("атдел образования алгабаского", [1]),
        ("алғабас білім", [1]),
        ("алгабас билим", [1]),  # a Russian keyboard
        ("білім бөлім", [1]),
        ("шкoла 12", [2]),  # a Latin o
        ("мектеб", [2]),
        ("больнца", [3]),
        ("алгабас", [1, 4]),
        ("educaton departmen", [5]),
        ("здравоохр", [4]),
        ("кгу", [1, 2, 4]),
        ("луна", []),
        ("образования больница", []),
        ("№ «»", []),
        ("", []),
        ("\u202e\u200b", []),
    ],
)
async def test_a_body_is_found(names: Names, typed: str, found: list[int]) -> None:
    assert sorted(int(id_[-3:]) for id_ in names.find(typed)) == found


async def test_the_likest_comes_first_and_no_more_than_asked(names: Names) -> None:
    assert names.find("отдел образования алгабасского района")[0] == "KZ-BIN-000000000001"
    assert len(names.find("кгу", limit=2)) == 2


async def test_new_bodies_and_new_names_are_read(names: Names, database: Database, clock: Any) -> None:
    clock.advance(hours=1)
    await keep(database, {"KZ-BIN-000000000006": "Лунный институт"}, clock)
    assert names.find("лунный") == []
    await names.do_one()
    assert names.find("лунный") == ["KZ-BIN-000000000006"]
    clock.advance(hours=1)
    async with database.write() as connection:
        new = {"search": "kz-bin-000000000006\nмарсианский институт", "seen_at": clock() + timedelta(seconds=1)}
        await connection.execute(buyers.update().where(buyers.c.id == "KZ-BIN-000000000006").values(**new))
    await names.do_one()
    assert names.find("марсианский") == ["KZ-BIN-000000000006"]
    assert len(names) == 6


async def test_who_asks_in_vain_has_new_names_looked_for_but_not_without_end(
    names: Names, database: Database, clock: Any
) -> None:
    clock.advance(hours=1)
    await keep(database, {"KZ-BIN-000000000006": "Лунный институт"}, clock)
    names._idle_until = time.monotonic() + 60  # as after a reading of three seconds
    await names.look_again()
    assert names.find("лунный") == []
    names._idle_until = 0.0
    await names.look_again()
    assert names.find("лунный") == ["KZ-BIN-000000000006"]
    assert names._idle_until > 0


def test_a_word_that_means_nothing_ends_the_guessing(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    guessed: list[str] = []
    guess = names._alike
    monkeypatch.setattr(names, "_alike", lambda word: guessed.append(word) or guess(word))
    assert names.find("xyzzyxyzzy образавания образавания больнца") == []
    assert guessed == ["xyzzyxyzzy"]
    names.find("образавания образавания")
    assert guessed == ["xyzzyxyzzy", "образавания"]


@pytest.mark.parametrize("typed", ["x" * 4096, "🧹" * 500, "а" * 3 + " б" * 2000, "%_'\"<b>", "\x00"])
async def test_hostile_words_find_nothing_and_break_nothing(names: Names, typed: str) -> None:
    assert names.find(typed) == []
