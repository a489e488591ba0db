"""The types of OWS v3 GraphQL: fields, arguments and filters, by the portal's own names (`data/*.txt`).

There, after a type's name: `name` is a String, `name:Int` an Int, `name:[Int]` a list, `name:Lots` an object.
Source: the developer page and the introspection of 2026-07-27. Every field may be null. A field's REST name
is the same in snake_case.
"""

from __future__ import annotations

import functools
import re
from importlib.resources import files

SCALARS = frozenset({"Int", "Float", "String"})

ROOTS: dict[str, str] = {
    "Subjects": "Subject", "TrdBuy": "TrdBuy", "ObTrdBuy": "TrdBuy", "Contract": "Contract", "ObContract": "Contract",
    "ComplaintAppeal": "ComplaintAppeal", "Acts": "Acts", "Lots": "Lots", "ObLots": "Lots", "Plans": "PlnPoint",
    "ObPlans": "PlnPoint", "Rnu": "Rnu", "qualifiedSuppliers": "qualifiedSuppliers", "News": "News", "TrdApp": "TrdApp",
    "ContractWaybill": "ContractWaybill", "ContractWaybillItem": "ContractWaybillItem",
    "ContractWaybillMember": "ContractWaybillMember",
}  # fmt: skip
"""Root query -> the type it lists. `Ob*` are the quasi-state module's: none of that is in this country."""

_INPUT_OF = {
    "TrdBuy": "TrdBuyFiltersInput", "Lots": "LotsFiltersInput", "PlnPoint": "PlnPointFiltersInput",
    "Contract": "ContractFiltersInput", "TrdApp": "TrdAppFiltersInput", "Subject": "SubjectFiltersInput",
    "Rnu": "RnuFiltersInput", "Acts": "ActsFiltersInput", "ComplaintAppeal": "ComplaintAppealFiltersInput",
}  # fmt: skip


@functools.cache
def fields_of(kind: str) -> dict[str, str]:
    """Return a type's fields, name -> type; raises KeyError for a type that does not exist."""
    return _parsed(_table("types")[kind])


@functools.cache
def filters_of(kind: str) -> tuple[str, dict[str, str]]:
    """Return the name and the fields of the filter input of a listed type."""
    name = _INPUT_OF.get(kind, f"{kind}FiltersInput")
    return name, _parsed(_table("filters").get(name, "id:[Int]"))


@functools.cache
def arguments_of(root: str) -> dict[str, str]:
    """Return the arguments of a root query, name -> type."""
    arguments = {"filter": filters_of(ROOTS[root])[0], "limit": "Int", "after": "Int"}
    return arguments | {"after_index_date": "String"} if root == "TrdBuy" else arguments


def is_scalar(kind: str) -> bool:
    """Return whether a type, or a list of it, has no fields of its own."""
    return kind.strip("[]") in SCALARS


def type_names() -> frozenset[str]:
    """Return the names of all object types."""
    return frozenset(_table("types"))


@functools.cache
def rest_name(field: str) -> str:
    """Return a GraphQL field's name in REST: refBuyStatusId -> ref_buy_status_id."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", field).lower()


def _parsed(table: str) -> dict[str, str]:
    return {name: kind or "String" for name, _, kind in (word.partition(":") for word in table.split())}


@functools.cache
def _table(name: str) -> dict[str, str]:
    """Read a table of types; a line that begins with spaces goes on with the one before."""
    text = files("bot.sandbox.goszakup").joinpath("data", f"{name}.txt").read_text(encoding="utf-8")
    lines = text.replace("\n    ", " ").splitlines()
    return {name: words for name, _, words in (line.partition(": ") for line in lines)}
