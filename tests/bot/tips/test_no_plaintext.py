"""What was told lies nowhere in the clear: in no file of the database, no row that is gone, log, copy or temp file."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from bot.database_commands import back_up
from bot.database_copy import copy_database
from bot.inbox import inbox
from bot.logs import set_up_logs
from bot.tips.drafts import Drafts
from bot.tips.keyholder.keys import SecretKey
from bot.tips.tables import tip_parts, tip_routes
from tests.bot.tips.files import making
from tests.bot.tips.tipping import Tipping
from watchers.database import Database

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


@pytest.mark.parametrize("style", ["console", "json"])
async def test_logs_and_error_reports_hold_nothing_whatever_breaks(
    talk: Tipping, monkeypatch: pytest.MonkeyPatch, style: Literal["console", "json"]
) -> None:
    stream = io.StringIO()
    set_up_logs("debug", style, stream=stream)
    person = talk.person("en")
    await talk.accept(person)
    await talk.say(person, WRITTEN)
    with monkeypatch.context() as patch:
        patch.setattr(Drafts, "seal", broken)
        await talk.say(person, WRITTEN)
        talk.sandbox.crowd.send_file(person, f"{WRITTEN}.txt", WRITTEN.encode())
        await talk.settle()
    assert talk.last(person).startswith("Something broke")
    unreadable = talk.sandbox.world.post(talk.chat(person), person.as_json(), text=WRITTEN, caption_entities=WRITTEN)
    talk.sandbox.world.updates.add("message", unreadable)
    talk.sandbox.crowd.send_file(person, f"{WRITTEN}.pdf", b"%PDF-" + WRITTEN.encode())
    await talk.settle()
    talk.sandbox.faults.refuse(400, "Bad Request: message is too long", method="sendMessage", count=1)
    await talk.say(person, WRITTEN)
    async with talk.database.read() as connection:
        errors = [one for one in (await connection.execute(select(inbox.c.error))).scalars() if one]
    assert len(errors) >= 4, "it did break, each time"
    for written in (stream.getvalue(), *errors):
        assert not [form for form in forms(WRITTEN) if form.decode("latin-1") in written]
        assert WRITTEN not in written
        assert "planted-7731" not in written
    assert "not handled" in stream.getvalue()


def broken(*_: object, **__: object) -> None:
    """As a library would break that quotes what it was given."""
    raise ValueError(f"cannot seal {WRITTEN}")


async def test_copies_and_backups_of_the_database_hold_nothing(talk: Tipping, tmp_path: Path) -> None:
    person = talk.person("kk")
    await talk.tell(person, PLANTED)
    await talk.accept(person)
    await talk.say(person, f"{PLANTED} тағы")
    talk.sandbox.crowd.send(person, f"{PLANTED} келді")
    await talk.receiver.receive()  # stored, not handled
    folder = tmp_path / "copies"
    folder.mkdir()
    target = Database(f"sqlite+aiosqlite:///{folder}/copy.sqlite3")
    copied = await copy_database(talk.database, target, lambda _: None)
    await target.close()
    assert copied.rows > 5
    if talk.database.dialect == "sqlite":
        await back_up(talk.database, folder / "backup.sqlite3")
    files = [one for one in folder.rglob("*") if one.is_file()]
    assert files
    assert [one.name for one in files if any(form in one.read_bytes() for form in forms(PLANTED))] == []


class Watch:
    """Remembers the files that this process opens to write, while it is on; pipes have numbers, files have names."""

    on = False
    written: ClassVar[list[str]] = []

    @classmethod
    def see(cls, event: str, arguments: tuple[Any, ...]) -> None:
        if not cls.on or event != "open" or not isinstance(arguments[0], str) or arguments[0] == os.devnull:
            return
        if arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            cls.written.append(arguments[0])


sys.addaudithook(Watch.see)


async def test_no_file_is_written_while_a_tip_with_files_is_taken(talk: Tipping, tmp_path: Path) -> None:
    """The process apart that cleans them can write none (`tests/bot/tips/files`); SQLite's own files are read above."""
    person = talk.person("en")
    Watch.written.clear()
    Watch.on = True
    try:
        os.close(os.open(str(tmp_path / "seen"), os.O_WRONLY | os.O_CREAT))
        await talk.accept(person)
        for name, content in (("a.pdf", making.pdf()), ("a.docx", making.docx()), ("a.jpg", making.jpeg())):
            talk.sandbox.crowd.send_file(person, name, content)
        talk.sandbox.crowd.send_photo(person, "b.jpg", making.jpeg())
        await talk.settle()
        await talk.forge(person, "tip:ask:yes")
        await talk.press(person, "tip:send:")
    finally:
        Watch.on = False
    assert [Path(one).name for one in Watch.written] == ["seen"], "the watch sees what is written, and nothing else was"
    assert len(await talk.opened()) == 4


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_was_erased_is_not_in_the_files_of_the_database_either(talk: Tipping) -> None:
    """Not even sealed: who has the key later must find nothing of what was to be gone.

    PostgreSQL's log keeps what it had, as docs/threat-model.md says.
    """
    person = talk.person("en")
    await talk.tell(person, WRITTEN)
    async with talk.database.read() as connection:
        body = bytes((await connection.execute(select(tip_parts.c.body))).scalar_one())
        route = bytes((await connection.execute(select(tip_routes.c.body))).scalar_one())

    async def there(needle: bytes) -> list[str]:
        return [one.name for one in await disk(talk) if needle in _content(one)]

    assert await there(body[100:164])
    assert await there(route[10:60])
    talk.clock.advance(days=40)
    await talk.around()
    talk.clock.advance(days=8)
    await talk.around()
    assert not await talk.rows_of("tips")
    assert await there(body[100:164]) == []
    assert await there(route[10:60]) == []
