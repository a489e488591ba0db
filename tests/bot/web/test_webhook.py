"""Updates by webhook, from the sandbox's Telegram to the answer in the chat."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select, text

from bot.app import App, Role
from bot.config import load_config
from bot.inbox import Inbox, inbox
from bot.sandbox.server import Sandbox
from bot.web import Webhook, WebServer, webhook_path, webhook_secret
from bot.web.webhook import SECRET_HEADER
from tests.bot.waiting import until
from watchers.database import Database

TOKEN = "5000000001:AAHsandbox-token-of-a-test-000000000"
SECRET = {SECRET_HEADER: "hush"}


def update(number: int, chat: int = 5) -> dict[str, Any]:
    return {"update_id": number, "message": {"message_id": number, "chat": {"id": chat}, "text": "hello"}}


class Posting:
    """A webhook on loopback, and Telegram's side of it."""

    def __init__(self, database: Database, clock: Any, **named: Any) -> None:
        self.database = database
        self.hook = Webhook(Inbox(database, clock), TOKEN, secret="hush", monotonic=lambda: 0.0, **named)
        self.server = WebServer("127.0.0.1", 0, self.hook.routes())

    async def post(self, body: Any, headers: dict[str, str] | None = None) -> tuple[int, str | None]:
        url = f"http://127.0.0.1:{self.server.port}{self.hook.path}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=SECRET if headers is None else headers)
            if isinstance(body, bytes)
            else session.post(url, json=body, headers=SECRET if headers is None else headers) as answer,
        ):
            return answer.status, answer.headers.get("Retry-After")

    async def stored(self) -> list[int]:
        async with self.database.read() as connection:
            return list((await connection.execute(select(inbox.c.update_id).order_by(inbox.c.id))).scalars())


@pytest.fixture
async def posting(database: Database, clock: Any) -> AsyncIterator[Posting]:
    found, stop = Posting(database, clock, most_waiting=2), asyncio.Event()
    run = asyncio.create_task(found.server.run(stop))
    await found.server.started.wait()
    yield found
    stop.set()
    await run


async def test_an_update_is_stored_once_before_it_is_acknowledged(posting: Posting) -> None:
    assert await posting.post(update(7)) == (200, None)
    assert await posting.post(update(7)) == (200, None)  # Telegram repeats what it is not sure of
    assert await posting.stored() == [7]


@pytest.mark.parametrize("headers", [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: "hush!"}, {SECRET_HEADER: "HUSH"}])
async def test_a_call_without_the_secret_is_refused(posting: Posting, headers: dict[str, str]) -> None:
    assert await posting.post(update(7), headers) == (403, None)
    assert await posting.stored() == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"update_id": "7"}', b'{"update_id": true}', b"[" * 100_000])
async def test_what_is_no_update_is_refused_and_breaks_nothing(posting: Posting, body: bytes) -> None:
    assert (await posting.post(body))[0] == 400
    assert (await posting.post(update(8)))[0] == 200


async def test_a_huge_body_is_refused(posting: Posting) -> None:
    assert (await posting.post(b'{"update_id": 7, "x": "' + b"x" * 2_000_000 + b'"}'))[0] == 413


async def test_under_pressure_telegram_is_asked_to_come_again(posting: Posting) -> None:
    for number in (1, 2, 3):
        await posting.post(update(number))
    posting.hook._counted = (-1.0, 0)  # a second later
    assert await posting.post(update(4)) == (503, "5")
    assert await posting.stored() == [1, 2, 3]


async def test_what_cannot_be_stored_is_not_acknowledged(posting: Posting) -> None:
    async with posting.database.write() as connection:
        await connection.execute(text("ALTER TABLE inbox RENAME TO gone"))
    assert await posting.post(update(1)) == (503, "5")
    async with posting.database.write() as connection:
        await connection.execute(text("ALTER TABLE gone RENAME TO inbox"))
    assert await posting.post(update(1)) == (200, None)


def test_path_and_secret_follow_from_the_token_and_tell_nothing_of_it() -> None:
    path = webhook_path(TOKEN)
    assert path.startswith("/telegram/")
    assert len(path) > 40
    assert "AAH" not in path
    assert webhook_path(TOKEN + "x") != path
    assert webhook_secret(TOKEN) not in path
    assert webhook_secret(TOKEN, "chosen") == "chosen"


@pytest.fixture
def kept_port() -> Iterator[int]:
    """A port that is given to nobody else, though nobody listens there but who is told to."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as a server does: two may, while neither listens
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
        if sys.platform != "linux":  # where no two may
            one.close()
        yield port


async def test_a_person_is_answered_through_the_webhook_also_after_a_time_when_nobody_listened(
    tmp_path: Path, kept_port: int
) -> None:
    async with Sandbox() as sandbox:
        config = tmp_path / "config.toml"
        config.write_text(
            f'[telegram]\ntoken = "{sandbox.token}"\napi_base = "{sandbox.api_base}"\nmode = "webhook"\n'
            f'[database]\nurl = "sqlite:///{tmp_path}/b.sqlite3"\n'
            f'[web]\nlisten = "127.0.0.1:{kept_port}"\npublic_url = "http://127.0.0.1:{kept_port}"\n'
        )
        person = sandbox.people[0]

        async def run_until(wanted: int) -> None:
            async def answered() -> bool:
                return len(sandbox.ledger.messages(person.id)) >= wanted

            stop = asyncio.Event()
            app = App(load_config(config), roles=frozenset({Role.CHAT, Role.WEB}), clock=lambda: datetime.now(UTC))
            running = asyncio.create_task(app.run(stop))
            await until(answered)
            stop.set()
            await running

        sandbox.crowd.start(person)
        await run_until(1)
        sandbox.webhook.last_error = None
        sandbox.crowd.send(person, "/help")  # nobody listens: the sandbox posts it again, as Telegram does
        await until(lambda: asyncio.sleep(0, sandbox.webhook.last_error))
        await run_until(2)
        hello, help_ = (entry.text for entry in sandbox.ledger.messages(person.id))  # each is answered once
        assert hello != help_
        assert "/filters" in help_


async def test_a_secret_of_bytes_that_are_no_text_is_refused_like_any_other(posting: Posting) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", posting.server.port)
    head = f"POST {posting.hook.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n{SECRET_HEADER}: ".encode()
    writer.write(head + b"\xff\xfe\r\n\r\n{}")
    assert (await reader.readline()).split()[1] == b"403"
    writer.close()


async def test_a_number_that_no_database_holds_is_no_update(posting: Posting) -> None:
    assert (await posting.post(update(10**30)))[0] == 400
    assert (await posting.post(update(9) | {"message": {"chat": {"id": 10**30}}}))[0] == 200
