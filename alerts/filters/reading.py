"""Reading a filter's value from what a person typed. Functions return fields of `Criteria` or raise BadFilter."""

from __future__ import annotations

import re
from typing import Any

from babel import Locale

from alerts.filters.amounts import NOTHING
from alerts.filters.criteria import MOST_DAYS, BadFilter
from alerts.filters.methods import METHODS
from alerts.filters.words import fold
from alerts.i18n import LANGUAGES, translator
from watchers.categories import everyday_categories
from watchers.places import find_place, place, regions

__all__ = [
    "read_categories", "read_days", "read_ids", "read_indicators", "read_methods", "read_regions", "read_weight",
    "read_words",
]  # fmt: skip

_BIN = re.compile(r"\d{12}")
_INDICATOR = re.compile(r"(R|KZ)-?(\d{1,3})", re.IGNORECASE)


def _parts(text: str) -> list[str]:
    """The parts of a list: on commas, semicolons and lines."""
    parts = [part.strip() for part in re.split(r"[,;\n]", text)]
    found = [part for part in parts if part]
    if not found:
        raise BadFilter("filters: nothing is named: write one value or several with commas between")
    return found


def read_regions(text: str) -> dict[str, Any]:
    """Names of regions, districts and cities in any of the languages, or codes: "Туркестанская область, KZ-75"."""
    if whole := find_place(text, "KZ"):  # a district may be told by its region
        return {"regions": (whole,)}
    codes = []
    for part in _parts(text):
        known = place(part.upper())
        code = known.code if known else find_place(part) or find_place(part, "KZ") or _country(part)
        if not code:
            raise BadFilter(f"filters: no region is called {part!r}: choose one from the list")
        codes.append(code)
    return {"regions": tuple(codes)}


def _country(text: str) -> str:
    """The country with regions that a code or a name means; '' for none."""
    codes = {row.code[:2] for row in regions()}
    if text.upper() in codes:
        return text.upper()
    named = {fold(Locale(language).territories[code]): code for code in codes for language in LANGUAGES}
    return named.get(fold(text), "")


def read_ids(text: str) -> tuple[str, ...]:
    """Ids of bodies: "KZ-BIN-000000000000", or the twelve digits of a BIN alone."""
    ids = []
    for part in _parts(text):
        if " " in part:
            raise BadFilter(f"filters: {part!r} is no id of a body: write a BIN (12 digits) or SCHEME-number")
        ids.append(f"KZ-BIN-{part}" if _BIN.fullmatch(part) else part)
    return tuple(ids)


def read_categories(text: str) -> dict[str, Any]:
    """Everyday kinds by slug or name in any language, or codes: "fuel", "CPV:09134", "ENSTRU 1920"."""
    whole = _category(text.strip())  # a name may have commas of its own
    return {"categories": (whole,) if whole else tuple(_known_category(part) for part in _parts(text))}


def _category(text: str) -> str:
    for category in everyday_categories():
        names = (category.slug, category.name_kk, category.name_ru, category.name_en)
        if text.casefold() in {name.casefold() for name in names}:
            return category.slug
    scheme, _, code = text.upper().replace(" ", ":").partition(":")
    if scheme in {"CPV", "ENSTRU", "UNSPSC"} and re.fullmatch(r"[\d.-]{2,}", code):
        return f"{scheme}:{code.partition('-')[0].replace('.', '')}"
    return ""


def _known_category(part: str) -> str:
    found = _category(part)
    if not found:
        raise BadFilter(f"filters: no kind of purchase is called {part!r}: choose one or write CPV:code")
    return found


def read_weight(text: str) -> dict[str, Any]:
    """A whole number from 0 to 5, or nothing for the alert rule's choice."""
    if text.strip() in NOTHING:
        return {"min_weight": None}
    if not re.fullmatch(r"\s*[0-5]\s*", text):
        raise BadFilter(f"filters: {text.strip()!r} is no weight: write a whole number from 0 to 5")
    return {"min_weight": int(text)}


def read_indicators(text: str) -> dict[str, Any]:
    """Codes of indicators: "R003, KZ-08"."""
    codes = []
    for part in _parts(text):
        match = _INDICATOR.fullmatch(part)
        if match is None:
            raise BadFilter(f"filters: {part!r} is no code of an indicator: write one like R003 or KZ-08")
        letter = match[1].upper()
        codes.append(f"R{int(match[2]):03d}" if letter == "R" else f"KZ-{int(match[2]):02d}")
    return {"indicators": tuple(codes)}


def read_methods(text: str) -> dict[str, Any]:
    """Ways of buying by key or by name in any language: "direct", "аукцион"."""
    names = {translator(code).gettext(name).casefold(): key for key, name in METHODS.items() for code in LANGUAGES}
    found = []
    for part in _parts(text):
        folded = part.casefold()
        key = folded if folded in METHODS else names.get(folded, "")
        if not key:
            begun = {value for name, value in names.items() if len(folded) > 2 and name.startswith(folded)}
            key = begun.pop() if len(begun) == 1 else ""
        if not key:
            raise BadFilter(f"filters: no way of buying is called {part!r}: choose one, like auction")
        found.append(key)
    return {"methods": tuple(found)}


def read_days(text: str) -> dict[str, Any]:
    """Days that are left to bid: "3-10", "at least 5", "до 7"; one number alone is the most. Nothing by "-"."""
    folded = text.casefold().strip()
    if folded in NOTHING:
        return {"min_days": None, "max_days": None}
    numbers = [int(one) for one in re.findall(r"\d{1,4}", folded)]
    if not numbers or len(numbers) > 2 or max(numbers) > MOST_DAYS:
        raise BadFilter(f"filters: {text.strip()!r} is no number of days: write one like 3-10 or at least 5")
    if len(numbers) == 2:
        return {"min_days": min(numbers), "max_days": max(numbers)}
    least = re.search(r">|≥|\+|\b(от|least|more|from|кемінде|не менее|не меньше|больше)\b", folded)
    return {"min_days": numbers[0], "max_days": None} if least else {"min_days": None, "max_days": numbers[0]}


def read_words(text: str) -> tuple[str, ...]:
    """Beginnings of words or phrases with commas between: "кровл, ремонт школ"."""
    folded = tuple(fold(part) for part in _parts(text))
    for word in folded:
        if len(word) < 2:
            raise BadFilter("filters: a word needs at least two letters")
    return folded
