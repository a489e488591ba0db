"""Whole conversations about what is heard when: settings, mutes, how often, why, the pages of a list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alerts.preferences import MuteKind
from alerts.timing import FOREVER, Mode
from bot.sandbox.people import Person
from tests.bot.chat.alerting import deliver, subscriber_id
from tests.bot.chat.talking import LANGUAGES, Talk, store_tender


async def alerted(talk: Talk, language: str) -> tuple[Person, dict[str, Any]]:
    """A person who follows every flagged purchase and has just got the invented one."""
    person = talk.person(language)
    await talk.say(person, "/start")
    await talk.press(person, f"language:{language}")
    await talk.press(person, "scope:all")
    await talk.keep(person, "0")
    await store_tender(talk.services.store)
    await deliver(talk)
    return person, talk.messages(person)[-1]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_settings_are_set_one_by_one_in_one_message(talk: Talk, language: str) -> None:
    person = talk.person(language)
    await talk.follow(person, language)
    await talk.say(person, "/settings")
    before = len(talk.messages(person))
    id_ = await subscriber_id(talk, person)
    for screen, value in (
        ("quiet", "set:quiet:1320-480"), ("day", "set:day:10"), ("digest", "set:digest:1080"),
        ("snooze", "set:snooze:week"),
    ):  # fmt: skip
        await talk.press(person, f"go:{screen}:0")
        await talk.press(person, value)
    wishes = await talk.services.preferences.wishes(id_)
    assert (wishes.quiet, wishes.per_day, wishes.digest_at) == ((1320, 480), 10, 1080)
    assert wishes.snoozed_until is not None
    assert wishes.snoozed_until - talk.clock() == timedelta(days=7) - timedelta(seconds=0)
    assert all(part in talk.last(person) for part in ("22:00–08:00", "10", "18:00"))
    talk.restart()
    await talk.press(person, "go:snooze:0")
    await talk.press(person, "set:snooze:end")
    await talk.press(person, "go:quiet:0")
    await talk.press(person, "set:quiet:off")
    wishes = await talk.services.preferences.wishes(id_)
    assert (wishes.quiet, wishes.snoozed_until) == (None, None)
    assert len(talk.messages(person)) == before


async def test_values_nobody_offered_and_strangers_change_nothing(talk: Talk) -> None:
    person = talk.person("ru")
    await talk.say(person, "/settings")
    assert "/start" in talk.last(person)
    await talk.forge(person, "set:day:3")
    await talk.follow(person, "ru")
    id_ = await subscriber_id(talk, person)
    before = await talk.services.preferences.wishes(id_)
    for data in ("set:quiet:0-1", "set:day:9999", "set:day:x", "set:digest:-5", "set:snooze:year", "set:zone:x"):
        await talk.forge(person, data)
        assert "/add" in talk.toasts()[-1], data
    assert await talk.services.preferences.wishes(id_) == before


@pytest.mark.parametrize("language", LANGUAGES)
async def test_mute_under_an_alert_its_undo_and_the_list(talk: Talk, language: str) -> None:
    person, alert = await alerted(talk, language)
    id_, told = await subscriber_id(talk, person), alert["text"]
    await talk.press(person, "mute:1")
    assert talk.messages(person)[-1]["message_id"] == alert["message_id"], "in place"
    await talk.press(person, "card:1")
    assert talk.last(person) == told
    await talk.press(person, "mute:1")
    await talk.press(person, "mt:1:buyer:")
    [mute] = await talk.services.preferences.mutes(id_)
    assert (mute.kind, mute.value, mute.until - talk.clock()) == (
        MuteKind.BUYER, "KZ-BIN-100640000017", timedelta(days=30),
    )  # fmt: skip
    assert "Алгабасского" in talk.last(person)
    talk.restart()
    await talk.say(person, "/mutes")
    assert "Алгабасского" in talk.last(person)
    await talk.press(person, f"unmute:{mute.id}")
    assert await talk.services.preferences.mutes(id_) == []
    await talk.forge(person, "mute:1")
    await talk.press(person, "mt:1:indicator:R003")
    [mute] = await talk.services.preferences.mutes(id_)
    assert (mute.kind, mute.value) == (MuteKind.INDICATOR, "R003")


async def test_forged_mutes_and_lists_of_others_do_nothing(talk: Talk) -> None:
    person, _ = await alerted(talk, "ru")
    other = talk.person("kk")
    await talk.follow(other, "kk")
    mine = await subscriber_id(talk, person)
    kept = await talk.services.preferences.mute(mine, MuteKind.INDICATOR, "R003", days=30)
    assert kept is not None
    await talk.forge(other, f"unmute:{kept.id}")
    assert await talk.services.preferences.mutes(mine) == [kept]
    for data in ("mt:1:indicator:R999", "mt:1:category:fuel", "mt:77:buyer:", "mt:1:person:x", "mute:0",
                 f"mute:{10**30}", "list:1:0", f"list:{10**30}:0", "unmute:-1"):  # fmt: skip
        await talk.forge(person, data)
        assert "/add" in talk.toasts()[-1], data
    assert await talk.services.preferences.mutes(mine) == [kept]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_filter_says_how_often_it_speaks(talk: Talk, language: str) -> None:
    person = talk.person(language)
    await talk.follow(person, language)
    [kept] = await talk.kept(person)
    await talk.say(person, "/filters")
    await talk.press(person, f"filter:{kept.id}:open:0")
    await talk.press(person, f"filter:{kept.id}:often:0")
    await talk.press(person, f"filter:{kept.id}:daily:0")
    assert (await talk.kept(person))[0].mode is Mode.DAILY
    assert {"kk": "күн сайын", "ru": "каждый день", "en": "every day"}[language] in talk.last(person)
    await talk.press(person, f"filter:{kept.id}:often:0")
    await talk.press(person, f"filter:{kept.id}:instant:0")
    assert (await talk.kept(person))[0].mode is Mode.INSTANT


MATCHED = {"kk": "Сай келген сүзгілеріңіз: ", "ru": "Совпавшие фильтры: ", "en": "Your filters that matched: "}
SENT = {
    "kk": "Хабарлама 22 қар. 14:05-те жіберілді.",
    "ru": "Сообщение отправлено 22 нояб., 14:05.",
    "en": "The alert was sent 22 Nov, 14:05.",
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_why_names_the_filters_and_the_moment_of_sending(talk: Talk, language: str) -> None:
    person, alert = await alerted(talk, language)
    told = alert["text"]
    await talk.press(person, "why:1")
    assert talk.messages(person)[-1]["message_id"] == alert["message_id"], "in place"
    assert MATCHED[language] in talk.last(person)
    await talk.press(person, "card:1")
    assert talk.last(person) == told
    talk.clock.advance(minutes=30)
    await talk.say(person, "/why", reply_to=alert["message_id"])
    await talk.say(person, "/why")
    for answer in talk.messages(person)[-2:]:
        assert MATCHED[language] in answer["text"]
        assert SENT[language] in answer["text"]
    await talk.say(person, "/why", reply_to=talk.messages(person)[0]["message_id"])
    assert "/why" in talk.last(person), "no alert: it says how to ask"


async def test_why_of_a_deleted_filter_and_of_somebody_who_was_not_told(talk: Talk) -> None:
    person, _ = await alerted(talk, "en")
    [kept] = await talk.kept(person)
    await talk.services.subscriptions.delete(await subscriber_id(talk, person), kept.id)
    await talk.press(person, "why:1")
    assert "Your filters that matched: a filter deleted since." in talk.last(person)
    other = talk.person("ru")
    await talk.follow(other, "ru")
    await talk.forge(other, "why:1")
    assert "Совпавшие" not in talk.last(other)


async def test_a_list_comes_after_a_snooze_turns_its_pages_and_knows_why(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/start")
    await talk.press(person, "language:en")
    await talk.press(person, "scope:all")
    await talk.keep(person, "0")
    id_ = await subscriber_id(talk, person)
    await talk.services.preferences.snooze(id_, FOREVER)
    for number in range(12):
        await store_tender(talk.services.store, number)
    before = len(talk.messages(person))
    await deliver(talk)
    assert len(talk.messages(person)) == before
    await talk.services.preferences.snooze(id_, None)
    await deliver(talk)
    assert len(talk.messages(person)) == before + 1
    assert "12 purchases that match" in talk.last(person)
    list_id = next(data for data in talk.buttons(person).values() if data.startswith("list:")).split(":")[1]
    talk.restart()
    message = talk.messages(person)[-1]
    await talk.press(person, f"list:{list_id}:1")
    assert talk.last(person).count("Ремонт кровли") == 2
    assert "tender:12" in talk.buttons(person).values()
    await talk.press(person, f"list:{list_id}:0")
    await talk.press(person, "tender:3")
    assert talk.messages(person)[-1]["reply_to_message"]["message_id"] == message["message_id"]
    await talk.press(person, "why:3")
    assert SENT["en"].removesuffix("14:05.") in talk.last(person)
    await talk.say(person, "/why", reply_to=message["message_id"])
    assert "press the number" in talk.last(person)


async def test_a_change_arrives_as_a_reply_to_the_alert(talk: Talk) -> None:
    person, alert = await alerted(talk, "ru")
    await store_tender(talk.services.store, status="cancelled")
    await deliver(talk)
    reply = talk.messages(person)[-1]
    assert "Закупка отменена." in reply["text"]
    assert reply["reply_to_message"]["message_id"] == alert["message_id"]
    talk.chat(person).messages.pop(alert["message_id"])  # deleted: the next one goes out alone
    await store_tender(talk.services.store, status="unsuccessful")
    await deliver(talk)
    assert "Закупка не состоялась." in talk.last(person)
    assert "reply_to_message" not in talk.messages(person)[-1]
