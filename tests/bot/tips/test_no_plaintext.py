"""What was told lies nowhere in the clear: not in the database's file or log, not in rows that are gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.tips.keyholder.keys import SecretKey
from tests.bot.tips.tipping import Tipping

PLANTED = "сарбаз-жүйрік 8841: күшейткіш тақтайша жоқ"
WRITTEN = "plainly-planted-7731 the beam was never bought"


def forms(words: str) -> list[bytes]:
    return [
        words.encode(),
        json.dumps(words)[1:-1].encode(),
        words.encode("utf-16-le"),
        words.encode("cp1251", "ignore"),
    ]


async def disk(talk: Tipping) -> list[Path]:
    """Every file that the database is made of. PostgreSQL's are read where this user may."""
    url = make_url(talk.database.url)
    if talk.database.dialect == "sqlite":
        path = Path(url.database or "")
        return [one for one in path.parent.rglob("*") if one.is_file()]
    async with talk.database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("CHECKPOINT"))
        folder = Path((await connection.execute(text("SHOW data_directory"))).scalar_one())
        oid = (
            await connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        ).scalar_one()
    try:
        files = [*(folder / "base" / str(oid)).iterdir(), *(folder / "pg_wal").iterdir()]
    except OSError:
        pytest.skip("PostgreSQL's folder cannot be read by this user: its files cannot be searched")
    return [one for one in files if one.is_file()]


async def found(talk: Tipping, words: str) -> list[str]:
    needles = forms(words)
    files = [(file.name, _content(file)) for file in await disk(talk)]
    return [name for name, content in files if any(needle in content for needle in needles)]


def _content(file: Path) -> bytes:
    """What a file holds; nothing if the server took it away meanwhile (a part of its log that is used again)."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


async def test_the_search_finds_what_is_not_hidden(talk: Tipping) -> None:
    """So that finding nothing means something: a short word outside of a tip does stand in the log for a while."""
    person = talk.person("ru")
    talk.sandbox.crowd.send(person, "поиск-видимый-4410")
    await talk.receiver.receive()
    assert await found(talk, "поиск-видимый-4410")


@pytest.mark.parametrize("words", [PLANTED, WRITTEN])
async def test_nothing_of_a_tip_is_on_the_disk_at_any_moment(talk: Tipping, key: SecretKey, words: str) -> None:
    person = talk.person("kk")
    await talk.accept(person)
    talk.sandbox.crowd.send(person, words)
    await talk.receiver.receive()
    assert not await found(talk, words), "received and not handled"
    await talk.worker.drain()
    assert not await found(talk, words), "in the draft"
    await talk.forge(person, "tip:ask:yes")
    await talk.press(person, "tip:send:")
    code = talk.code(person)
    await talk.say(person, code[-4:])
    assert [one.text for one in await talk.opened()] == [words]
    assert not await found(talk, words), "sent"
    assert not await found(talk, code)
    assert not await found(talk, code.replace(" ", ""))


@pytest.mark.parametrize("opener", ["/tip", "/start tip_5"])
async def test_what_follows_an_opener_in_the_same_batch_is_sealed_too(talk: Tipping, opener: str) -> None:
    person = talk.person("kk")
    for each in (opener, "екі сөз 5521"):
        talk.sandbox.crowd.send(person, each)
    await talk.receiver.receive()
    assert not await found(talk, "екі сөз 5521")


async def test_a_long_message_outside_of_a_tip_is_sealed_as_well(talk: Tipping) -> None:
    person = talk.person("ru")
    words = "Здравствуйте, хочу рассказать про закупку, где всё решено заранее, " + "и вот почему. " * 4 + "5519"
    talk.sandbox.crowd.send(person, words)
    await talk.receiver.receive()
    assert not await found(talk, words)
    await talk.worker.drain()
    assert talk.last(person).startswith("Не удалось это понять")


async def test_a_killed_process_leaves_nothing_readable_and_the_person_is_told_once_to_resend(talk: Tipping) -> None:
    person = talk.person("ru")
    await talk.accept(person)
    await talk.say(person, "первое дошло")
    for each in ("второе 9917", "третье 9917"):
        talk.sandbox.crowd.send(person, each)
    await talk.receiver.receive()
    talk.restart()  # all that the process held in memory is gone
    talk.clock.advance(minutes=3)
    said = len(talk.messages(person))
    await talk.worker.drain()
    assert len(talk.messages(person)) == said + 1
    assert "пришлите ещё раз то, что" in talk.last(person)
    assert "tip:go:what" in talk.buttons(person).values()
    assert not await found(talk, "второе 9917")
    await talk.say(person, "второе снова")
    await talk.forge(person, "tip:ask:no")
    await talk.press(person, "tip:send:")
    assert [one.text for one in await talk.opened()] == ["первое дошло", "второе снова"]


async def test_what_monitors_ask_is_on_no_disk_either(talk: Tipping) -> None:
    group = await talk.monitors()
    await talk.tell(talk.person("kk"), "екі рет төленді")
    await talk.around()
    (tip,) = await talk.tips.group.open_tips()
    reviewer = talk.person("en")
    body = {"text": "/ask was it school 9123-beam", "message_thread_id": tip.topic, "is_topic_message": True}
    entities = [{"type": "bot_command", "offset": 0, "length": 4}]
    message = talk.sandbox.world.post(group, reviewer.as_json(), entities=entities, **body)
    talk.sandbox.world.updates.add("message", message)
    await talk.receiver.receive()
    assert not await found(talk, "9123-beam")
    await talk.worker.drain()
    assert not await found(talk, "9123-beam")
    assert await talk.rows_of("tip_messages") == {"tip_messages": 1}
