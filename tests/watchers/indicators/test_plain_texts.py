"""The plain names and short descriptions of goods, works and services raise no flag of the texts."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.watchers.indicators.tables import base, release_of
from watchers.indicators.base import Context, Fired, Indicator
from watchers.indicators.registry import load_indicators
from watchers.ocds import Classification, Release
from watchers.rules import load_rules

SHARED = Path(__file__).parents[4] / "shared" / "data"
_CONTEXT = Context(rules=load_rules())
_OF_TEXTS = {"KZ-05", "KZ-06", "KZ-07", "KZ-08", "KZ-09", "R006", "KZ-13", "KZ-19"}


@lru_cache(maxsize=1)
def _indicators() -> list[Indicator]:
    found = [one for one in load_indicators() if one.code in _OF_TEXTS]
    assert len(found) == len(_OF_TEXTS)
    return found


@lru_cache(maxsize=8)
def _base(name: str) -> Release:
    return release_of(base(name))


def _announced(code: str, name_ru: str, name_kk: str, description_ru: str, description_kk: str) -> Release:
    """An ordinary announcement of one lot with these texts, of the kind its code says."""
    division = int(code[:2]) if code[:2].isdigit() else 0
    release = _base("kz-works" if 41 <= division <= 43 else "kz-services" if division >= 45 else "kz-tender")
    tender = release.tender
    assert tender is not None
    lot, item = tender.lots[0], tender.items[0]
    said = ", ".join(text for text in (name_ru, description_ru) if text)
    lot = msgspec.structs.replace(
        lot, title=name_ru, title_ru=name_ru, title_kk=name_kk, description=description_ru,
        description_ru=description_ru, description_kk=description_kk,
    )  # fmt: skip
    known = Classification(scheme="ENSTRU", id=code, description=name_ru) if code else None
    item = msgspec.structs.replace(
        item, description=said, description_ru=said, description_kk=description_kk, classification=known
    )
    tender = msgspec.structs.replace(
        tender, title=name_ru, title_ru=name_ru, title_kk=name_kk, lots=(lot,), items=(item,)
    )
    return msgspec.structs.replace(release, tender=tender)


def _flags(texts: Iterator[tuple[str, str, str, str, str]]) -> tuple[int, list[str]]:
    seen, flags = 0, []
    for text in texts:
        release = _announced(*text)
        seen += 1
        for indicator in _indicators():
            answer = indicator.judge(release, _CONTEXT)
            if isinstance(answer, Fired):
                flags.append(f"{indicator.code}: {text[1]!r} {text[3]!r}: {answer.facts}")
    return seen, flags


def _invented() -> Iterator[tuple[str, str, str, str, str]]:
    text = files("bot.sandbox.goszakup").joinpath("data", "goods.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines(), delimiter="|"):
        for ru, kk in zip(row["desc_ru"].split(";"), row["desc_kk"].split(";"), strict=True):
            yield row["enstru"], row["name_ru"], row["name_kk"], ru, kk


def test_what_the_invented_country_buys_raises_nothing() -> None:
    seen, flags = _flags(_invented())
    assert seen > 100
    assert flags == []


def _of_enstru() -> Iterator[tuple[str, str, str, str, str]]:
    def rows(name: str) -> Iterator[dict[str, str]]:
        with (SHARED / "enstru" / f"{name}.csv").open(encoding="utf-8") as file:
            yield from csv.DictReader(file)

    for row in rows("sample-codes"):
        yield row["code"], row["name_ru"] or row["kpved_name_ru"], row["name_kk"], row["description_ru"], ""
    for row in rows("categories"):
        yield row["prefix"], row["name_ru"], row["name_kk"], "", ""
    for row in rows("subcategories"):
        yield row["prefix"], row["name_ru"], "", "", ""


def _recorded() -> Iterator[tuple[str, str, str, str, str]]:
    def walk(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if node.get("nameRu"):
                yield node
            node = list(node.values())
        for child in node if isinstance(node, list) else ():
            yield from walk(child)

    for path in sorted((SHARED / "goszakup" / "live_2026").glob("*.json")):
        for one in walk(json.loads(path.read_text(encoding="utf-8"))):
            said = [str(one.get(key) or "") for key in ("descriptionRu", "descRu", "extraDescRu")]
            yield str(one.get("refEnstruCode") or ""), one["nameRu"], one.get("nameKz") or "", " ".join(said), ""


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded data are not beside the checkout")
@pytest.mark.parametrize(("texts", "least"), [(_of_enstru, 6000), (_recorded, 50)])
def test_plain_names_and_descriptions_raise_nothing(texts: Any, least: int) -> None:
    seen, flags = _flags(texts())
    assert seen > least
    assert flags == []
