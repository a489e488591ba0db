"""Telling something, from the warning to the code."""

from __future__ import annotations

import pytest

from bot.chat.card_buttons import CardButtons
from bot.chat.lookup import tender_card
from bot.tips.receipt import digits_of
from tests.bot.chat.talking import LANGUAGES, store_tender
from tests.bot.tips.tipping import Tipping

WARNED = {"kk": "Жазбас бұрын", "ru": "Прежде чем писать", "en": "Before you write"}
SENT = {"kk": "Жіберілді", "ru": "Отправлено", "en": "Sent"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_tip_goes_from_the_warning_to_the_code(talk: Tipping, language: str) -> None:
    person = talk.person(language)
    await talk.say(person, "/tip")
    assert talk.last(person).startswith(WARNED[language])
    await talk.press(person, "tip:safer:")
    await talk.press(person, "tip:warn:")
    await talk.press(person, "tip:ok:")
    await talk.say(person, "Мектеп шатыры екі рет төленді")
    await talk.say(person, "и ещё одно: акт подписан до начала работ")
    await talk.press(person, "tip:go:how")
    await talk.press(person, "tip:how:saw")
    await talk.press(person, "tip:go:ask")
    await talk.press(person, "tip:ask:no")
    assert not await talk.rows_of("tips"), "nothing is sent before it was confirmed"
    await talk.press(person, "tip:send:")
    assert talk.last(person).startswith(SENT[language])
    code = talk.code(person)
    assert len(digits_of(code)) == 16
    told = await talk.opened()
    assert [(one.header["kind"], one.text) for one in told] == [
        ("text", "Мектеп шатыры екі рет төленді"),
        ("text", "и ещё одно: акт подписан до начала работ"),
        ("how", "saw"),
    ]
    await talk.say(person, "0000" if not code.endswith("0000") else "1111")
    assert "tip:code:" in talk.buttons(person).values()
    await talk.say(person, code[-4:])
    found = await talk.tips.desk.by_code(digits_of(code))
    assert found is not None


async def test_what_is_typed_before_the_warning_was_accepted_is_not_kept(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.say(person, "/tip")
    await talk.say(person, "They paid twice")
    assert talk.last(person).startswith("What you just sent was not kept")
    assert not await talk.rows_of("tip_parts")
    assert "They paid twice" not in [one.get("text") for one in talk.chat(person).messages.values()]


async def test_without_a_key_nothing_is_asked_for(talk: Tipping) -> None:
    talk.settings = type(talk.settings)()
    talk.wire()
    person = talk.person("en")
    await talk.say(person, "/tip")
    assert talk.last(person).startswith("Tips are not taken here yet")
    assert not talk.buttons(person)


async def test_a_draft_survives_a_restart_and_expires_with_everything_in_it(talk: Tipping) -> None:
    person = talk.person("ru")
    await talk.accept(person)
    await talk.say(person, "раз")
    talk.restart()
    await talk.say(person, "два")
    await talk.press(person, "tip:go:how")
    talk.clock.advance(days=1, hours=2)
    await talk.say(person, "три")
    assert "tip" not in talk.last(person)
    assert await talk.tips.drafts.sweep() == 2
    assert not await talk.rows_of("tip_parts", "tip_part_keys", "tip_drafts")


async def test_cancel_erases_the_draft_here_and_the_conversation_in_the_chat(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    await talk.say(person, "They paid twice")
    await talk.press(person, "tip:cancel:")
    assert not await talk.rows_of("tip_parts", "tip_part_keys", "tip_drafts", "tips")
    left = [str(one.get("text")) for one in talk.chat(person).messages.values()]
    assert len(left) == 2
    assert left[0].startswith("Cancelled.")
    assert "What we cannot erase" in left[1]


async def test_another_code_replaces_the_one_before(talk: Tipping) -> None:
    person = talk.person("en")
    first = await talk.tell(person, "They paid twice")
    await talk.press(person, "tip:code:")
    second = talk.code(person)
    assert first != second
    assert await talk.tips.desk.by_code(digits_of(first)) is None
    assert await talk.tips.desk.by_code(digits_of(second)) is not None


async def test_a_command_in_the_middle_keeps_the_draft_and_words_go_where_they_are_asked_for(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.accept(person)
    await talk.say(person, "They paid twice")
    await talk.say(person, "/help")
    assert talk.last(person).startswith("What this bot does")
    await talk.say(person, "and this is no part of it")
    await talk.say(person, "/tip")
    await talk.say(person, "but this is")
    await talk.forge(person, "tip:ask:no")
    await talk.press(person, "tip:send:")
    assert [one.text for one in await talk.opened()] == ["They paid twice", "but this is"]


async def test_in_a_group_nothing_is_taken(talk: Tipping) -> None:
    owner = talk.person("en")
    group = talk.sandbox.crowd.add_group("Readers", [owner])
    await talk.say(owner, "/tip", group)
    assert talk.last(group) == "Tips are not for a group. Write to me alone."


async def test_the_button_on_an_alert_begins_a_tip_about_its_tender(talk: Tipping) -> None:
    tender = await store_tender(talk.services.store)
    (row,) = CardButtons(tips=True)._more
    card = await tender_card(talk.services.store, tender)
    assert card is not None
    button = row[0](card, "en")
    assert button is not None
    person = talk.person("en")
    await talk.say(person, "/help")
    await talk.forge(person, button.data)
    await talk.press(person, "tip:ok:")
    assert "About: Ремонт кровли школы № 12" in talk.last(person)
    await talk.say(person, "They paid twice")
    await talk.forge(person, "tip:ask:no")
    await talk.press(person, "tip:send:")
    assert (await talk.opened())[0].header["tender"] == tender


async def test_a_link_from_the_web_begins_a_tip_about_its_tender(talk: Tipping) -> None:
    tender = await store_tender(talk.services.store)
    person = talk.person("en")
    talk.sandbox.crowd.start(person, f"tip_{tender}")
    await talk.settle()
    await talk.press(person, "tip:ok:")
    assert "About: Ремонт кровли школы № 12" in talk.last(person)


@pytest.mark.parametrize("payload", ["tip", "tip_", "tip_x", "tip_-5", f"tip_{10**30}"])
async def test_a_link_that_names_nothing_begins_a_tip_all_the_same(talk: Tipping, payload: str) -> None:
    person = talk.person("en")
    talk.sandbox.crowd.start(person, payload)
    await talk.settle()
    assert talk.last(person).startswith("Before you write")


async def test_delete_me_erases_draft_and_ways_back_of_somebody_who_follows_nothing(talk: Tipping) -> None:
    person = talk.person("en")
    code = await talk.tell(person, "They paid twice")
    await talk.accept(person)
    await talk.say(person, "and more")
    await talk.say(person, "/delete_me")
    await talk.press(person, "erase:1")
    assert not await talk.rows_of("tip_drafts", "tip_routes", "tip_senders")
    assert await talk.rows_of("tips", "tip_parts") == {"tips": 1, "tip_parts": 1}
    assert await talk.tips.desk.by_code(digits_of(code)) is not None


async def test_erasing_the_chat_says_what_it_cannot_do(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.tell(person, "They paid twice")
    talk.clock.advance(hours=20)
    await talk.press(person, "tip:erase:")
    assert [one["text"] for one in talk.messages(person)] == [talk.last(person)]
    assert "What we cannot erase" in talk.last(person)
