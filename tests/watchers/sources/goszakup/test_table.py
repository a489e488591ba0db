"""The table of fields in docs/goszakup.md says of every field that is read where it goes, and names no path in vain."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from msgspec import inspect

from watchers.ocds import Release
from watchers.sources.goszakup import model, model_parts

PAGE = (Path(__file__).parents[4] / "docs" / "goszakup.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.split("|")[1:4]] for line in PAGE.splitlines() if line.startswith("| `")]
PORTAL_NAMES = {
    model.Announcement: "TrdBuy", model.Lot: "Lots", model.Plan: "PlnPoint", model_parts.PlanAct: "PlanActs",
    model.Place: "PlansKato", model_parts.PlanSpec: "PlansSpec",
    model.File: "FileTrdBuy", model.Cancellation: "TrdBuyCancel", model.Pause: "TrdBuyPause",
    model.Complaint: "ComplaintAppeal", model.Seat: "TrdBuyComm", model.Application: "TrdApp", model.AppLot: "AppLots",
    model.Subject: "Subject", model.Address: "SubjectAddress", model.Entry: "Rnu", model.Deal: "Contract",
    model.DealUnit: "ContractUnits", model.Act: "Acts", model.Payment: "TreasuryPay", model.Named: "Ref",
}  # fmt: skip


def fields(kind: Any) -> set[str]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return {f"{PORTAL_NAMES[kind]}.{one.encode_name}" for one in info.fields}


@pytest.mark.parametrize("kind", PORTAL_NAMES, ids=lambda kind: PORTAL_NAMES[kind])
def test_every_field_that_is_read_is_in_the_table_once(kind: Any) -> None:
    named = re.findall(r"`([A-Z]\w+\.\w+)`", PAGE)
    assert {name for name in named if name.startswith(PORTAL_NAMES[kind] + ".")} == fields(kind)
    assert len([name for name in named if name.startswith(PORTAL_NAMES[kind] + ".")]) == len(fields(kind))


def test_every_struct_that_is_read_is_in_the_table() -> None:
    structs = {one for one in vars(model).values() if isinstance(one, type) and issubclass(one, model_parts.Row)}
    assert structs - {model_parts.Row} <= set(PORTAL_NAMES)


def test_every_path_of_the_table_is_one_of_a_release() -> None:
    paths = {path for row in ROWS for path in re.findall(r"`([^`]+)`", row[1])}
    assert len(paths) > 100
    for path in paths:
        here: Any = Release
        for step in path.split("/"):
            known = steps(here)
            assert step in known, f"{path}: {step} is not among {sorted(known)}"
            here = known[step]


def steps(kind: Any) -> dict[str, Any]:
    """The fields of a struct by their names on the wire, each with the struct beneath it, if there is one."""
    info = inspect.type_info(kind) if kind is not None else None
    if not isinstance(info, inspect.StructType):
        return {}
    return {one.encode_name: beneath(one.type) for one in info.fields}


def beneath(kind: Any) -> Any:
    options = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    items = [one.item_type if isinstance(one, inspect.VarTupleType) else one for one in options]
    return next((one.cls for one in items if isinstance(one, inspect.StructType)), None)
