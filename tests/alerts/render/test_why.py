from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from alerts.channels.telegram.text import utf16
from alerts.i18n import LANGUAGES
from alerts.render import Renderer, finding_text
from alerts.render.reasons import reason_text
from alerts.render.sentences import Sentences
from tests.alerts.invented import HEADINGS, SHORT, UNCHECKED, card, finding, summary
from tests.alerts.telegram_parser import covered, parsed
from watchers.indicators.base import Status

ZONE = "Asia/Almaty"


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_says_every_flag_its_rule_its_reasons_and_how_to_check(renderer: Renderer, language: str) -> None:
    text, entities = parsed(renderer.why(card(), language, ZONE).html)
    for heading in HEADINGS[language][1:]:
        assert text.count(heading) == 2
    assert HEADINGS[language][0] not in text
    links = [entity["type"]["url"] for entity in entities if entity["type"]["@type"] == "textEntityTypeTextUrl"]
    assert links.count("https://portal.example/ru") == 2
    assert "https://adilet.zan.kz/rus/docs/V2400035238" in links
    assert "pемонт" in text
    assert "\n\n\n" not in text


def test_markdown_becomes_telegrams_own_tags(renderer: Renderer) -> None:
    text, entities = parsed(renderer.why(card(), "en", ZONE).html)
    told = {(entity["type"]["@type"], covered(text, entity)) for entity in entities}
    assert ("textEntityTypeItalic", "cannot") in told
    assert ("textEntityTypeBold", "good") in told
    assert ("textEntityTypeCode", "typo") in told
    assert "• The term was extended.\n• A typo in a date < 3." in text
    assert "1. Open the portal.\n2. Compare the dates." in text


def test_why_says_what_could_not_be_checked_in_peoples_words(renderer: Renderer) -> None:
    text, _ = parsed(renderer.why(card(), "en", ZONE).html)
    assert "• Check 3 (not in the data: documents)" in text
    assert "Checks made: 14 of 22." in text
    assert "tender.documents" not in text


def test_a_clean_tender_is_explained_too(renderer: Renderer) -> None:
    text, _ = parsed(renderer.why(card(findings=(UNCHECKED,)), "ru", ZONE).html)
    assert "Проверено признаков: 14 из 22. Ни один не сработал." in text
    assert "🚩" not in text


def test_many_flags_are_all_told_even_where_their_pages_do_not_fit(renderer: Renderer) -> None:
    findings = tuple(finding(f"T0{n}", weight=10 - n, value=n, unit="bids") for n in range(3, 10)) * 2
    message = renderer.why(card(findings=findings), "ru", ZONE)
    text, _ = parsed(message.html)
    assert utf16(message.html) <= 4096
    assert all(f"Flag {n}:" in text for n in range(3, 10))
    assert "Это сигнал для проверки" in text


@pytest.mark.parametrize(
    ("reason", "en"),
    [
        ("tender.tenderPeriod.endDate is missing", "not in the data: the deadline for bids"),
        ("tender.items[].classification.id is missing", "not in the data: the codes of what is bought"),
        ("bids/details/0/value/amount is missing", "not in the data: the prices of bids"),
        ("tender.documents and tender.title are missing", "not in the data: documents, the title"),
        ("tender.tenderPeriod.endDate is before its startDate", "the deadline in the data is before the day bids open"),
        ("awards.status: one is still pending", "the decision was still pending"),
        ("no MRP for 2031", "not in the data: something this check needs"),
    ],
)
def test_a_missing_field_is_called_by_what_it_means(reason: str, en: str) -> None:
    assert reason_text(reason, "en") == en


def test_a_finding_is_one_plain_line_for_the_check_command() -> None:
    missing = finding("T01", status=Status.NOT_COMPUTABLE, reason="tender.tenderPeriod.endDate is missing")
    assert finding_text(missing, "ru") == "в данных нет: конец приёма заявок"
    assert finding_text(finding("T01", status=Status.CLEAR), "ru") == ""
    assert finding_text(finding("R999"), "ru") == "R999"


def test_the_missed_are_listed_with_links_and_a_button_each(renderer: Renderer) -> None:
    tenders = [card(tender_id=n, summary=summary(titles={}, title=f"Tender <{n}>")) for n in range(1, 16)]
    message = renderer.missed(tenders, "en", ZONE)
    text, entities = parsed(message.html)
    links = [covered(text, entity) for entity in entities if entity["type"]["@type"] == "textEntityTypeTextUrl"]
    assert links == [f"Tender <{n}>" for n in range(1, 13)]
    assert "and 3 more" in text
    assert [button.data for row in message.buttons for button in row] == [f"tender:{n}" for n in range(1, 13)]


def test_a_list_of_long_titles_still_fits(renderer: Renderer) -> None:
    long = card(
        summary=summary(title="очень <длинное> & название " * 60, titles={}), link="https://a.example/" + "x" * 900
    )
    message = renderer.missed([long] * 15, "kk", ZONE)
    parsed(message.html)
    assert utf16(message.html) <= 4096


def test_short_alone_has_one_rule_line(renderer: Renderer) -> None:
    text, _ = parsed(renderer.why(card(findings=(SHORT,)), "en", ZONE).html)
    assert text.count("The rule: Rules of Public Procurement") == 1


def test_an_abbreviation_at_the_end_of_a_sentence_brings_its_full_stop() -> None:
    one = finding("KZ-12", value=36, threshold=30, unit="days", facts={"due": date(2026, 12, 31), "works": False})
    now = datetime(2026, 11, 25, tzinfo=UTC)
    assert "".join(Sentences().of(one, "ru", "Asia/Almaty", now)).endswith(" до 31 дек.")
