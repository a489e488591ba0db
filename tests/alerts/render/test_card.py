from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from alerts.channels.telegram.text import utf16
from alerts.i18n import LANGUAGES
from alerts.render import Renderer
from alerts.render.sentences import Sentences
from alerts.render.view import NAMES_LIMIT, names_text
from bot.chat.card_buttons import CardButtons
from tests.alerts.invented import SHORT, SWAPPED, UNCHECKED, card, finding, summary
from tests.alerts.telegram_parser import covered, parsed
from watchers.indicators.base import Status
from watchers.rules import load_rules

GOLDEN = Path(__file__).parent / "golden"
ZONE = "Asia/Almaty"


def visible(renderer: Renderer, language: str = "en", **changed: object) -> str:
    return parsed(renderer.alert(card(**changed), language, ZONE).html)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_is_the_voice_guides_card(renderer: Renderer, language: str) -> None:
    message = renderer.alert(card(), language, ZONE)
    assert message.html == (GOLDEN / f"card.{language}.html").read_text(encoding="utf-8").rstrip("\n")


def test_only_the_title_and_the_leads_are_bold(renderer: Renderer) -> None:
    text, entities = parsed(renderer.alert(card(), "en", ZONE).html)
    assert {entity["type"]["@type"] for entity in entities} == {"textEntityTypeBold"}
    bold = [covered(text, entity) for entity in entities]
    assert bold == ["Roof repair, school No. 12", "Short time to bid: 3 working days", "Swapped letters:"]


def test_the_heaviest_flags_come_first_and_the_fourth_is_left_to_the_button(renderer: Renderer) -> None:
    findings = [finding(f"T0{n}", weight=n, value=n, unit="bids") for n in range(3, 8)]
    text = visible(renderer, findings=tuple(findings))
    assert [text.index(f"Flag {n}:") for n in (7, 6, 5)] == sorted(text.index(f"Flag {n}:") for n in (7, 6, 5))
    assert "Flag 4:" not in text
    assert "2 more flags: press “Why?”" in text


def test_a_clean_tender_has_no_flag_and_no_sentence_about_flags(renderer: Renderer) -> None:
    text = visible(renderer, findings=(UNCHECKED,))
    assert "🚩" not in text
    assert "A flag is" not in text
    assert "Checks made: 14 of 22. None raised a flag." in text
    unchecked = visible(renderer, findings=(), checks_made=0)
    assert "Checks made: 0 of 22. No check could be made." in unchecked


def test_the_names_of_filters_are_the_persons_own_and_escaped(renderer: Renderer) -> None:
    first = renderer.alert(card(), "en", ZONE, ["<Schools> & more"])
    second = renderer.alert(card(), "en", ZONE, [f"Filter {n}" for n in range(6)])
    assert "Matches: <Schools> & more." in parsed(first.html)[0]
    assert "Matches: Filter 0, Filter 1, Filter 2 and 3 more." in parsed(second.html)[0]
    assert "Schools" not in second.html
    assert "Matches" not in renderer.alert(card(), "en", ZONE).html


def test_a_publishers_language_is_kept_where_it_gives_no_other(renderer: Renderer) -> None:
    text = visible(renderer, "kk", summary=summary(title="Дрова паливні", titles={}, buyer_names={}, region="UA-46"))
    assert "Дрова паливні" in text
    assert "КГУ «Отдел образования Алгабасского района», Львов облысы" in text


@pytest.mark.parametrize(
    ("stated", "language", "shown"),
    [
        ("Запрос ценовых предложений", "en", "request for price quotations"),
        ("Запрос ценовых предложений", "kk", "баға ұсыныстарын сұрату"),
        ("Аукцион (с 2022)", "ru", "аукцион"),
        ("77", "en", "auction"),
        ("Торги с молотка", "en", "Торги с молотка"),
    ],
)
def test_a_method_the_rules_know_is_said_in_the_readers_language(renderer, stated, language, shown) -> None:
    assert f" · {shown} · " in visible(renderer, language, summary=summary(method=stated))


def test_a_method_nobody_knows_stays_in_the_publishers_words(renderer: Renderer) -> None:
    assert "· Торги с молотка ·" in visible(renderer, summary=summary(method="Торги с молотка"))
    methods = [visible(renderer, summary=summary(method=method)) for method in ("selective", "limited", "direct")]
    assert [method.split(" · ")[1] for method in methods] == ["selective tender", "limited tender", "direct award"]


def test_what_is_not_known_is_left_out(renderer: Renderer) -> None:
    empty = summary(amount=None, currency="", method="", closes_at=None, buyer_name="", buyer_names={}, region="")
    text = visible(renderer, summary=empty, checks_possible=0)
    assert text.startswith("🚩 Roof repair, school No. 12\n\nShort time to bid")
    assert "None" not in text
    assert "\n\n\n" not in text


def test_days_left_are_working_days_only_under_a_confirmed_calendar(sentences: Sentences) -> None:
    renderer = Renderer(
        lambda: datetime(2026, 11, 20, 4, tzinfo=UTC), load_rules(), sentences=sentences, actions=CardButtons()
    )
    assert "(5 working days left)" in visible(renderer)
    ukrainian = summary(buyer_id="UA-EDR-1", region="UA-46")
    assert "(7 days left)" in visible(renderer, summary=ukrainian)
    assert "(7 days left)" in visible(Renderer(renderer._clock, None, sentences=sentences))


def test_a_closed_tender_says_when_it_closed(renderer: Renderer) -> None:
    closed = summary(closes_at=datetime(2026, 11, 25, 5, tzinfo=UTC))
    assert "bids closed 25 Nov, 10:00\n" in visible(renderer, summary=closed)
    assert "өтінім қабылдау 25 қар. 10:00-де аяқталды\n" in visible(renderer, "kk", summary=closed)


def test_a_card_is_rendered_again_when_time_or_the_tender_moved_on(sentences: Sentences) -> None:
    now = [datetime(2026, 11, 24, 4, tzinfo=UTC)]
    renderer = Renderer(lambda: now[0], load_rules(), sentences=sentences, actions=CardButtons())
    assert "(3 working days left)" in visible(renderer)
    now[0] = datetime(2026, 11, 25, 4, tzinfo=UTC)
    assert "(2 working days left)" in visible(renderer)
    assert "48.3" in visible(renderer, summary=summary(amount=Decimal(48300000)))
    assert "Swapped" not in visible(renderer, findings=(SHORT,))


def test_the_buttons_lead_to_the_reasons_and_the_record(renderer: Renderer) -> None:
    ((why, portal), (follow, mute), votes, (todo, lesson)) = renderer.alert(card(), "ru", ZONE).buttons
    assert (follow.text, follow.data) == ("Следить", "follow:7:1")
    assert [vote.text for vote in votes] == ["Полезно", "Ошибка", "Причина известна"]
    assert (todo.text, todo.data) == ("Что можно сделать?", "do:7")
    assert (lesson.text, lesson.data) == ("Урок", f"lf:{card().flags[0].indicator}")
    assert (mute.text, mute.data) == ("Заглушить…", "mute:7")
    assert (why.text, why.data) == ("Почему?", "why:7")
    assert (portal.text, portal.url) == ("На портале", card().link)
    longest = renderer.alert(card(tender_id=2**63 - 1), "kk", ZONE).buttons[0][0]
    assert len(longest.data.encode()) <= 64


@pytest.mark.parametrize(
    "link", ["", "javascript:alert(1)", "ftp://portal.example/1", "https://localhost/1", "https://a b.example"]
)
def test_a_link_that_telegram_would_drop_gets_no_button(renderer: Renderer, link: str) -> None:
    assert [button.text for button in renderer.alert(card(link=link), "en", ZONE).buttons[0]] == ["Why?"]


def test_a_page_that_asks_for_a_missing_fact_does_not_stop_the_alert(renderer: Renderer) -> None:
    text = visible(renderer, findings=(finding("T02", facts={}), SHORT))
    assert "Check 2." in text
    assert "Short time to bid" in text


def test_a_finding_of_an_indicator_without_a_page_is_told_by_its_code(renderer: Renderer) -> None:
    assert "R999" in visible(renderer, findings=(finding("R999"),))


def test_every_card_stays_within_nine_hundred_characters(renderer: Renderer) -> None:
    long = "слово " * 900
    crowded = summary(
        title=long, titles={}, buyer_name=long, buyer_names={}, method=long, amount=Decimal("123456789.12")
    )
    findings = tuple(finding(f"T0{n}", facts={"word": long, "letter": long}, value=long, weight=5) for n in range(2, 9))
    for language in LANGUAGES:
        html = renderer.alert(card(summary=crowded, findings=findings), language, ZONE, [long, long, long, long]).html
        assert utf16(parsed(html)[0]) <= 900
        assert utf16(names_text((long, long, long, long), language)) <= NAMES_LIMIT
        assert utf16(html) <= 4096


def test_status_decides_what_is_a_flag(renderer: Renderer) -> None:
    findings = (finding("T01", status=Status.CLEAR), finding("T02", status=Status.NOT_APPLICABLE), UNCHECKED)
    assert "🚩" not in visible(renderer, findings=findings)
    assert "🚩" in visible(renderer, findings=(*findings, SWAPPED))


def test_who_was_told_before_is_told_that_it_is_the_same_purchase(renderer: Renderer) -> None:
    first = renderer.alert(card(), "ru", ZONE).html
    again = parsed(renderer.alert(card(), "ru", ZONE, again=True).html)[0]
    assert "Об этой закупке мы уже писали; с тех пор появился новый признак.\nКороткий срок" in again
    assert "уже писали" not in first
    assert renderer.alert(card(), "ru", ZONE).html == first


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_says_a_few_lines_of_each_and_turns_its_pages(renderer: Renderer, language: str) -> None:
    cards = [card(tender_id=n, snapshot_id=n) for n in range(1, 13)]
    first = renderer.page(cards, 5, "limit", language, ZONE)
    text, entities = parsed(first.html)
    assert {"en": "And 12 more purchases", "ru": "И ещё 12 закупок", "kk": "Тағы 12 сатып алу"}[language] in text
    assert [entity["type"]["@type"] for entity in entities].count("textEntityTypeTextUrl") == 10
    assert "10. " in text
    assert "11. " not in text
    asked = [button.data for row in first.buttons for button in row]
    assert asked == [*(f"tender:{n}" for n in range(1, 11)), "list:5:1"]
    second = renderer.page(cards, 5, "limit", language, ZONE, number=9)
    assert [button.data for row in second.buttons for button in row] == ["tender:11", "tender:12", "list:5:0"]
    assert "12. " in parsed(second.html)[0]


def test_a_list_of_hostile_tenders_names_all_of_a_page(renderer: Renderer) -> None:
    long = summary(title="слово & <b> " * 90, titles={}, method="м" * 500)
    cards = [card(tender_id=n, summary=long, link=f"https://portal.example/{'x' * 150}{n}") for n in range(10)]
    message = renderer.page(cards, 2**63 - 1, "burst", "ru", ZONE)
    text, entities = parsed(message.html)
    assert "10. слово" in text
    assert [entity["type"]["@type"] for entity in entities].count("textEntityTypeTextUrl") == 10
    assert utf16(message.html) <= 4096
