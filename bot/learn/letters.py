"""A draft letter about a tender: facts, norms, a request, attachments; the signatory is blank.

It is written in Kazakh or Russian, and can be read in English.

It is filled in from what is stored of the tender and says what was read on the portal and when. It asks; it accuses
nobody, names no private person and promises nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from alerts.acts import acts
from alerts.format import when
from alerts.render import TenderCard
from alerts.render.sentences import Sentences
from alerts.render.view import heading, terms
from bot.learn.steps import Way
from bot.learn.words import day_text
from templates import ROOT
from watchers.indicators.base import Finding, Norm
from watchers.places import region
from watchers.rules import Rules

__all__ = ["LETTER_LANGUAGES", "READING_LANGUAGE", "Evidence", "Letter", "can_be_written", "letter_for", "letter_text"]

LETTER_LANGUAGES = ("kk", "ru")
"""The languages in which state bodies are written to."""
READING_LANGUAGE = "en"
"""For who reads neither: what the letter says; it is not sent."""
_MOST_FLAGS = 8
_BIN = "KZ-BIN-"
_LOCAL = frozenset({"audit", "audit_supplier", "prosecutor"})  # each region has its own


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a tender: its number, the address of its stored version, the SHA-256 of what the portal said."""

    number: str
    stored: str = ""
    digest: str = ""


class Section(msgspec.Struct, frozen=True):
    """A heading and what stands below it; `numbered`: as points."""

    title: str
    lines: tuple[str, ...]
    numbered: bool = False


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A whole letter as plain text in its parts. `note`: that it is only for reading."""

    language: str
    addressee: str
    sender: tuple[str, ...]
    title: str
    subject: str
    sections: tuple[Section, ...]
    claim: str
    closing: tuple[str, ...]
    note: str = ""


@cache
def _words(language: str) -> Mapping[str, Any]:
    return tomllib.loads((ROOT / "letters" / f"letter.{language}.toml").read_text(encoding="utf-8"))


def can_be_written(way: Way) -> bool:
    """Whether a way is gone by a letter we have words for; a court is not."""
    return way.authority.matter in _words(LETTER_LANGUAGES[0])["requests"] and not way.over


def letter_for(
    way: Way,
    card: TenderCard,
    evidence: Evidence,
    *,
    language: str,
    zone: str,
    now: datetime,
    rules: Rules,
    sentences: Sentences,
) -> Letter:
    """The letter to one authority about one tender, in a language of `LETTER_LANGUAGES` or in `READING_LANGUAGE`."""
    words, matter = _words(language), way.authority.matter
    flags = card.flags[:_MOST_FLAGS]
    where = region(card.summary.region) if card.summary.region and way.key in _LOCAL else None
    questions = [" ".join("".join(sentences.of(one, language, zone, now)).split()) for one in flags]
    facts = _facts(card, evidence, words, language, zone=zone, now=now, rules=rules)
    sections = (
        Section(words["facts"], tuple(facts)),
        Section(words["questions"], tuple(questions), numbered=True),
        Section(words["norms"], tuple(_norms(flags, way, words, language))),
        Section(words["request"], tuple(words["requests"][matter]), numbered=True),
        Section(words["attachments"], tuple(_attachments(card, evidence, words)), numbered=True),
    )
    return Letter(
        language=language,
        addressee=words["to"].format(name=way.name(language), region=f" ({where.name(language)})" if where else ""),
        sender=tuple(words["from"]),
        title=words["titles"].get(matter, words["title"]),
        subject=words["subject"].format(number=evidence.number),
        sections=tuple(one for one in sections if one.lines),
        claim=words["claim"],
        closing=tuple(words["closing"]),
        note=words.get("note", ""),
    )


def _facts(
    card: TenderCard,
    evidence: Evidence,
    words: Mapping[str, Any],
    language: str,
    *,
    zone: str,
    now: datetime,
    rules: Rules,
) -> list[str]:
    summary = card.summary
    buyer = summary.buyer_names.get(language) or summary.buyer_name or "—"
    number = summary.buyer_id.removeprefix(_BIN) if summary.buyer_id.startswith(_BIN) else ""
    lines = [
        words["purchase"].format(number=evidence.number, title=heading(card, language)),
        words["buyer"].format(buyer=buyer, bin=words["bin"].format(bin=number) if number else ""),
    ]
    said = terms(card, rules, language, zone, now, left="")
    if said:
        lines.append(words["terms"].format(terms=said.replace(" · ", "; ")))
    if summary.published_at is not None:
        lines.append(words["published"].format(when=when(summary.published_at, language, zone)))
    lines.append(words["seen"].format(when=when(card.seen_at, language, zone, case="locative")))
    return lines


def _norms(flags: Sequence[Finding], way: Way, words: Mapping[str, Any], language: str) -> list[str]:
    """The rules that the flags and the way stand on, an act a line, each clause once."""
    clauses: dict[str, list[str]] = {}
    rules: list[Norm | None] = [*(one.norm for one in flags), way.norm]
    for rule in rules:
        if rule is not None and rule.act in acts() and rule.clause not in clauses.setdefault(rule.act, []):
            clauses[rule.act].append(rule.clause)
    return [
        words["norm"].format(
            full=acts()[act].named(language),
            clauses=acts()[act].cited(language).replace("{clause}", ", ".join(found)).rstrip("."),
            checked=day_text(acts()[act].checked_on, language),
        )
        for act, found in clauses.items()
    ]


def _attachments(card: TenderCard, evidence: Evidence, words: Mapping[str, Any]) -> list[str]:
    lines = []
    if card.link:
        lines.append(words["link"].format(link=card.link))
    if evidence.stored:
        lines.append(words["evidence"].format(link=evidence.stored))
    if evidence.digest:
        lines.append(words["digest"].format(digest=evidence.digest))
    return [*lines, words["picture"]]


def letter_text(letter: Letter) -> str:
    """The letter as plain text."""
    parts = [
        *filter(None, (letter.note,)),
        letter.addressee,
        "\n".join(letter.sender),
        f"{letter.title.upper()}\n{letter.subject}",
    ]
    for section in letter.sections:
        lines = [f"{n}. {line}" if section.numbered else line for n, line in enumerate(section.lines, 1)]
        parts.append("\n".join([f"{section.title}:", *lines]))
    return "\n\n".join([*parts, letter.claim, "\n".join(letter.closing)])
