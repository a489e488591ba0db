"""What a purchase is about: everyday kinds ("fuel") over the codes of CPV and ENS TRU."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from watchers.ocds import Classification

__all__ = ["Category", "category_keys", "code_keys", "everyday_categories"]

_LEVELS = (2, 3, 4, 5, 6)
_SCHEMES = {
    "ДК021": "CPV",
    "DK021": "CPV",
    "ДК 021": "CPV",
    "ENS TRU": "ENSTRU",
    "ЕНС ТРУ": "ENSTRU",
    "KZ-ENSTRU": "ENSTRU",
    "KPVED": "ENSTRU",  # its codes are the beginnings of those of ENS TRU
}


class Category(msgspec.Struct, frozen=True):
    """An everyday kind of purchase and the code prefixes it stands for, by scheme."""

    slug: str
    name_kk: str
    name_ru: str
    name_en: str
    prefixes: dict[str, tuple[str, ...]]

    def name(self, language: str) -> str:
        """The name in kk, ru or en."""
        return {"kk": self.name_kk, "ru": self.name_ru}.get(language, self.name_en)


@cache
def everyday_categories() -> tuple[Category, ...]:
    """Every everyday kind, in the order of the code list (most asked for first)."""
    text = (files("watchers.rules") / "codelists" / "everyday_categories.csv").read_text(encoding="utf-8")
    return tuple(
        Category(
            slug=row["slug"],
            name_kk=row["name_kk"],
            name_ru=row["name_ru"],
            name_en=row["name_en"],
            prefixes={"ENSTRU": tuple(row["enstru"].split()), "CPV": tuple(row["cpv"].split())},
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def _slugs() -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], list[str]] = {}
    for category in everyday_categories():
        for scheme, prefixes in category.prefixes.items():
            for prefix in prefixes:
                found.setdefault((scheme, prefix), []).append(category.slug)
    return {key: tuple(slugs) for key, slugs in found.items()}


def _normal(scheme: str, code: str) -> tuple[str, str]:
    upper = scheme.strip().upper()
    scheme = _SCHEMES.get(upper, upper)
    code = code.strip()
    if scheme == "CPV":
        code = code.partition("-")[0]  # the digit after the dash only checks the others
    elif scheme == "ENSTRU":
        code = code.replace(".", "")
    return scheme, code


@lru_cache(maxsize=8192)
def code_keys(scheme: str, code: str) -> frozenset[str]:
    """Every key a code answers to: its prefixes as 'SCHEME:prefix', itself, and the everyday kinds above it."""
    scheme, code = _normal(scheme, code)
    if not scheme or not code:
        return frozenset()
    keys = {f"{scheme}:{code}"}
    keys.update(f"{scheme}:{code[:n]}" for n in _LEVELS if n < len(code))
    slugs = _slugs()
    for n in range(2, len(code) + 1):
        keys.update(slugs.get((scheme, code[:n]), ()))
    return frozenset(keys)


def category_keys(classifications: Iterable[Classification]) -> frozenset[str]:
    """The keys of all codes of a purchase."""
    keys: set[str] = set()
    for one in classifications:
        keys |= code_keys(one.scheme or "", one.key)
    return frozenset(keys)
