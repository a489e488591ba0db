"""No code of the portal's recorded lists is missing from ours, and every list says where it is from."""

from __future__ import annotations

import csv
import json
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from watchers.enstru import branch
from watchers.places import place_of_kato, regions
from watchers.rules import load_rules
from watchers.sources.goszakup.codes import code_list, known

SHARED = Path(__file__).parents[5] / "shared/data"
LISTS = files("watchers.rules") / "codelists"
RECORDED = {
    "trade_methods": "ref_trade_methods",
    "announcement_statuses": "ref_buy_status",
    "lot_statuses": "ref_lots_status",
    "contract_statuses": "ref_contract_status",
}


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the real data (../shared/data) are not beside this checkout")
    return SHARED


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


@pytest.mark.shared
@pytest.mark.parametrize("name", RECORDED)
def test_no_recorded_id_is_missing(shared: Path, name: str) -> None:
    recorded = json.loads((shared / f"goszakup/refs/{RECORDED[name]}.json").read_text(encoding="utf-8"))["items"]
    assert {str(row["id"]) for row in recorded} - code_list(name).keys() == set()
    for row in recorded:
        ours = code_list(name)[str(row["id"])]
        assert (ours.code, ours.name_ru) == (row.get("symbol_code", row.get("code")), row["name_ru"].strip())


@pytest.mark.shared
def test_no_unit_place_or_category_is_missing(shared: Path) -> None:
    assert {row["code"] for row in rows(shared / "units.csv")} - code_list("units").keys() == set()
    for row in rows(shared / "kato/regions-and-districts.csv"):
        assert place_of_kato(row["code"]).replace("-", "") == f"KZ{row['prefix']}"
    for row in [*rows(shared / "enstru/categories.csv"), *rows(shared / "enstru/subcategories.csv")]:
        if row["prefix"]:
            found = branch(row["prefix"])
            assert found is not None
            assert (found.prefix, found.name_ru) == (row["prefix"], row["name_ru"])


@pytest.mark.parametrize("folder", ["", "goszakup", "quasi"])
def test_every_list_says_where_it_is_from_and_when_that_was_checked(folder: str) -> None:
    place = LISTS / folder if folder else LISTS
    told = tomllib.loads((place / "sources.toml").read_text(encoding="utf-8"))
    present = {one.name.removesuffix(".csv") for one in place.iterdir() if one.name.endswith(".csv")}
    assert told.keys() == present
    for source in told.values():
        assert source["source"]
        assert isinstance(source["checked_on"], date)
        assert source["confidence"] in {"high", "medium", "low"}


@pytest.mark.parametrize("name", [*RECORDED, "subject_types", "contract_types", "units", "bid_statuses"])
def test_every_code_has_a_name_in_three_languages(name: str) -> None:
    for row in code_list(name).values():
        assert row.name_kk
        assert row.name_ru
        assert row.name_en


def test_every_method_of_the_portal_is_a_method_of_the_rules() -> None:
    for number, row in code_list("trade_methods").items():
        method = load_rules().method("KZ", row.name_ru)
        assert method is not None
        assert method.code == number


def test_an_unknown_id_is_reported_and_goes_on() -> None:
    assert known("units", "no such unit") is None


def test_regions_have_the_codes_of_iso() -> None:
    assert {row.ocds for row in code_list("regions").values()} == {row.code for row in regions("KZ")}
