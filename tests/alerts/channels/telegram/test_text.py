from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.telegram.text import clean, cut, cut_html, isolate, safe_link, utf16
from tests.alerts.invented import HOSTILE
from tests.alerts.telegram_parser import covered, parsed

FAMILY = "👨‍👩‍👧‍👦"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


def test_length_is_counted_as_telegram_counts_it() -> None:
    assert [utf16(text) for text in ("abc", "әрі", "🇰🇿", FAMILY)] == [3, 3, 4, 11]
    _, entities = parsed(f"<b>{FAMILY}</b>")
    assert entities[0]["length"] == utf16(FAMILY)


def test_everyday_text_is_left_as_it_is() -> None:
    for text in ("Ремонт кровли школы № 12", "«Әділет» ЖШС — 48,2 млн ₸", "Žluťoučký kůň", "a\xa0b", "שלום", "漢字"):
        assert clean(text) == text


@pytest.mark.parametrize("case", HOSTILE)
def test_cleaning_leaves_nothing_hidden_and_is_done_once(case: str) -> None:
    text = clean(HOSTILE[case])
    assert not {unicodedata.category(char) for char in text} & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not set(text) & set("\u200b\u202e\u2067\u200f\ufeff\u00ad")
    assert clean(text) == text
    text.encode()


def test_emoji_that_are_joined_stay_joined_and_letters_are_not() -> None:
    assert clean(FAMILY) == FAMILY
    assert clean(SCOTLAND) == SCOTLAND
    assert clean("ре\u200dмонт") == "ремонт"
    assert clean("a\U000e0041b") == "ab"


def test_a_storm_of_accents_is_calmed() -> None:
    assert clean("з" + "\u0301" * 500) == "з\u0301\u0301\u0301"
    assert clean("Việt e\u0302\u0323") == "Việt e\u0302\u0323"


def test_only_right_to_left_text_is_isolated() -> None:
    assert isolate("Ремонт") == "Ремонт"
    assert isolate("مدرسة") == "\u2068مدرسة\u2069"


@pytest.mark.parametrize(
    ("text", "limit", "cut_text"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two, three", 10, "one two…"),
        ("ыыыыыыыыыы", 5, "ыыыы…"),
        ("one", 1, "…"),
        ("one", 0, ""),
        ("a" + FAMILY * 2, 13, f"a{FAMILY}…"),
        ("a" + FAMILY * 2, 12, "a…"),
        ("🇰🇿🇺🇦🇰🇿", 10, "🇰🇿🇺🇦…"),
        ("🇰🇿🇺🇦🇰🇿", 8, "🇰🇿…"),
        ("1234е\u0301жз", 6, "1234…"),
        ("\u2068مدرسة مدرسة\u2069", 9, "\u2068مدرسة…\u2069"),
    ],
)
def test_a_text_is_cut_at_a_word_and_never_inside_a_letter(text: str, limit: int, cut_text: str) -> None:
    assert cut(text, limit) == cut_text


@given(st.text(), st.integers(0, 60))
def test_a_cut_text_always_fits(text: str, limit: int) -> None:
    assert utf16(cut(clean(text), limit)) <= limit


def test_html_is_cut_between_words_with_its_tags_closed() -> None:
    html = '<b>first words</b> then <i>slanted and <a href="https://a.example/">linked words</a></i> &amp; more'
    for limit in range(4, utf16(html) + 1):
        shorter = cut_html(html, limit)
        assert utf16(shorter) <= limit
        text, entities = parsed(shorter) if shorter.strip("…") else ("", [])
        assert all(covered(text, entity) for entity in entities)
        assert "<" not in text
    assert cut_html(html, utf16(html)) == html
    assert cut_html(html, 30) == "<b>first words</b> then…"


def test_an_entity_is_never_cut_in_two() -> None:
    html = "&lt;" * 40
    for limit in range(1, 160):
        text, _ = parsed(cut_html(html, limit))
        assert set(text) <= set("<…")


@given(st.lists(st.sampled_from(["<b>", "</b>", "слово ", "&amp;", "🇰🇿", FAMILY, "x" * 9, "\n"])), st.integers(20, 90))
def test_any_balanced_html_stays_balanced(parts: list[str], limit: int) -> None:
    html, opened = "", 0
    for part in parts:
        if part == "</b>" and not opened:
            continue
        opened += (part == "<b>") - (part == "</b>")
        html += part
    html += "</b>" * opened
    shorter = cut_html(html, limit)
    assert utf16(shorter) <= max(limit, 4 * opened)
    if clean(shorter.replace("<b>", "").replace("</b>", "")):
        parsed(shorter)


@pytest.mark.parametrize(
    "link",
    ["https://portal.example/ru/announce/index/1", "http://127.0.0.1:8080/t/1", "https://портал.example/а?x=1&y=2#z"],
)
def test_a_good_link_is_kept_and_survives_telegram(link: str) -> None:
    assert safe_link(link) == link
    _, entities = parsed(f'<a href="{link.replace("&", "&amp;")}">x</a>')
    assert len(entities) == 1


@pytest.mark.parametrize(
    "link",
    [
        "", "portal.example", "javascript:alert(1)", "ftp://a.example/", "https://localhost/", "https://a.example/ b",
        "https://a.example:99999/", "https://user@a.example/", "https://[::1", 'https://a.example/"', "https://a.example/\x00",
        "https://a.example/\u202e", "https://a.example/" + "x" * 2048, "https://./",
    ],
)  # fmt: skip
def test_a_bad_link_is_dropped(link: str) -> None:
    assert safe_link(link) == ""
