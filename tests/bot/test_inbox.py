"""An update is stored before it is acknowledged, handled in order, and survives a kill at any moment."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramConflictError, TelegramUnauthorizedError
from aiogram.methods import GetMe
from aiogram.types import Message
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.inbox import Inbox, Receiver, Worker, inbox
from bot.inbox.receiver import ALLOWED_UPDATES, trouble
from bot.inbox.stored import chat_of
from bot.sandbox import Sandbox
from tests.bot.waiting import until
from watchers.database import Database


def message(update_id: int, chat: int = 1, text: str = "hello") -> dict[str, Any]:
    sender = {"id": chat, "is_bot": False, "first_name": "A"}
    body = {"message_id": update_id, "date": 1, "chat": {"id": chat, "type": "private"}, "from": sender, "text": text}
    return {"update_id": update_id, "message": body}


async def rows(database: Database) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(select(inbox).order_by(inbox.c.id))).all())


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    bot = Bot("1:token")
    yield bot
    await bot.session.close()


class Heard:
    """A dispatcher that writes down what it is fed; `gate` holds every handler until it is opened."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.finished: list[str] = []
        self.at_once: defaultdict[int, int] = defaultdict(int)
        self.gate = asyncio.Event()
        self.gate.set()
        self.dispatcher = Dispatcher()
        self.dispatcher.message.register(self.hear)

    async def hear(self, message: Message) -> None:
        self.texts.append(message.text or "")
        self.at_once[message.chat.id] += 1
        assert self.at_once[message.chat.id] == 1, "two updates of one chat at once"
        await self.gate.wait()
        await asyncio.sleep(0)
        self.at_once[message.chat.id] -= 1
        if message.text == "break":
            raise RuntimeError("quoting: break")
        self.finished.append(message.text or "")


@pytest.fixture
async def heard() -> Heard:
    return Heard()


async def test_a_repeated_update_is_dropped(database: Database, clock: Any) -> None:
    box = Inbox(database, clock)
    assert await box.put([message(1), message(2)]) == 2
    assert await box.put([message(2), message(3)]) == 1
    assert [row.update_id for row in await rows(database)] == [1, 2, 3]


async def test_a_batch_is_stored_whole_or_not_at_all(database: Database, clock: Any) -> None:
    box = Inbox(database, clock)
    with pytest.raises((KeyError, ValueError)):
        await box.put([message(1), {"no": "id"}])
    assert await rows(database) == []


async def test_one_chat_is_handled_in_order_and_others_beside_it(
    database: Database, clock: Any, bot: Bot, heard: Heard
) -> None:
    box = Inbox(database, clock)
    worker = Worker(box, heard.dispatcher, bot, concurrency=4)
    await box.put([message(n, chat=n % 3, text=f"{n % 3}.{n:03}") for n in range(60)])
    await worker.drain()
    assert len(heard.finished) == 60
    for chat in range(3):
        mine = [text for text in heard.texts if text.startswith(f"{chat}.")]
        assert mine == sorted(mine)


async def test_no_more_chats_than_allowed_are_handled_at_once(
    database: Database, clock: Any, bot: Bot, heard: Heard
) -> None:
    box = Inbox(database, clock)
    worker = Worker(box, heard.dispatcher, bot, concurrency=2)
    heard.gate.clear()
    await box.put([message(n, chat=n) for n in range(1, 6)])
    await worker.do_some()
    await until(lambda: asyncio.sleep(0, len(heard.texts) == 2))
    assert not await worker.do_some()
    heard.gate.set()
    await worker.drain()
    assert len(heard.finished) == 5


async def test_what_was_written_is_erased_once_handled(database: Database, clock: Any, bot: Bot, heard: Heard) -> None:
    box = Inbox(database, clock)
    await box.put([message(1, chat=4_503_599_627_370_001, text="my secret")])
    await Worker(box, heard.dispatcher, bot).drain()
    (row,) = await rows(database)
    assert (row.update_id, row.chat_id, row.body, row.received_at) == (1, 0, "", clock())
    assert row.handled_at == clock()


async def test_a_handler_s_error_is_recorded_without_its_words_and_the_next_goes_on(
    database: Database, clock: Any, bot: Bot, heard: Heard
) -> None:
    box = Inbox(database, clock)
    await box.put([message(1, text="break"), message(2, text="after"), {"update_id": 3, "message": {"text": "junk"}}])
    await Worker(box, heard.dispatcher, bot).drain()
    assert heard.finished == ["after"]
    errors = [row.error for row in await rows(database)]
    assert errors[0].startswith("RuntimeError at test_inbox.py:")
    assert "quoting" not in errors[0]
    assert errors[1] == ""
    assert errors[2].startswith("not an update")
    assert await box.waiting() == 0


async def test_an_update_of_a_kind_nobody_knows_yet_is_passed_over(
    database: Database, clock: Any, bot: Bot, heard: Heard
) -> None:
    box = Inbox(database, clock)
    await box.put([{"update_id": 1, "invented_in_2030": {"chat": {"id": 5}}}, message(2, chat=5)])
    with pytest.warns(RuntimeWarning, match="unknown update type"):
        await Worker(box, heard.dispatcher, bot).drain()
    assert heard.finished == ["hello"]


async def test_a_worker_cancelled_in_the_moment_an_update_arrives_ends(
    database: Database, clock: Any, bot: Bot, heard: Heard
) -> None:
    box = Inbox(database, clock)
    for _ in range(20):
        task = asyncio.create_task(Worker(box, heard.dispatcher, bot, look_seconds=60).run())
        await asyncio.sleep(0.02)  # it waits by now
        box.arrived.set()
        task.cancel()
        _, left = await asyncio.wait({task}, timeout=60)
        assert not left


async def test_two_workers_never_handle_the_same_update_nor_one_chat_out_of_order(
    database: Database, clock: Any, bot: Bot, heard: Heard
) -> None:
    boxes = [Inbox(database, clock) for _ in range(3)]
    workers = [Worker(box, heard.dispatcher, bot, concurrency=3) for box in boxes]
    await boxes[0].put([message(n, chat=n % 4, text=f"{n % 4}.{n:03}") for n in range(80)])
    while await boxes[0].waiting():
        await asyncio.gather(*(worker.drain() for worker in workers))
    assert len(heard.texts) == len(set(heard.texts)) == 80
    for chat in range(4):
        mine = [text for text in heard.texts if text.startswith(f"{chat}.")]
        assert mine == sorted(mine)


async def test_a_claim_whose_process_died_is_handed_out_again_when_its_lease_ran_out(
    database: Database, clock: Any
) -> None:
    box = Inbox(database, clock, lease=timedelta(seconds=30))
    await box.put([message(1), message(2)])
    (first,) = await box.claim(10)
    assert await box.claim(10) == [], "the chat is busy"
    clock.advance(seconds=20)
    await box.renew([first.id])
    clock.advance(seconds=20)
    assert await box.claim(10) == [], "the lease was renewed"
    clock.advance(seconds=20)
    (again,) = await box.claim(10)
    assert (again.update_id, again.attempts) == (1, 2)


async def test_a_process_that_stood_still_for_longer_than_a_lease_handles_nothing_twice(
    database: Database, clock: Any, bot: Bot, heard: Heard
) -> None:
    box = Inbox(database, clock)
    worker = Worker(box, heard.dispatcher, bot)
    heard.gate.clear()
    await box.put([message(1), message(2, text="next")])
    await worker.do_some()
    await until(lambda: asyncio.sleep(0, bool(heard.texts)))
    clock.advance(minutes=5)
    assert not await worker.do_some()
    assert await Inbox(database, clock).claim(10) == [], "and it keeps its lease"
    heard.gate.set()
    await worker.drain()
    assert heard.texts == ["hello", "next"]


async def test_a_stop_puts_back_what_is_not_finished(database: Database, clock: Any, bot: Bot, heard: Heard) -> None:
    box = Inbox(database, clock)
    heard.gate.clear()
    task = asyncio.create_task(Worker(box, heard.dispatcher, bot).run())
    await box.put([message(1)])
    await until(lambda: asyncio.sleep(0, bool(heard.texts)))
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    (claimed,) = await box.claim(10)
    assert claimed.update_id == 1


async def test_old_rows_are_swept_and_unhandled_ones_never(database: Database, clock: Any, bot: Bot) -> None:
    box = Inbox(database, clock, keep=timedelta(days=2))
    await box.put([message(1)])
    await Worker(box, Dispatcher(), bot).drain()
    await box.put([message(2)])
    clock.advance(days=1)
    assert await box.sweep() == 0
    clock.advance(days=2)
    assert await box.sweep() == 1
    assert [row.update_id for row in await rows(database)] == [2]


@pytest.mark.parametrize("keep", [timedelta(hours=23), timedelta(days=8)])
async def test_a_retention_that_would_take_new_numbers_for_old_is_refused(
    database: Database, clock: Any, keep: timedelta
) -> None:
    with pytest.raises(ValueError, match="between one day and seven"):
        Inbox(database, clock, keep=keep)


@pytest.mark.parametrize(
    ("update", "chat"),
    [
        (message(1, chat=7), 7),
        ({"update_id": 1, "callback_query": {"from": {"id": 5}, "message": {"chat": {"id": -9}}}}, -9),
        ({"update_id": 1, "callback_query": {"from": {"id": 5}, "inline_message_id": "x"}}, 5),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": -8}, "from": {"id": 5}}}, -8),
        ({"update_id": 1, "poll": {"id": "x"}}, 0),
        ({"update_id": 1}, 0),
    ],
)
def test_the_chat_of_any_update_is_found(update: dict[str, Any], chat: int) -> None:
    assert chat_of(update) == chat


async def test_a_batch_is_confirmed_only_after_it_was_stored(database: Database, clock: Any) -> None:
    async with Sandbox() as sandbox:
        bot = Bot(sandbox.token, session=AiohttpSession(api=TelegramAPIServer.from_base(sandbox.api_base)))
        box = Inbox(database, clock)
        receiver = Receiver(bot, box, timeout=0)
        await receiver.receive()
        sandbox.crowd.send(sandbox.people[0], "one")

        async def refuse(_: object) -> int:
            raise OSError("the disk is full")

        put, box.put = box.put, refuse  # type: ignore[method-assign]
        with pytest.raises(OSError, match="disk"):
            await receiver.receive()
        box.put = put  # type: ignore[method-assign]
        assert await receiver.receive() == 1
        assert await receiver.receive() == 0
        assert not sandbox.world.updates.pending, "the next question confirmed it"
        await bot.session.close()


async def test_it_asks_for_blocks_and_unblocks_too(database: Database, clock: Any) -> None:
    assert "my_chat_member" in ALLOWED_UPDATES


async def test_a_trouble_is_said_once_and_its_end_too(
    database: Database, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Sandbox() as sandbox:
        bot = Bot(sandbox.token, session=AiohttpSession(api=TelegramAPIServer.from_base(sandbox.api_base)))
        receiver = Receiver(bot, Inbox(database, clock), timeout=0)
        sandbox.faults.refuse(409, "Conflict: terminated by other getUpdates request", method="getUpdates", count=3)
        real = asyncio.sleep
        monkeypatch.setattr("bot.inbox.receiver.asyncio.sleep", lambda _: real(0))
        with capture_logs() as logs:
            task = asyncio.create_task(receiver.run())
            while not any(log["log_level"] == "info" for log in logs):
                await real(0.01)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        said = [log["event"] for log in logs]
        assert len([line for line in said if "another program reads" in line]) == 1
        assert said[-1] == "telegram: updates come in again"
        assert not [line for line in said if sandbox.token in line]
        await bot.session.close()


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (TelegramConflictError(GetMe(), "Conflict: can't use getUpdates method while webhook is active"), "webhook"),
        (TelegramUnauthorizedError(GetMe(), "Unauthorized"), "@BotFather"),
        (OSError("disk"), "database.url"),
    ],
)
def test_every_trouble_says_what_to_do(error: Exception, advice: str) -> None:
    assert advice in trouble(error)
    assert trouble(error).startswith("telegram: ")


async def test_nothing_is_lost_when_the_process_is_killed_again_and_again(database_url: str) -> None:
    """Three people write ten times each while the bot is killed three times with SIGKILL in the middle of its work."""
    kills = 3
    async with Sandbox() as sandbox:
        sandbox.world.updates.allow(list(ALLOWED_UPDATES))
        for number in range(10):
            for person in sandbox.people:
                sandbox.crowd.send(person, f"word {number}")
        sandbox.faults.slow(0.02, method="sendMessage")
        for kill in range(kills + 1):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.bot.process", database_url, sandbox.api_base, sandbox.token
            )
            database = Database(database_url)
            box = Inbox(database, lambda: pytest.fail("no clock is needed to count"))

            async def far_enough(kill: int = kill, box: Inbox = box) -> bool:
                if kill < kills:
                    return len(sandbox.ledger.messages()) >= 5 * (kill + 1)
                return not sandbox.world.updates.pending and not await box.waiting()

            await until(far_enough)
            process.kill()
            await process.wait()
            await database.close()
        for person in sandbox.people:
            answers = sandbox.ledger.messages(person.id)
            assert 10 <= len(answers) <= 10 + kills, "at most the one in hand is answered again"
    database = Database(database_url)
    assert [row for row in await rows(database) if row.body or row.error] == []
    assert len(await rows(database)) == 30
    await database.close()
