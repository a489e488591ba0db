"""The tree that codes of ENS TRU begin with (KPVED, which is CPA 2008): what a code is called, codes by words."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec

__all__ = ["Branch", "branch", "branches_named", "branches_under", "code_name"]

_WORD = re.compile(r"\w+")
_LEVELS = range(6, 1, -1)
_SHORTEST_WORD = 3


class Branch(msgspec.Struct, frozen=True):
    """A place in the tree: the digits codes begin with, and its names. Kazakh and English are not known for all."""

    prefix: str
    name_kk: str
    name_ru: str
    name_en: str

    def name(self, language: str) -> str:
        """The name in kk, ru or en; in Russian where there is none."""
        return {"kk": self.name_kk, "en": self.name_en}.get(language, self.name_ru) or self.name_ru


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("watchers.rules") / "codelists" / f"{name}.csv").read_text(encoding="utf-8")
    return iter(csv.DictReader(text.splitlines()))


@cache
def _tree() -> dict[str, Branch]:
    tree = {
        row["prefix"]: Branch(row["prefix"], row["name_kk"], row["name_ru"], row["name_en"])
        for row in _rows("enstru_groups")
    }
    for row in _rows("enstru_products"):
        prefix, name = row["prefix"], row["name_ru"]
        above = _above(tree, prefix[:-1])
        if name or above is None:
            tree[prefix] = Branch(prefix, "", name, "")
        else:
            tree[prefix] = msgspec.structs.replace(above, prefix=prefix)
    return tree


def _above(tree: dict[str, Branch], digits: str) -> Branch | None:
    return next((tree[digits[:length]] for length in _LEVELS if digits[:length] in tree), None)


@cache
def branch(code: str) -> Branch | None:
    """The narrowest branch a code of ENS TRU (dots or not, whole or its beginning) is in; None for no such code."""
    return _above(_tree(), code.replace(".", ""))


@cache
def branches_under(digits: str) -> tuple[Branch, ...]:
    """The branches right below one ('' for the broadest); a level that only repeats the name above is passed over."""
    tree = _tree()
    for length in range(max(len(digits) + 1, 2), 7):
        below = [one for prefix, one in tree.items() if len(prefix) == length and prefix.startswith(digits)]
        above = tree.get(digits)
        if len(below) == 1 and above is not None and below[0].name_ru == above.name_ru:
            return branches_under(below[0].prefix)
        if below:
            return tuple(sorted(below, key=lambda one: one.prefix))
    return ()


def code_name(code: str, language: str) -> str:
    """What a code of ENS TRU, or its beginning, is called; '' where it is in no branch."""
    found = branch(code)
    return found.name(language) if found else ""


@cache
def _words() -> tuple[tuple[Branch, tuple[str, ...]], ...]:
    return tuple(
        (one, tuple(_WORD.findall(f"{one.name_kk} {one.name_ru} {one.name_en}".casefold().replace("ё", "е"))))
        for one in _tree().values()
    )


def branches_named(text: str, limit: int = 10) -> list[Branch]:
    """Branches in whose names every word of the text begins a word, the broadest first; of one name only the broadest.

    Digits are taken as the beginning of a code.
    """
    digits = text.replace(".", "").strip()
    if digits.isdigit():
        found = [one for prefix, one in _tree().items() if prefix.startswith(digits)]
    else:
        wanted = _WORD.findall(text.casefold().replace("ё", "е"))
        if not wanted or max(map(len, wanted)) < _SHORTEST_WORD:
            return []
        found = [one for one, words in _words() if all(any(word.startswith(part) for word in words) for part in wanted)]
    broadest: dict[str, Branch] = {}
    for one in sorted(found, key=lambda one: (len(one.prefix), one.prefix)):
        broadest.setdefault(one.name_ru, one)
    return list(broadest.values())[:limit]
