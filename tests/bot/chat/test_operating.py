"""What the operator asks and says; what everybody else must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alerts.announcing import Announcements
from alerts.channels.telegram.transport import TelegramChannel
from alerts.delivery import Deliverer
from alerts.filters import Criteria
from alerts.messages import Messages
from alerts.opinions import Verdict
from alerts.outbox import Outbox
from alerts.pace import Pace, Pacer
from bot.chat.operating import news, read_news
from bot.sandbox.people import Person
from bot.web.health import Health
from bot.web.pulse import Pulse
from tests.bot.chat.alerting import alerted, deliver, known, subscriber_id
from tests.bot.chat.talking import LANGUAGES, Talk


@pytest.fixture
def run_by(talk: Talk) -> Callable[[Person], None]:
    """Makes somebody the operator."""

    def appoint(person: Person) -> None:
        health = Health(Pulse(), talk.database)
        talk.services = replace(talk.services, admins=frozenset({person.id}), secret="s", health=health)
        talk.wire()

    return appoint


COMMANDS = ("/stats", "/health", "/users", "/feedback", "/announce", "/ban 5", "/unban 5")


@pytest.mark.parametrize("command", COMMANDS)
async def test_nobody_else_is_understood_not_even_the_operator_in_a_group(
    talk: Talk, run_by: Callable[[Person], None], command: str
) -> None:
    operator, other = talk.person("ru"), talk.person("en")
    run_by(operator)
    await talk.say(other, command)
    assert talk.last(other).startswith("I did not understand")
    group = talk.sandbox.crowd.add_group("Readers", [operator, other])
    await talk.settle()
    said = len(talk.messages(group))
    await talk.say(operator, command, group)
    assert len(talk.messages(group)) == said


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_operator_sees_counts_health_people_and_feedback(
    talk: Talk, run_by: Callable[[Person], None], language: str
) -> None:
    person, _ = await alerted(talk, language)
    run_by(person)
    await talk.say(person, "/stats")
    assert "messages sent      1" in talk.last(person)
    await talk.say(person, "/health")
    expected = {"kk": "Ештеңе кедергі емес", "ru": "Ничего не мешает", "en": "Nothing is in the way"}
    assert expected[language] in talk.last(person)
    await talk.say(person, "/users")
    assert "< 5" in talk.last(person), "so few would name somebody"
    await talk.say(person, "/feedback")
    nobody = {"kk": "ешкім баға берген жоқ", "ru": "никто не оценил", "en": "Nobody has judged"}
    assert nobody[language] in talk.last(person)
    await talk.services.opinions.vote(await subscriber_id(talk, person), 1, ["R003"], Verdict.WRONG)
    await talk.say(person, "/feedback")
    assert "R003" in talk.last(person)


def test_an_announcement_is_read_by_its_languages() -> None:
    assert read_news("Hello\nworld") == {"": "Hello\nworld"}
    assert read_news("kk: Сәлем\nру\nRU: Привет <b>\nen:Hi") == {
        "kk": "Сәлем\nру", "ru": "Привет &lt;b&gt;", "en": "Hi",
    }  # fmt: skip
    assert read_news("  \n\n") == {}


async def go_out(talk: Talk) -> None:
    """Send what is owed, announcements too."""
    announcements = Announcements(talk.database, talk.clock)

    async def made(owed: Any, number: str) -> Any:
        one = await announcements.get(int(number))
        assert one is not None
        return news(one.text(owed.language), owed.language)

    services = talk.services
    messages = Messages(services.store, services.subscriptions, services.renderer, others={"news": made})
    channel, pacer = TelegramChannel(talk.bot), Pacer(Pace(chat_seconds=0.0))
    deliverer = Deliverer(Outbox(talk.database, talk.clock), services.subscriptions, {channel.name: channel},
                          messages.render, pacer, talk.clock)  # fmt: skip
    while await deliverer.do_one():
        pass
    await deliverer.stop()


async def test_an_announcement_goes_once_to_those_who_agreed_in_their_language(
    talk: Talk, run_by: Callable[[Person], None]
) -> None:
    operator, agreed, silent = await known(talk, "ru"), await known(talk, "kk"), await known(talk, "en")
    run_by(operator)
    await talk.say(agreed, "/settings")
    await talk.press(agreed, "set:news:yes")
    before = {one.id: len(talk.messages(one)) for one in (agreed, silent)}
    await talk.say(operator, "/announce")
    await talk.say(operator, "kk: Ертең бот бір сағат жұмыс істемейді <b>\nru: Завтра бот час не работает")
    assert "Его получит 1 чат" in talk.last(operator)
    send = next(data for data in talk.buttons(operator).values() if data.endswith(":send"))
    await talk.press(operator, send, settle=False)
    await talk.press(operator, send, settle=False)
    await talk.settle()
    assert "0" in talk.last(operator)
    await go_out(talk)
    await talk.press(operator, send.replace(":send", ":look"))
    assert "готово 1 из 1" in talk.last(operator)
    assert len(talk.messages(agreed)) == before[agreed.id] + 1
    assert "Ертең бот бір сағат жұмыс істемейді <b>" in talk.last(agreed)
    assert len(talk.messages(silent)) == before[silent.id]
    await talk.forge(silent, send)
    assert "out of date" in talk.toasts()[-1]


async def test_who_is_banned_gets_nothing_until_they_are_let_in(talk: Talk, run_by: Callable[[Person], None]) -> None:
    operator, rude = await known(talk, "ru"), await known(talk, "en")
    run_by(operator)
    await talk.services.subscriptions.add(await subscriber_id(talk, rude), Criteria(min_weight=0))
    await talk.say(operator, f"/ban {rude.id}")
    said = len(talk.messages(rude))
    for text in ("/start", "/help", "hello"):
        await talk.say(rude, text)
    await talk.forge(rude, "go:help:0")
    await deliver(talk)
    assert len(talk.messages(rude)) == said
    assert await talk.state(rude) == "stopped"
    await talk.say(operator, f"/unban {rude.id}")
    await talk.say(rude, "/start")
    assert len(talk.messages(rude)) > said
    for wrong in ("/ban", "/ban x", f"/ban {10**30}", "/unban -"):
        await talk.say(operator, wrong)
        assert "123456789" in talk.last(operator)
