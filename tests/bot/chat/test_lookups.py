"""Whole conversations of looking things up: numbers, links, forwarded alerts, buyers, suppliers, lists, pictures."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from bot.chat.lookup_callbacks import Behind, OpenProfile, ShowChart
from tests.bot.chat.alerting import alerted, known
from tests.bot.chat.bodies import BUYER, ROOFS, store_year
from tests.bot.chat.talking import LANGUAGES, Talk, parse, store_tender
from tests.bot.chat.test_hostile import CONFUSED
from watchers.behind import Side, What

SHARE = {
    "kk": "Бәсекесіз: 17 % (2 лот, барлығы 12)",
    "ru": "Без конкуренции: 17 % (2 из 12 лотов)",
    "en": "Without competition: 17 % (2 of 12 lots)",
}
FEW = {"kk": "Жеңген өтінімдер: — (", "ru": "Выигравшие заявки: — (", "en": "Bids that won: — ("}
UNKNOWN = {"kk": "біз оқығандардың ішінде жоқ", "ru": "нет среди прочитанных", "en": "not among those we have read"}


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_number_a_link_and_a_forwarded_alert_open_the_purchase(talk: Talk, language: str) -> None:
    await store_year(talk.services.store)
    person = await known(talk, language)
    for text in ("/tender 17379603-1", "17379605-1", "https://v3bl.goszakup.gov.kz/ru/announce/index/17379607"):
        await talk.say(person, text)
        part = text[-3:-2] if text.endswith("-1") else text[-1]
        assert f"Ремонт кровли, часть {part}" in talk.last(person)
        assert parse(talk.last(person)).get("@type") == "formattedText"
    await talk.say(person, talk.last(person))  # what somebody copied or forwarded
    assert "Ремонт кровли, часть 7" in talk.last(person)
    await talk.say(person, "https://goszakup.gov.kz/ru/announce/index/99999999")
    assert UNKNOWN[language] in talk.last(person)
    await talk.say(person, "/tender")
    assert "/tender 12345678-1" in talk.last(person)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_buyer_is_found_with_slips_and_every_number_has_its_list(talk: Talk, language: str) -> None:
    await store_year(talk.services.store)
    person = await known(talk, language)
    await talk.say(person, "/buyer Алгабаского раиона")
    profile = talk.last(person)
    assert SHARE[language] in plain(profile)
    assert "17379600" not in profile
    data = Behind(side=Side.BUYER, id=BUYER, what=What.DIRECT).pack()
    await talk.press(person, data)
    assert talk.last(person).count("Ремонт кровли") == 2
    await talk.press(person, OpenProfile(side=Side.BUYER, id=BUYER).pack())
    assert talk.last(person) == profile
    await talk.press(person, Behind(side=Side.BUYER, id=BUYER, what=What.OPENED).pack())
    await talk.press(person, OpenProfile(side=Side.BUYER, id=BUYER).pack())
    await talk.press(person, Behind(side=Side.BUYER, id=BUYER, what=What.ALL).pack())
    turned = Behind(side=Side.BUYER, id=BUYER, what=What.ALL, page=1).pack()
    await talk.press(person, turned)
    assert "7. Ремонт кровли" in talk.last(person)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_number_of_a_profile_is_without_its_list(talk: Talk, language: str) -> None:
    """Each number of the text above stands on a button, or heads the list of one that does."""
    await store_year(talk.services.store)
    person = await known(talk, language)
    for asked, side, whats in (
        (f"/buyer {BUYER}", Side.BUYER, set(What) - {What.WITH, What.WON, What.BIDS}),
        (f"/supplier {ROOFS}", Side.SUPPLIER, {What.CONTRACTS, What.DIRECT, What.BIDS, What.WON, What.FLAGGED}),
    ):
        await talk.say(person, asked)
        body = BUYER if side is Side.BUYER else ROOFS
        pressed = [Behind(side=side, id=body, what=what).pack() for what in whats]
        counts = {data: label.rpartition(": ")[2] for label, data in talk.buttons(person).items()}
        for data in pressed:
            assert counts[data].isdecimal(), data
            await talk.press(person, data)
            shown = plain(talk.last(person))
            assert shown.count("Ремонт кровли, часть") == min(int(counts[data]), 6), (data, shown)
            await talk.press(person, OpenProfile(side=side, id=body).pack())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_suppliers_few_cases_are_not_made_into_shares(talk: Talk, language: str) -> None:
    await store_year(talk.services.store)
    person = await known(talk, language)
    await talk.say(person, "/supplier 150340000011")
    assert "ТОО «Кровля Алгабас»" in talk.last(person)
    assert FEW[language] in plain(talk.last(person))
    await talk.say(person, "/supplier бояулар")
    assert "ТОО «Бояулар»" in talk.last(person)
    await talk.say(person, "/supplier <b>nobody</b>")
    assert "<b>nobody</b>" in talk.last(person)


async def test_a_chart_is_a_picture_for_a_phone_made_once(talk: Talk) -> None:
    await store_year(talk.services.store)
    person = await known(talk, "kk")
    await talk.say(person, f"/buyer {BUYER}")
    for dark in (False, True, False):
        await talk.press(person, ShowChart(side=Side.BUYER, id=BUYER, dark=dark).pack())
    sent = [one for one in talk.chat(person).messages.values() if "photo" in one]
    assert [one["photo"][0]["width"] for one in sent] == [1080] * 3
    assert sent[0]["reply_to_message"]["message_id"] == talk.messages(person)[-1]["message_id"]
    pictures = [talk.services.pictures.get((Side.BUYER, BUYER, "kk", dark)) for dark in (False, True)]
    shades = [Image.open(io.BytesIO(one)).convert("L").getpixel((5, 5)) for one in pictures if one]
    assert shades[0] > 200, "light paper"
    assert shades[1] < 60, "dark paper"


async def test_the_newest_the_heaviest_and_what_closes_soon(talk: Talk) -> None:
    person, _ = await alerted(talk, "en")
    await talk.say(person, "/latest")
    assert "The newest purchases" in talk.last(person)
    assert "Ремонт кровли" in talk.last(person)
    await talk.say(person, "/top")
    assert "The heaviest flags of the week" in talk.last(person)
    assert "🚩" in talk.last(person)
    await talk.say(person, "/deadlines")
    assert "Nothing at the moment." in talk.last(person)
    await store_tender(talk.services.store, tenderPeriod={"endDate": "2026-11-25T08:00:00Z"})
    await talk.say(person, "/deadlines")
    assert "Ремонт кровли" in talk.last(person)


@pytest.mark.parametrize(
    "data",
    ["body:b:KZ-BIN-000000000000", "body:x:1", f"of:b:{BUYER}:with:9:0", f"of:b:{BUYER}:won:0:0:0", "chart:b::0",
     f"of:s:{ROOFS}:praise:0:0", f"chart:b:{'9' * 40}:1", "look:all:0"],
)  # fmt: skip
async def test_forged_lookups_say_that_they_are_out_of_date(talk: Talk, data: str) -> None:
    person = await known(talk, "en")
    await talk.forge(person, data)
    assert "/add" in talk.toasts()[-1]


async def test_words_in_a_group_are_left_alone(talk: Talk) -> None:
    await store_year(talk.services.store)
    group = talk.sandbox.crowd.add_group("Neighbours")
    person: Any = talk.person("ru")
    await talk.say(person, "12345678", group)
    assert talk.messages(group) == []


async def test_what_is_said_to_another_bot_of_a_group_is_left_alone(talk: Talk) -> None:
    await store_year(talk.services.store)
    person = talk.person("ru")
    group = talk.sandbox.crowd.add_group("Neighbours", [person], kind="supergroup")
    number = "17379603-1"
    for text in (f"/tender@another_bot {number}", f"/price {number}"):
        message = talk.sandbox.world.post(group, person.as_json(), text=text)
        talk.sandbox.world.updates.add("message", message)
        await talk.settle()
        assert talk.messages(group) == []
    await talk.say(person, f"/tender@baqylau_sandbox_bot {number}", group)
    assert "Ремонт кровли, часть 3" in talk.last(group)


BOT = {"type": "user", "sender_user": {"id": 7000000001, "is_bot": True, "first_name": "Baqylau"}, "date": 1}
CHANNEL = {"type": "channel", "chat": {"id": -1001, "type": "channel", "title": "News"}, "message_id": 1, "date": 1}
PAGE = "https://goszakup.gov.kz/ru/announce/index/17379607"


def behind_words(text: str, link: str) -> dict[str, Any]:
    return {"text": text, "entities": [{"type": "text_link", "offset": 0, "length": len(text), "url": link}]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("content", "opened"),
    [
        ({"text": "Жаңалық: 17379607-1 туралы", "forward_origin": CHANNEL}, True),
        ({"text": f"Подробнее: {PAGE}", "forward_origin": CHANNEL}, True),
        (behind_words("Подробнее", PAGE) | {"forward_origin": CHANNEL}, True),
        ({"text": "/stop", "forward_origin": BOT}, False),
        ({"text": "Просто новость", "forward_origin": CHANNEL}, False),
        (behind_words("Больше", "https://example.kz/17379607") | {"forward_origin": CHANNEL}, False),
    ],
    ids=["number", "link", "hidden", "command", "words", "elsewhere"],
)
async def test_a_forwarded_post_opens_the_purchase_it_names(
    talk: Talk, language: str, content: dict[str, Any], opened: bool
) -> None:
    await store_year(talk.services.store)
    person = await known(talk, language)
    message = talk.sandbox.world.post(talk.chat(person), person.as_json(), **content)
    talk.sandbox.world.updates.add("message", message)
    await talk.settle()
    assert ("Ремонт кровли, часть 7" in talk.last(person)) == opened
    assert opened or talk.last(person).startswith(CONFUSED[language])
    assert await talk.state(person) == "active"


async def test_a_forwarded_alert_opens_what_it_told_of(talk: Talk) -> None:
    await store_year(talk.services.store)
    teller, reader = await known(talk, "ru"), await known(talk, "kk")
    await talk.say(teller, "/tender 17379608-1")
    alert = talk.messages(teller)[-1]
    content = {"text": alert["text"], "entities": alert.get("entities", []), "forward_origin": BOT}
    talk.sandbox.world.updates.add("message", talk.sandbox.world.post(talk.chat(reader), reader.as_json(), **content))
    await talk.settle()
    assert talk.last(reader).startswith("🚩 Ремонт кровли, часть 8")
    assert talk.last(reader) != alert["text"], "in the reader's language"
    assert "why:8" in talk.buttons(reader).values()


SCHOOLS = {"kk": "«Алғабас ауданының білім бөлімі» КММ", "ru": "КГУ «Отдел образования Алгабасского района»"}


@pytest.mark.parametrize("language", ["kk", "ru"])
async def test_a_buyer_is_called_in_the_reader_s_language_wherever_it_is_named(talk: Talk, language: str) -> None:
    await store_tender(talk.services.store, names=SCHOOLS)
    ours, theirs = SCHOOLS[language], SCHOOLS["ru" if language == "kk" else "kk"]
    person = await known(talk, language)
    for typed in ("/buyer Алгабас", f"/buyer {BUYER}"):
        await talk.say(person, typed)
        assert (ours in talk.last(person), theirs in talk.last(person)) == (True, False)
    await talk.say(person, "/add")
    await talk.press(person, "scope:buyer")
    await talk.say(person, "алғабас білім")
    (label,) = (label for label, data in talk.buttons(person).items() if data.startswith("buyer:"))
    assert label == ours
    await talk.press(person, talk.buttons(person)[label])
    await talk.press(person, "edit:save")
    assert ours in talk.last(person)
    await talk.say(person, "/filters")
    assert (ours in talk.last(person), theirs in talk.last(person)) == (True, False)
