"""A filter previewed, changed in place, copied, named, shared: each way by taps and by words, in each language."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from alerts.filters import FILTERS, Criteria, sentence
from alerts.i18n import translator
from bot.sandbox.people import Person
from tests.bot.chat.alerting import known, subscriber_id
from tests.bot.chat.bodies import PAINTS, store_year
from tests.bot.chat.talking import LANGUAGES, Talk, store_tender


async def begin(talk: Talk, person: Person, scope: str = "all") -> None:
    await talk.say(person, "/add")
    await talk.press(person, f"scope:{scope}")


async def open_criterion(talk: Talk, person: Person, key: str) -> None:
    await talk.press(person, "edit:menu")
    await talk.press(person, f"open:{key}:0")


async def fill(talk: Talk, count: int) -> None:
    for number in range(1, count + 1):
        moment = talk.clock().isoformat()
        await store_tender(talk.services.store, number, datePublished=moment, procurementMethod="open")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_preview_counts_shows_two_and_links_them(talk: Talk, language: str) -> None:
    person = talk.person(language)
    await fill(talk, 3)
    await talk.say(person, "/start")
    await talk.press(person, f"language:{language}")
    await talk.press(person, "scope:all")
    texts = translator(language)
    forms = (
        "This would have sent you %(count)s alert in the last 7 days.",
        ("This would have sent you %(count)s alerts in the last 7 days."),
    )
    assert texts.ngettext(*forms, 3) % {"count": 3} in talk.last(person)
    assert talk.last(person).count("Ремонт кровли школы № 12") == 2
    links = [one for one in talk.messages(person)[-1].get("entities", []) if one["type"] == "text_link"]
    assert len(links) == 2
    await talk.press(person, "edit:save")
    (kept,) = await talk.kept(person)
    assert kept.criteria == Criteria()
    assert len(talk.messages(person)) == 1, "five taps, one message"


async def test_a_filter_that_floods_says_so_and_one_tap_mends_it(talk: Talk) -> None:
    person = talk.person("en")
    await fill(talk, 36)
    await begin(talk, person)
    assert "36 alerts" in talk.last(person)
    assert "about 6 a day; you hear 5 a day at once" in talk.last(person)
    assert talk.buttons(person)["All of it as one list a day"] == "edit:daily"
    await talk.press(person, "edit:daily")
    (kept,) = await talk.kept(person)
    assert kept.mode == "daily"
    assert "once a day" in talk.last(person)


async def test_a_filter_that_never_fires_offers_what_would(talk: Talk) -> None:
    person = talk.person("en")
    await fill(talk, 2)
    await begin(talk, person)
    await open_criterion(talk, person, "min_weight")
    await talk.press(person, "pick:min_weight:5")
    assert "nothing in the last 7 days, of 2 purchases" in talk.last(person)
    mend = next(data for label, data in talk.buttons(person).items() if label.endswith("2 alerts in 7 days"))
    await talk.press(person, mend)
    assert "2 alerts in the last 7 days" in talk.last(person)
    await talk.press(person, "edit:save")
    assert (await talk.kept(person))[0].criteria.min_weight is None


async def test_an_empty_store_is_said_to_be_empty(talk: Talk) -> None:
    person = talk.person("ru")
    await begin(talk, person)
    assert "сравнить не с чем" in talk.last(person)
    assert "edit:save" in talk.buttons(person).values()


TAPPED = {
    "region": ("region:KZ-10", {"regions": ("KZ-10",)}),
    "category": ("kind:fuel", {"categories": ("fuel",)}),
    "method": ("pick:method:direct", {"methods": ("direct",)}),
    "min_amount": ("pick:min_amount:10 m", {"min_amount": Decimal(10_000_000)}),
    "max_amount": ("pick:max_amount:100 m", {"max_amount": Decimal(100_000_000)}),
    "min_weight": ("pick:min_weight:3", {"min_weight": 3}),
    "indicators": ("pick:indicators:KZ-01", {"indicators": ("KZ-01",)}),
    "deadline": ("pick:deadline:>=5", {"min_days": 5}),
}
TYPED = {
    "region": ("Семей", {"regions": ("KZ-10-10",)}),
    "category": ("жанар-жағармай", {"categories": ("fuel",)}),
    "buyer": ("200540000018", {"buyers": ("KZ-BIN-200540000018",)}),
    "supplier": ("200540000018", {"suppliers": ("KZ-BIN-200540000018",)}),
    "method": ("аукцион", {"methods": ("auction",)}),
    "min_amount": ("5–20 млн", {"min_amount": Decimal(5_000_000), "max_amount": Decimal(20_000_000)}),
    "max_amount": ("300 тыс", {"max_amount": Decimal(300_000)}),
    "min_weight": ("2", {"min_weight": 2}),
    "indicators": ("r003, kz-8", {"indicators": ("R003", "KZ-08")}),
    "deadline": ("до 7", {"max_days": 7}),
    "words": ("кровл, ремонт школ", {"words": ("кровл", "ремонт школ")}),
    "without_words": ("дезинфекц", {"without_words": ("дезинфекц",)}),
}


@pytest.mark.parametrize("key", TAPPED)
async def test_every_criterion_can_be_tapped(talk: Talk, key: str) -> None:
    person = talk.person("kk")
    data, fields = TAPPED[key]
    await begin(talk, person)
    await open_criterion(talk, person, key)
    await talk.press(person, data)
    assert await saved(talk, person) == Criteria(**fields)
    assert len(talk.messages(person)) == 1


@pytest.mark.parametrize("key", TYPED)
async def test_every_criterion_can_be_typed(talk: Talk, key: str) -> None:
    person = talk.person("ru")
    text, fields = TYPED[key]
    await begin(talk, person)
    await open_criterion(talk, person, key)
    await talk.say(person, text)
    if key in {"buyer", "supplier"}:
        await talk.press(person, next(data for data in talk.buttons(person).values() if data.startswith("buyer:")))
    assert await saved(talk, person) == Criteria(**fields)


@pytest.mark.parametrize("typed", ["бояулар", "бояулрр", "150340000022"])
async def test_a_supplier_of_last_winter_is_found_by_its_name(talk: Talk, typed: str) -> None:
    await store_year(talk.services.store)
    person = talk.person("ru")
    await begin(talk, person)
    await open_criterion(talk, person, "supplier")
    await talk.say(person, typed)
    await talk.press(person, next(data for data in talk.buttons(person).values() if data.startswith("buyer:")))
    await talk.press(person, "edit:look")
    assert "ТОО «Бояулар»" in talk.last(person)
    await talk.press(person, "edit:save")
    (kept,) = await talk.kept(person)
    assert kept.criteria.suppliers == (PAINTS,)


async def saved(talk: Talk, person: Person) -> Criteria:
    """Out of the criterion's screen, if it is still open, and save: what is kept, which the answer says in words."""
    if "edit:save" not in talk.buttons(person).values():
        await talk.press(person, "edit:look")
    await talk.press(person, "edit:save")
    (kept,) = await talk.kept(person)
    codes = {code: talk.services.renderer.flag_name(code, person.language) for code in kept.criteria.indicators}
    assert sentence(kept.criteria, person.language, codes) in talk.last(person)
    return kept.criteria


def test_every_criterion_is_tried_above() -> None:
    assert {row.key for row in FILTERS} == TYPED.keys()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Туркестанская область", "Туркестанская область"),
        ("түркістан облысы", "Туркестанская область"),
        ("бензин", "kind:fuel"),
        ("алгабас", "Алгабасского"),
        ("отдел образавания", "Алгабасского"),
        ("100640000017", "Алгабасского"),
        ("850101300012", "ИИН"),
        ("от 10 млн", "10\u00a0млн"),
        ("R003", "Короткий срок|Слишком короткий срок"),
        ("аукцион", "аукцион"),
        ("район Жамбыл", "Какой из этих"),
        ("абракадабра", "«абракадабра» не нашлось"),
    ],
)
async def test_words_at_the_first_choice_are_understood(talk: Talk, text: str, shown: str) -> None:
    person = talk.person("ru")
    await store_tender(talk.services.store)
    await talk.say(person, "/start")
    await talk.press(person, "language:ru")
    await talk.say(person, text)
    said = talk.last(person) + str(talk.buttons(person))
    if shown != "Какой из этих":
        assert re.search(shown, said), said
    assert "go:add:0" in talk.buttons(person).values() or "scope:all" in talk.buttons(person).values()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_filter_is_changed_in_place_and_only_by_saving(talk: Talk, language: str) -> None:
    person = talk.person(language)
    await talk.follow(person, language)
    (before,) = await talk.kept(person)
    await talk.say(person, "/filters")
    await talk.press(person, f"filter:{before.id}:open:0")
    await talk.press(person, f"filter:{before.id}:edit:0")
    await open_criterion(talk, person, "region")
    await talk.press(person, "area:KZ-10:0")
    await talk.press(person, "region:KZ-10-10")
    assert any(label.startswith("✓") and data == "region:KZ-10-10" for label, data in talk.buttons(person).items())
    await talk.press(person, "edit:look")
    assert await talk.kept(person) == [before]
    await talk.press(person, f"filter:{before.id}:open:0")
    assert await talk.kept(person) == [before], "left as it was"
    await talk.press(person, f"filter:{before.id}:edit:0")
    await open_criterion(talk, person, "region")
    await talk.press(person, "clear:region")
    await talk.say(person, "Семей")
    talk.restart()
    await talk.press(person, "edit:look")
    await talk.press(person, "edit:save")
    (after,) = await talk.kept(person)
    assert (after.id, after.criteria.regions) == (before.id, ("KZ-10-10",))
    assert translator(language).gettext("Changed. You follow:") in talk.last(person)


async def test_a_copy_is_another_filter(talk: Talk) -> None:
    person = talk.person("en")
    await talk.follow(person, "en")
    (first,) = await talk.kept(person)
    await talk.say(person, "/filters")
    await talk.press(person, f"filter:{first.id}:open:0")
    await talk.press(person, f"filter:{first.id}:copy:0")
    await open_criterion(talk, person, "words")
    await talk.say(person, "roof")
    await talk.press(person, "edit:look")
    await talk.press(person, "edit:save")
    kept = await talk.kept(person)
    assert [one.criteria.words for one in kept] == [(), ("roof",)]
    assert kept[0] == first


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_filter_is_named_and_unnamed(talk: Talk, language: str) -> None:
    person = talk.person(language)
    await talk.follow(person, language)
    (kept,) = await talk.kept(person)
    await talk.say(person, "/filters")
    await talk.press(person, f"filter:{kept.id}:open:0")
    await talk.press(person, f"filter:{kept.id}:name:0")
    await talk.say(person, "\u200b\u202e <>&")
    assert translator(language).gettext("A name needs a letter or a digit.") in talk.last(person)
    await talk.say(person, "Шатыр <b>" + "x" * 4000)
    (named,) = await talk.kept(person)
    assert named.name.startswith("Шатыр <b>x")
    assert len(named.name) == 40
    await talk.press(person, "go:filters:0")
    assert "Шатыр <b>x" in talk.last(person)
    await talk.press(person, f"filter:{kept.id}:open:0")
    await talk.press(person, f"filter:{kept.id}:name:0")
    await talk.press(person, f"filter:{kept.id}:unname:0")
    assert (await talk.kept(person))[0].name == ""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_link_copies_a_filter_and_tells_nothing_of_who_shared(talk: Talk, language: str) -> None:
    sharer = talk.person("ru")
    friend = talk.sandbox.crowd.add("Дос", language=language, started=True)
    await talk.follow(sharer, "ru")
    (theirs,) = await talk.kept(sharer)
    await talk.services.subscriptions.rename(theirs.subscriber_id, theirs.id, "Район моей мамы")
    await talk.say(sharer, "/filters")
    await talk.press(sharer, f"filter:{theirs.id}:open:0")
    await talk.press(sharer, f"filter:{theirs.id}:share:0")
    (payload,) = re.findall(r"\?start=(f_[A-Za-z0-9_-]{1,62})", talk.last(sharer))
    await talk.say(friend, f"/start {payload}")
    said = talk.last(friend)
    assert sentence(theirs.criteria, language) in said
    for secret in ("Район моей мамы", str(sharer.id), sharer.first_name):
        assert secret not in said
    assert await talk.kept(friend) == [], "nothing is followed before they say so"
    await talk.press(friend, "edit:save")
    (copied,) = await talk.kept(friend)
    assert (copied.criteria, copied.name) == (theirs.criteria, "")
    await talk.say(sharer, "/delete_me")
    await talk.press(sharer, "erase:1")
    await talk.say(friend, f"/start {payload}")
    assert translator(language).gettext("This link does not lead to a filter any more.") in talk.last(friend)
    assert await talk.kept(friend) == [copied]


async def test_the_tree_of_codes_is_walked_down_and_a_branch_is_chosen(talk: Talk) -> None:
    person = talk.person("en")
    await begin(talk, person, "kind")
    await talk.press(person, "tree::0")
    page = 0
    while "tree:43:0" not in talk.buttons(person).values():
        page += 1
        await talk.press(person, f"tree::{page}")
    for digits in ("43", "439", "4391"):
        await talk.press(person, f"tree:{digits}:0")
    await talk.press(person, "tree:439:0")
    await talk.press(person, "tree:4391:0")
    await talk.press(person, "code:4391")
    await talk.press(person, "edit:save")
    assert (await talk.kept(person))[0].criteria.categories == ("ENSTRU:4391",)


async def test_those_who_buy_most_are_offered_to_tap(talk: Talk) -> None:
    person = talk.person("ru")
    await fill(talk, 2)
    await begin(talk, person)  # reads the days
    await talk.press(person, "go:add:0")
    await talk.press(person, "scope:buyer")
    (data,) = [data for label, data in talk.buttons(person).items() if "Алгабас" in label]
    await talk.press(person, data)
    await talk.press(person, "edit:save")
    assert (await talk.kept(person))[0].criteria.buyers == ("KZ-BIN-100640000017",)


async def test_a_filter_deleted_while_it_was_changed_is_not_saved(talk: Talk) -> None:
    person = talk.person("en")
    await talk.follow(person, "en")
    (kept,) = await talk.kept(person)
    await talk.say(person, "/filters")
    await talk.press(person, f"filter:{kept.id}:open:0")
    await talk.press(person, f"filter:{kept.id}:edit:0")
    await talk.services.subscriptions.delete(kept.subscriber_id, kept.id)
    await talk.press(person, "edit:save")
    assert await talk.kept(person) == []
    assert talk.last(person).startswith("That filter is not there any more.")


async def test_a_link_pasted_while_a_filter_is_made_is_not_taken_for_its_words(talk: Talk) -> None:
    person = talk.person("en")
    await begin(talk, person)
    await open_criterion(talk, person, "words")
    await talk.say(person, "https://goszakup.gov.kz/ru/announce/index/12345678")
    assert "goszakup" not in str(talk.buttons(person))
    await talk.say(person, "roof")
    assert any("roof" in label for label in talk.buttons(person))


@pytest.mark.parametrize(
    ("criteria", "says"),
    [
        (Criteria(), "Это примерно 6 в день"),
        (Criteria(words=("творог",)), "не пришло бы ничего"),
    ],
)
async def test_a_flood_and_a_silence_are_said_wherever_a_filter_comes_from(
    talk: Talk, criteria: Criteria, says: str
) -> None:
    """Edited, copied, or by somebody's link; a new one and one of a file have tests of their own."""
    for number in range(1, 37):
        await store_tender(talk.services.store, number)
    person, other = await known(talk, "ru"), await known(talk, "kk")
    await talk.services.subscriptions.set_language(await subscriber_id(talk, other), "ru")
    kept = await talk.services.subscriptions.add(await subscriber_id(talk, person), criteria)
    for action in ("edit", "copy"):
        await talk.say(person, "/filters")
        await talk.press(person, f"filter:{kept.id}:open:0")
        await talk.press(person, f"filter:{kept.id}:{action}:0")
        assert says in talk.last(person), action
        assert {"edit:daily", "clear:words"} & set(talk.buttons(person).values())
    link = await talk.services.sharing.share(await subscriber_id(talk, person), criteria)
    await talk.say(other, f"/start {link}")
    assert says in talk.last(other)
    assert {"edit:daily", "clear:words"} & set(talk.buttons(other).values())
