"""The sentences of findings in three languages, rendered once for all findings that read alike.

A sentence is made of a few numbers. What a page does not mention (the exact moments of R003, say) cannot change it, so
those facts stay out of the cache's key, and most findings of a large file find their sentences ready.
"""

from __future__ import annotations

from functools import cache

import msgspec
from jinja2 import Environment, nodes

from alerts.render import finding_text
from alerts.render.pages import IndicatorPages
from watchers.indicators.base import Finding, Status

__all__ = ["LANGUAGES", "Texts"]

LANGUAGES = ("en", "ru", "kk")
_KEPT = 8192
_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


class Texts:
    """`of(finding)` gives its text by language."""

    def __init__(self) -> None:
        self._known: dict[bytes, dict[str, str]] = {}

    def of(self, finding: Finding) -> dict[str, str]:
        """The plain text of a finding in each language."""
        key = _key(finding)
        texts = self._known.get(key)
        if texts is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            texts = {language: finding_text(finding, language) for language in LANGUAGES}
            self._known[key] = texts
        return texts


def _key(finding: Finding) -> bytes:
    if finding.status is not Status.FIRED:
        return _ENCODER.encode((finding.status, finding.reason))
    mentioned = _facts_mentioned(finding.indicator)
    facts = finding.facts if mentioned is None else [finding.facts.get(name) for name in mentioned]
    return _ENCODER.encode((finding.indicator, finding.value, finding.threshold, finding.unit, facts, finding.norm))


@cache
def _facts_mentioned(code: str) -> tuple[str, ...] | None:
    """The facts that the pages of an indicator name, in any language; None if they use facts in another way."""
    pages, names = IndicatorPages(), set[str]()
    for language in LANGUAGES:
        page = pages.page(code, language)
        if page is None:
            continue
        tree = Environment(autoescape=True).parse(page.lead + page.rest)
        named = [node.attr for node in tree.find_all(nodes.Getattr) if node.node == nodes.Name("facts", "load")]
        if len(named) != sum(node.name == "facts" for node in tree.find_all(nodes.Name)):
            return None
        names.update(named)
    return tuple(sorted(names))
