"""What the evidence page says of a snapshot: flags with their numbers and rules, what was not checked, its history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from alerts import format as words
from alerts.acts import acts, cite
from alerts.i18n import mark, translator
from alerts.render import TenderCard
from alerts.render.pages import Section
from alerts.render.reasons import reason_text
from alerts.render.sentences import Sentences
from bot.web.facts import theirs
from watchers.indicators.base import Finding, Tier
from watchers.versions import Version

__all__ = ["Flag", "Rule", "Step", "flags_of", "timeline", "unchecked"]

_FOLDED = ("formula", "left_out", "check", "sources")
_OPEN = ("matters", "innocent", "act")
_TIERS = {
    Tier.A: mark("a written rule seems not kept"),
    Tier.B: mark("a pattern of risk"),
    Tier.C: mark("context"),
}
_CHANGES = {
    "published": mark("First seen"),
    "retold": mark("Another source tells of it"),
    "awarded": mark("The winner is known"),
    "cancelled": mark("Cancelled"),
}
_CHANGED = {
    "deadline": mark("deadline"),
    "sum": mark("sum"),
    "currency": mark("currency"),
    "status": mark("state"),
    "title": mark("title"),
    "method": mark("method"),
    "paused": mark("pause"),
}
_LONGEST_FACT, _LONGEST_NAME = 300, 80


class Rule(msgspec.Struct, frozen=True):
    """The written rule a flag cites: how it is quoted, the act's whole name, where its text is, when it was checked."""

    quoted: str
    act: str
    url: str
    checked_on: str


class Flag(msgspec.Struct, frozen=True):
    """A flag in words. `facts` are the indicator's own figures by their names in the data; sections are of its page."""

    code: str
    name: str
    lead: str
    rest: str
    weight: int
    tier: str
    measured: str
    threshold: str
    version: int
    rule: Rule | None
    facts: list[tuple[str, str]]
    sections: list[Section]
    more: list[Section]


class Step(msgspec.Struct, frozen=True):
    """One version of the purchase as a line of its history."""

    sequence: int
    seen: str
    seen_at: datetime
    sha256: str
    changes: list[str]


def flags_of(card: TenderCard, sentences: Sentences, language: str, zone: str, now: datetime) -> list[Flag]:
    """Every flag, the heaviest first."""
    return [_flag(finding, sentences, language, zone, now) for finding in card.flags]


def _flag(finding: Finding, sentences: Sentences, language: str, zone: str, now: datetime) -> Flag:
    _ = translator(language).gettext
    lead, rest = sentences.of(finding, language, zone, now)
    page = sentences.pages.page(finding.indicator, language)
    by_kind = {section.kind: section for section in page.sections} if page else {}
    return Flag(
        code=finding.indicator,
        name=sentences.name(finding.indicator, language),
        lead=lead,
        rest=rest,
        weight=finding.weight,
        tier=_(_TIERS[finding.tier]),
        measured=theirs(words.quantity(finding.value, finding.unit, language)),
        threshold=theirs(words.quantity(finding.threshold, finding.unit, language)),
        version=finding.version,
        rule=_rule(finding, language),
        facts=list(_figures(finding.facts, language)),
        sections=[by_kind[kind] for kind in _OPEN if kind in by_kind],
        more=[by_kind[kind] for kind in _FOLDED if kind in by_kind],
    )


def _rule(finding: Finding, language: str) -> Rule | None:
    norm = finding.norm
    if norm is None:
        return None
    act = acts().get(norm.act)
    return Rule(
        quoted=cite(norm, language),
        act=act.named(language) if act else norm.act,
        url=act.url if act else "",
        checked_on=words.when(norm.checked_on, language),
    )


def _figures(facts: Mapping[str, Any], language: str, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The figures an indicator gave, by their names; a list is one line, a group of them a line each."""
    for name, value in facts.items():
        label = theirs(f"{prefix}{name}", _LONGEST_NAME)
        if isinstance(value, Mapping):
            yield from _figures(value, language, f"{label}.")
        elif isinstance(value, list | tuple):
            yield label, theirs("; ".join(_figure(one, language) for one in value[:20]), _LONGEST_FACT)
        elif value is not None and value != "":
            yield label, _figure(value, language)


def _figure(value: Any, language: str) -> str:
    _ = translator(language).gettext
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime | date):
        return words.when(value, language)
    if isinstance(value, Mapping):
        return ", ".join(f"{theirs(str(name))}: {_figure(one, language)}" for name, one in value.items())
    if isinstance(value, str):
        return theirs(value, _LONGEST_FACT)
    return words.number(value, language) if not isinstance(value, list | tuple) else theirs(str(value), _LONGEST_FACT)


def unchecked(card: TenderCard, sentences: Sentences, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What was missing, and the checks (code, name) that needed it."""
    by_reason: dict[str, list[tuple[str, str]]] = {}
    for finding in card.unchecked:
        checks = by_reason.setdefault(reason_text(finding.reason, language), [])
        checks.append((finding.indicator, sentences.name(finding.indicator, language)))
    return list(by_reason.items())


def timeline(versions: Sequence[Version], sentences: Sentences, language: str, zone: str, now: datetime) -> list[Step]:
    """The versions in words, the newest first."""
    return [
        Step(
            sequence=one.sequence,
            seen=words.when(one.seen_at, language, zone, now=now),
            seen_at=one.seen_at,
            sha256=one.sha256,
            changes=[said for kind, detail in one.changes if (said := _change(kind, detail, sentences, language))],
        )
        for one in versions
    ]


def _change(kind: str, detail: Mapping[str, Any], sentences: Sentences, language: str) -> str:
    _ = translator(language).gettext
    if kind in _CHANGES:
        return _(_CHANGES[kind])
    names = "; ".join(sentences.name(str(code), language) for code in detail.get("codes", ())[:10])
    if kind == "flag_raised":
        return _("Flag raised: %(flags)s") % {"flags": names}
    if kind == "flag_withdrawn":
        return _("Flag no longer stands: %(flags)s") % {"flags": names}
    changed = ", ".join(_(_CHANGED[name]) for name in detail if name in _CHANGED)
    return _("Changed: %(what)s") % {"what": changed} if changed else _("Changed")
