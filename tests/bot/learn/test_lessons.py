"""The lessons that come with Baqylau: whole in three languages, within Telegram's limits, with the words we want."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from alerts.channels.telegram.text import MESSAGE_LIMIT, safe_link, utf16
from bot.chat import lessons as screens
from bot.learn.checking import SHIPPED, check_folder
from bot.learn.lesson import Lesson
from bot.learn.library import GOOD_FOR, Lessons
from bot.learn.pictures import alt_text, names, picture
from bot.learn.words import CARD_LIMIT, body_html, visible
from templates import LANGUAGES
from tests.alerts.telegram_parser import parsed
from watchers.indicators.registry import indicator_classes

TODAY = date(2026, 11, 26)
LESSONS, FAULTS = check_folder(SHIPPED, TODAY)
BY_NAME = {Path(one.origin).name: one for one in LESSONS}
ACCUSING = re.compile(
    r"!|корруп|мошен|откат|\bвор(?:ы|ов|у|а)?\b|виновн|подозрит|схем[аыуе]\b|срочно|жемқор|сыбайлас|алаяқ|\bұры|кінәлі|күдікті|"
    r"corrupt|fraud|kickback|scheme|thief|guilty|suspicious|urgent|анонимн|anonymous|жасырын хабар",
    re.IGNORECASE,
)
ALLOWED = re.compile(
    r"антикоррупционн\w+ служб\w+|сыбайлас жемқорлыққа қарсы қызмет\w*|anti-corruption service|corruption offences",
    re.IGNORECASE,
)


def texts(lesson: Lesson) -> list[str]:
    asked = lesson.question
    answers = [part for one in asked.answers for part in (one.text, one.reply)]
    cards = [part for card in lesson.cards for part in (card.title, card.body)]
    return [lesson.title, asked.text, *answers, *cards]


def test_no_fault_is_found_in_them() -> None:
    assert [str(fault) for fault in FAULTS] == []
    assert {(one.slug, one.language) for one in LESSONS} == {
        (slug, language) for slug in {one.slug for one in LESSONS} for language in LANGUAGES
    }


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_screen_of_a_lesson_passes_telegram_s_parser(name: str) -> None:
    lesson = BY_NAME[name]
    link = "https://t.me/baqylau_bot?start=learn_{slug}"
    pages = [
        screens.card(lesson, number, TODAY, GOOD_FOR, lesson.language, link=link, page="https://example.org/learn/x")
        for number in range(len(lesson.cards))
    ]
    pages += [screens.question(lesson, lesson.language)]
    pages += [screens.answered(lesson, number, lesson, lesson.language, link=link) for number in range(3)]
    for page in pages:
        text, _ = parsed(page.html)
        assert utf16(page.html) <= MESSAGE_LIMIT
        assert "{" not in text
        assert "**" not in text
        for button in (one for row in page.buttons for one in row):
            assert 1 <= len(button.text) <= 64
            assert len(button.data.encode()) <= 52, "no room to sign it"
            assert not button.url or safe_link(button.url)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_no_word_accuses_or_promises(name: str) -> None:
    for text in texts(BY_NAME[name]):
        assert not ACCUSING.search(ALLOWED.sub("", text)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_past_its_rule_s_date_says_that_it_is_being_checked(language: str) -> None:
    lesson = BY_NAME[f"too-little-time.{language}.md"]
    late = max(norm.checked_on for norm in lesson.norms) + GOOD_FOR + timedelta(days=1)
    fresh, stale = (screens.card(lesson, 1, day, GOOD_FOR, language).html for day in (late - timedelta(days=1), late))
    assert "rules-687" not in fresh
    assert "164" in fresh
    assert "454" in fresh
    assert "454" not in stale, "a rule that may have changed is not told"
    assert "https://adilet.zan.kz/rus/docs/V2400035238" in stale
    assert parsed(stale)


def test_every_indicator_has_its_lesson_and_there_are_twenty() -> None:
    explained = {code for one in LESSONS for code in one.indicators}
    assert explained == set(indicator_classes())
    assert len({one.slug for one in LESSONS}) == 20
    lessons = Lessons(lambda: datetime(2026, 11, 26, tzinfo=UTC))
    for code in indicator_classes():
        found = lessons.of_indicator(code, "kk")
        assert found is not None, code
        assert found.language == "kk"


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_lesson_has_a_worked_example_with_an_invented_place(name: str) -> None:
    lesson = BY_NAME[name]
    body = "\n".join(card.body for card in lesson.cards)
    assert "\n> " in f"\n{body}", "the example stands in a quote"
    if lesson.slug != "write-an-appeal":
        assert re.search(r"Ойдан алынған|[Вв]ымышленн|invented", body)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_the_letters_are_those_of_the_language(name: str) -> None:
    lesson = BY_NAME[name]
    everything = re.sub(r"\{[^}]*\}|\([^)]*\)|«?[рpPР]емонт|[МM]eбель", "", " ".join(texts(lesson)))
    kazakh = len(re.findall(r"[әғқңөұүһі]", everything, re.IGNORECASE))
    if lesson.language == "kk":
        assert kazakh > len(everything) / 30
        assert not re.search(r"\b(?:или|если|чтобы|который)\b", everything)
    elif lesson.language == "ru":
        assert kazakh == 0
    mixed = re.findall(r"\b(?=\w*[a-z])(?=\w*[а-яё])\w+\b", everything, re.IGNORECASE)
    assert mixed == [], "Latin and Cyrillic in one word"


def test_sums_in_indices_are_told_in_the_money_of_the_year_and_left_out_where_it_is_not_known() -> None:
    card = BY_NAME["ways-to-buy.en.md"].cards[2]
    assert "34.6\xa0M\xa0₸ in 2026" in body_html(card, "en", date(2026, 11, 26)).replace("M ₸", "M\xa0₸")
    unknown = body_html(card, "en", date(2031, 1, 1))
    assert "8,000 MCI. Only" in unknown
    assert "{" not in unknown


@pytest.mark.parametrize("name", sorted(names()))
def test_every_drawing_belongs_to_a_lesson_and_is_drawn_in_each_language(name: str) -> None:
    assert name in {one.picture for one in LESSONS}
    drawn = set()
    for language in LANGUAGES:
        with Image.open(BytesIO(picture(name, language))) as image:
            assert image.width == 1080
            assert 300 <= image.height <= 1080
            assert len(image.convert("RGB").getcolors(10000) or ()) > 3, "something is drawn"
        drawn.add(picture(name, language))
        assert 20 < len(alt_text(name, language)) <= 1024
    assert len(drawn) == len(LANGUAGES)


def test_the_path_goes_from_the_first_steps_to_acting() -> None:
    for language in LANGUAGES:
        path = Lessons(lambda: datetime(2026, 11, 26, tzinfo=UTC)).path(language)
        levels = [one.level for one in path]
        assert levels == sorted(levels, key=["beginner", "reader", "monitor"].index)
        assert {one.language for one in path} == {language}


def test_how_long_a_card_is_counts_what_is_seen() -> None:
    assert visible("<b>a &amp; b</b> 🚩") == 8
    assert CARD_LIMIT == 900
