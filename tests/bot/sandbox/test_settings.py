"""What the bot says of itself, chats and members, and every way a call's body may come."""

from __future__ import annotations

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat

from bot.sandbox import Person, Sandbox
from bot.sandbox.methods.settings import commands_for


def commands(*names: str) -> list[BotCommand]:
    return [BotCommand(command=name, description=f"about {name}") for name in names]


async def test_commands_are_kept_by_scope_and_language(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    await bot.set_my_commands(commands("help"))
    await bot.set_my_commands(commands("komek"), language_code="kk")
    await bot.set_my_commands(commands("stop"), scope=BotCommandScopeAllPrivateChats())
    await bot.set_my_commands(commands("tips"), scope=BotCommandScopeChat(chat_id=reader.id))
    assert [c.command for c in await bot.get_my_commands()] == ["help"]
    assert [c.command for c in await bot.get_my_commands(language_code="kk")] == ["komek"]
    assert await bot.get_my_commands(language_code="ru") == []
    assert commands_for(sandbox.world, reader.id, "en")[0]["command"] == "tips"
    assert commands_for(sandbox.world, 5, "kk")[0]["command"] == "stop"
    assert commands_for(sandbox.world, -5, "kk")[0]["command"] == "komek"
    await bot.delete_my_commands(scope=BotCommandScopeChat(chat_id=reader.id))
    assert commands_for(sandbox.world, reader.id, "en")[0]["command"] == "stop"


@pytest.mark.parametrize(("name", "about"), [("Help", "x"), ("a-b", "x"), ("help", ""), ("x" * 33, "x")])
async def test_a_bad_command_is_refused(bot: Bot, name: str, about: str) -> None:
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND"):
        await bot.set_my_commands([BotCommand(command=name, description=about)])


async def test_descriptions_are_kept_by_language(bot: Bot) -> None:
    await bot.set_my_description("Everybody")
    await bot.set_my_description("Барлығы", language_code="kk")
    await bot.set_my_short_description("Short")
    assert (await bot.get_my_description(language_code="kk")).description == "Барлығы"
    assert (await bot.get_my_description(language_code="ru")).description == "Everybody"
    assert (await bot.get_my_short_description()).short_description == "Short"
    with pytest.raises(TelegramBadRequest):
        await bot.set_my_short_description("x" * 121)


async def test_chats_and_members_are_described(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    me = await bot.get_me()
    assert me.is_bot
    chat = await bot.get_chat(reader.id)
    assert (chat.type, chat.first_name) == ("private", "Emma")
    group = sandbox.crowd.add_group("Newsroom", kind="supergroup")
    assert (await bot.get_chat_member(group.id, me.id)).status == "member"
    assert (await bot.get_chat_member(group.id, reader.id)).status == "member"
    sandbox.crowd.set_bot_status(reader, group, "administrator")
    assert (await bot.get_chat_member(group.id, me.id)).status == "administrator"
    sandbox.crowd.set_bot_status(reader, group, "kicked")
    with pytest.raises(TelegramForbiddenError, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "x")
    changes = [u.my_chat_member.new_chat_member.status for u in await bot.get_updates() if u.my_chat_member]
    assert changes == ["member", "administrator", "kicked"]
    assert await bot.send_chat_action(reader.id, "typing")
    with pytest.raises(TelegramBadRequest, match="wrong parameter action"):
        await bot.send_chat_action(reader.id, "dancing")


async def test_a_call_may_come_as_query_form_multipart_or_json(sandbox: Sandbox, reader: Person) -> None:
    address = f"{sandbox.api_base}/bot{sandbox.token}/SendMessage"
    fields = {"chat_id": str(reader.id), "text": "сәлем"}
    multipart = aiohttp.FormData()
    for name, value in fields.items():
        multipart.add_field(name, value, content_type="text/plain; charset=utf-8")
    async with aiohttp.ClientSession() as session:
        for sent in (
            session.get(address, params=fields),
            session.post(address, data=fields),
            session.post(address, data=multipart),
            session.post(address, json={"chat_id": reader.id, "text": "сәлем"}),
        ):
            async with sent as answer:
                body = await answer.json()
                assert body["result"]["text"] == "сәлем"
        async with session.post(address, data="{", headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 400
    assert len(sandbox.ledger.messages()) == 4
