"""Typing after the bot's name: cards are offered, shared, opened again; who types without end is not answered."""

from __future__ import annotations

import pytest

from tests.bot.chat.alerting import known
from tests.bot.chat.talking import LANGUAGES, Talk, store_tender

OPEN = {"kk": "Ботта ашу", "ru": "Открыть в боте", "en": "Open in the bot"}


async def ready(talk: Talk) -> None:
    await store_tender(talk.services.store, datePublished="2026-11-21T08:00:00Z")
    while await talk.services.recent.do_one():
        pass


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_card_is_shared_into_a_group_and_opens_in_the_bot(talk: Talk, language: str) -> None:
    await ready(talk)
    person = await known(talk, language)
    group = talk.sandbox.crowd.add_group("Neighbours")
    query = talk.sandbox.crowd.type_inline(person, "кровл шко")
    await talk.settle()
    [offered] = talk.sandbox.world.offers[query]
    assert offered["title"] == "Ремонт кровли школы № 12"
    shared = talk.sandbox.crowd.choose_inline(person, query, 0, group)
    assert "Ремонт кровли" in shared["text"]
    [row] = shared["reply_markup"]["inline_keyboard"]
    link = {button["text"]: button["url"] for button in row}[OPEN[language]]
    talk.sandbox.crowd.start(person, link.partition("start=")[2])
    await talk.settle()
    assert "why:1" in talk.buttons(person).values()


@pytest.mark.parametrize(
    ("language", "typed"), [("kk", "бір көзден"), ("ru", "один источник"), ("en", "single source")]
)
async def test_a_lesson_is_shared_by_its_first_card_and_opens_in_the_bot(talk: Talk, language: str, typed: str) -> None:
    person = await known(talk, language)
    group = talk.sandbox.crowd.add_group("Neighbours")
    query = talk.sandbox.crowd.type_inline(person, typed)
    await talk.settle()
    offers = talk.sandbox.world.offers[query]
    place = next(place for place, one in enumerate(offers) if one["id"].startswith("learn-single-source-"))
    shared = talk.sandbox.crowd.choose_inline(person, query, place, group)
    assert "1/" in shared["text"]
    [[button]] = shared["reply_markup"]["inline_keyboard"]
    assert button["text"] == OPEN[language]
    talk.sandbox.crowd.start(person, button["url"].partition("start=")[2])
    await talk.settle()
    assert talk.messages(person)[-1]["text"].split("\n")[0] == shared["text"].split("\n")[0]


async def test_nothing_typed_offers_flagged_ones_and_unknown_words_nothing(talk: Talk) -> None:
    await ready(talk)
    person = talk.person("en")
    for typed, count in (("", 1), ("заправка", 0), ("<b>&", 0)):
        query = talk.sandbox.crowd.type_inline(person, typed)
        await talk.settle()
        assert len(talk.sandbox.world.offers[query]) == count, typed


async def test_who_types_without_end_is_not_answered(talk: Talk) -> None:
    await ready(talk)
    person = talk.person("en")
    queries = [talk.sandbox.crowd.type_inline(person, "кровл") for _ in range(90)]
    await talk.settle()
    answered = [query for query in queries if query in talk.sandbox.world.offers]
    assert 0 < len(answered) <= 70
    await talk.say(person, "/help")
    assert talk.messages(person), "words are still answered"
