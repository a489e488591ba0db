"""Whole conversations under a card: follow, what it is followed for, votes, everything in one message."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.opinions import SHOWN_FROM, Opinion, Verdict
from bot.chat.card_callbacks import Follow, Vote
from tests.bot.chat.alerting import alerted, deliver, subscriber_id
from tests.bot.chat.talking import LANGUAGES, Talk, store_tender

SAID = {
    "kk": ("Бақыламау", "Өзгергенде хабарлаймыз", "Есепке алынды", "✓ Қате"),
    "ru": ("Не следить", "Мы сообщим, когда", "Учтено", "✓ Ошибка"),
    "en": ("Unfollow", "You will be told when", "Counted", "✓ Wrong"),
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_purchase_is_followed_listed_and_left_in_one_message(talk: Talk, language: str) -> None:
    person, alert = await alerted(talk, language)
    before = len(talk.messages(person))
    await talk.press(person, "follow:1:1")
    unfollow, told, *_ = SAID[language]
    assert talk.toasts()[-1].startswith(told)
    assert talk.buttons(person)[unfollow] == "follow:1:0"
    assert len(talk.messages(person)) == before, "no new message"
    assert talk.last(person) == alert["text"]
    await talk.press(person, "why:1")
    await talk.press(person, "card:1")
    assert talk.buttons(person)[unfollow] == "follow:1:0", "it is remembered on the way back"
    await talk.say(person, "/followed")
    assert "Ремонт кровли" in talk.last(person)
    await talk.press(person, "tender:1")
    await talk.press(person, "follow:1:0")
    await talk.say(person, "/followed")
    assert "Ремонт кровли" not in talk.last(person)


async def test_who_follows_without_a_filter_is_told_of_changes_until_they_unfollow(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/start")
    await talk.press(person, "language:en")
    await store_tender(talk.services.store)
    await deliver(talk)
    await talk.forge(person, "tender:1")
    assert "Ремонт кровли" in talk.last(person)
    await talk.press(person, "follow:1:1")
    await store_tender(talk.services.store, status="cancelled")
    await deliver(talk)
    assert "The purchase was cancelled." in talk.last(person)
    await talk.press(person, "tender:1")
    await talk.press(person, "follow:1:0")
    count = len(talk.messages(person))
    await store_tender(talk.services.store, status="unsuccessful")
    await deliver(talk)
    assert len(talk.messages(person)) == count


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_vote_is_counted_once_a_person_and_can_be_changed(talk: Talk, language: str) -> None:
    person, alert = await alerted(talk, language)
    await talk.press(person, "vote:1:useful::0")
    *_, counted, wrong = SAID[language]
    assert talk.toasts()[-1].startswith(counted)
    await talk.press(person, "vote:1:wrong::0")
    assert wrong in talk.buttons(person)
    assert await talk.services.opinions.counts() == {"R003": Opinion(wrong=1)}
    assert talk.last(person) == alert["text"]
    await talk.say(person, "/delete_me")
    await talk.press(person, "erase:1")
    assert await talk.services.opinions.counts() == {}


async def test_of_several_flags_it_is_asked_which(talk: Talk) -> None:
    person, _ = await alerted(talk, "en", flags=("R003", "KZ-08"))
    await talk.press(person, "vote:1:useful::0")
    assert talk.toasts()[-1] == "Which flag?"
    await talk.press(person, "vote:1:useful:KZ-08:0")
    assert await talk.services.opinions.counts() == {"KZ-08": Opinion(useful=1)}
    await talk.press(person, "vote:1:known::0")
    await talk.press(person, "vote:1:known:*:0")
    assert await talk.services.opinions.counts() == {"KZ-08": Opinion(known=1), "R003": Opinion(known=1)}
    await talk.press(person, "why:1")
    await talk.press(person, "vote:1:wrong::1")
    await talk.press(person, "vote:1:wrong:R003:1")
    assert "card:1" in talk.buttons(person).values(), "the reasons stay"


async def test_votes_stand_beside_a_flag_from_thirty_on(talk: Talk) -> None:
    person, _ = await alerted(talk, "en")
    for number in range(SHOWN_FROM):
        if number == SHOWN_FROM - 1:
            await talk.press(person, "why:1")
            assert "Readers of this flag" not in talk.last(person)
            talk.clock.advance(minutes=11)
        other = await talk.services.subscriptions.get_or_create("telegram", str(900 + number), "ru")
        verdict = Verdict.WRONG if number < 3 else Verdict.USEFUL
        await talk.services.opinions.vote(other.id, 1, ["R003"], verdict)
    await talk.forge(person, "why:1")
    assert "Readers of this flag: useful 27, wrong 3, reason known 0 (n = 30)." in talk.last(person)


async def test_forged_votes_and_follows_do_nothing(talk: Talk) -> None:
    person, _ = await alerted(talk, "en")
    for data in ("vote:1:useful:R999:0", "vote:9:useful::0", f"vote:{10**30}:useful::0", "vote:1:praise::0",
                 "follow:9:1", f"follow:{10**30}:1", "follow:-1:1", "card:0", "tender:9"):  # fmt: skip
        await talk.forge(person, data)
        assert "/add" in talk.toasts()[-1], data
    assert await talk.services.opinions.counts() == {}
    assert await talk.services.follows.followed(await subscriber_id(talk, person)) == []


def test_the_longest_data_fits_a_button() -> None:
    longest: list[Any] = [
        Vote(tender=2**63 - 1, verdict=Verdict.USEFUL, flag="KZ-28", why=True),
        Follow(tender=2**63 - 1, on=True),
    ]
    assert all(len(one.pack().encode()) <= 48 for one in longest)
