"""A draft letter: facts from what is stored, norms, a request, attachments; nobody is accused, nobody has signed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import msgspec
import pytest
from docx import Document

from alerts.learning import Role
from alerts.render import TenderCard
from alerts.render.sentences import Sentences
from bot.learn.documents import docx_of
from bot.learn.letters import (
    LETTER_LANGUAGES,
    READING_LANGUAGE,
    Evidence,
    Letter,
    _words,
    can_be_written,
    letter_for,
    letter_text,
)
from bot.learn.stages import standing_of
from bot.learn.steps import what_to_do
from tests.bot.chat.talking import FLAG, RELEASE
from tests.bot.learn.test_lessons import ACCUSING, ALLOWED
from watchers.indicators.base import Norm
from watchers.ocds import Release
from watchers.rules import load_rules
from watchers.rules.law import read_law
from watchers.summary import summarise

RULES = load_rules()
READ = (*LETTER_LANGUAGES, READING_LANGUAGE)
NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
EVIDENCE = Evidence(number="17013627-1", stored="https://example.org/t/7/2", digest="ab" * 32)


def card_of(**changed: Any) -> TenderCard:
    whole = RELEASE | {
        "tender": {
            **RELEASE["tender"],
            "id": "17013627-1",
            "datePublished": "2026-11-22T10:00:00+05:00",
            "procurementMethodDetails": "Открытый конкурс",
            **changed,
        }
    }
    release = msgspec.json.decode(msgspec.json.encode(whole), type=Release)
    flag = msgspec.structs.replace(
        FLAG,
        norm=Norm("rules-687", "164", datetime(2026, 2, 22).date()),  # noqa: DTZ001
        facts={"group": "tender", "hard": False, "repeat": False, "calendar_confirmed": True},
    )
    return TenderCard(
        tender_id=7,
        snapshot_id=9,
        summary=summarise(release),
        link="https://portal.example.org/ru/announce/index/17013627",
        seen_at=datetime(2026, 11, 22, 9, 5, tzinfo=UTC),
        findings=(flag,),
    )


def letter_of(language: str, role: Role = Role.CITIZEN, key: str = "audit", **changed: Any) -> Letter:
    card = card_of(**changed)
    release = msgspec.json.decode(msgspec.json.encode(RELEASE), type=Release)
    standing = standing_of(release, card.summary, RULES, "KZ", NOW)
    ways = {way.key: way for way in what_to_do(role, standing, RULES, "KZ", NOW).ways}
    return letter_for(
        ways[key],
        card,
        EVIDENCE,
        language=language,
        zone="Asia/Almaty",
        now=NOW,
        rules=RULES,
        sentences=Sentences(),
    )


@pytest.mark.parametrize("language", READ)
def test_a_letter_holds_facts_norms_a_request_attachments_and_blanks(language: str) -> None:
    text = letter_text(letter_of(language))
    stored = ("https://example.org/t/7/2", "ab" * 32)
    for fact in ("17013627-1", "Ремонт кровли школы № 12", "100640000017", *stored):
        assert fact in text, fact
    assert ("48.2" if language == "en" else "48,2") in text
    assert {"kk": "22 қар", "ru": "22 нояб", "en": "22 Nov"}[language] in text
    assert ("No. 687" if language == "en" else "№ 687") in text
    assert "164" in text
    assert {"kk": "3 жұмыс күні", "ru": "3 рабочих дня", "en": "3 working days"}[language] in text
    assert text.count("____") >= 4, "who signs is not filled in"
    assert "{" not in text
    assert "None" not in text
    assert ".." not in text


@pytest.mark.parametrize("language", READ)
def test_no_letter_accuses_and_each_says_that_it_asks(language: str) -> None:
    for row in read_law().authorities:
        role = {"citizen": Role.CITIZEN, "supplier": Role.SUPPLIER, "observer": Role.MONITOR}.get(row.sender)
        if role is None or row.matter not in {"breach_of_law", "question", "conflict_of_interest"}:
            continue
        if row.key == "audit_supplier":
            continue
        text = letter_text(letter_of(language, role, row.key))
        assert not ACCUSING.search(ALLOWED.sub("", text)), text
        asks = {"kk": "тұжырым емес", "ru": "а не утверждение о нарушении", "en": "a question, not a claim"}
        assert asks[language] in text


def test_a_court_is_not_written_to_and_a_term_that_ended_neither() -> None:
    court = next(row for row in read_law().authorities if row.key == "court")
    from bot.learn.steps import Way

    assert not can_be_written(Way(court))
    assert not can_be_written(Way(next(r for r in read_law().authorities if r.key == "audit"), over=True))


@pytest.mark.parametrize("language", LETTER_LANGUAGES)
def test_the_document_says_what_the_text_says_and_names_no_author(language: str) -> None:
    letter = letter_of(language)
    paper = Document(BytesIO(docx_of(letter)))
    said = "\n".join(one.text for one in paper.paragraphs)
    for line in letter_text(letter).splitlines():
        bare = line.rstrip(":")
        assert not bare or bare.casefold() in said.casefold(), line
    assert paper.core_properties.author == ""
    assert paper.core_properties.last_modified_by == ""
    assert round(paper.sections[0].page_width.mm) == 210


def test_a_hostile_title_stays_a_title() -> None:
    text = letter_text(letter_of("ru", title="{0} <b>&nbsp;\x00\u202e" + "x" * 5000))
    assert "\x00" not in text
    assert "\u202e" not in text
    assert len(text) < 4096
    assert docx_of(letter_of("ru", title="{0} <b>&nbsp;\x00\u202e" + "x" * 5000))


def test_a_letter_fits_into_a_message() -> None:
    for language in READ:
        assert len(letter_text(letter_of(language))) < 4096
        assert not re.search(r" {2,}", letter_text(letter_of(language)))


def test_what_is_only_for_reading_has_the_words_of_the_others_and_says_so() -> None:
    kept = [_words(language) for language in READ]
    for one in kept:
        assert set(one) - {"note"} == set(kept[0])
        assert set(one["titles"]) == set(kept[0]["titles"])
        assert {key: len(said) for key, said in one["requests"].items()} == {
            key: len(said) for key, said in kept[0]["requests"].items()
        }
    assert letter_text(letter_of("en")).startswith("This is what the letter says, for reading.")
    assert not any(letter_of(language).note for language in LETTER_LANGUAGES)
