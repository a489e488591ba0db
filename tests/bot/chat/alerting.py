"""Alerts on their way to a person of the sandbox, by the real matcher, gate and deliverer."""

from __future__ import annotations

from typing import Any

import msgspec

from alerts.channels.telegram.transport import TelegramChannel
from alerts.delivery import Deliverer
from alerts.filters import Criteria
from alerts.limits import Gate, Limits
from alerts.matching import Matcher
from alerts.outbox import Outbox
from alerts.pace import Pace, Pacer
from bot.sandbox.people import Person
from tests.bot.chat.talking import FLAG, Talk, store_tender


async def deliver(talk: Talk, **limits: int) -> None:
    """Everything that is owed and may go out now."""
    services = talk.services
    outbox = Outbox(talk.database, talk.clock)
    matcher = Matcher(services.store, services.subscriptions, outbox, talk.clock)
    gate = Gate(services.store, talk.clock, Limits(**limits))
    channel = TelegramChannel(talk.bot)
    deliverer = Deliverer(
        outbox, services.subscriptions, {channel.name: channel}, services.messages.render,
        Pacer(Pace(chat_seconds=0.0)), talk.clock, prepare=services.messages.prepare,
    )  # fmt: skip
    for part in (matcher, gate, deliverer):
        while await part.do_one():
            pass
    await deliverer.stop()


async def subscriber_id(talk: Talk, person: Person) -> int:
    found = await talk.services.subscriptions.subscriber("telegram", str(person.id))
    assert found is not None
    return found.id


async def known(talk: Talk, language: str) -> Person:
    """A person who has chosen a language and no filter."""
    person = talk.person(language)
    await talk.say(person, "/start")
    await talk.press(person, f"language:{language}")
    return person


async def alerted(
    talk: Talk, language: str, flags: tuple[str, ...] = ("R003",), number: int = 1
) -> tuple[Person, dict[str, Any]]:
    """A person who follows every purchase and has just got the invented one, with these flags."""
    person = await known(talk, language)
    await talk.services.subscriptions.add(await subscriber_id(talk, person), Criteria(min_weight=0))
    swapped = {"words": "pемонт", "letters": "p", "clean": "ремонт"}
    facts: dict[str, dict[str, Any]] = {
        "R003": {"hard": False, "group": "tender", "repeat": False, "calendar_confirmed": True},
        "KZ-08": {"habit": False, "found": [swapped]},
    }
    raised = [msgspec.structs.replace(FLAG, indicator=code, facts=facts.get(code, FLAG.facts)) for code in flags]
    await store_tender(talk.services.store, number, flags=raised)
    await deliver(talk)
    return person, talk.messages(person)[-1]
