"""Signed buttons: nothing over 64 bytes, nothing taken that this bot did not make for that chat."""

from __future__ import annotations

import importlib
import pkgutil
from enum import StrEnum
from types import UnionType
from typing import Any, get_args

import annotated_types
import pytest
from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, InlineQueryResultArticle, InputTextMessageContent

import bot
from alerts.channels.base import Message
from alerts.channels.telegram.signing import LONGEST_DATA, read_signed, sign
from alerts.channels.telegram.transport import TelegramChannel, connect
from bot.chat.keyboards import press
from tests.bot.chat.talking import LANGUAGES, Talk

TOKEN = "42:a-token-of-a-bot"
LONGEST_INTEGER = 2**63 - 1  # an id of any table


def every_kind_of_button() -> list[type[CallbackData]]:
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if module.name.split(".")[1] in {"chat", "tips", "learn"}:
            importlib.import_module(module.name)
    return sorted((one for one in CallbackData.__subclasses__() if one.__module__.startswith("bot.")),
                  key=lambda one: one.__name__)  # fmt: skip


def longest(kind: type[CallbackData]) -> CallbackData:
    """The one with the longest value in every field; a string that names no Field(max_length=...) is a code."""
    values: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        wanted = get_args(field.annotation)[0] if isinstance(field.annotation, UnionType) else field.annotation
        limits = [one for one in field.metadata if isinstance(one, annotated_types.MaxLen | annotated_types.Le)]
        if isinstance(wanted, type) and issubclass(wanted, StrEnum):
            values[name] = max(wanted, key=lambda one: len(one.value.encode()))
        elif wanted is bool:
            values[name] = True
        elif wanted is int:
            values[name] = next((one.le for one in limits if isinstance(one, annotated_types.Le)), LONGEST_INTEGER)
        else:
            values[name] = "x" * next((one.max_length for one in limits if isinstance(one, annotated_types.MaxLen)), 12)
    return kind(**values)


@pytest.mark.parametrize("kind", every_kind_of_button(), ids=lambda kind: kind.__name__)
def test_the_longest_data_of_every_button_fits_beside_its_signature(kind: type[CallbackData]) -> None:
    signed = sign(TOKEN, -(2**63), press("x", longest(kind)).data)
    assert len(signed.encode()) <= 64


def test_no_two_buttons_share_a_prefix() -> None:
    prefixes = [one.__prefix__ for one in every_kind_of_button()]
    assert len(prefixes) == len(set(prefixes)) > 20


def test_a_button_that_is_too_long_is_refused_where_it_is_made() -> None:
    class Long(CallbackData, prefix="long"):
        value: str

    assert press("x", Long(value="v" * (LONGEST_DATA - 5))).data
    with pytest.raises(ValueError, match="a button holds 55 bytes"):
        press("x", Long(value="v" * (LONGEST_DATA - 4)))


def test_a_signature_is_for_one_bot_one_chat_and_one_text() -> None:
    signed = sign(TOKEN, 7, "filter:1:delete:0")
    assert read_signed(TOKEN, 7, signed) == "filter:1:delete:0"
    assert sign(TOKEN, 7, "filter:1:delete:0") == signed, "the same after a restart"
    assert read_signed(TOKEN, 8, signed) is None
    assert read_signed("43:a-token-of-another", 7, signed) is None
    assert read_signed(TOKEN, 7, signed.replace("1", "2", 1)) is None
    for forged in ("", ":", "filter:1:delete:0", "filter:1:delete:0:AAAAAAAA", signed[:-1], signed + "A", "ж" * 32):
        assert read_signed(TOKEN, 7, forged) is None, forged


def test_a_message_shared_inline_belongs_to_no_chat_and_a_chat_s_own_stays_there() -> None:
    assert read_signed(TOKEN, None, sign(TOKEN, None, "why:1")) == "why:1"
    assert read_signed(TOKEN, 7, sign(TOKEN, "@channel", "why:1")) == "why:1"
    assert read_signed(TOKEN, None, sign(TOKEN, 7, "why:1")) is None


async def test_one_keyboard_to_two_chats_is_signed_for_each(talk: Talk) -> None:
    kk, ru = talk.person("kk"), talk.person("ru")
    for person in (kk, ru):
        await talk.say(person, "/help")
    channel = TelegramChannel(talk.bot)
    message = Message(html="x", buttons=((press("Why?", longest(every_kind_of_button()[0])),),))
    for person in (kk, ru):
        await channel.send(str(person.id), message)
    first, second = (
        talk.messages(one)[-1]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] for one in (kk, ru)
    )
    assert first != second
    assert read_signed(talk.sandbox.token, kk.id, first) == read_signed(talk.sandbox.token, ru.id, second)


async def test_buttons_of_an_inline_answer_are_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = connect(TOKEN, "http://127.0.0.1:1")
    sent: list[Any] = []

    async def keep(_: object, method: Any, **__: object) -> None:
        sent.append(method)

    monkeypatch.setattr(mine.session, "make_request", keep)
    rows = [[InlineKeyboardButton(text="Why?", callback_data="why:1"), InlineKeyboardButton(text="x", url="https://x")]]
    content = InputTextMessageContent(message_text="x")
    article = InlineQueryResultArticle(
        id="1", title="x", input_message_content=content, reply_markup=InlineKeyboardMarkup(inline_keyboard=rows)
    )
    plain = InlineQueryResultArticle(id="2", title="x", input_message_content=content)
    await mine.session(mine, method_of(mine, [article, plain]))
    (method,) = sent
    why, link = method.results[0].reply_markup.inline_keyboard[0]
    assert read_signed(TOKEN, None, why.callback_data) == "why:1"
    assert (link.callback_data, method.results[1].reply_markup) == (None, None)
    await mine.session.close()


def method_of(mine: Any, results: list[Any]) -> Any:
    from aiogram.methods import AnswerInlineQuery

    return AnswerInlineQuery(inline_query_id="1", results=results).as_(mine)


OUT_OF_DATE = {"kk": "Бұл батырма ескірген", "ru": "Эта кнопка устарела", "en": "This button is out of date"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_forged_or_foreign_button_is_said_to_be_out_of_date(talk: Talk, language: str) -> None:
    person, other = talk.person(language), talk.person({"kk": "ru", "ru": "en", "en": "kk"}[language])
    await talk.follow(person, language)
    (kept,) = await talk.kept(person)
    delete = f"filter:{kept.id}:delete:0"
    for data in (
        delete,
        f"{delete}:AAAAAAAA",
        sign(talk.sandbox.token, other.id, delete),
        sign("1:another", person.id, delete),
    ):
        await talk.forge(person, data, signed=False)
        assert talk.toasts()[-1].startswith(OUT_OF_DATE[language]), data
    assert await talk.kept(person) == [kept]
    talk.restart()
    await talk.say(person, "/filters")
    await talk.press(person, f"filter:{kept.id}:open:0")
    await talk.press(person, delete)
    assert await talk.kept(person) == []
