"""The mode that is less safe says so first, passes everything on, and keeps nothing."""

from __future__ import annotations

from bot.tips.sealing import Recipient
from tests.bot.tips.files import making
from tests.bot.tips.tipping import Tipping


async def test_what_is_told_is_passed_on_to_the_topic_and_erased_here(talk: Tipping) -> None:
    group = await talk.monitors(mode="forward", public_keys=())
    person = talk.person("en")
    await talk.say(person, "/tip")
    assert "That is less safe" in talk.last(person)
    await talk.press(person, "tip:ok:")
    assert "sealed" not in talk.last(person)
    await talk.say(person, "They <paid> twice & more")
    talk.sandbox.crowd.send_file(person, "a.jpg", making.jpeg())
    await talk.settle()
    assert "sealed" not in talk.last(person)
    await talk.around()
    assert "They" not in "\n".join(talk.said_in(group)), "nothing before it was confirmed"
    await talk.forge(person, "tip:ask:no")
    await talk.press(person, "tip:send:")
    await talk.around()
    everything = "\n".join(talk.said_in(group))
    assert "They <paid> twice & more" in everything
    assert "file.jpg" in everything
    assert str(person.id) not in everything
    assert not await talk.rows_of("tip_parts", "tip_part_keys")


async def test_without_a_group_it_takes_nothing(talk: Tipping) -> None:
    talk.settings = talk.settings.model_copy(update={"mode": "forward"})
    talk.wire()
    assert not talk.tips.taking
    assert all(isinstance(one, Recipient) for one in talk.tips.drafts.recipients)
