"""Whatever a chat can send, at every step: a clear answer, nothing lost, nothing kept that was not to be."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from bot.chat.texts import render
from bot.inbox import inbox
from bot.sandbox.people import Person
from bot.tips.drafts import WRITING, Step
from bot.tips.tables import tip_parts
from tests.bot.tips.files import making
from tests.bot.tips.tipping import Tipping


@pytest.fixture
def dialect() -> str:
    """What is answered does not depend on the database; the whole road runs on both in test_telling."""
    return "sqlite"


POLL = {
    "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
    "type": "regular", "allows_multiple_answers": False, "allows_revoting": False, "members_only": False,
}  # fmt: skip
STICKER = {
    "file_id": "x", "file_unique_id": "y", "type": "regular", "width": 9, "height": 9, "is_animated": False,
    "is_video": False,
}  # fmt: skip
REFUSED: dict[str, dict[str, Any]] = {
    "sticker": {"sticker": STICKER},
    "poll": {"poll": POLL},
    "dice": {"dice": {"emoji": "🎲", "value": 3}},
    "contact": {"contact": {"phone_number": "70000000000", "first_name": "x"}},
    "story": {"story": {"chat": {"id": 5, "type": "private"}, "id": 1}},
    "nothing": {},
    "something new": {"hologram": {"depth": 3}},
}
TAKEN = ("text", "forwarded", "place", "venue", "voice", "photo", "document", "edited")
STEPS = list(Step)


def post(talk: Tipping, person: Person, **content: Any) -> dict[str, Any]:
    message = talk.sandbox.world.post(talk.chat(person), person.as_json(), **content)
    talk.sandbox.world.updates.add("message", message)
    return dict(message)


def send(talk: Tipping, person: Person, kind: str) -> None:
    """Send something of this kind."""
    files = talk.sandbox.world.files
    origin = {"type": "hidden_user", "sender_user_name": "x", "date": 1}
    if kind == "photo":
        talk.sandbox.crowd.send_photo(person, "a.jpg", making.jpeg())
    elif kind == "document":
        talk.sandbox.crowd.send_file(person, "a.txt", b"plain words")
    elif kind == "edited":
        message = post(talk, person, text="first words")
        talk.sandbox.world.updates.add("edited_message", message | {"text": "other words", "edit_date": 9})
    else:
        content: dict[str, Any] = {
            "text": {"text": "plain words"},
            "forwarded": {"text": "/stop it", "forward_origin": origin},
            "place": {"location": {"latitude": 43.2, "longitude": 76.8}},
            "venue": {"venue": {"location": {"latitude": 43.2, "longitude": 76.8}, "title": "a", "address": "b"}},
            "voice": {},
        } | REFUSED
        body = content[kind]
        if kind == "voice":
            stored = files.add("v.oga", b"OggS" + b"\0" * 99, folder="voice")
            body = {"voice": stored.as_json() | {"duration": 3}}
        post(talk, person, **body)


async def reach(talk: Tipping, person: Person, step: Step) -> None:
    """Bring the conversation to a step."""
    if step is Step.LOOKUP:
        await talk.say(person, "/mytips")
        return
    await talk.say(person, "/tip")
    if step is Step.WARNING:
        return
    await talk.press(person, "tip:ok:")
    if step in {Step.HOW, Step.FILES, Step.ASK}:
        await talk.press(person, "tip:go:how")
        await talk.forge(person, f"tip:go:{step}")
    if step in {Step.REVIEW, Step.CODE, Step.DONE, Step.ANSWER}:
        await talk.say(person, "before")
        await talk.forge(person, "tip:ask:yes")
    if step in {Step.CODE, Step.DONE, Step.ANSWER}:
        await talk.press(person, "tip:send:")
    if step in {Step.DONE, Step.ANSWER}:
        await talk.say(person, talk.code(person)[-4:])
    if step is Step.ANSWER:
        await talk.say(person, "/mytips")
        await talk.press(person, "tip:look:1")
        await talk.press(person, "tip:answer:1")


async def parts(talk: Tipping) -> int:
    async with talk.database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(tip_parts))).scalar_one())


async def failures(talk: Tipping) -> list[str]:
    async with talk.database.read() as connection:
        return [one for one in (await connection.execute(select(inbox.c.error))).scalars() if one]


@pytest.mark.parametrize("step", STEPS)
async def test_every_kind_of_message_at_a_step_is_answered_and_the_step_stays(talk: Tipping, step: Step) -> None:
    person = talk.person("en")
    await reach(talk, person, step)
    for kind in (*REFUSED, *TAKEN):
        before, told = await parts(talk), len(talk.sandbox.ledger.accepted(method="sendMessage", chat_id=person.id))
        talk.clock.advance(seconds=30)
        send(talk, person, kind)
        await talk.settle()
        answers = talk.sandbox.ledger.accepted(method="sendMessage", chat_id=person.id)[told:]
        assert answers, f"{kind} got no answer"
        assert render("sorry", "en") not in [one.text for one in answers]
        added = await parts(talk) - before
        if step in WRITING and kind in TAKEN:
            assert added == (2 if kind == "edited" else 1), kind
        else:
            assert added == 0, kind
        if step in WRITING and kind in REFUSED:
            assert "cannot be taken into a tip" in answers[-1].text
            assert answers[-1].markup, "and there is a way on"
    draft = await talk.tips.drafts.get(person.id)
    assert draft is not None
    assert draft.step is step
    assert not await failures(talk)


@pytest.mark.parametrize("step", [one for one in STEPS if one in WRITING])
@pytest.mark.parametrize("command", ["/help", "/stop", "/filters", "/nonsense", "/start", "/settings"])
async def test_a_command_at_a_step_loses_nothing_and_its_words_are_not_the_tip_s(
    talk: Tipping, step: Step, command: str
) -> None:
    person = talk.person("en")
    await reach(talk, person, step)
    await talk.say(person, "of the tip")
    kept = await parts(talk)
    await talk.say(person, command)
    await talk.say(person, "words after the command")
    assert await parts(talk) == kept
    assert not await failures(talk)
    draft = await talk.tips.drafts.get(person.id)
    assert draft is not None
    assert draft.step is step
    if step is not Step.ANSWER:
        await talk.say(person, "/tip")
        await talk.forge(person, "tip:ask:no")
        await talk.press(person, "tip:send:")
        texts = [one.text for one in await talk.opened()]
        assert texts[-1] == "of the tip"
        assert "words after the command" not in texts


@pytest.mark.parametrize("step", [one for one in STEPS if one in WRITING])
async def test_looking_for_tips_at_a_step_loses_nothing_and_words_are_still_the_tip_s(
    talk: Tipping, step: Step
) -> None:
    person = talk.person("en")
    await reach(talk, person, step)
    await talk.say(person, "of the tip")
    kept = await parts(talk)
    await talk.say(person, "/mytips")
    await talk.say(person, "more of it")
    assert await parts(talk) == kept + 1
    assert talk.last(person).startswith("Kept")
    assert not await failures(talk)


async def test_words_after_another_command_are_answered_with_the_way_back(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    await talk.say(person, "of the tip")
    await talk.say(person, "/nonsense")
    await talk.say(person, "and the roof leaks")
    assert talk.last(person).startswith("Your tip is kept as a draft")
    await talk.press(person, "tip:go:what")
    await talk.say(person, "this is the tip's again")
    await talk.forge(person, "tip:ask:no")
    await talk.press(person, "tip:send:")
    assert [one.text for one in await talk.opened()] == ["of the tip", "this is the tip's again"]


async def test_an_edit_while_the_draft_is_set_aside_is_taken(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    message = talk.sandbox.crowd.send(person, "two million")
    await talk.settle()
    await talk.say(person, "/help")
    talk.sandbox.world.updates.add("edited_message", message | {"text": "three million", "edit_date": 9})
    await talk.settle()
    await talk.forge(person, "tip:ask:no")
    await talk.press(person, "tip:send:")
    assert [one.text for one in await talk.opened()] == ["two million", "three million"]


async def test_an_edit_after_sending_is_answered_and_changes_nothing(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    message = talk.sandbox.crowd.send(person, "two million")
    await talk.settle()
    await talk.forge(person, "tip:ask:no")
    await talk.press(person, "tip:send:")
    edited = message | {"text": "three million", "edit_date": 9}
    for last in (talk.code(person)[-4:], ""):
        talk.sandbox.world.updates.add("edited_message", edited)
        await talk.settle()
        assert talk.last(person).startswith("The tip was sent before you changed")
        if last:
            await talk.say(person, last)
            assert talk.last(person).startswith("Right.")
    assert [one.text for one in await talk.opened()] == ["two million"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("send", "cancel"), ("cancel", "send"), ("send", "go:what"), ("ask:no", "send"), ("send", "ask:yes")],
)
async def test_two_devices_that_want_different_things_leave_a_whole_tip_or_none(
    talk: Tipping, first: str, second: str
) -> None:
    person = talk.person("en")
    await talk.accept(person)
    await talk.say(person, "once")
    await talk.forge(person, "tip:ask:no")
    for each in (first, second):
        talk.forge_now(person, f"tip:{each}" + ("" if ":" in each else ":"))
    await talk.settle()
    assert not await failures(talk)
    rows = await talk.rows_of("tips", "tip_parts")
    assert rows in ({"tips": 1, "tip_parts": 1}, {})
    assert rows == ({} if first == "cancel" else {"tips": 1, "tip_parts": 1})


async def test_a_device_that_writes_while_the_other_sends_loses_nothing_in_silence(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    await talk.say(person, "once")
    await talk.forge(person, "tip:ask:no")
    talk.forge_now(person, "tip:send:")
    talk.sandbox.crowd.send(person, "and one more thing")
    await talk.settle()
    assert [one.text for one in await talk.opened()] == ["once"]
    assert talk.last(person).startswith("These are not the last four digits"), "the words were answered, not taken"
    assert talk.code(person)


async def test_a_draft_whose_day_is_over_is_said_to_be_gone(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    await talk.say(person, "once")
    talk.clock.advance(days=1, hours=2)
    for button in ("tip:go:how", "tip:send:", "tip:ask:yes"):
        await talk.forge(person, button)
        assert talk.toasts()[-1].startswith("This step is over.")
    await talk.around()
    assert not await talk.rows_of("tips", "tip_parts", "tip_drafts")


async def test_the_chat_can_be_erased_when_its_draft_is_long_gone(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.tell(person, "once")
    talk.clock.advance(days=1, hours=12)
    await talk.around()
    said = len(talk.messages(person))
    await talk.press(person, "tip:erase:")
    assert len(talk.messages(person)) == said, "one is gone, one says so"
    assert talk.last(person).startswith("1 message")


async def test_looking_at_a_tip_is_erased_with_the_rest(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.tell(person, "once")
    await talk.say(person, talk.code(person)[-4:])
    talk.clock.advance(days=1, hours=12)
    await talk.say(person, "/mytips")
    await talk.press(person, "tip:look:1")
    await talk.press(person, "tip:erase:")
    left = [str(one.get("text")) for one in talk.chat(person).messages.values()]
    assert "/mytips" not in left
    assert not any(one.startswith("Your tip:") for one in left)


async def test_pressed_again_after_sending_shows_the_way_to_a_code(talk: Tipping) -> None:
    """Telegram did not take the screen with the code: it can be had all the same."""
    person = talk.person("en")
    await talk.accept(person)
    await talk.say(person, "once")
    await talk.forge(person, "tip:ask:no")
    talk.sandbox.faults.drop_before(method="editMessageText", count=1)
    await talk.press(person, "tip:send:")
    assert await talk.rows_of("tips") == {"tips": 1}
    assert not talk.code(person)
    talk.clock.advance(seconds=30)
    await talk.worker.drain()
    assert talk.last(person).startswith("It was sent, and its code was shown.")
    await talk.press(person, "tip:code:")
    assert talk.code(person)


async def test_fifty_albums_are_answered_once_each_at_most(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    text = talk.sandbox.world.files.add("a.txt", b"small", folder="documents")
    document = text.as_json() | {"file_name": "a.txt"}
    told = len(talk.messages(person))
    for album in range(50):
        for _ in range(4):
            post(talk, person, document=document, media_group_id=str(album))
        talk.clock.advance(minutes=1)
        await talk.settle()
    assert len(talk.messages(person)) - told <= 50 + 1
    assert not await failures(talk)
    assert "The tip is full" in talk.last(person)
    await talk.forge(person, "tip:ask:no")
    await talk.press(person, "tip:send:")
    assert len(await talk.opened()) == 20


@pytest.mark.parametrize("shape", ["{}", "my code is {} by the way", "-{}-"])
async def test_a_message_with_the_code_of_a_tip_in_it_goes_to_nobody(talk: Tipping, shape: str) -> None:
    """SecureDrop's rule: whoever has the code could answer in the tipper's name."""
    person = talk.person("en")
    code = await talk.tell(person, "once")
    await talk.say(person, code[-4:])
    await talk.accept(person)
    await talk.say(person, shape.format(code))
    assert talk.last(person).startswith("The code of a tip stands in this message.")
    assert shape.format(code) not in [one.get("text") for one in talk.chat(person).messages.values()]
    await talk.say(person, "paid from 1111 2222 3333 4444 to 5555666677778888")
    assert talk.last(person).startswith("Kept")
    await talk.forge(person, "tip:ask:no")
    await talk.press(person, "tip:send:")
    assert [one.text for one in await talk.opened()] == ["paid from 1111 2222 3333 4444 to 5555666677778888"]


async def test_codes_are_not_tried_by_way_of_a_tip(talk: Tipping) -> None:
    code = await talk.tell(talk.person("kk"), "once")
    person = talk.person("en")
    await talk.accept(person)
    for number in range(3):
        await talk.say(person, f"{number}111 2222 3333 4444, {number}111 2222 3333 5555")
    await talk.say(person, code)
    assert talk.last(person).startswith("Kept"), "nothing tells whether it is one"
