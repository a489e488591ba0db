"""Whatever a publisher writes, the real parser takes the message and our own lines stay ours."""

from __future__ import annotations

import unicodedata

import pytest

from alerts.channels.telegram.text import utf16
from alerts.i18n import LANGUAGES
from alerts.render import Renderer, TenderCard
from tests.alerts.invented import HOSTILE, SHORT, card, finding, summary
from tests.alerts.telegram_parser import parsed

ZONE = "Asia/Almaty"
HIDDEN = {"Cc", "Cs", "Co", "Cn"}


def hostile_card(text: str) -> TenderCard:
    facts = summary(title=text, titles={}, buyer_name=text, buyer_names={"en": text}, method=text, currency=text)
    swapped = finding("T02", weight=4, value=text, facts={"word": text, "letter": text})
    return card(summary=facts, findings=(SHORT, swapped, finding("T03", value=text, unit=text)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_text_passes_the_real_parser_in_every_message(renderer: Renderer, case: str, language: str) -> None:
    text = HOSTILE[case]
    tender = hostile_card(text)
    messages = {
        "alert": renderer.alert(tender, language, ZONE, [text, text]),
        "why": renderer.why(tender, language, ZONE),
        "missed": renderer.missed([tender, tender], language, ZONE),
    }
    links = {}
    for name, message in messages.items():
        seen, entities = parsed(message.html)
        assert utf16(message.html) <= 4096
        assert not {unicodedata.category(char) for char in seen.replace("\n", "")} & HIDDEN
        assert not set(seen) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u200e\u200f\u061c")
        links[name] = [e["type"]["url"] for e in entities if e["type"]["@type"] == "textEntityTypeTextUrl"]
        if name != "missed":
            assert entities[0]["type"]["@type"] == "textEntityTypeBold"
            assert entities[0]["offset"] == 3  # after the mark and a blank
    assert links["alert"] == []
    assert 1 <= len(links["why"]) <= 4
    assert len(links["missed"]) == 2
    assert utf16(parsed(messages["alert"].html)[0]) <= 900


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_lines_stay_whole_beside_right_to_left_text(renderer: Renderer, language: str) -> None:
    text, _ = parsed(renderer.alert(hostile_card(HOSTILE["right_to_left"]), language, ZONE).html)
    for line in text.split("\n"):
        assert line.count("\u2068") == line.count("\u2069")
    outside = []
    depth = 0
    for char in text:
        depth += (char == "\u2068") - (char == "\u2069")
        if not depth:
            outside.append(char)
    assert not {unicodedata.bidirectional(char) for char in outside} & {"R", "AL", "AN"}


def test_markup_in_a_title_is_shown_not_obeyed(renderer: Renderer) -> None:
    tender = card(summary=summary(title=HOSTILE["markup"], titles={}), findings=())
    text, entities = parsed(renderer.alert(tender, "en", ZONE).html)
    assert "<b>bold</b>" in text
    assert "&nbsp;" in text
    assert len(entities) == 1
