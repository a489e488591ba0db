"""The chat page in a real Chromium: what people press and what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiogram import Bot
from aiogram.types import BotCommand, BufferedInputFile, KeyboardButton, ReplyKeyboardMarkup
from playwright.async_api import expect

from bot.sandbox import Person, Sandbox
from tests.bot.sandbox.conftest import Window
from tests.bot.sandbox.pages import bubble, inline, update_after
from tests.bot.sandbox.pictures import png

pytestmark = pytest.mark.chromium


async def test_start_is_pressed_and_the_answer_appears(bot: Bot, sandbox: Sandbox, window: Window) -> None:
    timur = sandbox.people[1]
    await bot.set_my_description("Новые закупки с пометками", language_code="ru")
    page = await window.open(f"?person={timur.id}")
    await expect(page.locator(".empty")).to_contain_text("Новые закупки с пометками")
    await page.get_by_role("button", name="Начать").click()
    update = await update_after(bot)
    assert update.message.text == "/start"
    await bot.send_message(timur.id, "Здравствуйте")
    await expect(bubble(page, "Здравствуйте")).to_be_visible()
    await page.get_by_role("textbox", name="Сообщение").fill("спасибо\nпосмотрю")
    await page.keyboard.press("Enter")
    assert (await update_after(bot, update.update_id + 1)).message.text == "спасибо\nпосмотрю"
    await expect(page.locator(".message.own .text").last).to_have_text("спасибо\nпосмотрю")


async def test_a_deep_link_carries_its_payload(bot: Bot, sandbox: Sandbox, window: Window) -> None:
    page = await window.open("?start=tender_42")
    await page.get_by_role("button", name="Бастау").click()
    assert (await update_after(bot)).message.text == "/start tender_42"


async def test_a_button_spins_until_answered_and_the_edit_stands_in_place(
    bot: Bot, sandbox: Sandbox, reader: Person, window: Window
) -> None:
    keys = inline([("Why?", "why"), ("Portal", "https://example.kz/1")])
    sent = await bot.send_message(reader.id, "Roof repair", reply_markup=keys)
    page = await window.open(f"?person={reader.id}")
    key = page.get_by_role("button", name="Why?")
    await key.click()
    await expect(key).to_have_attribute("aria-busy", "true")
    update = await update_after(bot)
    assert (update.callback_query.data, update.callback_query.from_user.id) == ("why", reader.id)
    await update.callback_query.answer("Noted")
    await expect(page.locator(".toast")).to_have_text("Noted")
    await expect(key).not_to_have_attribute("aria-busy", "true")
    await bot.edit_message_text("Roof repair: 3 days", chat_id=reader.id, message_id=sent.message_id, reply_markup=keys)
    await expect(bubble(page, "Roof repair: 3 days")).to_contain_text("edited")
    assert await page.locator(f"[data-id='{sent.message_id}']").count() == 1
    link = page.get_by_role("link", name="Portal")
    await expect(link).to_have_attribute("href", "https://example.kz/1")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await key.click()
    await (await update_after(bot, update.update_id + 1)).callback_query.answer("Read this", show_alert=True)
    await expect(page.get_by_role("dialog")).to_contain_text("Read this")
    await page.keyboard.press("Escape")
    await bot.delete_message(reader.id, sent.message_id)
    await expect(page.locator(f"[data-id='{sent.message_id}']")).to_have_count(0)


async def test_pictures_and_files_are_shown_and_sent(
    bot: Bot, sandbox: Sandbox, reader: Person, window: Window, tmp_path: Path
) -> None:
    await bot.send_photo(reader.id, BufferedInputFile(png(300, 200), "c.png"), caption="<b>Prices</b>")
    await bot.send_document(reader.id, BufferedInputFile(b"a,b\n", "list.csv"))
    page = await window.open(f"?person={reader.id}")
    await expect(page.locator(".photo img")).to_have_js_property("naturalWidth", 300)
    async with page.expect_download() as download:
        await page.locator(".file").click()
    assert (await download.value).suggested_filename == "list.csv"
    picture, paper = tmp_path / "roof.png", tmp_path / "letter.txt"
    picture.write_bytes(png(10, 10))
    paper.write_bytes(b"text")
    await page.locator("input[type=file]").set_input_files(picture)
    await expect(page.get_by_label("send as a photo")).to_be_checked()
    await page.get_by_role("textbox", name="Message").fill("Look")
    await page.get_by_role("button", name="Send").click()
    first = await update_after(bot)
    assert (first.message.photo[-1].width, first.message.caption) == (10, "Look")
    await page.locator("input[type=file]").set_input_files(paper)
    await page.get_by_role("button", name="Send").click()
    second = await update_after(bot, first.update_id + 1)
    assert second.message.document.file_name == "letter.txt"


async def test_blocking_is_felt_by_the_bot_and_can_be_undone(
    bot: Bot, sandbox: Sandbox, reader: Person, window: Window
) -> None:
    page = await window.open(f"?person={reader.id}")
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("button", name="Stop the bot").click()
    update = await update_after(bot)
    assert update.my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(Exception, match="Forbidden: bot was blocked by the user"):
        await bot.send_message(reader.id, "x")
    await page.get_by_role("button", name="Unblock the bot").click()
    assert (await update_after(bot, update.update_id + 1)).my_chat_member.new_chat_member.status == "member"
    await expect(page.get_by_role("textbox", name="Message")).to_be_visible()


async def test_commands_stand_in_the_persons_language(bot: Bot, sandbox: Sandbox, window: Window) -> None:
    aizhan = sandbox.people[0]
    sandbox.crowd.start(aizhan)
    await bot.set_my_commands([BotCommand(command="help", description="Help")])
    await bot.set_my_commands([BotCommand(command="help", description="Көмек")], language_code="kk")
    page = await window.open(f"?person={aizhan.id}")
    await expect(page.locator("html")).to_have_attribute("lang", "kk")
    await page.get_by_role("button", name="Мәзір").click()
    await page.get_by_role("button", name="/help Көмек").click()
    updates = await bot.get_updates(timeout=5)
    while not any(u.message and u.message.text == "/help" for u in updates):
        updates = await bot.get_updates(offset=updates[-1].update_id, timeout=5)


async def test_a_reply_keyboard_writes_its_words(bot: Bot, reader: Person, window: Window) -> None:
    keys = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Everything"), KeyboardButton(text="A region")]])
    page = await window.open(f"?person={reader.id}")
    await bot.send_message(reader.id, "What to follow?", reply_markup=keys)
    await page.get_by_role("button", name="A region").click()
    assert (await update_after(bot)).message.text == "A region"


async def test_unread_is_counted_per_person_and_survives_a_reload(
    bot: Bot, sandbox: Sandbox, reader: Person, window: Window
) -> None:
    aizhan = sandbox.people[0]
    sandbox.crowd.start(aizhan)
    page = await window.open(f"?person={reader.id}")
    await bot.send_message(aizhan.id, "бір")
    await bot.send_message(aizhan.id, "екі")
    badge = page.locator(f"[data-person='{aizhan.id}'] .badge")
    await expect(badge).to_have_text("2")
    await page.reload()
    await expect(badge).to_have_text("2")
    await page.locator(f"[data-person='{aizhan.id}']").click()
    await expect(bubble(page, "екі")).to_be_visible()
    await page.locator(f"[data-person='{reader.id}']").click()
    await expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    await expect(badge).to_have_count(0)


async def test_a_group_is_made_and_everybody_reads_it(
    bot: Bot, sandbox: Sandbox, reader: Person, window: Window
) -> None:
    page = await window.open(f"?person={reader.id}")
    await page.get_by_role("button", name="New group").click()
    await page.get_by_label("Title").fill("Newsroom")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("heading", name="Newsroom")).to_be_visible()
    group = next(chat for chat in sandbox.world.chats.values() if chat.kind == "group")
    await bot.send_message(group.id, "To all")
    await expect(bubble(page, "To all")).to_contain_text("Baqylau")
    await page.locator(f"[data-person='{sandbox.people[0].id}']").click()
    await page.locator(f"[data-chat='{group.id}']").click()
    await expect(bubble(page, "To all")).to_be_visible()


async def test_the_same_words_in_two_groups_are_two_messages(
    bot: Bot, sandbox: Sandbox, reader: Person, window: Window
) -> None:
    groups = [sandbox.crowd.add_group("Newsroom", [reader], kind="supergroup") for _ in range(2)]
    sent = [await bot.send_message(group.id, "x", reply_markup=inline([("Why?", "why")])) for group in groups]
    assert sent[0].message_id == sent[1].message_id
    sandbox.world.updates.drop()
    page = await window.open(f"?person={reader.id}")
    for group in groups:
        await page.locator(f".chat-row[data-chat='{group.id}']").click()
        await expect(page.locator(f".chat-row[data-chat='{group.id}']")).to_have_attribute("aria-current", "true")
    await page.get_by_role("button", name="Why?").click()
    assert (await update_after(bot)).callback_query.message.chat.id == groups[1].id


async def test_a_page_that_lost_the_stream_catches_up(sandbox: Sandbox, reader: Person, window: Window) -> None:
    page = await window.open(f"?person={reader.id}")
    await expect(bubble(page, "/start")).to_be_visible()
    messages = sandbox.world.chats[reader.id].messages
    messages[900] = {**next(iter(messages.values())), "message_id": 900, "text": "missed", "entities": []}
    await sandbox.page.end_streams()
    await expect(bubble(page, "missed")).to_be_visible()
    window.trouble.clear()
