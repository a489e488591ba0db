"""What the monitors' group is owed is said in the end, whatever stood in the way; the operator hears of what lasts."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from bot.lists import counted
from bot.sandbox.people import Chat, Person
from bot.tips.counts import count_tips
from bot.tips.reviewer.owed import Owed
from bot.tips.reviewer.words import note
from bot.tips.tables import tips
from tests.bot.tips.tipping import Tipping

NOTE = note("added", "ru")


async def prepared(talk: Tipping) -> tuple[Person, Chat, int]:
    """Aizhan's tip with a question; Emma is the operator as well."""
    group = await talk.monitors()
    talk.admins = (talk.person("en").id,)
    talk.wire()
    person = talk.person("kk")
    await talk.tell(person, "екі рет төленді")
    await talk.around()
    (tip,) = await talk.tips.group.open_tips()
    await talk.order(talk.person("en"), "/ask which school?", group, tip.topic)
    await talk.around()
    return person, group, tip.id


async def add(talk: Tipping, person: Person, tip_id: int, words: str = "№ 12") -> None:
    await talk.forge(person, f"tip:answer:{tip_id}")
    await talk.say(person, words)
    await talk.press(person, "tip:send:")


def notes(talk: Tipping, group: Chat) -> list[dict[str, Any]]:
    return [one for one in talk.messages(group) if one["text"].startswith(NOTE)]


def alarms(talk: Tipping) -> list[str]:
    """What the operator was told."""
    texts = [one["text"] for one in talk.messages(talk.person("en"))]
    return [one for one in texts if "monitors’ group" in one]


@pytest.mark.parametrize("fault", ["kicked", "flood", "network", "server"])
async def test_a_note_that_could_not_be_sent_is_sent_once_it_can(talk: Tipping, fault: str) -> None:
    person, group, tip_id = await prepared(talk)
    faults = talk.sandbox.faults
    where = {"method": "sendMessage", "chat_id": group.id}
    {
        "kicked": lambda: faults.refuse(403, "Forbidden: bot was kicked from the supergroup chat", **where),
        "flood": lambda: faults.flood(90, **where),
        "network": lambda: faults.drop_before(**where),
        "server": lambda: faults.refuse(502, "Bad Gateway", **where),
    }[fault]()
    await add(talk, person, tip_id)
    assert "№ 12" not in "\n".join(talk.said_in(group))
    await talk.around()
    assert not notes(talk, group)
    assert (await count_tips(talk.database)).untold == 1
    talk.restart()  # whoever held it in memory is gone
    faults.clear()
    talk.clock.advance(minutes=2)
    await talk.around()
    assert len(notes(talk, group)) == 1
    assert (await count_tips(talk.database)).untold == 0
    await talk.around()
    assert len(notes(talk, group)) == 1, "once"


async def test_the_operator_is_told_at_once_of_a_refusal_and_of_its_end(talk: Tipping) -> None:
    person, group, tip_id = await prepared(talk)
    await talk.say(talk.person("en"), "/help")
    talk.sandbox.crowd.set_bot_status(talk.person("ru"), group, "kicked")
    await talk.settle()
    await add(talk, person, tip_id)
    for _ in range(3):
        await talk.around()
        talk.clock.advance(minutes=2)
    (told,) = alarms(talk)
    assert "waiting: 1" in told
    assert "bot was kicked" in told
    assert not any(secret in told for secret in ("№ 12", str(person.id), "T-"))
    talk.sandbox.crowd.set_bot_status(talk.person("ru"), group, "administrator")
    await talk.settle()
    await talk.around()
    assert len(notes(talk, group)) == 1
    assert alarms(talk)[1:] == ["✅ The monitors’ group is told of tips again."]


async def test_a_passing_trouble_is_told_when_it_lasts(talk: Tipping) -> None:
    person, group, tip_id = await prepared(talk)
    await talk.say(talk.person("en"), "/help")
    talk.sandbox.faults.refuse(502, "Bad Gateway", method="sendMessage", chat_id=group.id)
    await add(talk, person, tip_id)
    await talk.around()
    assert not alarms(talk)
    talk.clock.advance(minutes=11)
    await talk.around()
    assert len(alarms(talk)) == 1


async def test_a_group_that_is_away_is_not_asked_again_at_once(talk: Tipping) -> None:
    person, group, tip_id = await prepared(talk)
    await add(talk, person, tip_id)
    talk.sandbox.faults.flood(90, method="sendMessage", chat_id=group.id)
    for _ in range(5):
        await talk.around()
    asked = [one for one in talk.sandbox.ledger.entries if one.method == "sendMessage" and one.chat_id == group.id]
    assert [one.code for one in asked].count(429) == 1


async def test_a_topic_that_somebody_deleted_is_made_again_with_its_header(talk: Tipping) -> None:
    person, group, tip_id = await prepared(talk)
    await add(talk, person, tip_id)
    talk.sandbox.faults.refuse(
        400, "Bad Request: message thread not found", method="sendMessage", chat_id=group.id, count=1
    )
    await talk.around()
    tip = await talk.tips.desk.by_id(tip_id)
    assert tip is not None
    (said,) = notes(talk, group)
    assert said["message_thread_id"] == tip.topic
    assert len([one for one in talk.messages(group) if one["text"].startswith(tip.ref)]) == 2


async def test_a_header_that_cannot_be_sent_leaves_one_topic_and_is_sent_later(talk: Tipping) -> None:
    group = await talk.monitors()
    talk.sandbox.faults.refuse(502, "Bad Gateway", method="sendMessage", chat_id=group.id)
    await talk.tell(talk.person("kk"), "екі рет төленді")
    for _ in range(4):
        await talk.around()
        talk.clock.advance(minutes=2)
    talk.sandbox.faults.clear()
    await talk.around()
    made = talk.sandbox.ledger.accepted(method="createForumTopic")
    assert len(made) == 1
    (tip,) = await talk.tips.group.open_tips()
    assert tip.header > 0


async def test_what_a_killed_process_was_announcing_is_announced(talk: Tipping) -> None:
    await talk.monitors()
    await talk.tell(talk.person("kk"), "екі рет төленді")
    async with talk.database.write() as connection:
        await connection.execute(update(tips).values(header=-1))
    owed = Owed(talk.tips.desk, talk.tips.group, talk.clock)
    assert not await owed.do_one(talk.bot)
    await owed.recover()
    assert await owed.do_one(talk.bot)


async def test_news_that_telegram_did_not_take_reach_the_tipper_later(talk: Tipping) -> None:
    person, group, tip_id = await prepared(talk)
    said = len(talk.messages(person))
    talk.sandbox.faults.drop_before(method="sendMessage", chat_id=person.id, count=1)
    tip = await talk.tips.desk.by_id(tip_id)
    assert tip is not None
    await talk.order(talk.person("en"), "/answer thank you", group, tip.topic)
    with pytest.raises(Exception, match=r"."):
        await talk.around()
    assert len(talk.messages(person)) == said
    await talk.around()
    assert talk.last(person) == "Сізге жаңалық бар."


async def test_tips_are_counted_by_state_and_by_nothing_else(talk: Tipping) -> None:
    _, group, tip_id = await prepared(talk)
    await talk.tell(talk.person("ru"), "и ещё одно")
    await talk.around()
    tip = await talk.tips.desk.by_id(tip_id)
    assert tip is not None
    await talk.order(talk.person("ru"), "/hold", group, tip.topic)
    lines = [line.split() for line in await counted(talk.database) if line.startswith("tips")]
    assert lines == [["tips", "received", "1"], ["tips", "asked", "1"], ["tips", "held", "1"]]
