"""Updates: polling, confirming, conflicts, kinds, and the webhook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError
from aiohttp import web

from bot.sandbox import Person, Sandbox
from bot.sandbox.files import picture_type
from tests.bot.sandbox.pictures import png


async def test_an_update_comes_until_its_offset_is_confirmed(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    sandbox.crowd.send(reader, "one")
    sandbox.crowd.send(reader, "two")
    first, second = await bot.get_updates()
    assert second.update_id == first.update_id + 1
    assert [update.update_id for update in await bot.get_updates()] == [first.update_id, second.update_id]
    (left,) = await bot.get_updates(offset=second.update_id)
    assert left.message is not None
    assert left.message.text == "two"
    assert await bot.get_updates(offset=second.update_id + 1) == []
    sandbox.crowd.send(reader, "three")
    sandbox.crowd.send(reader, "four")
    (newest,) = await bot.get_updates(offset=-1)
    assert newest.message is not None
    assert newest.message.text == "four"


async def test_a_long_poll_ends_as_soon_as_somebody_writes(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await sandbox.world.updates.waiting.wait()
    sandbox.crowd.send(reader, "hello")
    (update,) = await poll
    assert update.message is not None
    assert update.message.from_user is not None
    assert update.message.from_user.language_code == "en"


async def test_a_second_consumer_ends_the_first_with_409(bot: Bot, sandbox: Sandbox) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=50))
    await sandbox.world.updates.waiting.wait()
    assert await bot.get_updates() == []
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await first


async def test_only_the_kinds_the_bot_asked_for_are_queued(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    await bot.get_updates(allowed_updates=["message"])
    sandbox.crowd.block(reader)
    assert await bot.get_updates() == []
    await bot.get_updates(allowed_updates=["message", "my_chat_member"])
    sandbox.crowd.unblock(reader)
    (update,) = await bot.get_updates()
    assert update.my_chat_member is not None
    assert update.my_chat_member.old_chat_member.status == "kicked"
    assert update.my_chat_member.new_chat_member.status == "member"


async def test_what_people_send_arrives_whole(bot: Bot, sandbox: Sandbox) -> None:
    person = sandbox.people[0]
    sandbox.crowd.start(person, "tender_42")
    sandbox.crowd.send_photo(person, "roof.png", png(8, 9), caption="Look")
    sandbox.crowd.send_file(person, "letter.txt", b"text")
    messages = [update.message for update in await bot.get_updates()]
    start, photo, letter = [message for message in messages if message is not None]
    assert start.text == "/start tender_42"
    assert start.entities is not None
    assert start.entities[0].type == "bot_command"
    assert photo.photo is not None
    assert photo.caption == "Look"
    content = await bot.download(photo.photo[-1].file_id)
    assert content is not None
    assert picture_type(content.read()) == "image/png"
    assert letter.document is not None
    assert letter.document.file_name == "letter.txt"


async def test_a_pressed_button_is_answered_once_and_in_time(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    markup = {"inline_keyboard": [[{"text": "Why?", "callback_data": "why:1"}]]}
    sent = await bot.send_message(reader.id, "x", reply_markup=markup)  # type: ignore[arg-type]
    query_id = sandbox.crowd.press(reader, sandbox.world.chats[reader.id], sent.message_id, "why:1")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert (update.callback_query.id, update.callback_query.data) == (query_id, "why:1")
    assert await bot.answer_callback_query(query_id, text="Because", show_alert=True)
    with pytest.raises(TelegramBadRequest, match="query is too old and response timeout expired"):
        await bot.answer_callback_query(query_id)


async def test_a_group_tells_the_bot_only_what_is_meant_for_it(bot: Bot, sandbox: Sandbox) -> None:
    aizhan, timur, _ = sandbox.people
    group = sandbox.crowd.add_group("Newsroom")
    joined = await bot.get_updates()
    assert [bool(u.message), bool(u.my_chat_member)] if (u := joined[0]) else []
    ours = await bot.send_message(group.id, "x")
    sandbox.crowd.send(timur, "just talk", group)
    sandbox.crowd.send(timur, "/stop@another_bot", group)
    sandbox.crowd.send(aizhan, "/filters", group)
    sandbox.crowd.send(timur, "an answer", group, reply_to=ours.message_id)
    seen = await bot.get_updates(offset=joined[-1].update_id + 1)
    assert [u.message.text for u in seen if u.message] == ["/filters", "an answer"]
    assert await bot.leave_chat(group.id)
    with pytest.raises(Exception, match="Forbidden: bot is not a member of the group chat"):
        await bot.send_message(group.id, "x")


class Receiver:
    """A bot's webhook: answers with the next of `answers`, then 200, and remembers what came."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.full = asyncio.Event()
        self.expected = 1
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        self.got.append((secret, await request.json()))
        if len(self.got) >= self.expected:
            self.full.set()
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def test_the_webhook_repeats_an_update_until_it_is_taken(
    bot: Bot, sandbox: Sandbox, reader: Person, receiver: Receiver
) -> None:
    receiver.answers = [web.Response(status=500), web.Response(status=503, headers={"Retry-After": "0"})]
    receiver.expected = 4
    assert await bot.set_webhook(receiver.url, secret_token="s3cret")
    sandbox.crowd.send(reader, "one")
    sandbox.crowd.send(reader, "two")
    await receiver.full.wait()
    assert [body["message"]["text"] for _, body in receiver.got] == ["one", "one", "one", "two"]
    assert {secret for secret, _ in receiver.got} == {"s3cret"}
    info = await bot.get_webhook_info()
    assert info.url == receiver.url
    assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"


async def test_polling_is_refused_while_a_webhook_is_set(bot: Bot, sandbox: Sandbox, receiver: Receiver) -> None:
    await bot.set_webhook(receiver.url)
    with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == []
    assert (await bot.get_webhook_info()).url == ""


async def test_a_webhook_elsewhere_must_be_https(bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="bad webhook: An HTTPS URL must be provided for webhook"):
        await bot.set_webhook("http://example.kz/hook")
