"""Calls as JSON, against a real server on loopback: they say and raise what aiogram's own session says and raises."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError, ClientDecodeError, TelegramNetworkError
from aiogram.methods import (
    AnswerCallbackQuery,
    BanChatMember,
    EditMessageText,
    GetUpdates,
    SendMessage,
    SendPhoto,
    SetMyCommands,
    TelegramMethod,
)
from aiogram.methods.base import Response
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BotShortDescription,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)

from alerts.channels.base import Button, DeliveryError, Message, UncertainDelivery
from alerts.channels.telegram.errors import delivery_error
from alerts.channels.telegram.session import SendText
from alerts.channels.telegram.signing import Signed
from alerts.channels.telegram.transport import TelegramChannel, connect
from tests.alerts.channels.telegram.conftest import SENT, TOKEN, BotApi

BUTTONS = (
    (Button(text="Неге? «?»", data="why:7"),),
    (Button(text="🔎 Портал", url="https://portal.example/1?a=b&c=d"),),
)
MARKUP = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text="Неге? «?»", callback_data="why:7")],
        [InlineKeyboardButton(text="🔎 Портал", url="https://portal.example/1?a=b&c=d")],
    ]
)
UNICODE = 'Қазақ әіңғүұқөһ 🇰🇿 👩‍👩‍👧 "quoted" \\back\\ line\nline\ttab \u2028 \x7f &amp; 100 % + 1=2'
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def stock(api: BotApi, seconds: float) -> Bot:
    """A bot on aiogram's own session, its buttons signed as ours are."""
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api.url), timeout=seconds))
    bot.session.middleware(Signed())
    return bot


@pytest_asyncio.fixture
async def bots(api: BotApi, request: pytest.FixtureRequest) -> AsyncIterator[tuple[Bot, Bot]]:
    """Ours and theirs; they wait for an answer for long, save where the parameter says how long."""
    seconds = getattr(request, "param", 60.0)
    pair = connect(TOKEN, api.url, seconds=seconds), stock(api, seconds)
    yield pair
    for bot in pair:
        await bot.session.close()


def parsed(asked: dict[str, str]) -> dict[str, Any]:
    """Arguments with JSON read, so that blanks in it do not count."""
    return {key: json.loads(value) if value[:1] in {"{", "["} else value for key, value in asked.items()}


@pytest.mark.parametrize(
    ("message", "paid", "same"),
    [
        (Message(html="<b>x</b>"), False, {"parse_mode": "HTML"}),
        (Message(html="<b>x</b>", plain=True), False, {}),
        (Message(html=UNICODE, buttons=BUTTONS), False, {"parse_mode": "HTML", "reply_markup": MARKUP}),
        (
            Message(html="x", topic=12),
            True,
            {"parse_mode": "HTML", "message_thread_id": 12, "allow_paid_broadcast": True},
        ),
        (
            Message(html="x", silent=True, reply_to="41"),
            False,
            {
                "parse_mode": "HTML",
                "disable_notification": True,
                "reply_parameters": ReplyParameters(message_id=41, allow_sending_without_reply=True),
            },
        ),
    ],
    ids=["html", "plain", "keyboard", "topic-paid", "quiet-reply"],
)  # fmt: skip
async def test_a_message_is_posted_as_aiogram_would(
    api: BotApi, bots: tuple[Bot, Bot], message: Message, paid: bool, same: dict[str, Any]
) -> None:
    ours, theirs = bots
    await TelegramChannel(ours, paid=paid).send("-100123", message)
    await theirs.send_message("-100123", message.html, link_preview_options=NO_PREVIEW, **same)
    assert parsed(api.asked[0]) == parsed(api.asked[1])
    assert api.kinds == ["application/json", "application/x-www-form-urlencoded"]


@pytest.mark.parametrize(
    "method",
    [
        SendMessage(chat_id=5, text=UNICODE, reply_markup=MARKUP, disable_notification=False),
        EditMessageText(chat_id=-5, message_id=7, text=UNICODE, reply_markup=MARKUP, link_preview_options=NO_PREVIEW),
        AnswerCallbackQuery(callback_query_id="1", text="", show_alert=True, cache_time=0),
        GetUpdates(offset=0, timeout=30, allowed_updates=["message", "my_chat_member"]),
        SetMyCommands(
            commands=[BotCommand(command="start", description="Бастау")], scope=BotCommandScopeChat(chat_id=5)
        ),
        BanChatMember(chat_id=5, user_id=2**52, until_date=1795000000),
    ],
    ids=lambda method: type(method).__name__,
)  # fmt: skip
async def test_any_call_without_a_file_is_posted_as_aiogram_would(
    api: BotApi, bots: tuple[Bot, Bot], method: TelegramMethod[Any]
) -> None:
    api.method = method.__api_method__
    api.answer = (200, {"ok": True, "result": [] if isinstance(method, GetUpdates) else True})
    if isinstance(method, SendMessage | EditMessageText):
        api.answer = (200, SENT)
    answers = [await bot(method) for bot in bots]
    assert parsed(api.asked[0]) == parsed(api.asked[1])
    assert answers[0] == answers[1]
    assert api.kinds == ["application/json", "application/x-www-form-urlencoded"]


async def test_a_file_goes_out_as_a_form(api: BotApi, bots: tuple[Bot, Bot]) -> None:
    api.method = "sendPhoto"
    await bots[0](SendPhoto(chat_id=5, photo=BufferedInputFile(b"\x89PNG", "chart.png"), caption="Жыл"))
    assert api.kinds == ["multipart/form-data"]
    assert (api.asked[0]["chat_id"], api.asked[0]["caption"]) == ("5", "Жыл")


def refusal(code: int, description: str, **parameters: int) -> dict[str, Any]:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return body | ({"parameters": parameters} if parameters else {})


ANSWERS: dict[str, tuple[int, dict[str, Any]] | str] = {
    "bad request": (400, refusal(400, "Bad Request: can't parse entities")),
    "moved": (400, refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001)),
    "token": (401, refusal(401, "Unauthorized")),
    "blocked": (403, refusal(403, "Forbidden: bot was blocked by the user")),
    "not found": (404, refusal(404, "Not Found")),
    "conflict": (409, refusal(409, "Conflict: terminated by other getUpdates request")),
    "too large": (413, refusal(413, "Request Entity Too Large")),
    "flood": (429, refusal(429, "Too Many Requests: retry after 17", retry_after=17)),
    "flood without a time": (429, refusal(429, "Too Many Requests")),
    "in trouble": (500, refusal(500, "Internal Server Error")),
    "restarting": (500, refusal(500, "Internal Server Error: restart")),
    "refused with 200": (200, refusal(400, "Bad Request: чат табылмады")),
    "accepted with 500": (500, SENT | {"description": "odd"}),
    "another shape": (200, {"ok": True, "result": {"date": 1}}),
    "a page": "html",
    "cut": "drop",
    "no answer": "hang",
}


async def raised(bot: Bot, method: TelegramMethod[Any]) -> AiogramError:
    with pytest.raises(AiogramError) as caught:
        await bot(method)
    return caught.value


@pytest.mark.parametrize(
    ("answer", "bots"),
    [(answer, 0.3 if answer == "hang" else 60.0) for answer in ANSWERS.values()],
    indirect=["bots"],
    ids=ANSWERS.keys(),
)
async def test_what_goes_wrong_raises_what_aiogram_raises(
    api: BotApi, bots: tuple[Bot, Bot], answer: tuple[int, dict[str, Any]] | str
) -> None:
    api.answer = answer
    ours, theirs = bots
    message = SendMessage(chat_id=5, text="x")
    expected = await raised(theirs, message)
    for method in (SendText.model_validate({"chat_id": 5, "text": "x"}), message):
        error = await raised(ours, method)
        assert type(error) is type(expected)
        assert type(error.__cause__) is type(expected.__cause__)
        for name in ("retry_after", "migrate_to_chat_id"):
            assert getattr(error, name, None) == getattr(expected, name, None)
        if not isinstance(expected, ClientDecodeError):
            assert str(error).replace("SendText", "SendMessage") == str(expected)
        assert _told(error) == _told(expected)
    assert len(api.asked) == 3, "nothing is posted again"


def _told(error: AiogramError) -> tuple[type, dict[str, Any]]:
    """What the outbox is told."""
    told: DeliveryError | UncertainDelivery = delivery_error(error, "5", TOKEN)
    return type(told), vars(told)


async def test_without_a_connection_the_cause_says_so() -> None:
    bot = connect(TOKEN, "http://127.0.0.1:9", seconds=5)
    error = await raised(bot, SendText.model_validate({"chat_id": 5, "text": "x"}))
    assert isinstance(error, TelegramNetworkError)
    assert isinstance(delivery_error(error, "5", TOKEN), DeliveryError)
    await bot.session.close()


async def test_a_page_in_another_encoding_leaves_doubt(api: BotApi, bots: tuple[Bot, Bot]) -> None:
    api.answer = "latin"
    with pytest.raises(UncertainDelivery):
        await TelegramChannel(bots[0]).send("5", Message(html="x"))
    assert len(api.asked) == 1


async def test_an_answer_with_all_that_telegram_says_of_a_message_gives_its_id(
    api: BotApi, bots: tuple[Bot, Bot]
) -> None:
    chat = {"id": 5, "type": "private", "first_name": "Айгүл"}
    rest = {"date": 1, "text": UNICODE, "entities": [{"type": "bold", "offset": 0, "length": 1}], "new_field": None}
    api.answer = (200, {"ok": True, "result": {"chat": chat, **rest, "message_id": 2**31}})
    assert await TelegramChannel(bots[0]).send("5", Message(html="x")) == str(2**31)


async def test_a_time_out_of_one_call_holds_for_it_alone(api: BotApi, bots: tuple[Bot, Bot]) -> None:
    api.method, api.answer = "getUpdates", "hang"
    with pytest.raises(TelegramNetworkError, match="timeout"):
        await bots[0](GetUpdates(), request_timeout=1)


async def test_the_model_of_an_answer_is_built_once(api: BotApi, bots: tuple[Bot, Bot]) -> None:
    api.method, api.answer = "getMyShortDescription", (200, {"ok": True, "result": {"short_description": "x"}})
    await bots[0].get_my_short_description()
    model = weakref.ref(Response[BotShortDescription])
    gc.collect()
    assert model() is not None, "nobody holds it, and the next answer builds it again"


async def test_a_closed_session_has_no_connection_left(api: BotApi) -> None:
    bot = connect(TOKEN, api.url)
    await TelegramChannel(bot).send("5", Message(html="x"))
    opened = await bot.session.create_session()  # type: ignore[attr-defined]
    await bot.session.close()
    assert opened.closed
