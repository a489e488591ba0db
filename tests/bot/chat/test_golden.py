"""Whole conversations in three languages, from the first start to the last press, as they stand on the screen."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from bot.sandbox.people import Person
from tests.bot.chat.alerting import deliver
from tests.bot.chat.talking import FLAG, LANGUAGES, Talk, parse, store_tender
from tests.bot.chat.transcript import Transcript

GOLDEN = Path(__file__).parent / "golden"
FLAGS = [
    msgspec.structs.replace(FLAG, facts={"hard": False, "group": "tender", "repeat": False, "calendar_confirmed": True})
]
REGION = {"addresses": [{"region": "KZ-61"}]}
TYPED = {"kk": "20 млн", "ru": "20 млн", "en": "20 million"}


@pytest.fixture
def dialect() -> str:
    """Words do not depend on the database; the steps are tried on both elsewhere."""
    return "sqlite"


async def first_start(told: Transcript, person: Person, language: str) -> None:
    told.part("first start to first alert")
    await told.say(person, "/start")
    await told.press(person, f"language:{language}")
    await told.press(person, "scope:all")
    await told.press(person, "edit:menu")
    await told.press(person, "open:min_weight:0")
    await told.press(person, "pick:min_weight:1")
    await told.press(person, "edit:save")
    await store_tender(told.talk.services.store, 1, flags=FLAGS)
    await deliver(told.talk)
    told.look(told.talk.chat(person), "a purchase is published")
    await told.press(person, "why:1")
    await told.press(person, "card:1")


async def edit(told: Transcript, person: Person, language: str) -> None:
    told.part("a filter is changed")
    (kept,) = await told.talk.kept(person)
    await told.say(person, "/filters")
    await told.press(person, f"filter:{kept.id}:open:0")
    await told.press(person, f"filter:{kept.id}:edit:0")
    await told.press(person, "edit:menu")
    await told.press(person, "open:min_amount:0")
    await told.say(person, TYPED[language])
    await told.press(person, "edit:save")


async def mute(told: Transcript, person: Person) -> None:
    told.part("something is muted, and heard again")
    await store_tender(told.talk.services.store, 2, flags=FLAGS)
    await deliver(told.talk)
    told.look(told.talk.chat(person), "another purchase of the same buyer")
    await told.press(person, "mute:2")
    await told.press(person, "mt:2:buyer:")
    await told.say(person, "/mutes")
    await told.press(person, "unmute:1")


async def settings(told: Transcript, person: Person) -> None:
    told.part("settings")
    await told.say(person, "/settings")
    await told.press(person, "go:quiet:0")
    await told.press(person, "set:quiet:1320-480")
    await told.press(person, "go:zone:0")
    await told.press(person, "tz:Asia/Aqtau")
    await told.press(person, "set:short:yes")
    await told.say(person, "asdf")


async def group(told: Transcript, owner: Person, member: Person, language: str) -> None:
    told.part("a group")
    chat = told.talk.sandbox.crowd.add_group("Readers", [owner, member], kind="supergroup")
    await told.talk.settle()
    await told.say(owner, "/start", chat)
    await told.press(owner, f"language:{language}", chat)
    await told.press(owner, "scope:all", chat)
    await told.press(member, "edit:save", chat)
    await told.press(owner, "edit:save", chat)
    await store_tender(told.talk.services.store, 3, flags=FLAGS)
    await deliver(told.talk)
    told.look(chat, "a purchase is published")
    await told.press(member, "why:3", chat)


async def leave(told: Transcript, person: Person) -> None:
    told.part("everything is taken along and erased")
    await told.say(person, "/export")
    await told.say(person, "/delete_me")
    await told.press(person, "erase:1")
    await told.say(person, "/settings")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_whole_conversation_reads_as_it_is_kept(talk: Talk, language: str) -> None:
    told, person = Transcript(talk), talk.person(language)
    member = talk.person("en" if language != "en" else "ru")
    await first_start(told, person, language)
    await edit(told, person, language)
    await mute(told, person)
    await settings(told, person)
    await group(told, person, member, language)
    await leave(told, person)
    path = GOLDEN / f"{language}.txt"
    if os.environ.get("BAQYLAU_WRITE_GOLDEN"):
        path.write_text(told.text(), encoding="utf-8")
    assert told.text() == path.read_text(encoding="utf-8")
    for message in talk.sandbox.ledger.accepted(method="sendMessage"):
        assert parse(message.text)["@type"] == "formattedText"
