"""The same of the screens around alerts, settings and look-ups: forged buttons, taps at once, others' ids, wizards."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.filters import Criteria
from tests.bot.chat.alerting import alerted, deliver, known, subscriber_id
from tests.bot.chat.bodies import BUYER, store_year
from tests.bot.chat.talking import Talk, store_tender
from tests.bot.chat.test_hostile import errors


@pytest.fixture
def dialect() -> str:
    """What is tried here does not depend on the database; the journeys run on both."""
    return "sqlite"


FORGED = (
    "mute:0", "mute:x", f"mute:{10**30}", "mt:1:buyer:x", "mt:999:buyer:", "mt:1:nothing:x", "mt:1:indicator:ZZ",
    "mt:1:category:nothing", "unmute:0", "unmute:-7", f"unmute:{10**30}", "follow:0:1", "follow:999:1",
    "follow:1:maybe", f"follow:{2**63}:1", "followed:-1", "followed:1000", "vote:1:great::0", "vote:999:useful::0",
    "vote:1:useful:R999:0", "vote:1:useful:*:x", "card:0", "card:999", f"card:{2**63}", "tender:0", "tender:-1",
    f"tender:{10**30}", "why:999", "why:0", "im:1", "im:0", "pf:1:1:1", "pf:x:1:1", "nw:1:send", "nw:0:cancel",
    "set:quiet:9999-1", "set:quiet:1320", "set:day:-1", "set:day:10000", "set:digest:1441", "set:snooze:forever",
    "set:short:maybe", "set:nothing:1", "tz:Mars/Base", "tz:", "list:999:0", "list:x:0", "body:b:", "body:s:x",
    f"of:b:{BUYER}:all:0:99", "look:top:99", "do:0", "do:999", "dw:-1", "dr:1:king", "dr:999:citizen",
    "dl:1:nothing:kk", "dl:999:audit:kk", "dl:1:audit:xx", "lc:nothing:0:0", "lp:99", "lf:R999", "la:x:0:0",
    "mail:open:1", "mail:remove:999", "mail:explode:1", "tipon:1", "go:resume:1", "erase:",
    "filter:1:often:0", "filter:999:share:0", "filter:1:here:0",
)  # fmt: skip


async def standing(talk: Talk, person: Any) -> tuple[Any, ...]:
    """Everything that a chat has set."""
    id_, services = await subscriber_id(talk, person), talk.services
    return (
        await talk.kept(person),
        await services.preferences.mutes(id_),
        await services.preferences.wishes(id_),
        await services.follows.follows(id_, 1),
        await services.opinions.said(id_, 1),
        await talk.state(person),
    )


@pytest.mark.parametrize("signed", [True, False])
async def test_forged_data_of_any_screen_is_answered_and_changes_nothing(talk: Talk, signed: bool) -> None:
    person, _ = await alerted(talk, "en")
    talk.services.flood._burst = 10**9
    before = await standing(talk, person)
    for data in FORGED:
        answered = len(talk.toasts())
        await talk.forge(person, data, signed=signed)
        assert len(talk.toasts()) == answered + 1, data
        assert "broke" not in talk.last(person), data
        assert await standing(talk, person) == before, data
    assert not await errors(talk)


async def test_another_person_s_mute_filter_and_alert_cannot_be_touched(talk: Talk) -> None:
    owner, _ = await alerted(talk, "kk")
    await talk.press(owner, "mute:1")
    await talk.press(owner, "mt:1:buyer:")
    (kept,) = await talk.kept(owner)
    (muted,) = await talk.services.preferences.mutes(await subscriber_id(talk, owner))
    before = await standing(talk, owner)
    thief = await known(talk, "en")
    await talk.services.subscriptions.add(await subscriber_id(talk, thief), Criteria(min_weight=5))
    await talk.say(thief, "/mutes")
    for action in ("open", "edit", "copy", "name", "unname", "share", "often", "daily", "here", "any"):
        await talk.forge(thief, f"filter:{kept.id}:{action}:0")
        assert talk.toasts()[-1] == "That filter is not there any more.", action
    await talk.forge(thief, f"unmute:{muted.id}")
    assert await standing(talk, owner) == before
    assert len(await talk.kept(thief)) == 1


@pytest.mark.parametrize("data", ["follow:1:1", "vote:1:useful::0", "why:1", "do:1", "card:1"])
async def test_two_taps_at_once_under_an_alert_count_once(talk: Talk, data: str) -> None:
    person, _ = await alerted(talk, "en")
    for _ in range(2):
        await talk.forge(person, data, settle=False)
    await talk.settle()
    id_ = await subscriber_id(talk, person)
    assert await talk.services.follows.follows(id_, 1) == data.startswith("follow")
    said = ["useful"] if data.startswith("vote") else []
    assert list((await talk.services.opinions.said(id_, 1)).values()) == said
    assert not await errors(talk)


async def test_two_mutes_at_once_mute_once_and_two_unmutes_are_no_error(talk: Talk) -> None:
    person, _ = await alerted(talk, "en")
    id_ = await subscriber_id(talk, person)
    await talk.press(person, "mute:1")
    for _ in range(2):
        await talk.press(person, "mt:1:buyer:", settle=False)
    await talk.settle()
    (muted,) = await talk.services.preferences.mutes(id_)
    for _ in range(2):
        await talk.press(person, f"unmute:{muted.id}", settle=False)
    await talk.settle()
    assert await talk.services.preferences.mutes(id_) == []
    assert not await errors(talk)


async def test_delete_me_pressed_twice_erases_once_and_export_after_it_has_nothing(talk: Talk) -> None:
    person, _ = await alerted(talk, "en")
    await talk.say(person, "/delete_me")
    for _ in range(2):
        await talk.press(person, "erase:1", settle=False)
    talk.sandbox.crowd.send(person, "/export")
    await talk.settle()
    assert await talk.state(person) == "unknown"
    assert not await errors(talk)
    assert not [one for one in talk.chat(person).messages.values() if "document" in one], "there is nothing to take"


async def test_two_exports_at_once_are_two_sets_of_files_and_no_error(talk: Talk) -> None:
    person, _ = await alerted(talk, "en")
    await talk.say(person, "/settings")
    for _ in range(2):
        await talk.press(person, "go:export:0", settle=False)
    await talk.settle()
    assert not await errors(talk)
    names = [one["document"]["file_name"] for one in talk.chat(person).messages.values() if "document" in one]
    assert len(names) in {2, 4}
    assert len(set(names)) == 2


async def test_a_profile_and_its_chart_pressed_at_once_are_drawn_once(talk: Talk) -> None:
    await store_year(talk.services.store)
    person = await known(talk, "kk")
    await talk.say(person, f"/buyer {BUYER}")
    for _ in range(3):
        await talk.press(person, f"chart:b:{BUYER}:0", settle=False)
    await talk.settle()
    assert len([one for one in talk.chat(person).messages.values() if "photo" in one]) == 3
    assert len(talk.services.pictures._values) == 1
    assert not await errors(talk)


async def test_an_alert_a_link_and_a_command_while_a_wizard_waits_for_words(talk: Talk) -> None:
    await store_year(talk.services.store)
    person = await known(talk, "en")
    await talk.services.subscriptions.add(await subscriber_id(talk, person), Criteria(min_weight=0))
    (kept,) = await talk.kept(person)
    await talk.say(person, "/filters")
    await talk.press(person, f"filter:{kept.id}:open:0")
    await talk.press(person, f"filter:{kept.id}:name:0")
    await store_tender(talk.services.store, 40)
    await deliver(talk)
    await talk.say(person, "Roofs")
    (kept,) = await talk.kept(person)
    assert kept.name == "Roofs", "what arrives meanwhile does not end the question"
    await talk.say(person, "/add")
    await talk.press(person, "scope:buyer")
    await talk.say(person, "https://goszakup.gov.kz/ru/announce/index/17379607")
    assert "часть 7" in talk.last(person)
    await talk.say(person, "алгабас")
    assert any(data.startswith("buyer:") for data in talk.buttons(person).values()), "the question still stands"
    await talk.say(person, "/privacy")
    await talk.say(person, "/settings")
    await talk.press(person, "go:quiet:0")
    await talk.say(person, "x" * 4096)
    assert not await errors(talk)
    assert len(await talk.kept(person)) == 1


async def test_an_old_card_s_buttons_work_after_a_redeploy(talk: Talk) -> None:
    person, _ = await alerted(talk, "en")
    talk.restart()
    for data in ("why:1", "card:1", "follow:1:1", "vote:1:known::0", "mute:1"):
        await talk.press(person, data)
        assert "out of date" not in talk.toasts()[-1], data
    assert not await errors(talk)
