"""A filter in the making: what was chosen so far, and how typed words become a choice. No Telegram in here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from typing import Any, TypeVar

import msgspec

from alerts.filters import Criteria
from watchers.categories import Category, everyday_categories
from watchers.places import place

__all__ = [
    "ALL",
    "FLAGGED",
    "WORTH",
    "Draft",
    "Found",
    "TypedBuyer",
    "cut",
    "find_kinds",
    "is_known_region",
    "read_buyer",
    "token",
]

ALL, FLAGGED, WORTH = 0, 1, 9
"""How much comes, as a button says it: every purchase, any flag, what the alert rule takes."""

LONGEST_TYPED = 100

T = TypeVar("T")


class Found(msgspec.Struct, frozen=True):
    """A buyer offered as a button."""

    id: str
    name: str


class Draft(msgspec.Struct, frozen=True):
    """The choices so far. `message_id` is the message whose buttons carry it on; buttons of another are out of date.

    `filter_id`: the filter that is changed, 0 for a new one. `key`: the criterion whose screen is open. `quick`: the
    first choice of a new filter, which leads straight to its preview. `found`: bodies that buttons stand for. `shared`:
    it came by somebody's link. `typed`: words that named nothing, and may be looked for in purchases instead. `shown`:
    what the buttons of that message say when pressed, by their words, for who types these (`bot.chat.spoken`).
    """

    message_id: int
    criteria: Criteria = Criteria()
    found: tuple[Found, ...] = ()
    filter_id: int = 0
    key: str = ""
    quick: bool = False
    shared: bool = False
    typed: str = ""
    shown: dict[str, str] = {}

    def save(self) -> dict[str, Any]:
        """As a JSON object."""
        return dict(msgspec.to_builtins(self))

    @classmethod
    def load(cls, data: dict[str, Any]) -> Draft | None:
        """Back from JSON; None where there is no draft, or one that an older version wrote differently."""
        try:
            return msgspec.convert(data, cls)
        except msgspec.ValidationError:
            return None

    def buyer(self, token_: str) -> Found | None:
        """The buyer a button stands for."""
        return next((one for one in self.found if token(one.id) == token_), None)


def token(buyer_id: str) -> str:
    """A short stand-in for an id of any length."""
    return hashlib.blake2s(buyer_id.encode(), digest_size=6).hexdigest()


class TypedBuyer(msgspec.Struct, frozen=True):
    """What a person typed to name a buyer: `id` if it reads as one, `words` of a name otherwise.

    `person`: the number is an individual's (IIN), whom nobody can follow.
    """

    id: str = ""
    words: str = ""
    person: bool = False


_ID = re.compile(r"(?=[^\s]*\d)[A-Za-z0-9][A-Za-z0-9./_-]{3,63}")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def clean(text: str, longest: int = LONGEST_TYPED) -> str:
    """One line without control, zero-width and direction characters, of a length somebody would type."""
    return " ".join(_UNSEEN.sub("", text.replace("\n", " ").replace("\t", " ")).split())[:longest]


def read_buyer(text: str, countries: Collection[str]) -> TypedBuyer:
    """Read a typed BIN, another publisher's id, or words of a name.

    In Kazakhstan's 12 digits the fifth tells an organisation (4, 5, 6) from a person (the day of birth).
    """
    typed = clean(text)
    digits = re.sub(r"[\s-]", "", typed)
    if re.fullmatch(r"\d{12}", digits) and "KZ" in countries:
        return TypedBuyer(id=f"KZ-BIN-{digits}") if digits[4] in "456" else TypedBuyer(person=True)
    if re.fullmatch(r"\d{8}", digits) and "UA" in countries:
        return TypedBuyer(id=f"UA-EDR-{digits}")
    if _ID.fullmatch(typed):
        return TypedBuyer(id=typed)
    return TypedBuyer(words=typed)


def find_kinds(text: str, limit: int = 8) -> list[Category]:
    """Everyday kinds whose name, in any language, has words that begin as every typed word does."""
    typed = re.findall(r"\w+", clean(text).casefold())
    if not typed:
        return []
    found = []
    for kind in everyday_categories():
        words = re.findall(r"\w+", f"{kind.name_kk} {kind.name_ru} {kind.name_en}".casefold())
        if all(any(word.startswith(stem(one)) for word in words) for one in typed):
            found.append(kind)
    return found[:limit]


def stem(word: str) -> str:
    """A word without its ending, roughly: people type "бензина", "крыша", "мектептің"."""
    return word[: max(4, len(word) - 2)] if len(word) > 4 else word


def is_known_region(code: str, countries: Collection[str]) -> bool:
    """Whether a filter may name this code: a country we watch, one of its regions, or a district of one."""
    known = place(code)
    return code[:2] in countries and (code in countries or (known is not None and known.code == code))


def cut(items: Sequence[T], page: int, size: int) -> tuple[Sequence[T], int, int]:
    """A page of `items`, its number (the nearest there is) and the number of the last page."""
    last = max(0, (len(items) - 1) // size)
    page = min(max(page, 0), last)
    return items[page * size : (page + 1) * size], page, last
