"""Regions by ISO 3166-2 code: names in three languages, and the region a publisher's free text means."""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

__all__ = ["Region", "find_region", "region", "region_keys", "regions"]


class Region(msgspec.Struct, frozen=True):
    """A first-level subdivision; `aliases` are other spellings, of the publisher's language too."""

    code: str
    name_kk: str
    name_ru: str
    name_en: str
    aliases: tuple[str, ...] = ()

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2."""
        return self.code[:2]

    def name(self, language: str) -> str:
        """The name in kk, ru or en."""
        return {"kk": self.name_kk, "ru": self.name_ru}.get(language, self.name_en)


@cache
def regions(country: str | None = None) -> tuple[Region, ...]:
    """Every region we know, of one country if asked, in the order of the code list."""
    text = (files("watchers.rules") / "codelists" / "regions.csv").read_text(encoding="utf-8")
    rows = tuple(
        Region(
            code=row["code"],
            name_kk=row["name_kk"],
            name_ru=row["name_ru"],
            name_en=row["name_en"],
            aliases=tuple(filter(None, row["aliases"].split(";"))),
        )
        for row in csv.DictReader(text.splitlines())
    )
    return tuple(row for row in rows if country in (None, row.country))


@cache
def region(code: str) -> Region | None:
    """The region of a code, or of a longer code that starts with it; None if there is none."""
    return next((row for row in regions() if code == row.code or code.startswith(row.code + "-")), None)


_KIND = re.compile(
    r"\b(облысы|қаласы|область|обл|город|oblast|region|province|city|м|г|қ|обласць|місто|г\.а|қ\.ә)\b\.?|[«»\"'.,]"
)


def _exact(text: str) -> str:
    return re.sub(r"\.\s*", ". ", text.casefold()).strip()


def _fold(text: str) -> str:
    """Without case, the word for the kind of unit, punctuation: 'Львівська обл.' and 'львівська область' are one."""
    return " ".join(_KIND.sub(" ", text.casefold()).replace("-", " ").split())


@cache
def _by_name() -> tuple[dict[str, list[Region]], dict[str, list[Region]]]:
    exact: dict[str, list[Region]] = {}
    folded: dict[str, list[Region]] = {}
    for row in regions():
        for name in {row.name_kk, row.name_ru, row.name_en, *row.aliases}:
            for index, key in ((exact, _exact(name)), (folded, _fold(name))):
                if key and row not in index.setdefault(key, []):
                    index[key].append(row)
    return exact, folded


@lru_cache(maxsize=4096)
def find_region(text: str, country: str | None = None) -> str:
    """The code of the region a publisher's text names, '' if none or more than one fits.

    The exact name goes first: 'Алматы облысы' is the region, 'Алматы қаласы' the city; a bare 'Алматы' is left open.
    """
    exact, folded = _by_name()
    for index, key in ((exact, _exact(text)), (folded, _fold(text))):
        found = [row for row in index.get(key, ()) if country in (None, row.country)]
        if len(found) == 1:
            return found[0].code
    return ""


def region_keys(code: str) -> tuple[str, ...]:
    """A code's levels from broad to narrow: 'KZ-61-36' gives ('KZ', 'KZ-61', 'KZ-61-36'); '' gives ()."""
    parts = code.split("-") if code else []
    return tuple("-".join(parts[: n + 1]) for n in range(len(parts)))
