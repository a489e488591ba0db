"""An answer of a publisher as anyone may have it: exactly as it came, or with what names natural persons hidden.

The stored answer stays whole, and its SHA-256 is of the whole. What is hidden: numbers of persons (IIN, UA-IPN), their
names, telephones, mail addresses, bank accounts, whoever signed or answers questions for a body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec

from watchers.sources.goszakup.privacy import for_people

__all__ = ["Shown", "shown"]

HIDDEN = "***"
_DEEPEST = 60
_SHORTEST_NAME, _MOST_NAMES = 5, 1000
_ABOUT_PEOPLE = re.compile(r"^(contactpoints?|signerinfo|persons|people|employees|commission|signers?|author)$")
_REACHES = re.compile(r"(fio|phone|phones|telephones?|fax|faxnumber|e?mail)$")
_NAMES = re.compile(r"name(_\w+)?$|^(id|uri|title|description|streetaddress|postalcode)$")
_NATURAL_SCHEMES = frozenset({"UA-IPN", "UA-PASSPORT", "KZ-IIN"})
_IPN = re.compile(r"\d{10}")
_IPN_INSIDE = re.compile(r"\b(UA-(?:IPN|EDR|PASSPORT))-[\w]{10}\b", re.ASCII)


class Shown(msgspec.Struct, frozen=True):
    """Bytes to hand out; `whole`: nothing was hidden, they are the publisher's own, byte for byte."""

    body: bytes
    whole: bool


def shown(raw: bytes) -> Shown:
    """What may be handed out of an answer. Never raises: what is no JSON is searched for numbers of persons as text."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        safe = for_people(raw)
        return Shown(safe, whole=safe == raw)
    names = sorted(islice(dict.fromkeys(_names_of_people(value, 0)), _MOST_NAMES), key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, names))) if names else None
    safe_value = _Hiding(known).safe(msgspec.json.decode(for_people(raw)), 0, hide=False)
    if safe_value == value:
        return Shown(raw, whole=True)
    return Shown(msgspec.json.format(msgspec.json.encode(safe_value), indent=1), whole=False)


def _names_of_people(value: Any, depth: int) -> Iterator[str]:
    """What persons are called where a record says that it is about one: other records only repeat the name."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        if _is_natural(value):
            named = (value, value.get("identifier"))
            yield from (
                text
                for record in named
                if isinstance(record, dict)
                for key, text in record.items()
                if "name" in key.casefold() and isinstance(text, str) and len(text) >= _SHORTEST_NAME
            )
        for inner in value.values():
            yield from _names_of_people(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _names_of_people(inner, depth + 1)


class _Hiding(msgspec.Struct, frozen=True):
    """Hides what names a person; `names` finds what is known to be a person's name wherever it stands."""

    names: re.Pattern[str] | None

    def safe(self, value: Any, depth: int, *, hide: bool) -> Any:
        """`hide`: all text below is about a person."""
        if depth > _DEEPEST:
            return HIDDEN
        if isinstance(value, dict):
            person = _is_natural(value)
            return {key: self._field(key, inner, depth, hide=hide, person=person) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.safe(inner, depth + 1, hide=hide) for inner in value]
        if not isinstance(value, str):
            return value
        if hide and value:
            return HIDDEN
        text = self.names.sub(HIDDEN, value) if self.names is not None else value
        return _IPN_INSIDE.sub(rf"\1-{HIDDEN}", text)

    def _field(self, key: str, value: Any, depth: int, *, hide: bool, person: bool) -> Any:
        name = key.casefold()
        if _REACHES.search(name) and isinstance(value, str | int) and not isinstance(value, bool) and value:
            return HIDDEN
        if person and isinstance(value, str) and value and _NAMES.search(name):
            return HIDDEN
        beneath = hide or _ABOUT_PEOPLE.match(name) is not None or (person and name in {"identifier", "address"})
        return self.safe(value, depth + 1, hide=beneath)


def _is_natural(record: Mapping[str, Any]) -> bool:
    """Whether a record is a party that its identifier says is a person."""
    identifiers = [record.get("identifier"), *_listed(record.get("additionalIdentifiers"))]
    for one in identifiers:
        if isinstance(one, dict):
            scheme, number = str(one.get("scheme", "")).upper(), str(one.get("id", ""))
            if scheme in _NATURAL_SCHEMES or (scheme == "UA-EDR" and _IPN.fullmatch(number)):
                return True
    return record.get("naturalPerson") is True or _IPN_INSIDE.fullmatch(str(record.get("id", ""))) is not None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
