"""A finding as one sentence: the `lead` and `rest` of its indicator's page, filled in with the finding's numbers."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import structlog
from jinja2 import Environment, StrictUndefined, Template, TemplateError, pass_context
from jinja2.runtime import Context

from alerts import format as words
from alerts.channels.telegram.text import clean, cut, isolate
from alerts.kazakh import Case
from alerts.render.pages import IndicatorPages
from alerts.render.reasons import reason_text
from watchers.indicators.base import Finding, Norm, Status

__all__ = ["Sentence", "Sentences", "finding_text"]

_LONGEST_FACT = 200
_DOUBLE_STOP = re.compile(r"(?<!\.)\.\.(?!\.)")  # after "31 дек." the sentence has its full stop already
_BORDER = "\x1f"  # between lead and rest; `clean` leaves none in a fact
_log = structlog.get_logger("render")


class _Ours(str):
    """Our own words, which keep their leading blank."""

    __slots__ = ()


class _Missing(StrictUndefined):
    """A fact that a finding lacks, maybe of an earlier version of its indicator: no to a question, never printed."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]
        return False


def _fact(value: object) -> object:
    """What a publisher wrote goes into our sentence clean, bounded and kept to its own direction."""
    if type(value) is str:
        return isolate(cut(clean(value), _LONGEST_FACT))
    return value


def _language(context: Context) -> str:
    return str(context["language"])


@pass_context
def _quantity(context: Context, value: Any, unit: str) -> str:
    return words.quantity(value, unit, _language(context))


@pass_context
def _money(context: Context, value: Any, currency: str) -> str:
    return words.money(value, currency, _language(context))


@pass_context
def _when(context: Context, value: Any, case: Case = "") -> str:
    return words.when(value, _language(context), context["zone"], now=context["now"], case=case)


@pass_context
def _number(context: Context, value: Any) -> str:
    return words.number(value, _language(context))


@pass_context
def _norm(context: Context, rule: Norm | None) -> _Ours:
    return _Ours(words.norm(rule, _language(context)))


@cache
def _environment() -> Environment:
    environment = Environment(undefined=_Missing, autoescape=False, finalize=_fact)  # noqa: S701 - plain text
    environment.filters |= {"quantity": _quantity, "money": _money, "when": _when, "number": _number, "norm": _norm}
    return environment


class Sentence(tuple[str, str]):
    """A finding in words: what is set bold, and the rest of the sentence. Plain text."""

    __slots__ = ()

    @property
    def lead(self) -> str:
        """The fact with its number."""
        return self[0]

    @property
    def rest(self) -> str:
        """The norm and what it means, with its own punctuation and leading blank."""
        return self[1]


class Sentences:
    """Sentences from the indicator pages under one root; templates are compiled once."""

    def __init__(self, pages: IndicatorPages | None = None) -> None:
        self.pages = pages or IndicatorPages()
        self._templates = lru_cache(maxsize=None)(self._compile)

    def _compile(self, code: str, language: str) -> Template | None:
        page = self.pages.page(code, language)
        return _environment().from_string(f"{page.lead}{_BORDER}{page.rest}") if page else None

    def name(self, code: str, language: str) -> str:
        """The indicator's catalogue name, its code if it has no page."""
        page = self.pages.page(code, language)
        return page.name if page else code

    def of(self, finding: Finding, language: str, zone: str = "", now: datetime | None = None) -> Sentence:
        """The sentence of a fired finding.

        A page that asks for a fact the finding lacks is our mistake: it is logged, and the indicator's name is said
        instead, so that the alert still goes out.
        """
        template = self._templates(finding.indicator, language)
        if template is None:
            return Sentence((finding.indicator, ""))
        values = {
            "value": finding.value,
            "threshold": finding.threshold,
            "unit": finding.unit,
            "facts": finding.facts,
            "norm": finding.norm,
            "language": language,
            "zone": zone,
            "now": now,
        }
        try:
            lead, _, rest = template.render(values).partition(_BORDER)
        except (TemplateError, TypeError, ArithmeticError) as error:
            _log.error("sentence_failed", indicator=finding.indicator, language=language, error=str(error))
            return Sentence((self.name(finding.indicator, language), "."))
        return Sentence((lead, _DOUBLE_STOP.sub(".", rest)))


@cache
def _ours() -> Sentences:
    return Sentences()


def finding_text(finding: Finding, language: str) -> str:
    """A finding in one line of plain text: its sentence if it fired, what is missing if it could not be computed.

    Moments keep the publisher's zone and name their year. '' for an answer without anything to tell.
    """
    if finding.status is Status.FIRED:
        return "".join(_ours().of(finding, language))
    if finding.status is Status.NOT_COMPUTABLE:
        return reason_text(finding.reason, language)
    return ""
