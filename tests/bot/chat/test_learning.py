"""`/learn` as a person goes through it: path, cards, question, voices, links; and that it is forgotten on request."""

from __future__ import annotations

from typing import Any

from alerts.learning import Progress
from bot.learn.checking import shipped_slugs
from tests.bot.chat.talking import Talk

SLUG = "too-little-time"


async def test_a_lesson_is_read_to_its_end_and_the_path_knows(talk: Talk) -> None:
    who = talk.person("en")
    await talk.follow(who, "en")
    await talk.say(who, "/learn")
    assert f"Read: 0 of {len(shipped_slugs())}" in talk.last(who)
    assert "Begin: " in "".join(talk.buttons(who))
    await talk.say(who, f"/learn {SLUG}")
    assert "1/5" in talk.last(who)
    for card in range(1, 5):
        await talk.press(who, f"lc:{SLUG}:{card}:0")
        assert f"{card + 1}/5" in talk.last(who)
    await talk.press(who, f"lq:{SLUG}")
    await talk.press(who, f"la:{SLUG}:0")
    assert "Not quite." in talk.last(who)
    await talk.press(who, f"lq:{SLUG}")
    await talk.press(who, f"la:{SLUG}:1")
    assert "Yes." in talk.last(who)
    assert any(url.startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2F") for url in talk.buttons(who).values())
    await talk.press(who, "lp:0")
    assert f"Read: 1 of {len(shipped_slugs())}" in talk.last(who)


async def test_progress_and_voices_are_kept_counted_and_erased(talk: Talk) -> None:
    who = talk.person("ru")
    await talk.follow(who, "ru")
    await talk.say(who, f"/learn {SLUG}")
    await talk.press(who, f"lc:{SLUG}:1:0")
    await talk.press(who, f"lv:{SLUG}:1:0")
    await talk.press(who, f"lv:{SLUG}:1:1")
    await talk.press(who, f"lv:{SLUG}:1:0")
    assert talk.toasts()[-1] == "Спасибо, учтено."
    person = await talk.services.subscriptions.subscriber("telegram", str(who.id))
    assert person is not None
    learning = talk.services.learning
    assert await learning.progress(person.id) == {SLUG: Progress(1, None)}
    (judged,) = await learning.votes()
    assert (judged.card, judged.clear, judged.unclear, judged.reached, judged.readers) == (1, 0, 1, 1, 1)
    await talk.say(who, "/learn")
    await talk.press(who, "lw:1")
    assert await learning.weekly(person.id)
    assert await learning.kept(person.id) == {
        "role": None,
        "weekly": True,
        "lessons": [{"lesson": SLUG, "card": 2, "answered_rightly": None}],
        "votes": [{"lesson": SLUG, "card": 2, "clear": False}],
    }
    await talk.say(who, "/delete_me")
    await talk.press(who, "erase:1")
    assert await learning.progress(person.id) == {}
    assert await learning.votes() == []
    assert not await learning.weekly(person.id)


async def test_a_link_opens_its_lesson_for_a_stranger_and_keeps_nothing(talk: Talk) -> None:
    who = talk.person("kk")
    await talk.say(who, f"/start learn_{SLUG}")
    assert "Уақыт тым аз" in talk.last(who)
    assert await talk.state(who) == "unknown"
    await talk.say(who, "/start learn_nothing-of-ours")
    assert "Мұндай сабақ" in talk.last(who)


async def test_a_word_finds_lessons_or_says_that_there_is_none(talk: Talk) -> None:
    who = talk.person("en")
    for words in ("working days", "zebra", "<b>"):
        await talk.say(who, f"/learn {words}")
        found = [data for data in talk.buttons(who).values() if data.startswith("lc:")]
        assert bool(found) == (words == "working days")
        assert "lp:0" in talk.buttons(who).values()


async def test_made_up_buttons_break_nothing(talk: Talk) -> None:
    who = talk.person("en")
    await talk.follow(who, "en")
    cards = (f"lc:{SLUG}:99:0", f"lc:{SLUG}:-5:0", "lc:nothing:0:0", f"lv:{SLUG}:99:1", "lp:-3")
    for data in (*cards, f"la:{SLUG}:7", "lq:x"):
        await talk.forge(who, data)
    assert await talk.services.learning.votes() == []
    await talk.say(who, "/learn")
    assert "Lessons" in talk.last(who)


async def test_an_answer_that_was_right_stays_so(talk: Talk, stored: Any) -> None:
    who = talk.person("en")
    await talk.follow(who, "en")
    person = await talk.services.subscriptions.subscriber("telegram", str(who.id))
    assert person is not None
    learning = talk.services.learning
    await learning.answered(person.id, SLUG, 4, right=True)
    await learning.answered(person.id, SLUG, 4, right=False)
    await learning.opened(person.id, SLUG, 0)
    assert await learning.progress(person.id) == {SLUG: Progress(4, True)}


async def test_what_can_be_done_is_asked_once_who_then_answered_with_a_letter(talk: Talk, stored: Any) -> None:
    who = talk.person("ru")
    await talk.follow(who, "ru")
    number = await stored()
    await talk.forge(who, f"do:{number}")
    assert "Кто вы" in talk.last(who)
    await talk.press(who, f"dr:{number}:citizen")
    assert "Вы: гражданин." in talk.last(who)
    assert "департамент внутреннего государственного аудита" in talk.last(who)
    await talk.forge(who, f"do:{number}")
    assert "Вы: гражданин." in talk.last(who), "remembered"
    await talk.press(who, f"dl:{number}:audit:ru")
    assert "Ремонт кровли школы № 12" in talk.last(who)
    files = [one["document"] for one in talk.chat(who).messages.values() if "document" in one]
    assert [one["file_name"] for one in files] == [f"letter-{number}-audit-ru.docx"]
    await talk.press(who, f"dl:{number}:audit:kk")
    assert "Тапсырыс беруші" in talk.last(who)
    await talk.forge(who, f"dl:{number}:organiser_results:ru")
    assert "закрыт" in talk.toasts()[-1], "a citizen gets no bidder's letter"
    assert f"dl:{number}:audit:en" not in talk.buttons(who).values(), "who reads Russian needs no English"
    said = len(talk.messages(who))
    await talk.forge(who, f"dl:{number}:audit:de")
    assert len(talk.messages(who)) == said
    await talk.forge(who, "do:999999")


async def test_who_reads_neither_language_of_letters_can_read_what_is_sent(talk: Talk, stored: Any) -> None:
    who = talk.person("en")
    await talk.follow(who, "en")
    number = await stored()
    await talk.forge(who, f"do:{number}")
    await talk.press(who, f"dr:{number}:citizen")
    await talk.press(who, f"dl:{number}:audit:kk")
    await talk.press(who, f"dl:{number}:audit:en")
    assert talk.last(who).startswith("This is what the letter says, for reading. Send the Kazakh or the Russian one.")
    assert "Please check these facts" in talk.last(who)
    files = [one["document"]["file_name"] for one in talk.chat(who).messages.values() if "document" in one]
    assert files == [f"letter-{number}-audit-kk.docx"], "nothing to send in English"
    assert {f"dl:{number}:audit:kk", f"dl:{number}:audit:ru"} <= set(talk.buttons(who).values())


async def test_the_lesson_of_a_flag_is_one_tap_from_its_alert(talk: Talk, stored: Any) -> None:
    who = talk.person("en")
    await talk.follow(who, "en")
    await stored()
    await talk.forge(who, "lf:R003")
    assert "Too little time" in talk.last(who)
    await talk.forge(who, "lf:R999")
    assert "no such lesson" in talk.last(who)


async def test_a_lesson_s_drawing_comes_below_it(talk: Talk) -> None:
    who = talk.person("kk")
    await talk.follow(who, "kk")
    await talk.say(who, f"/learn {SLUG}")
    await talk.press(who, f"li:{SLUG}")
    photos = [one for one in talk.chat(who).messages.values() if "photo" in one]
    assert len(photos) == 1
    assert "жұмыс күні" in photos[0]["caption"]
    await talk.forge(who, "li:one-bidder")
    assert len([one for one in talk.chat(who).messages.values() if "photo" in one]) == 1
