"""The portal's code lists: names in three languages and what a code is in OCDS. Unknown ids are reported once.

The lists are data: watchers/rules/codelists/goszakup, refreshed by `baqylau refs update`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

import msgspec
import structlog

from watchers.rules import load_rules
from watchers.sources.goszakup.model import Named
from watchers.sources.goszakup.persons import clear_of_persons

__all__ = [
    "Code", "CodeListError", "code_list", "document_type", "kind_of_bid", "known", "method_group", "method_id",
    "name_of", "ocds_of", "own_rows", "report_once", "symbol_method", "unit_code", "use_lists",
]  # fmt: skip

log = structlog.get_logger("watchers.sources")

_REPORTS_KEPT = 2000
"""Different oddities that are told; a publisher gone wrong must not fill the log."""


class Code(msgspec.Struct, frozen=True):
    """One row: the portal's id and code, its names, and the OCDS code it stands for ("" if it has none)."""

    id: str
    code: str
    name_kk: str
    name_ru: str
    name_en: str
    ocds: str


class CodeListError(Exception):
    """A list in the operator's folder cannot be used. Raised by `use_lists`; the text says which and what to do."""


_folders: list[Path] = []


def use_lists(folder: Path) -> None:
    """Let the lists of a folder, as `baqylau refs update` writes them, go before the built-in ones.

    A folder that is not there is fine. Raises CodeListError for a file that is no list.
    """
    _folders[:] = [folder]
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        own_rows(folder, path.stem)
    for cached in (code_list, _by_name, _symbols):
        cached.cache_clear()
    known.cache_clear()


def own_rows(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a list in the operator's folder; none where there is no such file. Raises CodeListError."""
    path = folder / f"{name}.csv"
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), restval=""))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise CodeListError(f"refs: {path} cannot be read ({error}): mend it, or remove it") from None
    wanted = set(Code.__struct_fields__)
    if any(row.keys() != wanted or not row["id"] for row in rows):
        raise CodeListError(f"refs: {path} is no list with the columns {', '.join(Code.__struct_fields__)}: remove it")
    return rows


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("watchers.rules") / "codelists" / "goszakup" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def code_list(name: str) -> Mapping[str, Code]:
    """A list by id; rows whose id is unknown are under their Russian name."""
    rows = [*_rows(name), *(row for folder in _folders for row in own_rows(folder, name))]
    return {row["id"] or row["name_ru"].casefold(): Code(**row) for row in rows}


@cache
def _by_name(name: str) -> Mapping[str, Code]:
    return {text.casefold(): row for row in code_list(name).values() for text in (row.name_kk, row.name_ru)}


_reported: set[tuple[str, str]] = set()


def report_once(event: str, what: str, value: object, consequence: str) -> None:
    """Log something the portal sent that nobody foresaw, the first time it is met."""
    said = clear_of_persons(str(value)) or ""
    if (what, said) not in _reported and len(_reported) < _REPORTS_KEPT:
        _reported.add((what, said))
        log.warning(event, what=what, value=said, consequence=consequence)


@lru_cache(maxsize=4096)
def known(name: str, number: int | str | None) -> Code | None:
    """The row of an id; None for none. 0 is how the portal writes "none"."""
    if number is None or number in (0, "", "0"):
        return None
    row = code_list(name).get(str(number))
    if row is None:
        report_once("goszakup_code_unknown", name, str(number)[:20], "kept by its number")
    return row


def unit_code(name: str | None) -> str:
    """The code of a unit of measure by its name; '' if it is none of the list."""
    row = _by_name("units").get((name or "").strip().casefold())
    return row.id if row is not None else ""


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


def method_id(number: int | None, named: Named | None = None) -> int | str | None:
    """A trade method by its id, else by the row the portal sent with it, else by that row's words."""
    if number:
        return number
    if named is None:
        return None
    if named.id:
        return named.id
    row = _by_name("trade_methods").get((named.name_ru or "").strip().casefold())
    if row is not None:
        return int(row.id)
    return symbol_method(named.symbol_code) or (named.name_ru or "").strip() or None


@cache
def _symbols() -> Mapping[str, int]:
    """Of methods with one symbol (the auctions of different years) the newest stands for all: they are one group."""
    return {row.code.casefold(): int(row.id) for row in code_list("trade_methods").values()}


def symbol_method(symbol: str | None) -> int | None:
    """The method of the letters in a lot's number ("ЗЦП")."""
    return _symbols().get(symbol.casefold()) if symbol else None


@cache
def _groups() -> Mapping[str, str]:
    return {method.code: method.group for method in load_rules().methods if method.jurisdiction == "KZ"}


def method_group(method: int | str | None) -> str:
    """The group of a method (tender, price_quotation ...); '' if it is in no table."""
    return _groups().get(str(method), "") if method else ""


_AUTOMATIC = frozenset({"price_quotation", "e_shop"})
"""Where no commission sits: what is rejected there the portal rejected by itself (Law 15.8, Rules 426)."""


def kind_of_bid(number: int | None, named: Named | None, group: str) -> tuple[Code | None, str | None]:
    """The status of a bid as a row, and as OCDS: None for a bid the portal rejected by itself.

    By its id, its code or its name: of the ids only one is documented.
    """
    row = _bid_row(number, named)
    if row is None:
        return None, "valid"
    if row.ocds == "disqualified" and group in _AUTOMATIC:
        return row, None
    return row, row.ocds or None


def _bid_row(number: int | None, named: Named | None) -> Code | None:
    rows = code_list("bid_statuses")
    if str(number) in rows:
        return rows[str(number)]
    said, code = ((named.name_ru or named.name_kz or "").strip(), named.code) if named else ("", None)
    for row in rows.values():
        if code and row.code == code:
            return row
    row_by_name = _by_name("bid_statuses").get(said.casefold())
    if row_by_name is not None:
        return row_by_name
    for word, found in (("автомат", "отклонено автоматически"), ("отклон", "отклонено"), ("отозв", "отозвано")):
        if word in said.casefold():
            return rows[found]
    if number or said:
        report_once("goszakup_code_unknown", "bid status", said or number, "taken as handed in")
    return None


@cache
def _document_words() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"(?<![^\W_]){re.escape(row['word'])}", re.IGNORECASE), row["document_type"])
        for row in _rows("document_words")
    )


_DIGITS = re.compile(r"\d+")


@lru_cache(maxsize=4096)
def _type_by_words(text: str) -> str:
    return next((kind for word, kind in _document_words() if word.search(text)), "x_other")


def document_type(*names: str | None) -> str:
    """The OCDS type of a file by the first of its names that tells, x_other if none does."""
    kinds = (_type_by_words(_DIGITS.sub("", name)) for name in names if name)
    return next((kind for kind in kinds if kind != "x_other"), "x_other")
