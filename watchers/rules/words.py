"""The dictionaries in `watchers/rules/dictionaries`: words, phrases, brands, letters that the text indicators go by.

Each file begins with `# source:` and `# checked_on:`; a file without them, or a row that does not fit, is an error when
the dictionaries are read. Words are lower case, `ё` is written `е`, a `*` at the end stands for any ending.

A phrase is words in their order: `word`, `stem*`, `one|other*`, `@list` (any word of a list), and `~N` between two of
them where up to N words may stand in between. `inside`, `before`, `after` name lists that call it off: between its
words, within five words before it, within five after it. A phrase never reaches over the end of a sentence.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from importlib.resources import files

import msgspec

__all__ = ["Brand", "Dictionaries", "LookAlike", "Phrase", "known_stems", "load_dictionaries"]

_FOLDER = files("watchers.rules").joinpath("dictionaries")


class Phrase(msgspec.Struct, frozen=True, kw_only=True):
    """Words that mean something together; `kind` says what."""

    kind: str
    language: str
    phrase: str
    inside: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


class Brand(msgspec.Struct, frozen=True, kw_only=True):
    """A brand: `spellings` as runs of words; `needs` a list of which one word must stand in the lot's texts.

    `capital`: an ordinary word of some language as well, so it counts only where it begins with a capital letter.
    """

    name: str
    kind: str
    spellings: tuple[tuple[str, ...], ...]
    needs: str
    capital: bool


class LookAlike(msgspec.Struct, frozen=True, kw_only=True):
    """A letter of another script (`foreign`) that looks like a Cyrillic one.

    `habit`: typed for want of the Kazakh letter on the keyboard, all through a text.
    """

    foreign: str
    cyrillic: str
    habit: bool


class Dictionaries(msgspec.Struct, frozen=True, kw_only=True):
    """All dictionaries but the list of known words, which only mixed alphabets ask for."""

    lists: dict[str, tuple[str, ...]]
    phrases: tuple[Phrase, ...]
    brands: tuple[Brand, ...]
    look_alikes: tuple[LookAlike, ...]
    checked_on: dict[str, date]  # by file


def _lines(name: str) -> tuple[date, list[str]]:
    text = _FOLDER.joinpath(name).read_text(encoding="utf-8")
    head: dict[str, str] = {}
    lines = text.splitlines()
    while lines and lines[0].startswith("#"):
        key, _, value = lines.pop(0).lstrip("# ").partition(": ")
        head.setdefault(key, value)
    if not head.get("source") or not head.get("checked_on"):
        raise ValueError(f"rules: {name} does not begin with '# source:' and '# checked_on:'; add them")
    return date.fromisoformat(head["checked_on"]), lines


def _rows(name: str, dates: dict[str, date]) -> Iterator[dict[str, str]]:
    dates[name], lines = _lines(name)
    reader = csv.DictReader(lines)
    for row in reader:
        if None in row or None in row.values():
            raise ValueError(f"rules: {name}: the row {row} has not as many cells as the head; mend it")
        yield row


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _brand(row: dict[str, str]) -> Brand:
    spellings = tuple(_words(one.casefold()) for one in f"{row['name']};{row['other']}".split(";") if one.strip())
    return Brand(
        name=row["name"], kind=row["kind"], spellings=spellings, needs=row["needs"], capital=row["capital"] == "yes"
    )


def _phrase(row: dict[str, str]) -> Phrase:
    cancels = {key: _words(row[key]) for key in ("inside", "before", "after")}
    return Phrase(kind=row["kind"], language=row["language"], phrase=row["phrase"], **cancels)


@lru_cache(maxsize=1)
def load_dictionaries() -> Dictionaries:
    """Read every dictionary, once. Raises ValueError naming the file and row that is wrong."""
    dates: dict[str, date] = {}
    lists: dict[str, tuple[str, ...]] = {}
    for row in _rows("words.csv", dates):
        lists[row["list"]] = lists.get(row["list"], ()) + _words(row["words"])
    return Dictionaries(
        lists=lists,
        phrases=tuple(map(_phrase, _rows("phrases.csv", dates))),
        brands=tuple(map(_brand, _rows("brands.csv", dates))),
        look_alikes=tuple(
            LookAlike(foreign=row["foreign"], cyrillic=row["cyrillic"], habit=row["habit"] == "yes")
            for row in _rows("look_alikes.csv", dates)
        ),
        checked_on=dates,
    )


@lru_cache(maxsize=1)
def known_stems() -> frozenset[str]:
    """Beginnings of Russian and Kazakh words of purchases, of four letters or more, without the last three letters."""
    _, lines = _lines("known_words.txt")
    return frozenset(word for line in lines for word in line.split())
