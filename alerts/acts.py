"""The written rules that findings cite: names, links, how a clause is quoted (`templates/indicators/acts.toml`)."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache

import msgspec

from templates import ROOT
from watchers.indicators.base import Norm

__all__ = ["Act", "acts", "cite", "norm"]


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """A law or an order, its texts by language; `cite` has a place for the clause. `checked_on`: the text's date."""

    url: str
    checked_on: date
    short: dict[str, str]
    full: dict[str, str]
    cite: dict[str, str]

    def cited(self, language: str) -> str:
        """How it is quoted in a language, in English where it does not say."""
        return self.cite.get(language) or self.cite["en"]

    def named(self, language: str) -> str:
        """Its full name in a language, in English where it does not say."""
        return self.full.get(language) or self.full["en"]


@cache
def acts() -> dict[str, Act]:
    """Every act by its key."""
    path = ROOT / "indicators" / "acts.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {key: msgspec.convert(table, Act) for key, table in tables.items()}


def cite(rule: Norm, language: str) -> str:
    """How a rule is quoted: "Rules No. 687, p. 164". An act that the file lacks is quoted by its key."""
    act = acts().get(rule.act)
    return act.cited(language).replace("{clause}", rule.clause) if act else f"{rule.act}, {rule.clause}"


def norm(rule: Norm | None, language: str) -> str:
    """The quotation in brackets, to follow a sentence's last word: " (Rules No. 687, p. 164)"; '' without a rule."""
    return f" ({cite(rule, language)})" if rule is not None else ""
