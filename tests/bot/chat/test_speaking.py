"""Whatever can be tapped can be typed: languages, the first choice, buttons by their words; words that name nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from alerts.filters import Criteria
from alerts.i18n import translator
from bot.chat.callbacks import Go, Screen
from bot.chat.keyboards import press
from bot.chat.spoken import language_named, meant, said_by_buttons
from tests.bot.chat.alerting import known, subscriber_id
from tests.bot.chat.talking import LANGUAGES, Talk, store_tender


@pytest.fixture
def dialect() -> str:
    """What is typed here does not depend on the database."""
    return "sqlite"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Қазақша", "kk"), ("қазақ тілі", "kk"), ("казахский", "kk"), ("Kazakh", "kk"),
        ("русский", "ru"), ("РУССКИЙ ЯЗЫК", "ru"), ("орысша", "ru"), ("russian", "ru"),
        ("english", "en"), ("английский", "en"), ("ағылшынша", "en"), ("\u200benglish\u202e", "en"),
        ("русский музей", None), ("ру", None), ("", None), ("🇰🇿", None), ("школа", None),
    ],
)  # fmt: skip
def test_a_language_is_called_by_its_name_in_any_language(typed: str, code: str | None) -> None:
    assert language_named(typed) == code


def test_a_button_is_meant_by_its_words_unless_they_stand_twice_or_are_chosen() -> None:
    data = [Go(screen=one) for one in (Screen.ADD, Screen.HELP, Screen.ZONE, Screen.QUIET, Screen.MUTES)]
    labels = ("• Всё серьёзное", "Районы ›", "Районы ›", "✓ Алматы", "✕ кровл")
    shown = said_by_buttons(tuple((press(label, one),) for label, one in zip(labels, data, strict=True)))
    assert shown == {"все серьезное": "go:add:0"}
    assert meant("ВСЁ СЕРЬЁЗНОЕ", shown, loosely=False) == "go:add:0"
    assert meant("всё", shown, loosely=False) is None
    assert meant("всё", shown, loosely=True) == "go:add:0"
    assert meant("районы", shown, loosely=True) is None
    assert meant("алматы", shown, loosely=True) is None


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_first_filter_is_made_by_typing_alone(talk: Talk, language: str) -> None:
    _ = translator(language).gettext
    person = talk.person("en")
    await talk.say(person, "/start")
    await talk.say(person, {"kk": "қазақша", "ru": "русский", "en": "english"}[language])
    await talk.say(person, _("Everything serious"))
    assert "edit:save" in talk.buttons(person).values()
    await talk.say(person, _("Change or narrow"))
    await talk.say(person, _("Amount"))
    assert any(data.startswith("pick:min_amount:") for data in talk.buttons(person).values())
    await talk.say(person, "10 млн")
    await talk.say(person, _("Follow this").upper())
    (kept,) = await talk.kept(person)
    assert (kept.criteria.min_amount, kept.criteria.min_weight) == (10_000_000, None)
    subscriber = await talk.services.subscriptions.subscriber("telegram", str(person.id))
    assert subscriber is not None
    assert subscriber.language == language
    assert [one for one in talk.messages(person) if "edit:save" in str(one.get("reply_markup"))] == []


async def test_a_language_may_be_changed_until_a_filter_has_something(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/start")
    await talk.say(person, "русский")
    await talk.say(person, "қазақша")
    assert "Нені бақылағыңыз келеді" in talk.last(person)
    await talk.say(person, "барлығы бәрі")
    assert talk.last(person).startswith("«барлығы бәрі» табылмады")


async def test_what_the_open_list_does_not_have_is_understood_as_what_it_names(talk: Talk) -> None:
    person = talk.person("ru")
    await talk.follow(person, "ru")
    await talk.say(person, "/add")
    await talk.press(person, "scope:kind")
    await talk.say(person, "5–20 млн")
    assert "от 5 млн ₸" in talk.last(person).replace("\xa0", " ")
    await talk.press(person, "edit:save")
    assert {one.criteria.max_amount for one in await talk.kept(person)} == {None, 20_000_000}


@pytest.mark.parametrize("scope", ["", "kind", "buyer"])
async def test_words_that_name_nothing_can_be_looked_for_in_purchases(talk: Talk, scope: str) -> None:
    await store_tender(talk.services.store, 1, title="Приобретение творога")
    await store_tender(talk.services.store, 2)
    person = talk.person("ru")
    await talk.say(person, "/start")
    await talk.say(person, "русский")
    if scope:
        await talk.press(person, f"scope:{scope}")
    await talk.say(person, "творог")
    assert talk.buttons(person)["Со словом «творог»"] == "edit:words"
    await talk.press(person, "edit:words")
    assert "вам пришло бы 1 оповещение" in talk.last(person)
    await talk.press(person, "edit:save")
    assert [one.criteria for one in await talk.kept(person)] == [Criteria(words=("творог",))]


async def test_junk_is_not_offered_as_words_and_a_preview_says_what_it_did_not_find(talk: Talk) -> None:
    person = talk.person("en")
    await talk.say(person, "/start")
    await talk.say(person, "english")
    await talk.say(person, "🧹🧹🧹")
    assert "edit:words" not in talk.buttons(person).values()
    await talk.press(person, "scope:all")
    await talk.say(person, "qwertyuiop")
    assert talk.last(person).startswith("I did not find “qwertyuiop”.")
    await talk.forge(person, "edit:words")
    assert "“qwertyuiop”" in talk.last(person)


async def test_a_button_typed_by_a_member_of_a_group_without_rights_changes_nothing(talk: Talk) -> None:
    admin, member = talk.person("ru"), talk.person("en")
    chat = talk.sandbox.crowd.add_group("Соседи", [admin, member], kind="supergroup")
    await talk.say(admin, "/add", chat)
    asked = talk.messages(chat)[-1]["message_id"]
    await talk.say(member, "Everything serious", chat, reply_to=asked)
    assert talk.messages(chat)[-1]["message_id"] == asked
    await talk.say(admin, "Всё серьёзное", chat, reply_to=asked)
    assert "edit:save" in talk.buttons(chat).values()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_settings_are_typed_too(talk: Talk, language: str) -> None:
    _ = translator(language).gettext
    person = await known(talk, language)
    await talk.say(person, "/settings")
    for screen, value in (("Quiet hours", "22-8"), ("Alerts a day", "10"), ("Time of lists", "7:00")):
        await talk.say(person, _(screen))
        await talk.say(person, value)
    await talk.say(person, _("Short alerts"))
    wishes = await talk.services.preferences.wishes(await subscriber_id(talk, person))
    assert (wishes.quiet_from, wishes.quiet_until, wishes.per_day, wishes.digest_at, wishes.short) == (
        22 * 60, 8 * 60, 10, 7 * 60, True,
    )  # fmt: skip
    await talk.say(person, _("Time zone"))
    await talk.say(person, "berlin")
    assert "tz:Europe/Berlin" in talk.buttons(person).values()
    await talk.say(person, "/settings")
    if language == "ru":  # or at once
        await talk.say(person, _("Language"))
    await talk.say(person, "english" if language != "en" else "орысша")
    subscriber = await talk.services.subscriptions.subscriber("telegram", str(person.id))
    assert subscriber is not None
    assert subscriber.language == ("en" if language != "en" else "ru")


async def test_settings_looked_at_meanwhile_leave_the_filter_in_the_making(talk: Talk) -> None:
    person = await known(talk, "ru")
    await talk.say(person, "/settings")
    await talk.say(person, "/add")
    await talk.press(person, "go:quiet:0")
    await talk.press(person, "scope:all")
    await talk.press(person, "edit:save")
    assert len(await talk.kept(person)) == 1


@pytest.mark.parametrize("steps", [(), ("scope:all", "edit:menu", "open:min_amount:0"), ("scope:region",)])
@pytest.mark.parametrize("typed", ["до 50 млн", "50 млн ₸-ге дейін", "up to 50 million"])
async def test_up_to_a_sum_is_never_from_that_sum(talk: Talk, steps: tuple[str, ...], typed: str) -> None:
    person = await known(talk, "ru")
    for step in steps:
        await talk.press(person, step)
    await talk.say(person, typed)
    await talk.press(person, "edit:save")
    assert [one.criteria for one in await talk.kept(person)] == [Criteria(max_amount=Decimal(50_000_000))]


async def test_what_is_no_sum_is_not_taken_for_a_buyer_nobody_knows(talk: Talk) -> None:
    person = await known(talk, "ru")
    for step in ("scope:all", "edit:menu", "open:min_amount:0"):
        await talk.press(person, step)
    await talk.say(person, "10-3")
    assert talk.last(person).startswith("«10-3» здесь прочитать не получилось")


@pytest.mark.parametrize("stranger", [True, False])
@pytest.mark.parametrize(("language", "typed"), [("kk", "шымкент"), ("ru", "Шымкент"), ("en", "Shymkent")])
async def test_a_place_typed_out_of_the_blue_begins_a_filter(
    talk: Talk, language: str, typed: str, *, stranger: bool
) -> None:
    person = talk.person(language)
    if not stranger:
        await talk.follow(person, language)
    await talk.say(person, typed)
    await talk.press(person, "edit:save")
    kept = await talk.kept(person)
    assert [one.criteria.regions for one in kept] == [("KZ-61",), ("KZ-79",)][stranger:]


@pytest.mark.parametrize("typed", ["thank you!", "K-5544", "👍", "?", "qwertyuiop " * 300])
async def test_what_names_nothing_out_of_the_blue_is_no_filter(talk: Talk, typed: str) -> None:
    person = talk.person("en")
    await talk.follow(person, "en")
    await talk.say(person, typed)
    assert talk.last(person).startswith("I did not understand that.")
    assert "edit:save" not in talk.buttons(person).values()
