"""Whole conversations as a person has them, in each language: start to filter, list, stop, come back, why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from alerts.filters import sentence
from alerts.i18n import translator
from bot.sandbox.people import Person
from tests.bot.chat.talking import LANGUAGES, Talk
from watchers.categories import everyday_categories
from watchers.database import metadata


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_first_start_ends_with_a_filter_and_its_sentence(talk: Talk, language: str) -> None:
    person = talk.person(language)
    await talk.say(person, "/start")
    assert [label.removeprefix("• ") for label in talk.buttons(person)] == ["Қазақша", "Русский", "English"]
    marked = [label for label in talk.buttons(person) if label.startswith("• ")]
    assert talk.buttons(person)[marked[0]] == f"language:{language}"
    await talk.press(person, f"language:{language}")
    await talk.press(person, "scope:region")
    await talk.press(person, "regions:KZ:1")
    await talk.press(person, "region:KZ-61")
    await talk.keep(person, "1")
    (kept,) = await talk.kept(person)
    assert kept.criteria.regions == ("KZ-61",)
    assert kept.criteria.min_weight == 1
    assert sentence(kept.criteria, language) in talk.last(person)
    assert len(talk.messages(person)) == 1, "every step edits the one message"
    assert talk.toasts().count("") == 8


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_list_pauses_resumes_deletes_and_undoes_in_place(talk: Talk, language: str) -> None:
    person = talk.person(language)
    await talk.follow(person, language)
    await talk.say(person, "/filters")
    (kept,) = await talk.kept(person)
    said = sentence(kept.criteria, language)
    assert said in talk.last(person)
    before = len(talk.messages(person))
    await talk.press(person, f"filter:{kept.id}:open:0")
    await talk.press(person, f"filter:{kept.id}:pause:0")
    assert (await talk.kept(person))[0].paused
    assert translator(language).gettext("Paused: nothing comes by it.") in talk.last(person)
    await talk.press(person, f"filter:{kept.id}:resume:0")
    assert not (await talk.kept(person))[0].paused
    await talk.press(person, f"filter:{kept.id}:delete:0")
    assert await talk.kept(person) == []
    assert said in talk.last(person), "the list still says what was deleted"
    await talk.press(person, f"filter:{kept.id}:undo:0")
    assert [one.id for one in await talk.kept(person)] == [kept.id]
    assert len(talk.messages(person)) == before


@pytest.mark.parametrize("language", LANGUAGES)
async def test_stop_stops_at_once_and_start_brings_the_filters_back(talk: Talk, language: str) -> None:
    person = talk.person(language)
    await talk.follow(person, language)
    await talk.say(person, "/stop")
    assert await talk.state(person) == "stopped"
    assert "/start" in talk.last(person)
    assert len(await talk.kept(person)) == 1
    await talk.say(person, "/start")
    assert await talk.state(person) == "active"
    assert translator(language).gettext("Good to see you again.") in talk.last(person)
    assert "1" in talk.last(person)


async def test_the_button_under_stop_resumes(talk: Talk) -> None:
    person = talk.person("ru")
    await talk.follow(person, "ru")
    await talk.say(person, "/stop")
    await talk.press(person, "go:resume:0")
    assert await talk.state(person) == "active"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_why_answers_in_place_and_also_after_a_restart(
    talk: Talk, language: str, stored: Callable[[], Awaitable[int]]
) -> None:
    person = talk.person(language)
    tender = await stored()
    await talk.follow(person, language)
    alert = talk.messages(person)[-1]
    talk.restart()
    await talk.forge(person, f"why:{tender}")
    answer = talk.messages(person)[-1]
    assert "Ремонт кровли школы № 12" in answer["text"]
    assert answer["message_id"] == alert["message_id"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tender", ["4041", "0", "-1", str(2**63), str(10**40)])
async def test_why_of_an_unknown_tender_says_so(talk: Talk, language: str, tender: str) -> None:
    person = talk.person(language)
    await talk.say(person, "/start")
    await talk.press(person, f"language:{language}")
    await talk.forge(person, f"why:{tender}")
    assert talk.last(person).startswith(
        translator(language).gettext(
            "This purchase is not in the database any more, so its reasons cannot be shown. "
            "The link in the alert still leads to the record."
        )[:20]
    )


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_kind_of_purchase_is_found_by_a_typed_word(talk: Talk, language: str) -> None:
    person = talk.person(language)
    await talk.say(person, "/start")
    await talk.press(person, f"language:{language}")
    await talk.press(person, "scope:kind")
    earlier = talk.messages(person)[-1]["message_id"]
    await talk.say(person, {"kk": "шатыр", "ru": "крыши", "en": "Roof"}[language])
    assert "kind:roof-repair" in talk.buttons(person).values()
    assert "reply_markup" not in talk.chat(person).messages[earlier], "the buttons moved to the answer"
    await talk.press(person, "kind:roof-repair")
    await talk.keep(person)
    (kept,) = await talk.kept(person)
    assert kept.criteria.categories == ("roof-repair",)
    assert kept.criteria.min_weight is None


async def test_leafing_through_the_kinds_reaches_the_last_and_comes_back(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/add")
    await talk.press(person, "scope:kind")
    seen = set()
    page = 0
    while f"open:category:{page + 1}" in talk.buttons(person).values():
        seen.update(talk.buttons(person).values())
        page += 1
        await talk.press(person, f"open:category:{page}")
    seen.update(talk.buttons(person).values())
    assert {f"kind:{one.slug}" for one in everyday_categories()} <= seen
    await talk.press(person, "go:add:0")
    assert "scope:all" in talk.buttons(person).values()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_buyer_is_found_by_part_of_the_name_or_by_its_number(
    talk: Talk, language: str, stored: Callable[[], Awaitable[int]]
) -> None:
    person = talk.person(language)
    await stored()
    for typed in ("алгабас", "100640000017", "1006 4000 0017"):
        await talk.say(person, "/add")
        await talk.press(person, "scope:buyer")
        await talk.say(person, typed)
        labels = talk.buttons(person)
        (data,) = [data for label, data in labels.items() if "Алгабас" in label]
        await talk.press(person, data)
        await talk.keep(person, "0")
        assert "Алгабас" in talk.last(person)
    (kept,) = await talk.kept(person)
    assert kept.criteria.buyers == ("KZ-BIN-100640000017",), "the same choice three times is one filter"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_buyer_nobody_has_seen_can_be_followed_by_its_number(talk: Talk, language: str) -> None:
    person = talk.person(language)
    await talk.say(person, "/add")
    await talk.press(person, "scope:buyer")
    await talk.say(person, "нет такого названия")
    assert "«нет такого названия»" in talk.last(person) or "“нет такого названия”" in talk.last(person)
    await talk.say(person, "200540000018")
    assert "KZ-BIN-200540000018" in talk.last(person)
    data = next(data for data in talk.buttons(person).values() if data.startswith("buyer:"))
    await talk.press(person, data)
    await talk.keep(person, "1")
    (kept,) = await talk.kept(person)
    assert kept.criteria.buyers == ("KZ-BIN-200540000018",)


async def test_a_person_s_number_cannot_be_followed(talk: Talk) -> None:
    person = talk.person("ru")
    await talk.say(person, "/add")
    await talk.press(person, "scope:buyer")
    await talk.say(person, "850101300012")
    assert "ИИН" in talk.last(person)
    assert not [data for data in talk.buttons(person).values() if data.startswith("buyer:")]


async def test_regions_of_other_countries_are_offered_only_where_there_is_a_source(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/add")
    await talk.press(person, "scope:region")
    assert "Other countries" not in talk.buttons(person)
    talk.restart(frozenset({"KZ", "UA"}))
    await talk.say(person, "/add")
    await talk.press(person, "scope:region")
    await talk.press(person, "regions::0")
    assert list(talk.buttons(person))[:2] == ["Kazakhstan", "Ukraine"]
    await talk.press(person, "regions:UA:0")
    await talk.press(person, "region:UA-05")
    await talk.keep(person, "1")
    (kept,) = await talk.kept(person)
    assert kept.criteria.regions == ("UA-05",)


async def test_where_only_another_country_is_watched_kazakhstan_is_not_offered(talk: Talk) -> None:
    talk.restart(frozenset({"UA"}))
    person = talk.person("en")
    await talk.say(person, "/add")
    await talk.press(person, "scope:region")
    assert not [data for data in talk.buttons(person).values() if data.startswith("region:KZ")]
    await talk.forge(person, "region:KZ-61")
    assert "out of date" in talk.toasts()[-1]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_empty_list_shows_a_way_on(talk: Talk, language: str) -> None:
    person = talk.person(language)
    await talk.say(person, "/filters")
    await talk.press(person, "go:add:0")
    await talk.press(person, "scope:all")
    await talk.keep(person, "1")
    assert len(await talk.kept(person)) == 1


async def test_the_language_can_be_changed_and_the_filters_stay(talk: Talk) -> None:
    person = talk.person("ru")
    await talk.follow(person, "ru")
    await talk.say(person, "/language")
    await talk.press(person, "language:kk")
    assert "1 сүзгі" in talk.last(person)
    await talk.say(person, "/help")
    assert "/delete_me" in talk.last(person)
    assert "Бұл бот не істейді" in talk.last(person)


async def test_erasing_asks_once_and_leaves_nothing_of_the_chat(talk: Talk) -> None:
    person = talk.person("en")
    await talk.follow(person, "en")
    await talk.say(person, "/delete_me")
    await talk.press(person, "erase:0")
    assert len(await talk.kept(person)) == 1
    await talk.say(person, "/delete_me")
    await talk.press(person, "erase:1")
    assert "erased" in talk.last(person)
    assert await talk.state(person) == "unknown"
    async with talk.database.read() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(select(table))).all()
            assert not [row for row in rows if str(person.id) in str(row)], table.name
    await talk.say(person, "/delete_me")
    assert "Nothing is kept" in talk.last(person)


async def test_a_second_list_page_keeps_its_numbers(talk: Talk) -> None:
    person = talk.person("en")
    for code in ("KZ-10", "KZ-11", "KZ-15", "KZ-19", "KZ-23", "KZ-27", "KZ-61"):
        await talk.follow(person, "en", code) if code == "KZ-10" else await add_region(talk, person, code)
    await talk.say(person, "/filters")
    assert "5." in talk.last(person)
    assert "6." not in talk.last(person)
    await talk.press(person, "go:filters:1")
    assert "6." in talk.last(person)
    seventh = (await talk.kept(person))[-1].id
    await talk.press(person, f"filter:{seventh}:open:1")
    await talk.press(person, f"filter:{seventh}:pause:1")
    await talk.press(person, "go:filters:1")
    assert "6." in talk.last(person), "the page stays"
    assert "paused" in talk.last(person)


async def add_region(talk: Talk, person: Person, code: str) -> None:
    await talk.say(person, "/add")
    await talk.press(person, "scope:region")
    if f"region:{code}" not in talk.buttons(person).values():
        await talk.press(person, "regions:KZ:1")
    await talk.press(person, f"region:{code}")
    await talk.keep(person, "1")
