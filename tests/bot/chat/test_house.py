"""Settings, one's own data in and out, and what is left after /delete_me."""

from __future__ import annotations

import json

import msgspec
import pytest
from sqlalchemy import LargeBinary, Text, cast, select

from alerts.filters import Criteria
from alerts.opinions import Verdict
from alerts.portable import MOST_BYTES, BadFile, about, pack, unpack
from alerts.timing import Mode
from alerts.zones import AT_HOME, find_zones, is_zone, zone_name
from bot.sandbox.people import Person
from tests.bot.chat.alerting import alerted, deliver, known, subscriber_id
from tests.bot.chat.talking import FLAG, LANGUAGES, Talk, store_tender
from tests.conftest import Clock
from watchers.database import metadata


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Asia/Almaty", "Asia/Almaty"), ("алматы", "Asia/Almaty"), ("орал", "Asia/Oral"), ("Берлин", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"), ("new york", "America/New_York"), ("utc", "UTC"), ("Europe/Ber", "Europe/Berlin"),
    ],
)  # fmt: skip
def test_a_zone_is_found_by_its_name_or_city(typed: str, zone: str) -> None:
    assert find_zones(typed)[0] == zone


@pytest.mark.parametrize("typed", ["", "x", "нет такого", "../../etc/passwd", "\u202e\u200b", "A" * 4096])
def test_what_names_no_zone_finds_none(typed: str) -> None:
    assert find_zones(typed) == []
    assert not is_zone(typed)


def test_every_zone_of_kazakhstan_can_be_kept_and_is_named_in_each_language(clock: Clock) -> None:
    for language in LANGUAGES:
        names = [zone_name(one, language, clock()) for one in AT_HOME]
        assert len(set(names)) == len(AT_HOME)
        assert all(is_zone(one) for one in AT_HOME)
        assert all(name.endswith("UTC+5") for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_zone_is_tapped_or_typed_and_times_follow_it(talk: Talk, language: str) -> None:
    person = await known(talk, language)
    await talk.say(person, "/settings")
    await talk.press(person, "go:zone:0")
    await talk.press(person, "tz:Asia/Aqtau")
    id_ = await subscriber_id(talk, person)
    assert (await talk.services.preferences.wishes(id_)).zone == "Asia/Aqtau"
    await talk.press(person, "go:zone:0")
    await talk.say(person, "nowhere at all")
    assert "nowhere at all" in talk.last(person)
    await talk.say(person, "berlin")
    await talk.press(person, "tz:Europe/Berlin")
    assert (await talk.services.preferences.wishes(id_)).zone == "Europe/Berlin"
    assert "UTC+1" in talk.last(person)
    for forged in ("tz:Mars/Base", "tz:posix/UTC", "tz:"):
        await talk.forge(person, forged)
        assert "/add" in talk.toasts()[-1]
    assert (await talk.services.preferences.wishes(id_)).zone == "Europe/Berlin"


NUMBERS = {"hard": False, "group": "tender", "repeat": False, "calendar_confirmed": True}


async def test_short_alerts_name_their_flags_and_full_ones_tell_the_numbers(talk: Talk) -> None:
    person = await known(talk, "en")
    await talk.services.subscriptions.add(await subscriber_id(talk, person), Criteria(min_weight=0))
    flag = msgspec.structs.replace(FLAG, facts=NUMBERS)
    await store_tender(talk.services.store, 1, flags=[flag])
    await deliver(talk)
    full = talk.messages(person)[-1]
    await talk.say(person, "/settings")
    await talk.press(person, "set:short:yes")
    assert "Alerts are short" in talk.last(person)
    await store_tender(talk.services.store, 2, flags=[flag])
    await deliver(talk)
    short = talk.messages(person)[-1]
    said = full["text"].splitlines()
    assert said[:3] == short["text"].splitlines()[:3], "what, who, how much"
    assert "needs at least 5" in full["text"]
    assert "needs at least 5" not in short["text"]
    assert "Short time to bid: 3 working days" in short["text"]
    assert len(short["text"]) < len(full["text"])
    assert "A flag is a reason to look, not proof of wrongdoing." in short["text"]
    assert (
        short["reply_markup"]["inline_keyboard"][0][0]["text"] == full["reply_markup"]["inline_keyboard"][0][0]["text"]
    )


async def files(talk: Talk, person: Person) -> list[tuple[str, bytes]]:
    sent = [
        one["document"] for one in talk.chat(person).messages.values() if "document" in one and one["from"]["is_bot"]
    ]
    return [(one["file_name"], talk.sandbox.world.files.get(one["file_id"]).content) for one in sent]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_filters_go_out_as_a_file_and_come_in_again_after_a_yes(talk: Talk, language: str) -> None:
    person, other = await known(talk, language), await known(talk, {"kk": "ru", "ru": "en", "en": "kk"}[language])
    mine, theirs = await subscriber_id(talk, person), await subscriber_id(talk, other)
    kept = await talk.services.subscriptions.add(mine, Criteria(regions=("KZ-61",), words=("шатыр",)), "Шатыр")
    await talk.services.subscriptions.set_mode(mine, kept.id, Mode.DAILY)
    await talk.services.subscriptions.add(mine, Criteria(categories=("fuel",)))
    await talk.say(person, "/export")
    (data_name, data), (name, file) = await files(talk, person)
    assert (data_name, name) == ("baqylau-data.json", "baqylau-filters.json")
    assert json.loads(data)["subscriptions"][0]["name"] == "Шатыр"
    await talk.services.subscriptions.add(theirs, Criteria(categories=("fuel",)))
    talk.sandbox.crowd.send_file(other, name, file)
    await talk.settle()
    assert await talk.kept(other) == [one for one in await talk.kept(other) if one.criteria.categories == ("fuel",)]
    await talk.press(other, "im:1")
    found = {one.name: one for one in await talk.kept(other)}
    assert set(found) == {"", "Шатыр"}
    assert found["Шатыр"].mode is Mode.DAILY
    await talk.forge(other, "im:1")
    assert "/add" in talk.toasts()[-1], "a second press does nothing"


async def test_a_filter_of_a_file_that_floods_or_never_fires_is_said_and_mended(talk: Talk) -> None:
    for number in range(1, 41):
        await store_tender(talk.services.store, number)
    person = await known(talk, "ru")
    criteria = [{"min_weight": 0}, {"words": ["творог"]}, {"words": ["кровл"], "min_weight": 0}]
    modes: list[dict[str, object]] = [{}, {}, {"mode": "daily"}]
    filters = [{"criteria": one} | mode for one, mode in zip(criteria, modes, strict=True)]
    file = json.dumps({"format": "baqylau-filters", "version": 1, "filters": filters}).encode()
    talk.sandbox.crowd.send_file(person, "baqylau-filters.json", file)
    await talk.settle()
    lines = talk.last(person).splitlines()
    assert "за последние 7 дней 40 оповещений, больше, чем приходит сразу" in lines
    assert "за последние 7 дней ничего" in lines
    assert "за последние 7 дней 40 оповещений" in lines, "one list a day is no flood"
    await talk.press(person, "im:1")
    assert "Посмотрите на эти ещё раз" in talk.last(person)
    kept = {one.criteria.words: one.id for one in await talk.kept(person)}
    edits = [data for data in talk.buttons(person).values() if ":edit:" in data]
    assert sorted(edits) == sorted(f"filter:{kept[words]}:edit:0" for words in ((), ("творог",)))
    await talk.press(person, f"filter:{kept['творог',]}:edit:0")
    assert any(data.startswith("clear:words") for data in talk.buttons(person).values())
    await talk.press(person, "clear:words")
    assert "вам пришло бы" in talk.last(person)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[" * 5000, b"\xff\xfe", b'{"format":"baqylau-filters","version":2,"filters":[]}',
        b'{"format":"baqylau-filters","version":1,"filters":[{"criteria":{"regions":["' + b"x" * 65 + b'"]}}]}',
        b'{"format":"baqylau-filters","version":1,"filters":[{"criteria":{"min_weight":99}}]}',
        b'{"format":"baqylau-filters","version":1,"filters":[{"criteria":{},"id":7}]}',
        json.dumps({"format": "baqylau-filters", "version": 1, "filters": [{"criteria": {}}] * 101}).encode(),
        b" " * (MOST_BYTES + 1),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_ours_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(BadFile) as caught:
        unpack(content)
    assert 0 < len(caught.value.where) <= 200


async def test_a_broken_file_is_said_to_be_so_and_too_large_a_one_is_not_fetched(talk: Talk) -> None:
    person = await known(talk, "en")
    for name, content in (("x.json", b'{"a": "<b>&"}'), ("y.json", b" " * (MOST_BYTES + 1))):
        talk.sandbox.crowd.send_file(person, name, content)
        await talk.settle()
        assert talk.last(person).startswith("This file cannot be read as filters")
    document = {"file_id": "gone", "file_unique_id": "gone", "file_name": "z.json", "file_size": 3}
    message = talk.sandbox.world.post(talk.chat(person), person.as_json(), document=document)
    talk.sandbox.world.updates.add("message", message)
    await talk.settle()
    assert talk.last(person).startswith("This file cannot be read as filters"), "Telegram did not hand it over"
    assert await talk.kept(person) == []


async def test_a_file_shown_to_a_group_is_not_taken_for_filters_unless_it_answers_the_bot(talk: Talk) -> None:
    owner = talk.person("en")
    group = talk.sandbox.crowd.add_group("Readers", [owner], kind="supergroup")
    await talk.say(owner, "/start", group)
    asked = talk.messages(group)[-1]
    document = {"file_id": "x", "file_unique_id": "x", "file_name": "package.json", "file_size": 3}
    for replied, answers in ((None, 1), (asked, 2)):
        told = {"document": document} | ({"reply_to_message": replied} if replied else {})
        talk.sandbox.world.updates.add("message", talk.sandbox.world.post(group, owner.as_json(), **told))
        await talk.settle()
        assert len(talk.messages(group)) == answers


async def test_more_filters_than_there_is_room_for_are_left_out_and_said(talk: Talk) -> None:
    person = await known(talk, "ru")
    id_ = await subscriber_id(talk, person)
    many = [await talk.services.subscriptions.add(id_, Criteria(words=(f"слово{n}",))) for n in range(20)]
    file = pack([msgspec.structs.replace(one, criteria=Criteria(words=(f"другое{n}",))) for n, one in enumerate(many)])
    await talk.services.subscriptions.delete(id_, many[0].id)
    talk.sandbox.crowd.send_file(person, "baqylau-filters.json", file)
    await talk.settle()
    assert "1 фильтр из этого файла здесь новый" in talk.last(person)
    assert "Для 19 нет места" in talk.last(person)
    await talk.press(person, "im:1")
    assert len(await talk.kept(person)) == 20


async def rows_with(talk: Talk, needle: str) -> list[str]:
    """Every table and column that holds the text anywhere."""
    found = []
    async with talk.database.read() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                whole = column if isinstance(column.type, LargeBinary) else cast(column, Text())
                values = [value or "" for value in (await connection.execute(select(whole))).scalars()]
                texts = (value if isinstance(value, str) else value.decode("latin-1") for value in values)
                found += [f"{table.name}.{column.name}" for text in texts if needle in text]
    return found


async def test_nothing_of_a_chat_is_left_in_any_table_after_delete_me(talk: Talk) -> None:
    person, _ = await alerted(talk, "kk")
    id_, chat = await subscriber_id(talk, person), str(person.id)
    await talk.press(person, "why:1")
    await talk.services.opinions.vote(id_, 1, ["R003"], Verdict.USEFUL)
    await talk.services.follows.follow(id_, 1, 1)
    await talk.say(person, "/learn")
    await talk.say(person, "/filters")
    await talk.services.sharing.share(id_, Criteria(words=("мектеп",)))
    await talk.say(person, "/add")
    assert await rows_with(talk, chat), "there was something to erase"
    await talk.say(person, "/delete_me")
    await talk.press(person, "erase:1")
    assert "/start" in talk.last(person)
    assert await rows_with(talk, chat) == []
    async with talk.database.read() as connection:
        for table, columns in about().items():
            for column in columns:
                rows = (await connection.execute(select(table).where(column == id_))).all()
                assert not rows or (table.name == "subscriptions" and rows[0].criteria == {}), table.name


def test_privacy_speaks_of_everything_that_is_kept_about_a_subscriber() -> None:
    said = {
        "subscriptions": "filters", "mutes": "mutes", "outbox": "which alerts were sent", "shares": "share a filter",
        "follows": "follow a purchase", "flag_votes": "judge a flag", "learners": "lessons",
        "lesson_progress": "lessons", "lesson_votes": "lessons", "mail_asks": "mail", "mail_links": "mail",
        "mail_settings": "mail", "digest_runs": "mail",
    }  # fmt: skip
    from bot.chat import screens

    text = screens.privacy(2, "en").html
    assert set(said) == {table.name for table in about()}, "a new table about people: say so in privacy.j2"
    assert all(words in text for words in said.values())
    assert all(words in text for words in ("fingerprint", "/export", "/delete_me", "2 days", "after a day"))
