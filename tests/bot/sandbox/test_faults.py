"""Trouble on demand, seen through the real aiogram client."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import (
    RestartingTelegram,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from bot.sandbox import Fault, Person, Sandbox, Trouble
from bot.sandbox.faults import Faults
from bot.sandbox.limits import Limits
from tests.bot.waiting import until


async def test_a_flood_answer_says_how_long_to_wait_in_the_answer_and_in_the_header(
    bot: Bot, sandbox: Sandbox, reader: Person
) -> None:
    sandbox.faults.flood(retry_after=7, count=2)
    with pytest.raises(TelegramRetryAfter) as refused:
        await bot.send_message(reader.id, "x")
    assert refused.value.retry_after == 7
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{sandbox.api_base}/bot{sandbox.token}/sendMessage", data={"chat_id": reader.id}) as answer,
    ):
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
        assert await answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        }
    await bot.send_message(reader.id, "x")
    assert len(sandbox.ledger.messages()) == 1
    assert len(sandbox.ledger.refused()) == 2


@pytest.mark.parametrize(
    "refusal",
    [
        (403, "Forbidden: bot was blocked by the user", TelegramForbiddenError),
        (403, "Forbidden: user is deactivated", TelegramForbiddenError),
        (403, "Forbidden: bot was kicked from the supergroup chat", TelegramForbiddenError),
        (400, "Bad Request: chat not found", TelegramBadRequest),
        (400, "Bad Request: message thread not found", TelegramBadRequest),
        (500, "Internal Server Error", TelegramServerError),
        (500, "Internal Server Error: restart", RestartingTelegram),
        (502, "Bad Gateway", TelegramServerError),
    ],
)
async def test_any_refusal_can_be_ordered_for_one_chat(
    bot: Bot, sandbox: Sandbox, reader: Person, refusal: tuple[int, str, type[Exception]]
) -> None:
    code, text, error = refusal
    other = sandbox.crowd.add("Other", started=True)
    sandbox.faults.refuse(code, text, chat_id=reader.id)
    with pytest.raises(error) as refused:
        await bot.send_message(reader.id, "x")
    assert text in str(refused.value)
    await bot.send_message(other.id, "x")


async def test_a_migrated_group_is_named_and_can_be_written_to(bot: Bot, sandbox: Sandbox) -> None:
    group = sandbox.crowd.add_group("Newsroom")
    sandbox.faults.migrate(-1001234567890, chat_id=group.id, count=1)
    with pytest.raises(TelegramMigrateToChat) as refused:
        await bot.send_message(group.id, "x")
    assert refused.value.migrate_to_chat_id == -1001234567890
    sent = await bot.send_message(-1001234567890, "x")
    assert sent.chat.type == "supergroup"
    with pytest.raises(TelegramMigrateToChat):
        await bot.send_message(group.id, "again")
    seen = [update.message for update in await bot.get_updates()]
    assert [message.migrate_to_chat_id for message in seen if message and message.migrate_to_chat_id] == [
        -1001234567890
    ]
    assert [message.migrate_from_chat_id for message in seen if message and message.migrate_from_chat_id] == [group.id]


async def test_a_dropped_answer_leaves_the_message_in_the_chat_and_the_ledger(
    bot: Bot, sandbox: Sandbox, reader: Person
) -> None:
    sandbox.faults.drop_after(method="sendMessage", count=1)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(reader.id, "doubtful")
    (entry,) = sandbox.ledger.messages(reader.id)
    assert (entry.plain, entry.answered) == ("doubtful", False)
    assert sandbox.world.chats[reader.id].messages[entry.message_id or 0]["text"] == "doubtful"


async def test_a_connection_dropped_before_accepting_leaves_nothing(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    before = len(sandbox.world.chats[reader.id].messages)
    sandbox.faults.drop_before(count=1)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(reader.id, "lost")
    assert sandbox.ledger.messages() == []
    assert len(sandbox.world.chats[reader.id].messages) == before


async def test_a_slow_answer_is_accepted_at_once(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    sandbox.faults.slow(3600.0, count=1)
    waiting = asyncio.create_task(bot.send_message(reader.id, "late", request_timeout=3600))
    await until(lambda: asyncio.sleep(0, bool(sandbox.ledger.messages())))
    assert [entry.plain for entry in sandbox.ledger.messages()] == ["late"]
    assert not waiting.done()
    waiting.cancel()


async def test_polling_is_not_struck_unless_it_is_named(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    sandbox.faults.refuse(502, "Bad Gateway")
    assert await bot.get_updates() == []
    sandbox.faults.refuse(502, "Bad Gateway", method="getUpdates", count=1)
    with pytest.raises(TelegramServerError):
        await bot.get_updates()
    assert await bot.get_updates() == []


def test_probability_is_kept_and_repeatable() -> None:
    def struck() -> list[bool]:
        faults = Faults(seed=5)
        faults.blocked(probability=0.3)
        return [bool(faults.strike("sendMessage", 1)) for _ in range(1000)]

    assert 250 < sum(struck()) < 350
    assert struck() == struck()


async def _ask(sandbox: Sandbox, method: str, path: str, body: Any = None) -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, sandbox.api_base + path, data=json.dumps(body) if body else None) as answer,
    ):
        return await answer.json() if answer.status == 200 else (answer.status, await answer.text())


async def test_faults_are_steered_over_http(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    order = {"trouble": "flood", "retry_after": 3, "chat_id": reader.id, "count": 1}
    made = await _ask(sandbox, "POST", "/sandbox/faults", order)
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(reader.id, "x")
    (listed,) = (await _ask(sandbox, "GET", "/sandbox/faults"))["faults"]
    assert (listed["id"], listed["struck"]) == (made["id"], 1)
    assert await _ask(sandbox, "DELETE", "/sandbox/faults") == {"faults": []}
    status, text = await _ask(sandbox, "POST", "/sandbox/faults", {"trouble": "rain"})
    assert status == 400
    assert "Invalid enum value 'rain'" in text


async def test_the_ledger_is_read_over_http_with_filters(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    other = sandbox.crowd.add("Other", started=True)
    for text in ("one", "two", "three"):
        await bot.send_message(reader.id, text)
    await bot.send_message(other.id, "four")
    found = await _ask(sandbox, "GET", f"/sandbox/ledger?method=sendmessage&chat_id={reader.id}&after=1")
    assert found["count"] == 2
    assert [entry["plain"] for entry in found["entries"]] == ["two", "three"]
    assert found["entries"][0]["at"].endswith("Z")
    assert await _ask(sandbox, "GET", "/sandbox/ledger?refused=1") == {"count": 0, "entries": []}


def test_limits_are_those_of_the_real_server() -> None:
    now = [0.0]
    limits = Limits(lambda: now[0])
    assert all(limits.check(1) is None for _ in range(100))
    limits.on = True
    assert [limits.check(chat) is None for chat in range(31)] == [True] * 30 + [False]
    now[0] = 10.0
    assert [limits.check(7) is None for _ in range(4)] == [True, True, True, False]
    now[0] = 100.0
    sent = 0
    while limits.check(-5) is None:
        sent += 1
        now[0] += 1.0
    assert sent == 20
    refused = limits.check(-5)
    assert refused is not None
    assert refused.parameters == {"retry_after": 40}


async def test_limits_are_switched_on_over_http(
    bot: Bot, sandbox: Sandbox, reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox.limits, "_monotonic", lambda: 0.0)  # or the first may be forgotten before the fourth
    assert await _ask(sandbox, "POST", "/sandbox/limits", {"on": True}) == {"on": True}
    for _ in range(3):
        await bot.send_message(reader.id, "x")
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(reader.id, "x")


async def test_one_fault_object_says_it_all(sandbox: Sandbox) -> None:
    fault = sandbox.faults.add(Fault(Trouble.REFUSE, chat_id=5, method="editMessageText"))
    assert fault.fits("EditMessageText", 5)
    assert not fault.fits("sendMessage", 5)
    assert not fault.fits("editMessageText", 6)


async def test_a_page_of_another_site_cannot_steer_the_sandbox(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        for headers in ({"Origin": "https://example.org"}, {"Host": "evil.example"}):
            async with session.post(
                f"{sandbox.api_base}/sandbox/limits", data='{"on":true}', headers=headers
            ) as answer:
                assert answer.status == 403
    assert not sandbox.limits.on
