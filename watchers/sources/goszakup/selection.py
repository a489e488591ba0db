"""What is asked of the portal, made from the structs that read the answer, so that the two cannot differ.

A field that the portal no longer knows is dropped from every later question by the words of its own complaint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect

__all__ = ["Branch", "Dropped", "branch_of", "complaint_of", "literal"]

Dropped = frozenset[tuple[str, str]]
"""(type, field) pairs of the portal's schema that it does not answer."""

_TYPES = {
    "Plans": "PlnPoint", "Commission": "TrdBuyComm", "Cancel": "TrdBuyCancel", "Pause": "TrdBuyPause",
    "Files": "FileTrdBuy", "Address": "SubjectAddress", "Supplier": "Subject", "Customer": "Subject",
    "Organizer": "Subject", "RefBuyTradeMethods": "RefTradeMethods", "FaktTradeMethods": "RefTradeMethods",
}  # fmt: skip
"""Types that are not called like the field they stand under."""

_ABSENT: Dropped = frozenset({("RefUnits", "id"), ("TrdBuy", "Plans")})
"""Fields of our structs that the portal never had in that place."""
_WITH_A_SYMBOL = "RefTradeMethods"

_SURE = frozenset({"TrdBuy", "Lots", "PlnPoint", "Contract", "ContractUnits", "TrdApp", "AppLots", "Subject", "Rnu"})
"""Types whose names were seen in the portal's schema."""

_COMPLAINTS = (
    re.compile(r'Cannot query field "(?P<field>\w+)" on type "(?P<type>\w+)"'),
    re.compile(r'Field "(?P<field>\w+)" of type "\[?(?P<below>\w+)[^"]*" must have a (?:sub)?selection'),
    re.compile(r'Field "(?P<field>\w+)" must not have a (?:sub)?selection'),
)


class Branch(msgspec.Struct, frozen=True):
    """The fields asked of one type; those with fields of their own are branches, the others None."""

    type: str
    fields: dict[str, Branch | None]

    def text(self, dropped: Dropped = frozenset()) -> str:
        """The selection as GraphQL; empty if nothing is left of it."""
        parts = []
        for name, below in self.fields.items():
            if (self.type, name) in dropped:
                continue
            inner = below.text(dropped) if below is not None else ""
            if below is None or inner:
                parts.append(f"{name}{inner}")
        return f"{{{' '.join(parts)}}}" if parts else ""

    def without(self, *names: str) -> Branch:
        """The same without some fields of the top."""
        return Branch(self.type, {name: below for name, below in self.fields.items() if name not in names})

    def only(self, *names: str) -> Branch:
        """Some fields of the top alone."""
        return Branch(self.type, {name: self.fields.get(name) for name in names})

    def replacing(self, **fields: Branch | None) -> Branch:
        """The same with other fields, or more of them, at the top."""
        return Branch(self.type, self.fields | fields)

    def places(self, field: str) -> Iterator[str]:
        """The types under which a field of this name is asked for."""
        for name, below in self.fields.items():
            if name == field:
                yield self.type
            if below is not None:
                yield from below.places(field)


def branch_of(root: str, struct: type[msgspec.Struct], *more: str) -> Branch:
    """The selection that fills a struct; `more` are fields beside it that only we look at."""
    described = inspect.type_info(struct)
    assert isinstance(described, inspect.StructType)  # noqa: S101 - a struct was given
    branch = _branch(root, described)
    return Branch(root, branch.fields | dict.fromkeys(more))


def _branch(kind: str, described: inspect.StructType) -> Branch:
    fields: dict[str, Branch | None] = {}
    for one in described.fields:
        if (kind, one.encode_name) in _ABSENT or (one.encode_name == "symbolCode" and kind != _WITH_A_SYMBOL):
            continue
        below = _struct_in(one.type)
        name = "FileLots" if (kind, one.encode_name) == ("Lots", "Files") else _TYPES.get(one.encode_name)
        fields[one.encode_name] = _branch(name or one.encode_name, below) if below is not None else None
    return Branch(kind, fields)


def _struct_in(kind: inspect.Type) -> inspect.StructType | None:
    """The struct inside unions and tuples; None for what has no fields."""
    if isinstance(kind, inspect.StructType):
        return kind
    if isinstance(kind, inspect.VarTupleType):
        return _struct_in(kind.item_type)
    if isinstance(kind, inspect.UnionType):
        return next((found for one in kind.types if (found := _struct_in(one)) is not None), None)
    return None


def complaint_of(message: str, asked: Branch) -> Dropped:
    """The fields to drop for one of the portal's complaints; empty where it is about something else.

    A type that has another name here than there is found by the name of the field.
    """
    for pattern in _COMPLAINTS:
        if (match := pattern.search(message)) is None:
            continue
        groups: Mapping[str, Any] = match.groupdict()
        places = set(asked.places(match["field"]))
        named = groups.get("type")
        chosen = {named} if named in places else (places - _SURE if named else places)
        return frozenset((str(kind), match["field"]) for kind in chosen)
    return frozenset()


def literal(value: Any) -> str:
    """A value as GraphQL writes it: JSON, but for the keys of an object."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {literal(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"
    return msgspec.json.encode(value).decode()
