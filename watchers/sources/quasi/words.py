"""What quasi-state platforms say in words, read as OCDS: statuses, moments, regions. The lists are data."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files

from watchers.places import find_region
from watchers.rules import load_rules
from watchers.sources.goszakup.codes import code_list, ocds_of, report_once
from watchers.sources.goszakup.parts import ZONE, local, region_of

__all__ = ["QUASI_STATE", "Moment", "method_of", "moment_of", "quasi_rows", "region_in", "status_in_words"]

Moment = str | int | float | None
"""Seconds or thousandths since 1970, or ISO 8601."""

QUASI_STATE = "quasiState"
"""The feature of a purchase that the Law on public procurement does not govern."""

_OPEN_TO_ALL = frozenset({"tender", "price_quotation", "auction", "rating_point", "e_shop"})

_YEARS = range(1990, 2100)
_MILLISECONDS = 10**11  # seconds since 1970 reach that in the year 5138
_NUMBER = re.compile(r"\d{9,14}(\.\d+)?", re.ASCII)
_KATO = re.compile(r"\d{9}", re.ASCII)


@cache
def quasi_rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a list of the quasi-state platforms."""
    text = (files("watchers.rules") / "codelists" / "quasi" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def _portal_names() -> dict[str, str]:
    """Statuses that goszakup.gov.kz has a name for, which the platform passes on as they are."""
    rows = (row for name in ("lot_statuses", "announcement_statuses") for row in code_list(name).values())
    return {name.casefold(): row.ocds for row in rows for name in (row.name_ru, row.name_kk) if row.ocds}


@lru_cache(maxsize=1024)
def _by_words(words: str) -> str | None:
    folded = words.casefold().replace("ё", "е")
    if words.casefold() in _portal_names():
        return _portal_names()[words.casefold()]
    for row in quasi_rows("status_words"):
        if row["word"].replace("ё", "е") in folded:
            return row["ocds"]
    report_once("unified_code_unknown", "status", words[:80], "taken as active while the platform calls it so")
    return None


def status_in_words(words: str | None, *, going_on: bool | None = None) -> str | None:
    """What a status is in OCDS: by its words, else by whether the platform counts it as going on."""
    found = _by_words(words.strip()) if words and words.strip() else None
    return "active" if found is None and going_on else found


def method_of(name: str | None, *, quasi: bool) -> str | None:
    """The OCDS method of a name; quasi-state platforms use the state's names and some of their own."""
    method = load_rules().method("KZ", name)
    if method is None:
        return None
    if quasi and method.group in _OPEN_TO_ALL:
        return "selective" if "ограниченн" in (name or "").casefold() else "open"
    return ocds_of("trade_methods", method.code)


def moment_of(given: Moment) -> datetime | None:
    """Seconds (or thousandths) since 1970, or ISO 8601; without a zone it is Kazakhstan's. None for what is no date."""
    if given is None or given == "":
        return None
    if isinstance(given, str) and not _NUMBER.fullmatch(given.strip()):
        return local(given)
    seconds = float(given)
    try:
        found = datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return found.astimezone(ZONE) if found.year in _YEARS else None


def region_in(code: str | int | None, *names: str | None) -> str:
    """The region of a place: by its KATO code, else by the first part of its name that is a region; '' if neither."""
    if code is not None and _KATO.fullmatch(str(code).strip()) and (found := region_of(str(code).strip())):
        return found
    for name in names:
        for part in (name or "").split(","):
            if found := find_region(part.strip(), "KZ"):
                return found
    return ""
