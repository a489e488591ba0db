"""Files, albums, voice and places in a tip; whatever else a chat can send."""

from __future__ import annotations

from typing import Any

import pytest

from bot.tips.tipper.pieces import LARGEST, MOST_FILES
from tests.bot.tips.files import making
from tests.bot.tips.tipping import Tipping


@pytest.fixture
def dialect() -> str:
    """What is tried here does not depend on the database; the whole road of a file runs on both in test_keeping."""
    return "sqlite"


async def send(talk: Tipping, person: Any) -> list[Any]:
    await talk.forge(person, "tip:ask:no")
    await talk.press(person, "tip:send:")
    return await talk.opened()


def post(talk: Tipping, person: Any, **content: Any) -> None:
    message = talk.sandbox.world.post(talk.chat(person), person.as_json(), **content)
    talk.sandbox.world.updates.add("message", message)


async def test_a_picture_sent_as_a_file_is_sealed_without_its_place_and_author(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    talk.sandbox.crowd.send_file(person, "Айгуль Ивановна.jpg", making.jpeg(), caption="this is the roof")
    await talk.settle()
    assert "1 file." in talk.last(person)
    told = await send(talk, person)
    assert [(one.header["kind"], one.header.get("copy")) for one in told] == [("file", "cleaned"), ("text", None)]
    assert b"7713" not in told[0].content
    assert b"Exif" not in told[0].content
    assert told[1].text == "this is the roof"
    assert told[0].header["type"] == "image/jpeg"


async def test_originals_are_kept_only_by_choice_and_what_cannot_be_cleaned_only_as_original(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    video = b"\0\0\0\x20ftypisom" + b"\0" * 60
    talk.sandbox.crowd.send_file(person, "a.mp4", video)
    await talk.settle()
    assert "only as an original" in talk.last(person)
    await talk.press(person, "tip:orig:yes")
    talk.sandbox.crowd.send_file(person, "a.mp4", video)
    talk.sandbox.crowd.send_file(person, "a.jpg", making.jpeg())
    await talk.settle()
    told = await send(talk, person)
    assert [one.header["copy"] for one in told] == ["original", "cleaned", "original"]
    assert told[0].content == video
    assert b"7713" in told[2].content


async def test_an_album_is_answered_once_and_kept_whole(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    said = len(talk.messages(person))
    for number in range(4):
        stored = talk.sandbox.world.files.add("p.jpg", making.jpeg(), folder="photos")
        photo = [stored.as_json() | {"width": 64, "height": 48}]
        post(talk, person, photo=photo, media_group_id="77", caption="four of them" if not number else "")
    await talk.settle()
    assert len(talk.messages(person)) == said + 1
    told = await send(talk, person)
    assert [one.header["kind"] for one in told] == ["file", "text", "file", "file", "file"]


async def test_voice_and_a_place_are_taken(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    stored = talk.sandbox.world.files.add("v.oga", b"OggS" + b"\0" * 99, folder="voice")
    post(talk, person, voice=stored.as_json() | {"duration": 3})
    post(talk, person, location={"latitude": 43.238, "longitude": 76.889})
    await talk.settle()
    told = await send(talk, person)
    assert [(one.header["kind"], one.header.get("type")) for one in told] == [("file", "audio/ogg"), ("place", None)]
    assert told[1].text == "43.238000, 76.889000"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("virus.exe", b"MZ" + b"\0" * 99, "We take pictures"),
        ("photo.pdf", making.jpeg(), "not what its name says"),
        ("big.png", making.huge_png(), "unpack to far more"),
        ("macro.docm", making.with_entry(making.docx(), "word/vbaProject.bin", b"x"), "macros"),
        ("large.txt", b"a" * (LARGEST + 1), "larger than 15 MB"),
    ],
)
async def test_a_refused_file_is_answered_with_a_reason_and_the_draft_stays(
    talk: Tipping, name: str, content: bytes, said: str
) -> None:
    person = talk.person("en")
    await talk.accept(person)
    await talk.say(person, "before")
    talk.sandbox.crowd.send_file(person, name, content)
    await talk.settle()
    assert talk.last(person).startswith("Not taken.")
    assert said in talk.last(person)
    assert [one.text for one in await send(talk, person)] == ["before"]


async def test_fifty_albums_fill_a_tip_and_no_more(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    text = talk.sandbox.world.files.add("a.txt", b"small", folder="documents")
    document = text.as_json() | {"file_name": "a.txt"}
    for number in range(MOST_FILES + 5):
        post(talk, person, document=document, media_group_id=str(number // 10))
        if number % 10 == 9:
            talk.clock.advance(minutes=1)
            await talk.settle()
    await talk.settle()
    assert "The tip is full" in talk.last(person)
    assert len(await send(talk, person)) == MOST_FILES


@pytest.mark.parametrize(
    "content",
    [
        {"sticker": {"file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1,
                     "is_animated": False, "is_video": False}},
        {"contact": {"phone_number": "70000000000", "first_name": "x"}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
                  "is_anonymous": True, "type": "regular", "allows_multiple_answers": False, "allows_revoting": False,
                  "members_only": False}},
        {"story": {"chat": {"id": 5, "type": "private"}, "id": 1}},
    ],
)  # fmt: skip
async def test_what_cannot_be_taken_is_said_and_nothing_is_lost(talk: Tipping, content: dict[str, Any]) -> None:
    person = talk.person("en")
    await talk.accept(person)
    await talk.say(person, "before")
    post(talk, person, **content)
    await talk.settle()
    assert talk.last(person).startswith("This cannot be taken into a tip.")
    assert [one.text for one in await send(talk, person)] == ["before"]


async def test_an_edited_message_is_kept_beside_the_first(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    message = talk.sandbox.crowd.send(person, "two million")
    await talk.settle()
    edited = message | {"text": "three million", "edit_date": message["date"] + 5}
    for _ in range(2):  # the same edit again adds nothing
        talk.sandbox.world.updates.add("edited_message", edited)
    await talk.settle()
    told = await send(talk, person)
    assert [(one.text, one.header.get("edited")) for one in told] == [("two million", None), ("three million", True)]


async def test_a_forwarded_message_is_a_part_and_its_command_no_command(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    origin = {"type": "hidden_user", "sender_user_name": "x", "date": 1}
    entities = [{"type": "bot_command", "offset": 0, "length": 5}]
    post(talk, person, text="/stop the payment", entities=entities, forward_origin=origin)
    await talk.settle()
    told = await send(talk, person)
    assert [(one.text, one.header.get("forwarded")) for one in told] == [("/stop the payment", True)]


async def test_an_answer_that_telegram_dropped_adds_the_part_once(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    talk.sandbox.faults.drop_before(method="sendMessage", count=1)
    await talk.say(person, "once")
    talk.clock.advance(seconds=5)
    await talk.worker.drain()
    assert [one.text for one in await send(talk, person)] == ["once"]


async def test_two_devices_pressing_at_once_send_one_tip(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    await talk.say(person, "once")
    await talk.forge(person, "tip:ask:no")
    await talk.press(person, "tip:send:", settle=False)
    await talk.press(person, "tip:send:", settle=False)
    await talk.settle()
    assert (await talk.rows_of("tips")) == {"tips": 1}
    assert talk.code(person), "the code still stands there"
