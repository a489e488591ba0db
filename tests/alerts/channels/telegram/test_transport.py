"""The channel against a real server on loopback: what goes out, and what each kind of failure becomes."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from alerts.channels.base import Button, DeliveryError, Message, UncertainDelivery
from alerts.channels.telegram.errors import REFUSALS, Kind, classify
from alerts.channels.telegram.signing import sign
from alerts.channels.telegram.transport import TelegramChannel, connect
from tests.alerts.channels.telegram.conftest import TOKEN, BotApi

MESSAGE = Message(
    html="<b>Roof &amp; walls</b>",
    buttons=((Button(text="Why?", data="why:7"), Button(text="On the portal", url="https://portal.example/1")),),
)


@pytest_asyncio.fixture
async def channel(api: BotApi) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(connect(TOKEN, api.url, seconds=0.3))
    yield channel
    await channel.close()


def refusal(status: int, description: str, **parameters: int) -> tuple[int, dict[str, object]]:
    body: dict[str, object] = {"ok": False, "error_code": status, "description": description}
    return status, body | ({"parameters": parameters} if parameters else {})


async def refused(api: BotApi, channel: TelegramChannel, status: int, text: str, **more: int) -> DeliveryError:
    api.answer = refusal(status, text, **more)
    with pytest.raises(DeliveryError) as caught:
        await channel.send("5", MESSAGE)
    return caught.value


async def test_a_message_goes_out_as_it_was_rendered_and_its_id_comes_back(
    api: BotApi, channel: TelegramChannel
) -> None:
    assert await channel.send("-100123", MESSAGE) == "77"
    (asked,) = api.asked
    assert (asked["chat_id"], asked["text"], asked["parse_mode"]) == ("-100123", MESSAGE.html, "HTML")
    assert json.loads(asked["link_preview_options"]) == {"is_disabled": True}
    assert json.loads(asked["reply_markup"]) == {
        "inline_keyboard": [
            [
                {"text": "Why?", "callback_data": sign(TOKEN, "-100123", "why:7")},
                {"text": "On the portal", "url": "https://portal.example/1"},
            ]
        ]
    }
    await channel.send("5", Message(html="plain"))
    left_out = {"reply_markup", "disable_notification", "reply_parameters", "allow_paid_broadcast"}
    assert not left_out & set(api.asked[1])


async def test_a_paid_broadcast_says_so_in_every_message(api: BotApi) -> None:
    channel = TelegramChannel(connect(TOKEN, api.url), paid=True)
    await channel.send("5", MESSAGE)
    await channel.send("-100123", Message(html="plain"))
    await channel.close()
    assert [asked["allow_paid_broadcast"] for asked in api.asked] == ["true", "true"]


async def test_a_quiet_reply_says_so(api: BotApi, channel: TelegramChannel) -> None:
    await channel.send("5", Message(html="later", silent=True, reply_to="41"))
    (asked,) = api.asked
    assert asked["disable_notification"] == "true"
    assert json.loads(asked["reply_parameters"]) == {"message_id": 41, "allow_sending_without_reply": True}


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (403, "Forbidden: the group chat was deleted"),
        (403, "Forbidden: bot was kicked from the group chat"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (403, "Forbidden: bot was kicked from the channel chat"),
        (403, "Forbidden: bot is not a member of the channel chat"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: have no rights to send a message"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
        (400, "Bad Request: TOPIC_CLOSED"),
        (400, "Bad Request: message thread not found"),
    ],
)
async def test_a_chat_that_will_not_take_it_is_permanent(
    api: BotApi, channel: TelegramChannel, status: int, text: str
) -> None:
    error = await refused(api, channel, status, text)
    assert (error.permanent, error.ours, error.retry_after) == (True, False, None)
    assert str(error) == f"telegram: {text}"


@pytest.mark.parametrize(
    "text",
    [
        'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 0',
        "Bad Request: message is too long",
        "Bad Request: BUTTON_DATA_INVALID",
        "Bad Request: message text is empty",
        "Bad Request: something nobody has seen before",
    ],
)
async def test_a_message_refused_for_what_it_is_is_ours(api: BotApi, channel: TelegramChannel, text: str) -> None:
    error = await refused(api, channel, 400, text)
    assert (error.ours, error.permanent) == (True, False)


async def test_a_group_that_moved_says_where_to(api: BotApi, channel: TelegramChannel) -> None:
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    error = await refused(api, channel, 400, text, migrate_to_chat_id=-1001234567890)
    assert error.moved_to == "-1001234567890"
    assert not error.permanent
    assert str(error) == f"telegram: {text}"


@pytest.mark.parametrize(("address", "everyone"), [("5", True), ("@channel", True), ("-100123", False)])
async def test_a_flood_in_a_group_is_the_groups_elsewhere_the_whole_bots(
    api: BotApi, channel: TelegramChannel, address: str, everyone: bool
) -> None:
    api.answer = refusal(429, "Too Many Requests: retry after 17", retry_after=17)
    with pytest.raises(DeliveryError) as caught:
        await channel.send(address, MESSAGE)
    assert (caught.value.retry_after, caught.value.everyone) == (17.0, everyone)
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("status", "text"), [(500, "Internal Server Error: restart"), (502, "Bad Gateway"), (504, "Gateway Timeout")]
)
async def test_a_server_in_trouble_is_tried_again(
    api: BotApi, channel: TelegramChannel, status: int, text: str
) -> None:
    error = await refused(api, channel, status, text)
    assert (error.permanent, error.ours, error.everyone, error.moved_to) == (False, False, False, "")


async def test_a_refused_token_makes_everyone_wait_and_blames_no_reader(api: BotApi, channel: TelegramChannel) -> None:
    for status, text in ((401, "Unauthorized"), (404, "Not Found")):
        error = await refused(api, channel, status, text)
        assert (error.everyone, error.permanent, error.retry_after) == (True, False, 60.0)


async def test_an_unknown_403_does_not_lose_the_reader(api: BotApi, channel: TelegramChannel) -> None:
    error = await refused(api, channel, 403, "Forbidden: something new")
    assert (error.permanent, error.retry_after) == (False, 3600.0)


@pytest.mark.parametrize("answer", ["drop", "hang", "html"])
async def test_a_request_without_an_answer_is_uncertain_and_is_not_repeated(
    api: BotApi, channel: TelegramChannel, answer: str
) -> None:
    api.answer = answer
    with pytest.raises(UncertainDelivery):
        await channel.send("5", MESSAGE)
    assert len(api.asked) == 1


@pytest.mark.parametrize("base", ["http://127.0.0.1:9", "http://no-such-host.invalid"])
async def test_without_a_connection_nothing_was_sent(base: str) -> None:
    channel = TelegramChannel(connect(TOKEN, base, seconds=5))
    with pytest.raises(DeliveryError) as caught:
        await channel.send("5", MESSAGE)
    assert (caught.value.permanent, caught.value.ours, caught.value.everyone) == (False, False, False)
    await channel.close()


@pytest.mark.parametrize("answer", ["drop", "hang", "html", (400, {"ok": False, "description": f"url bot{TOKEN}/x"})])
async def test_the_token_is_in_no_error_and_no_log(
    api: BotApi, channel: TelegramChannel, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.answer = answer
    with pytest.raises((DeliveryError, UncertainDelivery)) as caught:
        await channel.send("5", MESSAGE)
    told = "".join(traceback.format_exception(caught.value))
    assert "SECRET" not in told
    assert "SECRET" not in "".join(record.getMessage() for record in caplog.records if record.name != "aiohttp.access")


def test_every_known_sentence_is_found_whatever_its_case() -> None:
    for part, kind in REFUSALS:
        assert part == part.casefold()
        assert classify(f"Bad Request: {part.upper()} chat") is kind
    assert classify("Bad Request: what is this") is Kind.UNKNOWN
