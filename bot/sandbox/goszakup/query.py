"""Reads the part of the GraphQL language that clients of the API send: queries, variables, aliases, fragments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    r'[\s,\ufeff]+|#[^\n]*|(?P<token>"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?'
    r"|[_A-Za-z]\w*|[{}()\[\]:=!$@|])"
)
_END = "<EOF>"
_DEEPEST = 15
"""Selections nested deeper than this are refused: TrdBuy and Lots hold each other."""


class QueryError(Exception):
    """The query breaks the language or the schema; raised before anything is read. The text is the server's own."""


class Variable(str):
    """The name of a variable where a value may stand."""

    __slots__ = ()


@dataclass
class Field:
    """One field asked for: its name, the name it is answered under, arguments, and fields of its own."""

    name: str
    alias: str
    arguments: dict[str, Any] = field(default_factory=dict)
    selection: list[Field] | None = None


def read_query(text: str, variables: Mapping[str, Any], operation: str | None = None) -> list[Field]:
    """Return the root fields of a query with variables and fragments put in their places; raises QueryError."""
    document = _Reader(text).document()
    chosen = [body for name, body in document.operations if operation in {None, "", name}]
    if not chosen:
        raise QueryError(f'Unknown operation named "{operation}".' if operation else "Must provide an operation.")
    defaults, selection = chosen[0]
    values = defaults | dict(variables)
    return [_filled(item, values, document.fragments, 0) for item in _spread(selection, document.fragments, 0)]


@dataclass
class _Document:
    operations: list[tuple[str, tuple[dict[str, Any], list[Field]]]] = field(default_factory=list)
    fragments: dict[str, list[Field]] = field(default_factory=dict)


def _spread(selection: list[Field], fragments: dict[str, list[Field]], depth: int) -> list[Field]:
    """Put the fields of fragments in the place of their spreads."""
    if depth > _DEEPEST:
        raise QueryError(f"Max query depth should be {_DEEPEST} but got {depth}.")
    out: list[Field] = []
    for item in selection:
        if not item.name.startswith("..."):
            out.append(item)
            continue
        inner = item.selection if item.selection is not None else fragments.get(item.name[3:])
        if inner is None:
            raise QueryError(f'Unknown fragment "{item.name[3:]}".')
        out += _spread(inner, fragments, depth + 1)
    return out


def _filled(item: Field, values: dict[str, Any], fragments: dict[str, list[Field]], depth: int) -> Field:
    arguments = {name: _value(value, values) for name, value in item.arguments.items()}
    arguments = {name: value for name, value in arguments.items() if value is not _MISSING}
    selection = item.selection
    if selection is not None:
        selection = [_filled(each, values, fragments, depth + 1) for each in _spread(selection, fragments, depth)]
    return Field(item.name, item.alias, arguments, selection)


_MISSING = object()


def _value(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, Variable):
        return values.get(str(value), _MISSING)
    if isinstance(value, list):
        return [_value(each, values) for each in value]
    if isinstance(value, dict):
        filled = {name: _value(each, values) for name, each in value.items()}
        return {name: each for name, each in filled.items() if each is not _MISSING}
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        self._at = 0
        place = 0
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise QueryError(f"Syntax Error: Cannot parse the unexpected character {json.dumps(text[place])}.")
            place = match.end()
            if match["token"]:
                self._tokens.append(match["token"])

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _take(self, wanted: str = "") -> str:
        found = self._peek()
        if found == _END or wanted not in {"", found}:
            raise QueryError(f"Syntax Error: Expected {wanted or 'Name'}, found {found}")
        self._at += 1
        return found

    def _name(self) -> str:
        name = self._take()
        if not re.fullmatch(r"[_A-Za-z]\w*", name):
            raise QueryError(f'Syntax Error: Expected Name, found "{name}"')
        return name

    def document(self) -> _Document:
        out = _Document()
        while self._peek() != _END:
            word = self._peek()
            if word == "{":
                out.operations.append(("", ({}, self._selection())))
            elif word == "query":
                self._take()
                name = "" if self._peek() in {"{", "("} else self._name()
                out.operations.append((name, (self._variables(), self._selection())))
            elif word == "fragment":
                self._take()
                name = self._name()
                self._take("on")
                self._name()
                out.fragments[name] = self._selection()
            elif word in {"mutation", "subscription"}:
                raise QueryError(f"Schema is not configured for {word}s.")
            else:
                raise QueryError(f'Syntax Error: Unexpected Name "{word}"')
        return out

    def _variables(self) -> dict[str, Any]:
        defaults: dict[str, Any] = {}
        if self._peek() != "(":
            return defaults
        self._take("(")
        while self._peek() != ")":
            self._take("$")
            name = self._name()
            self._take(":")
            while self._peek() not in {"$", ")", "="}:
                self._take()
            if self._peek() == "=":
                self._take()
                defaults[name] = self._literal()
        self._take(")")
        return defaults

    def _selection(self) -> list[Field]:
        self._take("{")
        out = []
        while self._peek() != "}":
            out.append(self._field())
        self._take("}")
        return out

    def _field(self) -> Field:
        if self._peek() == "...":
            self._take()
            if self._peek() == "{":
                return Field("...", "", {}, self._selection())
            name = self._name()
            if name == "on":
                self._name()
                return Field("...", "", {}, self._selection())
            return Field(f"...{name}", "")
        alias = name = self._name()
        if self._peek() == ":":
            self._take()
            name = self._name()
        arguments: dict[str, Any] = {}
        if self._peek() == "(":
            self._take()
            while self._peek() != ")":
                argument = self._name()
                self._take(":")
                arguments[argument] = self._literal()
            self._take(")")
        return Field(name, alias, arguments, self._selection() if self._peek() == "{" else None)

    def _literal(self) -> Any:
        found = self._take()
        if found == "$":
            return Variable(self._name())
        if found == "[":
            return self._until("]", self._literal)
        if found == "{":
            return dict(self._until("}", self._pair))
        if found.startswith('"""'):
            return found[3:-3].strip()
        if found[0] in '"-0123456789':
            return json.loads(found, strict=False)
        words = {"true": True, "false": False, "null": None}
        if found in words:
            return words[found]
        raise QueryError(f'Syntax Error: Unexpected "{found}"')

    def _pair(self) -> tuple[str, Any]:
        name = self._name()
        self._take(":")
        return name, self._literal()

    def _until(self, end: str, read: Any) -> list[Any]:
        out = []
        while self._peek() != end:
            out.append(read())
        self._take(end)
        return out
