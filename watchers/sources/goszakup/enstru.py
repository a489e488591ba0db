"""ENS TRU by name: for a lot whose plan point the portal does not show, the code that alone has its name.

A lot's name and description are those of its ENS TRU code, and in the register name and characteristic together tell a
code; a name alone does only for works and services. `enstruList` of a lot is [0] and of no use.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

__all__ = ["code_by_name", "read_names"]

_NOISE = re.compile(r"[\W_]+")


def _fold(text: str | None) -> str:
    return _NOISE.sub(" ", (text or "").casefold().replace("ё", "е")).strip()


def read_names(text: str) -> Mapping[tuple[str, str], str]:
    """A table (code, name_ru, description_ru) by folded name and characteristic; what fits two codes is left out."""
    found: dict[tuple[str, str], str] = {}
    for row in csv.DictReader(text.splitlines()):
        key = _fold(row["name_ru"]), _fold(row["description_ru"])
        found[key] = "" if found.get(key, row["code"]) != row["code"] else row["code"]
    return {key: code for key, code in found.items() if code}


@cache
def _names() -> Mapping[tuple[str, str], str]:
    path = files("watchers.rules") / "codelists" / "goszakup" / "enstru_names.csv"
    return read_names(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def code_by_name(name: str | None, description: str | None = None) -> str:
    """The code that has this name and characteristic; '' where there is none or more than one.

    A work or service whose description repeats its name, or is missing, is looked up by the name alone.
    """
    thing, character = _fold(name), _fold(description)
    if not thing:
        return ""
    if character in {"", thing}:
        return _names().get((thing, ""), "")
    return _names().get((thing, character), "") or _names().get((thing, ""), "")
