"""Whole conversations of groups, topics, channels and a group that grows, as they stand on the screens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.sandbox.people import Person
from tests.bot.chat.alerting import deliver, known
from tests.bot.chat.talking import LANGUAGES, Talk, parse, store_tender
from tests.bot.chat.test_golden import FLAGS
from tests.bot.chat.test_places import channel_of, forum_of, forwarded, say_in
from tests.bot.chat.transcript import Transcript

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def dialect() -> str:
    """Words do not depend on the database; the steps are tried on both elsewhere."""
    return "sqlite"


async def added(told: Transcript, owner: Person, member: Person, language: str) -> None:
    told.part("added to a group: its administrators choose, others are told why not")
    chat = told.talk.sandbox.crowd.add_group("Оқырмандар", [owner, member])
    await told.talk.settle()
    told.look(chat, "the bot is added")
    await told.say(member, "/add", chat)
    await told.say(owner, "/start", chat)
    await told.press(owner, f"language:{language}", chat)
    await told.press(member, "scope:all", chat)
    await told.press(owner, "scope:all", chat)
    await told.press(owner, "edit:save", chat)
    await store_tender(told.talk.services.store, 1, flags=FLAGS)
    await deliver(told.talk)
    told.look(chat, "a purchase is published")
    await told.say(owner, "/settings", chat)
    told.part("the group becomes a supergroup")
    grown = told.talk.sandbox.world.migrate(chat)
    await told.talk.settle()
    await told.say(owner, "/filters", grown)
    await store_tender(told.talk.services.store, 2, flags=FLAGS)
    await deliver(told.talk)
    told.look(grown, "a purchase is published")


async def topics(told: Transcript, owner: Person, language: str) -> None:
    told.part("topics: each filter where it is read")
    group = await forum_of(told.talk, owner)
    await say_in(told.talk, owner, "/start", group, 7)
    told.look(group, f"{owner.first_name} in topic 7: /start")
    await told.press(owner, f"language:{language}", group)
    await told.press(owner, "scope:all", group)
    await told.press(owner, "edit:save", group)
    (kept,) = await told.talk.kept(group)
    await say_in(told.talk, owner, "/filters", group, 12)
    told.look(group, f"{owner.first_name} in topic 12: /filters")
    await told.press(owner, f"filter:{kept.id}:open:0", group)
    await told.press(owner, f"filter:{kept.id}:here:0", group)
    await store_tender(told.talk.services.store, 3, flags=FLAGS)
    await deliver(told.talk)
    (topic,) = {one.get("message_thread_id") for one in told.talk.messages(group)[-1:]}
    told.look(group, f"a purchase is published, in topic {topic}")


async def channel(told: Transcript, owner: Person) -> None:
    told.part("a channel")
    place = channel_of(told.talk, owner)
    await told.talk.settle()
    await told.say(owner, "/channel")
    await told.press(owner, "go:settings:0")
    await told.say(owner, "/add")
    await told.press(owner, "scope:all")
    await told.press(owner, "edit:save")
    (kept,) = await told.talk.kept(owner)
    message = told.talk.sandbox.world.post(told.talk.chat(owner), owner.as_json(), **forwarded(told.talk, place))
    told.talk.sandbox.world.updates.add("message", message)
    await told.talk.settle()
    told.look(told.talk.chat(owner), "a post of the channel is forwarded")
    await told.press(owner, f"pf:{place.id}:{kept.id}:1")
    await store_tender(told.talk.services.store, 4, flags=FLAGS)
    await deliver(told.talk)
    told.look(place, "a purchase is published, in the channel")
    await told.press(owner, f"pf:{place.id}:0:0")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_groups_and_channels_read_as_they_are_kept(talk: Talk, language: str) -> None:
    told, owner = Transcript(talk), await known(talk, language)
    member = talk.person("en" if language != "en" else "ru")
    await added(told, owner, member, language)
    await topics(told, owner, language)
    await channel(told, owner)
    path = GOLDEN / f"places-{language}.txt"
    if os.environ.get("BAQYLAU_WRITE_GOLDEN"):
        path.write_text(told.text(), encoding="utf-8")
    assert told.text() == path.read_text(encoding="utf-8")
    for message in talk.sandbox.ledger.accepted(method="sendMessage"):
        assert parse(message.text)["@type"] == "formattedText"
