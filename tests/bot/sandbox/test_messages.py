"""Messages through the real aiogram client, answered as the real server answers."""

from __future__ import annotations

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramNotFound, TelegramUnauthorizedError
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.sandbox import Person, Sandbox
from tests.bot.sandbox.pictures import png


def keyboard(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Why?", callback_data=data)]])


async def test_a_message_comes_back_parsed_and_stands_in_the_ledger(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    sent = await bot.send_message(reader.id, "  <b>Roof</b> repair &amp; more 🇰🇿 ", reply_markup=keyboard("why"))
    assert sent.text == "Roof repair & more 🇰🇿"
    assert sent.entities is not None
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [("bold", 0, 4)]
    assert sent.reply_markup is not None
    (entry,) = sandbox.ledger.messages(reader.id)
    assert (entry.message_id, entry.plain, entry.method) == (sent.message_id, "Roof repair & more 🇰🇿", "sendMessage")
    assert entry.text == "  <b>Roof</b> repair &amp; more 🇰🇿 "
    assert entry.markup == {"inline_keyboard": [[{"text": "Why?", "callback_data": "why"}]]}
    assert entry.answered


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Bad Request: message text is empty"),
        ("<b> \n </b>", "Bad Request: message text is empty"),
        ("я" * 4097, "Bad Request: message is too long"),
        ("😀" * 2049, "Bad Request: message is too long"),
        ("<p>x</p>", 'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 0'),
        ("1 < 2", 'Bad Request: can\'t parse entities: Unsupported start tag "" at byte offset 2'),
    ],
)
async def test_a_bad_text_is_refused_with_the_servers_own_sentence(
    bot: Bot, sandbox: Sandbox, reader: Person, text: str, sentence: str
) -> None:
    with pytest.raises(TelegramBadRequest) as refused:
        await bot.send_message(reader.id, text)
    assert refused.value.message == sentence
    assert sandbox.ledger.messages() == []
    assert [entry.error for entry in sandbox.ledger.refused()] == [sentence]


async def test_the_limit_counts_what_is_left_after_the_tags(bot: Bot, reader: Person) -> None:
    sent = await bot.send_message(reader.id, "<b>" + "я" * 4096 + "</b>")
    assert len(sent.text or "") == 4096


async def test_callback_data_is_measured_in_bytes(bot: Bot, reader: Person) -> None:
    await bot.send_message(reader.id, "x", reply_markup=keyboard("ж" * 32))
    with pytest.raises(TelegramBadRequest, match="BUTTON_DATA_INVALID"):
        await bot.send_message(reader.id, "x", reply_markup=keyboard("ж" * 33))


async def test_a_chat_that_never_started_is_not_found(bot: Bot, sandbox: Sandbox) -> None:
    for chat_id in (sandbox.people[0].id, 12345, -100):
        with pytest.raises(TelegramBadRequest) as refused:
            await bot.send_message(chat_id, "x")
        assert refused.value.message == "Bad Request: chat not found"


async def test_who_blocked_the_bot_gets_nothing(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    sandbox.crowd.block(reader)
    with pytest.raises(TelegramForbiddenError) as refused:
        await bot.send_message(reader.id, "x")
    assert refused.value.message == "Forbidden: bot was blocked by the user"
    reader.blocked, reader.deactivated = False, True
    with pytest.raises(TelegramForbiddenError) as refused:
        await bot.send_message(reader.id, "x")
    assert refused.value.message == "Forbidden: user is deactivated"


async def test_an_edit_changes_the_text_and_takes_the_buttons_away(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    sent = await bot.send_message(reader.id, "one", reply_markup=keyboard("a"))
    edited = await bot.edit_message_text("two", chat_id=reader.id, message_id=sent.message_id)
    assert not isinstance(edited, bool)
    assert (edited.text, edited.reply_markup) == ("two", None)
    assert edited.edit_date is not None
    assert sandbox.ledger.accepted(method="editMessageText")[0].message_id == sent.message_id


async def test_an_edit_that_changes_nothing_says_so(bot: Bot, reader: Person) -> None:
    sent = await bot.send_message(reader.id, "<b>one</b>", reply_markup=keyboard("a"))
    with pytest.raises(TelegramBadRequest, match="message is not modified: specified new message content"):
        await bot.edit_message_text(
            "<b>one</b>", chat_id=reader.id, message_id=sent.message_id, reply_markup=keyboard("a")
        )
    await bot.edit_message_reply_markup(chat_id=reader.id, message_id=sent.message_id, reply_markup=keyboard("b"))
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_reply_markup(chat_id=reader.id, message_id=sent.message_id, reply_markup=keyboard("b"))


async def test_only_the_bots_own_messages_can_be_edited(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("x", chat_id=reader.id, message_id=999)
    theirs = sandbox.crowd.send(reader, "hello")["message_id"]
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await bot.edit_message_text("x", chat_id=reader.id, message_id=theirs)


async def test_a_deleted_message_is_gone(bot: Bot, sandbox: Sandbox, reader: Person) -> None:
    sent = await bot.send_message(reader.id, "one")
    assert await bot.delete_message(reader.id, sent.message_id)
    assert sent.message_id not in sandbox.world.chats[reader.id].messages
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await bot.delete_message(reader.id, sent.message_id)


async def test_a_photo_goes_out_with_its_caption_and_can_be_fetched_again(bot: Bot, reader: Person) -> None:
    picture = png(30, 20)
    sent = await bot.send_photo(reader.id, BufferedInputFile(picture, "chart.png"), caption="<i>Prices</i>")
    assert sent.photo is not None
    assert (sent.photo[0].width, sent.photo[0].height, sent.caption) == (30, 20, "Prices")
    file = await bot.get_file(sent.photo[0].file_id)
    content = await bot.download_file(file.file_path or "")
    assert content is not None
    assert content.read() == picture
    again = await bot.send_photo(reader.id, sent.photo[0].file_id)
    assert again.photo is not None
    edited = await bot.edit_message_caption(chat_id=reader.id, message_id=sent.message_id, caption="New")
    assert not isinstance(edited, bool)
    assert edited.caption == "New"
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await bot.send_photo(reader.id, BufferedInputFile(b"no picture", "chart.png"))
    with pytest.raises(TelegramBadRequest, match="message caption is too long"):
        await bot.send_photo(reader.id, BufferedInputFile(picture, "chart.png"), caption="x" * 1025)


async def test_a_document_keeps_its_name_and_bytes(bot: Bot, reader: Person) -> None:
    sent = await bot.send_document(reader.id, BufferedInputFile("а;б".encode(), "Заявка.csv"))
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("Заявка.csv", 5)
    with pytest.raises(TelegramBadRequest, match="wrong file_id"):
        await bot.get_file("nothing")


async def test_a_reply_keyboard_belongs_to_the_chat_until_it_is_removed(
    bot: Bot, sandbox: Sandbox, reader: Person
) -> None:
    chat = sandbox.world.chats[reader.id]
    keys = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="All")]])
    sent = await bot.send_message(reader.id, "x", reply_markup=keys)
    assert sent.reply_markup is None
    assert chat.reply_keyboard is not None
    await bot.send_message(reader.id, "x", reply_markup=ReplyKeyboardRemove())
    assert chat.reply_keyboard is None


async def test_ids_of_52_bits_pass_unharmed(bot: Bot, sandbox: Sandbox) -> None:
    wide = sandbox.crowd.add("Wide", person_id=2**52 - 1, started=True)
    sent = await bot.send_message(wide.id, "x")
    assert sent.chat.id == 2**52 - 1


async def test_a_wrong_token_is_unauthorized_and_an_unknown_method_not_found(sandbox: Sandbox, bot: Bot) -> None:
    stranger = Bot("42:somebody-elses-token", session=bot.session)
    with pytest.raises(TelegramUnauthorizedError):
        await stranger.get_me()
    with pytest.raises(TelegramNotFound, match="Not Found: method not found"):
        await bot.get_star_transactions()
