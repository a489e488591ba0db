"""Groups with topics, answers that one person alone sees, channels."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from alerts.filters import Criteria
from alerts.tables import Standing
from bot.sandbox.people import Chat, Person
from tests.bot.chat.alerting import deliver, known, subscriber_id
from tests.bot.chat.talking import LANGUAGES, Talk, store_tender


async def forum_of(talk: Talk, owner: Person, *others: Person) -> Chat:
    group = talk.sandbox.crowd.add_group("Оқырмандар", [owner, *others], kind="supergroup")
    group.forum = True
    await talk.settle()
    return group


async def say_in(talk: Talk, person: Person, text: str, group: Chat, topic: int) -> None:
    """What Telegram sends of a command in a topic."""
    message = talk.sandbox.world.post(
        group, person.as_json(), text=text, message_thread_id=topic, is_topic_message=True if topic else None
    )
    message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
    talk.sandbox.world.updates.add("message", message)
    await talk.settle()


@pytest.fixture
def dialect() -> str:
    """What is tried here does not depend on the database; test_house and test_operating run on both."""
    return "sqlite"


async def test_each_filter_of_a_group_goes_to_its_topic_and_the_rest_to_the_group_s(talk: Talk) -> None:
    owner, member = talk.person("kk"), talk.person("en")
    group = await forum_of(talk, owner, member)
    await say_in(talk, owner, "/start", group, 7)
    await talk.press(owner, "language:kk", group)
    id_ = await subscriber_id(talk, group)  # type: ignore[arg-type]
    roofs = await talk.services.subscriptions.add(id_, Criteria(min_weight=0, words=("кровли",)), "roofs")
    await talk.services.subscriptions.add(id_, Criteria(min_weight=0, words=("бензин",)), "fuel")
    for topic, kept in ((12, 12), (0, -1)):
        await say_in(talk, owner, "/filters", group, topic)
        await talk.press(owner, f"filter:{roofs.id}:open:0", group)
        await talk.press(member, f"filter:{roofs.id}:here:0", group)
        assert "әкімшілері" in talk.toasts()[-1]
        await talk.press(owner, f"filter:{roofs.id}:here:0", group)
        assert (await talk.services.subscriptions.filter(id_, roofs.id)).topic == kept
    for number, (title, topic) in enumerate((("Ремонт кровли", 0), ("Бензин", 7)), 1):
        await store_tender(talk.services.store, number, title=title)
        await deliver(talk)
        assert talk.messages(group)[-1].get("message_thread_id", 0) == topic, title
    await talk.services.subscriptions.send_to(id_, roofs.id, 12)
    await store_tender(talk.services.store, 3)
    await deliver(talk)
    assert talk.messages(group)[-1]["message_thread_id"] == 12
    await say_in(talk, owner, "/filters", group, 7)
    await talk.press(owner, f"filter:{roofs.id}:open:0", group)
    await talk.press(owner, f"filter:{roofs.id}:any:0", group)
    assert (await talk.services.subscriptions.filter(id_, roofs.id)).topic is None


async def test_a_topic_that_is_gone_falls_back_to_general_and_is_forgotten(talk: Talk) -> None:
    owner = talk.person("ru")
    group = await forum_of(talk, owner)
    await say_in(talk, owner, "/start", group, 0)
    await talk.press(owner, "language:ru", group)
    id_ = await subscriber_id(talk, group)  # type: ignore[arg-type]
    kept = await talk.services.subscriptions.add(id_, Criteria(min_weight=0))
    await talk.services.subscriptions.send_to(id_, kept.id, 12)
    talk.sandbox.faults.refuse(400, "Bad Request: message thread not found", method="sendMessage", count=1)
    await store_tender(talk.services.store)
    await deliver(talk)
    assert "Ремонт кровли" in talk.last(group)
    assert not talk.messages(group)[-1].get("message_thread_id")
    assert (await talk.services.subscriptions.filter(id_, kept.id)).topic is None


async def test_in_a_private_chat_no_topic_is_offered_nor_taken(talk: Talk) -> None:
    person = await known(talk, "en")
    id_ = await subscriber_id(talk, person)
    kept = await talk.services.subscriptions.add(id_, Criteria())
    await talk.say(person, "/filters")
    await talk.press(person, f"filter:{kept.id}:open:0")
    assert not [data for data in talk.buttons(person).values() if ":here:" in data]
    await talk.forge(person, f"filter:{kept.id}:here:0")
    assert (await talk.services.subscriptions.filter(id_, kept.id)).topic is None


async def test_why_help_and_privacy_in_a_group_are_seen_by_who_asked_alone(talk: Talk) -> None:
    owner, member = talk.person("kk"), talk.person("en")
    group = await forum_of(talk, owner, member)
    await talk.say(owner, "/start", group)
    await talk.press(owner, "language:kk", group)
    await talk.services.subscriptions.add(await subscriber_id(talk, group), Criteria(min_weight=0))  # type: ignore[arg-type]
    await store_tender(talk.services.store)
    await deliver(talk)
    card = talk.messages(group)[-1]
    await talk.press(member, "why:1", group)
    assert talk.messages(group)[-1]["receiver_user"]["id"] == member.id
    assert talk.chat(group).messages[card["message_id"]]["text"] == card["text"], "the card stays for everybody"
    for command in ("/help", "/privacy"):
        await talk.say(member, command, group)
        assert talk.messages(group)[-1]["receiver_user"]["id"] == member.id


async def test_where_answers_to_one_are_not_known_they_are_given_openly(talk: Talk) -> None:
    owner = talk.person("en")
    group = await forum_of(talk, owner)
    words = "Bad Request: ephemeral messages are not supported"
    talk.sandbox.faults.refuse(400, words, method="sendMessage", count=1)
    await talk.say(owner, "/help", group)
    assert "receiver_user" not in talk.messages(group)[-1]
    assert "What this bot does" in talk.last(group)


async def test_rights_are_asked_of_telegram_and_remembered_for_a_moment_only(talk: Talk) -> None:
    owner, member = talk.person("en"), talk.person("kk")
    group = await forum_of(talk, owner, member)
    asked = lambda: len(talk.sandbox.ledger.accepted(method="getChatMember"))  # noqa: E731
    await talk.say(owner, "/filters", group)
    before = asked()
    await talk.press(owner, "go:add:0", group)
    assert asked() == before, "just asked"
    group.owner = member.id
    talk.clock.advance(minutes=1)
    await talk.say(owner, "/filters", group)
    said = len(talk.messages(group))
    await talk.say(owner, "/add", group)
    assert len(talk.messages(group)) == said, "no longer an administrator"
    await talk.say(member, "/filters", group)
    assert len(talk.messages(group)) == said + 1, "a no is not remembered"


def channel_of(talk: Talk, owner: Person) -> Chat:
    return talk.sandbox.crowd.add_group("Сатып алу", [owner], kind="channel")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_channel_is_set_up_from_its_administrator_s_own_chat_and_gets_posts_with_links_only(
    talk: Talk, language: str
) -> None:
    person = await known(talk, language)
    channel = channel_of(talk, person)
    await talk.settle()
    await talk.say(person, "/channel")
    assert "@" in talk.last(person)
    kept = await talk.services.subscriptions.add(await subscriber_id(talk, person), Criteria(min_weight=0))
    await talk.say(person, f"/channel {channel.id}")
    assert "Сатып алу" in talk.last(person)
    await talk.press(person, f"pf:{channel.id}:{kept.id}:1")
    await store_tender(talk.services.store)
    await deliver(talk)
    post = talk.messages(channel)[-1]
    assert "Ремонт кровли" in post["text"]
    buttons = list(itertools.chain(*post["reply_markup"]["inline_keyboard"]))
    assert buttons
    assert all(one.get("url") for one in buttons)
    await talk.press(person, f"pf:{channel.id}:{kept.id}:0")
    posts = len(talk.messages(channel))
    await store_tender(talk.services.store, 2)
    await deliver(talk)
    assert len(talk.messages(channel)) == posts


async def test_only_who_may_post_can_set_a_channel_up_and_only_where_the_bot_may(talk: Talk) -> None:
    owner, other = await known(talk, "en"), await known(talk, "ru")
    channel = channel_of(talk, owner)
    await talk.settle()
    kept = await talk.services.subscriptions.add(await subscriber_id(talk, other), Criteria())
    await talk.say(other, f"/channel {channel.id}")
    assert "только администраторы" in talk.last(other).lower()
    await talk.forge(other, f"pf:{channel.id}:{kept.id}:1")
    await talk.forge(other, f"pf:{channel.id}:0:0")
    assert await talk.kept(channel) == []
    talk.sandbox.crowd.set_bot_status(owner, channel, "left")
    await talk.settle()
    await talk.say(owner, f"/channel {channel.id}")
    assert "may not post" in talk.last(owner)
    for nonsense in ("@nobody_at_all", "https://t.me/x", "-100", "<b>", "9" * 40):
        await talk.say(owner, f"/channel {nonsense}")
        assert "may not post" in talk.last(owner), nonsense


async def test_a_channel_lets_go_of_everything_when_asked(talk: Talk) -> None:
    owner = await known(talk, "en")
    channel = channel_of(talk, owner)
    await talk.settle()
    kept = await talk.services.subscriptions.add(await subscriber_id(talk, owner), Criteria(min_weight=0))
    await talk.say(owner, f"/channel {channel.id}")
    await talk.press(owner, f"pf:{channel.id}:{kept.id}:1")
    await talk.press(owner, f"pf:{channel.id}:0:0")
    assert await talk.services.subscriptions.subscriber("telegram", str(channel.id)) is None
    assert await talk.state(owner) == Standing.ACTIVE


def forwarded(talk: Talk, channel: Chat) -> dict[str, Any]:
    chat = talk.sandbox.world.chat_json(channel)
    return {"text": "a post", "forward_origin": {"type": "channel", "chat": chat, "message_id": 1, "date": 1}}


async def test_a_forwarded_post_names_the_channel(talk: Talk) -> None:
    owner = await known(talk, "en")
    channel = channel_of(talk, owner)
    await talk.settle()
    message = talk.sandbox.world.post(talk.chat(owner), owner.as_json(), **forwarded(talk, channel))
    talk.sandbox.world.updates.add("message", message)
    await talk.settle()
    assert "Posts to “Сатып алу”" in talk.last(owner)
