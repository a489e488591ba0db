"""Answers a GraphQL query over a country: checked against the schema, filtered, paged, exactly what was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.goszakup.query import Field, QueryError, read_query
from bot.sandbox.goszakup.schema import ROOTS, arguments_of, fields_of, filters_of, is_scalar

MOST_ROWS = 200
USUAL_ROWS = 50

Record = Any


@dataclass
class Page:
    """Rows of one page, newest id first; how many fit the filter in all; whether more follow; the last row's id."""

    rows: list[Record]
    total: int
    more: bool
    last_id: int


@dataclass
class Reading:
    """What a query may read: pages of a root, a record's own fields, and the records beneath it."""

    page: Callable[[str, Mapping[str, Any], int, int | None, str], Page]
    """(root, filter, limit, after, after_index_date)."""
    scalars: Callable[[str, Record], Mapping[str, Any]]
    """(type, record) -> its fields without nested ones; what it holds of nested ones stands for them."""
    child: Callable[[str, str, Record], Any]
    """(type, field, record) -> the record, or the list of them, beneath."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Fields renamed by a schema drift, "Type.old" -> "new": the old name no longer exists."""


def answer(body: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """Return what /v3/graphql answers to a body {"query", "variables", "operationName"}; status 200 in any case."""
    variables = body.get("variables") or {}
    text = body.get("query")
    try:
        if not isinstance(text, str) or not text.strip():
            raise QueryError('GraphQL Request must include at least one of those two parameters: "query" or "queryId"')
        roots = read_query(text, variables if isinstance(variables, dict) else {}, body.get("operationName"))
        complaints = [each for root in roots for each in _complaints_of_root(root, variables, reading)]
    except QueryError as error:
        complaints = [str(error)]
    if complaints:
        return {"errors": [{"message": each, "extensions": {"category": "graphql"}} for each in complaints]}
    data: dict[str, Any] = {}
    info: dict[str, Any] = {}
    for root in roots:
        if root.name == "__typename":
            data[root.alias] = "Query"
            continue
        data[root.alias], info = _root(root, reading)
    return {"data": data, "extensions": {"pageInfo": info}} if info else {"data": data}


def _root(root: Field, reading: Reading) -> tuple[list[Any], dict[str, Any]]:
    limit = root.arguments.get("limit")
    limit = USUAL_ROWS if limit is None else max(0, min(int(limit), MOST_ROWS))
    after = root.arguments.get("after")
    page = reading.page(
        root.name, root.arguments.get("filter") or {}, limit, after, root.arguments.get("after_index_date") or ""
    )
    info = {"limitPage": limit, "totalCount": page.total, "hasNextPage": page.more, "lastId": page.last_id}
    return [_project(ROOTS[root.name], row, root.selection or [], reading) for row in page.rows], info


def _project(kind: str, record: Record, selection: list[Field], reading: Reading) -> dict[str, Any]:
    whole = record if isinstance(record, dict) else reading.scalars(kind, record)
    out: dict[str, Any] = {}
    for item in selection:
        name = _old_name(kind, item.name, reading)
        if item.selection is None:
            out[item.alias] = kind if name == "__typename" else whole.get(name)
            continue
        below = fields_of(kind)[name].strip("[]")
        child = whole.get(name) if name in whole or whole is record else reading.child(kind, name, record)
        if isinstance(child, (list, tuple)):
            out[item.alias] = [_project(below, each, item.selection, reading) for each in child]
        else:
            out[item.alias] = None if child is None else _project(below, child, item.selection, reading)
    return out


def _old_name(kind: str, name: str, reading: Reading) -> str:
    for place, new in reading.renamed.items():
        if new == name and place.startswith(f"{kind}."):
            return place.partition(".")[2]
    return name


def _complaints_of_root(root: Field, variables: Any, reading: Reading) -> list[str]:
    if root.name == "__typename":
        return []
    if root.name in {"__schema", "__type"}:
        return ["GraphQL introspection is not allowed, but the query contained __schema or __type"]
    if root.name not in ROOTS:
        return [f'Cannot query field "{root.name}" on type "Query".']
    known = arguments_of(root.name)
    out = [
        f'Unknown argument "{name}" on field "{root.name}" of type "Query".'
        for name in root.arguments
        if name not in known
    ]
    for name in ("limit", "after"):
        value = root.arguments.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            out.append(f"Expected type Int, found {json.dumps(value, ensure_ascii=False)}.")
    out += _complaints_of_filter(root, variables)
    if root.selection is None:
        return [*out, _needs_fields(root.name, f"[{ROOTS[root.name]}]")]
    return out + _complaints_of(ROOTS[root.name], root.selection, reading)


def _needs_fields(name: str, kind: str) -> str:
    return f'Field "{name}" of type "{kind}" must have a selection of subfields. Did you mean "{name} {{ ... }}"?'


def _complaints_of(kind: str, selection: list[Field], reading: Reading) -> list[str]:
    gone = {place.partition(".")[2]: new for place, new in reading.renamed.items() if place.startswith(f"{kind}.")}
    fields = {gone.get(name, name): each for name, each in fields_of(kind).items()}
    out = []
    for item in selection:
        if item.name == "__typename":
            continue
        if item.name not in fields:
            out.append(f'Cannot query field "{item.name}" on type "{kind}".')
            continue
        below = fields[item.name]
        out += [
            f'Unknown argument "{name}" on field "{item.name}" of type "{kind}".' for name in item.arguments
        ]  # no field but a root takes any
        if is_scalar(below):
            if item.selection is not None:
                out.append(f'Field "{item.name}" must not have a selection since type "{below}" has no subfields.')
        elif item.selection is None:
            out.append(_needs_fields(item.name, below))
        else:
            out += _complaints_of(below.strip("[]"), item.selection, reading)
    return out


def _complaints_of_filter(root: Field, variables: Any) -> list[str]:
    given = root.arguments.get("filter")
    if given is None:
        return []
    input_name, known = filters_of(ROOTS[root.name])
    if not isinstance(given, dict):
        return [f"Expected type {input_name}, found {json.dumps(given, ensure_ascii=False)}."]
    out = []
    for name, value in given.items():
        if name not in known:
            out.append(f'Field "{name}" is not defined by type {input_name}.')
        elif problem := _unfit(value, known[name]):
            out.append(f"Expected type {known[name].strip('[]')} at value.{name}; {problem}")
    holder = next((name for name, value in dict(variables or {}).items() if value == given), None)
    if holder is None:
        return out
    said = json.dumps(given, ensure_ascii=False)
    return [f'Variable "${holder}" got invalid value {said}; {each}' for each in out]


def _unfit(value: Any, kind: str) -> str:
    """Return why a value cannot stand where a type is expected, '' if it can; a list type takes one value too."""
    base = kind.strip("[]")
    if isinstance(value, list):
        if not kind.startswith("["):
            return f"{base} cannot represent an array value: {json.dumps(value, ensure_ascii=False)}"
        return next((problem for each in value if (problem := _unfit(each, base))), "")
    if value is None or base == "String":
        return ""
    if isinstance(value, bool) or not isinstance(value, int | (float if base == "Float" else int)):
        return f"{base} cannot represent non-numeric value: {json.dumps(value, ensure_ascii=False)}"
    return ""
