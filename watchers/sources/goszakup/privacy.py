"""A raw answer as people may see it: without the numbers, names, telephones and accounts of natural persons.

The stored answer stays whole; this is for what is shown, printed or written beside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from watchers.sources.goszakup.mending import plain_key
from watchers.sources.goszakup.persons import clear_of_persons, is_person

__all__ = ["for_people"]

HIDDEN = "***"
_ALWAYS = re.compile(r"(fio|iik|phone|email|legaladdress|^series|^numberreg|^inn|^iin)$")
_NUMBER = re.compile(r"(bin|biin|biniin)$|^(bin|biin)")
_NAME = re.compile(r"name")
_PERSON_KINDS = frozenset({2, 3, "2", "3"})
_DEEPEST = 40


def for_people(raw: bytes) -> bytes:
    """The same answer with what names persons hidden. What is no JSON is searched for IINs as text."""
    try:
        value = msgspec.json.decode(raw)
        return msgspec.json.encode(_hidden(value, 0, person=False))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return (clear_of_persons(raw.decode("utf-8", "replace")) or "").encode("utf-8", "replace")


def _hidden(value: Any, depth: int, *, person: bool) -> Any:
    if depth > _DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        person = person or _is_person(value)
        return {key: _field(plain_key(key), inner, depth, person=person) for key, inner in value.items()}
    if isinstance(value, list):
        return [_hidden(inner, depth + 1, person=person) for inner in value]
    if isinstance(value, str):
        return clear_of_persons(value)
    if isinstance(value, int) and not isinstance(value, bool) and is_person(str(value).zfill(12)) and value > 10**9:
        return HIDDEN
    return value


def _field(key: str, value: Any, depth: int, *, person: bool) -> Any:
    plain = isinstance(value, str | int) and not isinstance(value, bool)
    if plain and _ALWAYS.search(key) and value not in ("", 0):
        return HIDDEN
    if plain and _NUMBER.search(key) and is_person(str(value).strip().zfill(12)) and str(value).strip("0 "):
        return HIDDEN
    if person and isinstance(value, str) and _NAME.search(key) and value:
        return HIDDEN
    # what lies beneath a person's record names the person too; code lists (Ref...) do not
    beneath = person and not key.startswith("ref")
    return (
        _hidden(value, depth + 1, person=beneath)
        if isinstance(value, dict)
        else _hidden(value, depth + 1, person=False)
    )


def _is_person(record: Mapping[str, Any]) -> bool:
    """Whether a record is about a natural person: by its kind, or by the number that names it."""
    fields = {plain_key(key): value for key, value in record.items()}
    if fields.get("typesupplier") in _PERSON_KINDS or (fields.get("iin") and not fields.get("bin")):
        return True
    names = ("supplierbiin", "supplierbiniin", "bin", "biin")
    return any(is_person(str(fields[name]).strip()) for name in names if fields.get(name))
