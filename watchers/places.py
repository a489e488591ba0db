"""Regions by ISO 3166-2 code and Kazakhstan's districts under them: names in three languages, what a text means."""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

__all__ = [
    "Region", "districts", "find_place", "find_region", "place", "place_of_kato", "places_named", "region",
    "region_keys", "regions",
]  # fmt: skip


class Region(msgspec.Struct, frozen=True):
    """A region, or a district or city under one; `aliases` are other spellings, of the publisher's language too.

    The code of a district is that of its region with the further digits of KATO: "KZ-61-36", "KZ-15-10-11".
    """

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
def _rows(name: str) -> tuple[Region, ...]:
    text = (files("watchers.rules") / "codelists" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(
        Region(
            code=row["code"],
            name_kk=row["name_kk"],
            name_ru=row["name_ru"],
            name_en=row["name_en"],
            aliases=tuple(filter(None, row["aliases"].split(";"))),
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def regions(country: str | None = None) -> tuple[Region, ...]:
    """Every region we know, of one country if asked, in the order of the code list."""
    return tuple(row for row in _rows("regions") if country in (None, row.country))


@cache
def districts(code: str) -> tuple[Region, ...]:
    """The cities and districts of a region, in the order of KATO; none where we know none."""
    return tuple(row for row in _rows("districts") if row.code.startswith(code + "-"))


@cache
def region(code: str) -> Region | None:
    """The region of a code, or of a longer code that starts with it; None if there is none."""
    return next((row for row in regions() if code == row.code or code.startswith(row.code + "-")), None)


@cache
def place(code: str) -> Region | None:
    """The narrowest place we know a code for: a district, else its region; None if there is none."""
    known = {row.code: row for row in (*_rows("regions"), *_rows("districts"))}
    return next((known[key] for key in reversed(region_keys(code)) if key in known), None)


@cache
def _by_digits() -> dict[str, str]:
    return {row.code.removeprefix("KZ-").replace("-", ""): row.code for row in (*regions("KZ"), *_rows("districts"))}


@lru_cache(maxsize=4096)
def place_of_kato(kato: str) -> str:
    """The narrowest place a code of KATO lies in ("613647100" -> "KZ-61-36"); '' for no code of Kazakhstan."""
    for length in range(min(len(kato), 6), 1, -1):
        if found := _by_digits().get(kato[:length]):
            return found
    return ""


_KIND = re.compile(
    r"\b(облысы|қаласы|область|обл|город|oblast|region|province|city|м|г|қ|обласць|місто|г\.а|қ\.ә"
    r"|ауданы|ауд|район|р-н|district)\b\.?|[«»\"'.,]"
)


def _exact(text: str) -> str:
    return re.sub(r"\.\s*", ". ", text.casefold()).strip()


def _fold(text: str) -> str:
    """Without case, the word for the kind of unit, punctuation: 'Львівська обл.' and 'львівська область' are one."""
    return " ".join(_KIND.sub(" ", text.casefold()).replace("-", " ").split())


@cache
def _by_name(of: str) -> tuple[dict[str, list[Region]], dict[str, list[Region]]]:
    exact: dict[str, list[Region]] = {}
    folded: dict[str, list[Region]] = {}
    for row in _rows(of):
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
    return _only("regions", text, country)


def _only(of: str, text: str, country: str | None) -> str:
    exact, folded = _by_name(of)
    for index, key in ((exact, _exact(text)), (folded, _fold(text))):
        found = [row for row in index.get(key, ()) if country in (None, row.country)]
        if len(found) == 1:
            return found[0].code
    return ""


@lru_cache(maxsize=4096)
def find_place(text: str, country: str | None = None) -> str:
    """The code of the region, else of the district or city, that a text names; '' if none or more than one fits.

    A district whose name is there more than once is told by its region: "Жамбылский район, Алматинская область".
    """
    if code := find_region(text, country) or _only("districts", text, country):
        return code
    parts = [part.strip() for part in text.split(",")]
    around = [find_region(part, country) for part in parts]
    if len(parts) != 2 or "" not in around or around == ["", ""]:
        return ""
    part = parts[around.index("")]
    exact, folded = _by_name("districts")
    for index, key in ((exact, _exact(part)), (folded, _fold(part))):
        found = [row for row in index.get(key, ()) if row.code.startswith(f"{max(around)}-")]
        if len(found) == 1:
            return found[0].code
    return ""


def places_named(text: str, country: str | None = None, limit: int = 10) -> list[Region]:
    """Regions, then districts and cities, that have a word beginning with the text in any language; shortest first."""
    wanted = _fold(text)
    if not wanted:
        return []
    found: list[Region] = []
    for of in ("regions", "districts"):
        fits = [
            row for row in _rows(of)
            if country in (None, row.country)
            and any(f" {wanted}" in f" {_fold(name)}" for name in (row.name_kk, row.name_ru, row.name_en, *row.aliases))
        ]  # fmt: skip
        found += sorted(fits, key=lambda row: (len(row.name_ru), row.code))
    return found[:limit]


def region_keys(code: str) -> tuple[str, ...]:
    """A code's levels from broad to narrow: 'KZ-61-36' gives ('KZ', 'KZ-61', 'KZ-61-36'); '' gives ()."""
    parts = code.split("-") if code else []
    return tuple("-".join(parts[: n + 1]) for n in range(len(parts)))
