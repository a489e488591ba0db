"""/email in chat: addresses are added, confirmed elsewhere, set and removed, and are nobody else's business."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from alerts.mail.mailing import Mailing, open_mailing
from alerts.mail.tables import Attach, Frequency
from alerts.outbox import MAIL, Outbox
from alerts.tables import Standing
from tests.bot.chat.talking import LANGUAGES, Talk

ARU = "aru@example.kz"


def with_mail(talk: Talk) -> Callable[[], Awaitable[Mailing]]:
    async def opened() -> Mailing:
        outbox = Outbox(talk.database, talk.clock, lane=MAIL)
        return await open_mailing(talk.database, talk.clock, talk.services.subscriptions, outbox)

    talk.services = dataclasses.replace(talk.services, open_mailing=opened)
    talk.wire()
    return opened


async def confirm(mailing: Mailing, number: int = 1) -> int:
    ask = await mailing.asks.find(number)
    assert ask is not None
    await mailing.asks.confirm(mailing.asks.token_of(ask))
    return ask.subscriber_id


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_address_is_added_confirmed_set_and_removed(talk: Talk, language: str) -> None:
    opened = with_mail(talk)
    who = talk.person(language)
    await talk.follow(who, language)
    await talk.say(who, "/email")
    await talk.press(who, "mail:add:0")
    await talk.say(who, "not an address <b>")
    assert "&lt;b&gt;" in talk.last(who) or "<b>" in talk.last(who)
    await talk.say(who, "Aru@Example.kz")
    assert ARU in talk.last(who)
    mailing = await opened()
    mail_id = await confirm(mailing)
    await talk.say(who, "/email")
    assert f"✉️ {ARU}" in talk.last(who)
    await talk.press(who, f"mail:open:{mail_id}")
    for button in ("weekly", "quiet", "file", "file"):
        await talk.press(who, f"mail:{button}:{mail_id}")
    box = await mailing.boxes.view(mail_id)
    assert (box.frequency, box.all_quiet, box.attach) == (Frequency.WEEKLY, True, Attach.XLSX)
    assert [len(shared.filters) for shared in box.chats] == [1]
    await talk.press(who, f"mail:remove:{mail_id}")
    assert ARU not in talk.last(who)
    assert (await mailing.boxes.view(mail_id)).standing is Standing.STOPPED


async def test_the_answer_is_the_same_for_a_known_address_and_one_may_ask_only_so_often(
    talk: Talk,
) -> None:
    opened = with_mail(talk)
    mailing = await opened()
    who, other = talk.person("en"), talk.person("ru")
    await talk.follow(who, "en")
    await talk.follow(other, "en", region="KZ-75")
    await talk.say(other, f"/email {ARU}")
    first = talk.last(other)
    await confirm(mailing)
    await talk.say(who, f"/email {ARU}")
    assert talk.last(who) == first
    for number in range(12):
        await talk.say(who, f"/email a{number}@example.kz")
    assert "enough for today" in talk.last(who)


async def test_nobody_touches_an_address_beside_another_chat(talk: Talk) -> None:
    opened = with_mail(talk)
    mailing = await opened()
    who, other = talk.person("en"), talk.person("ru")
    await talk.follow(who, "en")
    await talk.follow(other, "ru")
    await talk.say(who, f"/email {ARU}")
    mail_id = await confirm(mailing)
    for do in ("open", "weekly", "remove", "quiet", "file", "none"):
        for wanted in (mail_id, mail_id + 1, 0, -1, 10**30):
            await talk.forge(other, f"mail:{do}:{wanted}")
    box = await mailing.boxes.view(mail_id)
    assert (box.standing, box.frequency, box.all_quiet) == (Standing.ACTIVE, Frequency.DAILY, False)
    assert all(ARU not in str(message["text"]) for message in talk.messages(other))


async def test_without_filters_there_is_nothing_to_send_and_without_a_server_no_mail(talk: Talk) -> None:
    who = talk.person("en")
    await talk.say(who, "/email")
    assert "sends no mail" in talk.last(who)
    await talk.say(who, f"/email {ARU}")
    assert "sends no mail" in talk.last(who)
    with_mail(talk)
    await talk.say(who, f"/email {ARU}")
    assert "/add" in talk.last(who)


def test_the_states_of_an_address_are_all_said() -> None:
    from alerts.mail.boxes import ChatAddress
    from bot.chat import mail_page

    for language in LANGUAGES:
        have: list[Any] = [ChatAddress(n, f"a{n}@xn--80a1acn3a.xn--80ao21a", one) for n, one in enumerate(Standing)]
        html = mail_page.addresses(have, on=True, group=False, language=language).html
        assert html.count("@пошта.қаз") == len(Standing)
        for one in have:
            mail_page.address(one, None, alone=False, language=language)
        assert "@" not in mail_page.addresses([], on=True, group=True, language=language).html
