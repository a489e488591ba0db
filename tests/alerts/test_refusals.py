"""What each of Telegram's refusals does to the row, the chat and the operator, by the server's sentences (sandbox)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from alerts.channels.base import Button, Message
from alerts.channels.telegram.transport import TelegramChannel, connect
from alerts.delivery import Deliverer
from alerts.outbox import Owed
from alerts.pace import Pace, Pacer
from alerts.plain import plain_of
from alerts.tables import Standing
from bot.mishaps import Mishap, Mishaps
from bot.sandbox import BOT_TOKEN, Sandbox
from bot.sandbox.people import Chat

GROUP = -4000
BAD = 'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 0'
RIGHTS = "Bad Request: not enough rights to send text messages to the chat"


async def render(owed: Owed) -> Message:
    return Message(
        f'<b>Roof &amp; wall {owed.tender_id}</b> <a href="https://portal.example/1">portal</a>',
        ((Button("Why?", data="why:1"), Button("Open", url="https://portal.example/2")),),
    )


class Round:
    """A deliverer, a group that is owed something, and the sandbox between them."""

    def __init__(self, world: Any, sandbox: Sandbox, channel: TelegramChannel) -> None:
        self.world, self.sandbox = world, sandbox
        self.mishaps = Mishaps(world.clock)
        self.pacer = Pacer(Pace(chat_seconds=0, group_seconds=0))
        self.deliverer = Deliverer(
            world.outbox, world.subscriptions, {"telegram": channel}, render, self.pacer, world.clock,
            trouble=self.mishaps,
        )  # fmt: skip

    async def run(self) -> None:
        while await self.deliverer.do_one():
            pass

    def sent(self) -> list[Any]:
        return self.sandbox.ledger.messages()

    async def standing(self) -> tuple[Standing, str]:
        found = await self.world.subscriptions.subscriber("telegram", str(GROUP))
        return found.state, found.state_reason


@pytest.fixture
def dialect() -> str:
    """What a refusal means does not depend on the database."""
    return "sqlite"


@pytest_asyncio.fixture
async def road(world: Any) -> AsyncIterator[Round]:
    async with Sandbox() as sandbox:
        sandbox.world.chats[GROUP] = Chat(GROUP, "supergroup", "Roofs", {sandbox.people[0].id})
        channel = TelegramChannel(connect(BOT_TOKEN, sandbox.api_base))
        yield Round(world, sandbox, channel)
        await channel.close()


@pytest.mark.parametrize("sentence", ["TOPIC_CLOSED", "TOPIC_DELETED", "message thread not found"])
async def test_a_topic_that_is_gone_gives_way_to_general_once_and_for_all(road, world, sentence) -> None:
    group = await world.person(str(GROUP))
    await world.subscriptions.set_topic(group, 7)
    for _ in range(2):
        await world.owe(group)
    road.sandbox.faults.refuse(400, f"Bad Request: {sentence}", count=1)
    await road.run()
    await road.run()
    assert await world.states() == ["sent", "sent"]
    assert [len(road.sandbox.ledger.refused()), len(road.sent())] == [1, 2]
    chat = road.sandbox.world.chats[GROUP]
    assert not any(message.get("message_thread_id") for message in chat.messages.values())
    assert (await world.subscriptions.subscriber("telegram", str(GROUP))).topic == 0
    assert await road.standing() == (Standing.ACTIVE, "")


async def test_a_topic_is_written_to_until_it_is_gone(road, world) -> None:
    group = await world.person(str(GROUP))
    await world.subscriptions.set_topic(group, 7)
    await world.owe(group)
    await road.run()
    assert [m["message_thread_id"] for m in road.sandbox.world.chats[GROUP].messages.values()] == [7]


@pytest.mark.parametrize("sentence", [RIGHTS, "Bad Request: CHAT_WRITE_FORBIDDEN", "Bad Request: TOPIC_CLOSED"])
async def test_a_chat_that_takes_our_right_to_write_is_paused_and_told_of(road, world, sentence) -> None:
    group = await world.person(str(GROUP))
    for _ in range(3):
        await world.owe(group)
    road.sandbox.faults.refuse(400, sentence)
    await road.run()
    assert await world.states() == ["failed", "skipped", "skipped"]
    assert await road.standing() == (Standing.UNREACHABLE, f"telegram: {sentence}")
    assert list(road.mishaps.untold) == [Mishap(f"telegram: {sentence}", str(GROUP))]
    road.sandbox.faults.clear()
    await world.subscriptions.resume(group)
    await world.owe(group)
    await road.run()
    assert len(road.sent()) == 1


@pytest.mark.parametrize("sentence", [BAD, "Bad Request: message is too long", "Bad Request: BUTTON_DATA_INVALID"])
async def test_a_refused_message_goes_out_as_bare_text_and_never_as_it_was(road, world, sentence) -> None:
    await world.owe(await world.person(str(GROUP)))
    road.sandbox.faults.refuse(400, sentence, count=1)
    await road.run()
    [sent] = road.sent()
    assert sent.text == "Roof & wall 1 portal (https://portal.example/1)\n\nOpen: https://portal.example/2"
    assert not sent.markup
    assert await world.states() == ["sent"]
    assert list(road.mishaps.untold) == [Mishap(f"telegram: {sentence}")]


async def test_bare_text_that_is_refused_too_has_failed(road, world) -> None:
    await world.owe(await world.person(str(GROUP)))
    road.sandbox.faults.refuse(400, BAD)
    await road.run()
    assert (await world.states(), len(road.sandbox.ledger.refused())) == (["failed"], 2)


async def test_an_unknown_403_is_final_the_second_time(road, world, clock) -> None:
    await world.owe(await world.person(str(GROUP)))
    road.sandbox.faults.refuse(403, "Forbidden: the moon is full")
    await road.run()
    assert (await world.states(), (await road.standing())[0]) == (["due"], Standing.ACTIVE)
    clock.advance(hours=2)
    road.pacer._next_of_chat.clear()
    await road.run()
    assert await world.states() == ["failed"]
    assert await road.standing() == (Standing.UNREACHABLE, "telegram: Forbidden: the moon is full")


async def test_an_unknown_403_that_passes_loses_nobody(road, world, clock) -> None:
    await world.owe(await world.person(str(GROUP)))
    road.sandbox.faults.refuse(403, "Forbidden: the moon is full", count=1)
    await road.run()
    clock.advance(hours=2)
    road.pacer._next_of_chat.clear()
    await road.run()
    assert await world.states() == ["sent"]


async def test_a_group_that_became_a_supergroup_keeps_its_filters_and_gets_the_message_once(road, world) -> None:
    await world.owe(await world.person(str(GROUP)))
    road.sandbox.faults.migrate(-1004000, chat_id=GROUP, count=1)
    await road.run()
    assert [entry.chat_id for entry in road.sent()] == [-1004000]
    assert (await world.subscriptions.subscriber("telegram", "-1004000")) is not None
    assert await world.subscriptions.subscriber("telegram", str(GROUP)) is None


def test_the_same_mishap_is_told_once_a_day(clock) -> None:
    owed = Owed(1, 1, "telegram", "5", "ru", "Asia/Almaty", 1, 1, "published", (), 0, clock())
    mishaps = Mishaps(clock)
    for _ in range(3):
        mishaps(owed, "telegram: can't parse entities")
    assert len(mishaps.untold) == 1
    clock.advance(days=1)
    mishaps(owed, "telegram: can't parse entities")
    assert len(mishaps.untold) == 2


def test_bare_text_is_never_too_long() -> None:
    long = plain_of(
        Message("<i>" + "кровля &amp; " * 900 + "</i>", ((Button("x", url="https://a.example/" + "y" * 900),),))
    )
    assert len(long.html) <= 4096
    assert "кровля & кровля" in long.html
