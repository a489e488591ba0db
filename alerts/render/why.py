"""The answer to "Why?": every flag with its numbers, as much of its page as fits, and what could not be checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup

from alerts.acts import acts
from alerts.channels.telegram.text import MESSAGE_LIMIT, cut_html, utf16
from alerts.format import number
from alerts.i18n import translator
from alerts.opinions import Opinion
from alerts.render import view
from alerts.render.card import TenderCard
from alerts.render.environment import template
from alerts.render.reasons import reason_text
from alerts.render.sentences import Sentence, Sentences
from watchers.indicators.base import Finding

__all__ = ["opinion_text", "why_html"]

_MOST_REASONS = 6
_LONGEST_SENTENCE = 400
_MOST_FLAGS = 40


def _flag(
    finding: Finding, sentence: Sentence, sentences: Sentences, language: str, *, full: bool, opinion: Opinion | None
) -> Markup:
    page = sentences.pages.page(finding.indicator, language)
    html = template("flag", language).render(
        lead=sentence.lead,
        rest=sentence.rest,
        full=full,
        opinion=opinion_text(opinion, language) if opinion else "",
        sections=[section for section in page.sections if section.chat] if page else [],
        act=acts().get(finding.norm.act) if finding.norm else None,
        language=language,
    )
    return Markup(html.strip())  # noqa: S704 - rendered with escaping on, a line above


def opinion_text(opinion: Opinion, language: str) -> str:
    """The votes of readers in one line, with how many there are."""
    said = translator(language).gettext(
        "Readers of this flag: useful %(useful)s, wrong %(wrong)s, reason known %(known)s (n = %(count)s)."
    )
    numbers = {"count": opinion.count, "useful": opinion.useful, "wrong": opinion.wrong, "known": opinion.known}
    return said % {name: number(value, language) for name, value in numbers.items()}


def _unchecked(card: TenderCard, sentences: Sentences, language: str) -> list[tuple[str, str]]:
    """What was missing, and the checks that needed it."""
    by_reason: dict[str, list[str]] = {}
    for finding in card.unchecked:
        names = by_reason.setdefault(reason_text(finding.reason, language), [])
        names.append(sentences.name(finding.indicator, language))
    return [(reason, "; ".join(names)) for reason, names in by_reason.items()]


def why_html(
    card: TenderCard,
    sentences: Sentences,
    language: str,
    zone: str,
    now: datetime,
    *,
    opinions: Mapping[str, Opinion],
    ledger: str = "",
) -> str:
    """Telegram's HTML, at most 4,096 UTF-16 units.

    Every flag is told; its page's sections follow for as many flags as fit, the heaviest first.
    """
    unchecked = _unchecked(card, sentences, language)
    found = card.flags[:_MOST_FLAGS]
    told = [view.fitted([sentences.of(f, language, zone, now)], _LONGEST_SENTENCE)[0] for f in found]
    said = [opinions.get(f.indicator) for f in found]

    def flag(index: int, *, full: bool) -> Markup:
        return _flag(found[index], told[index], sentences, language, full=full, opinion=said[index])

    flags = [flag(index, full=False) for index in range(len(found))]

    def whole() -> str:
        return template("why", language).render(
            title=view.heading(card, language),
            place=view.place(card, language),
            flags=flags,
            unchecked=unchecked[:_MOST_REASONS],
            more_unchecked=sum(checks.count(";") + 1 for _, checks in unchecked[_MOST_REASONS:]),
            made=card.checks_made,
            coverage=view.coverage(card, language),
            ledger=ledger,
            seen=view.seen(card, language, zone, now),
        )

    room = MESSAGE_LIMIT - utf16(whole())
    for index in range(len(found)):
        full = flag(index, full=True)
        room -= utf16(full) - utf16(flags[index])
        if room < 0:
            break
        flags[index] = full
    return cut_html(whole(), MESSAGE_LIMIT)
