"""The portal's code lists: names in three languages and what a code is in OCDS. Unknown ids are reported once.

The lists are data: watchers/rules/codelists/goszakup, refreshed by `baqylau refs update`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec
import structlog

__all__ = ["Code", "code_list", "kind_of_bid", "known", "name_of", "ocds_of", "report_once"]

log = structlog.get_logger("watchers.sources")


class Code(msgspec.Struct, frozen=True):
    """One row: the portal's id and code, its names, and the OCDS code it stands for ("" if it has none)."""

    id: str
    code: str
    name_kk: str
    name_ru: str
    name_en: str
    ocds: str


@cache
def code_list(name: str) -> Mapping[str, Code]:
    """A list by id; rows whose id is unknown are under their Russian name."""
    text = (files("watchers.rules") / "codelists" / "goszakup" / f"{name}.csv").read_text(encoding="utf-8")
    return {row["id"] or row["name_ru"].casefold(): Code(**row) for row in csv.DictReader(text.splitlines())}


_reported: set[tuple[str, str]] = set()


def report_once(event: str, what: str, value: object, consequence: str) -> None:
    """Log something the portal sent that nobody foresaw, the first time it is met."""
    if (what, str(value)) not in _reported:
        _reported.add((what, str(value)))
        log.warning(event, what=what, value=str(value), consequence=consequence)


def known(name: str, number: int | str | None) -> Code | None:
    """The row of an id; None for none. 0 is how the portal writes "none"."""
    if number is None or number in (0, "", "0"):
        return None
    row = code_list(name).get(str(number))
    if row is None:
        report_once("goszakup_code_unknown", name, number, "kept by its number")
    return row


def name_of(name: str, number: int | str | None, said: str | None = None) -> str | None:
    """The Russian name of an id; for one we do not know what the portal called it, else the number itself."""
    row = known(name, number)
    if row is not None:
        return row.name_ru
    return said or (None if number in (None, 0, "", "0") else str(number))


def ocds_of(name: str, number: int | str | None) -> str | None:
    """What an id is in OCDS; None if that is not known."""
    row = known(name, number)
    return (row.ocds or None) if row is not None else None


def kind_of_bid(number: int | None, said: str | None, code: str | None) -> Code | None:
    """The status of a bid by its id, its code or its name: of the ids only one is documented."""
    rows = code_list("bid_statuses")
    if str(number) in rows:
        return rows[str(number)]
    for row in rows.values():
        if (code and row.code == code) or (said and row.name_ru.casefold() == said.strip().casefold()):
            return row
    if number or said:
        report_once("goszakup_code_unknown", "bid status", said or number, "kept as the portal's own words")
    return None
