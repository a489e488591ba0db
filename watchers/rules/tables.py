"""The dated tables in `watchers/rules/data`, one CSV each: how a row looks, and how it is read.

Every row says from when and until when it holds (`valid_to` empty: still in force), by which source, when it was last
checked and how sure we are. A row without one of these, or a column nobody knows, is an error when the tables are read.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from enum import StrEnum
from importlib.resources import files
from types import UnionType
from typing import TypeVar

import msgspec

__all__ = [
    "BaseAmount", "BuyerKind", "CalendarYears", "Confidence", "CountedFrom", "Dated", "JurisdictionKey", "Method",
    "PurchaseType", "Regulated", "SpecialDays", "Tax", "Threshold", "Window", "read_table",
]  # fmt: skip


class Confidence(StrEnum):
    """high: read in the primary text. medium: read in a secondary source. low: recalled or projected."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class CountedFrom(StrEnum):
    """The day a window is counted from: the working day before bids are first accepted, or the announcement."""

    ACCEPTANCE = "acceptance"
    PUBLICATION = "publication"


class Dated(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every row has; dates are local to the jurisdiction, both ends included."""

    valid_from: date
    valid_to: date | None
    source: str
    checked_on: date
    confidence: Confidence

    def holds(self, on: date) -> bool:
        """Whether the row is in force on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class Method(Dated, frozen=True):
    """A procurement method: `code` in the publisher's code list, the `group` the law treats it as."""

    jurisdiction: str
    code: str
    group: str
    under_law: bool  # False: the purchases of quasi-state buyers, which follow another act
    name_ru: str
    name_kk: str
    name_en: str


class PurchaseType(Dated, frozen=True):
    """Whether a purchase is the first, a repeat, or single source after a failure."""

    jurisdiction: str
    kind: str
    name_ru: str
    name_kk: str
    name_en: str


class Window(Dated, frozen=True):
    """The least number of working days to hand in a bid."""

    jurisdiction: str
    group: str
    repeat: bool
    minimum: int
    counted_from: CountedFrom
    act: str
    clause: str


class BaseAmount(Dated, frozen=True):
    """An amount that laws multiply: the monthly calculation index (MRP) of Kazakhstan."""

    jurisdiction: str
    name: str
    amount: Decimal
    currency: str


class Threshold(Dated, frozen=True):
    """A limit as a multiple of a base amount, with the clause that sets it."""

    jurisdiction: str
    name: str
    multiple: int
    base: str
    act: str
    clause: str


class Tax(Dated, frozen=True):
    """A tax rate in percent."""

    jurisdiction: str
    name: str
    percent: Decimal


class Regulated(Dated, frozen=True):
    """Codes of things usually bought from the one firm that can supply them: utilities, communications, rent."""

    scheme: str
    prefix: str
    kind: str


class BuyerKind(Dated, frozen=True):
    """A kind of buyer told by its name: `words` in any language, `;` between them, `+` where several must be there."""

    jurisdiction: str
    kind: str
    words: str


class CalendarYears(Dated, frozen=True):
    """The time zone of a calendar, and whether its days off are confirmed for these years."""

    jurisdiction: str
    zone: str
    confirmed: bool


class SpecialDays(Dated, frozen=True):
    """Days from `valid_from` to `valid_to` that are off though weekdays, or worked though days off."""

    jurisdiction: str
    kind: str  # off | working
    name: str


class JurisdictionKey(Dated, frozen=True):
    """An ocid prefix or a currency that gives a jurisdiction away."""

    jurisdiction: str
    by: str  # ocid_prefix | currency
    key: str


_Row = TypeVar("_Row", bound=Dated)
_FLAGS = {"yes": True, "no": False}


def read_table(name: str, row_type: type[_Row]) -> tuple[_Row, ...]:
    """All rows of `data/NAME.csv`. Raises ValueError naming the file and line that does not fit."""
    text = files("watchers.rules").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    fields = msgspec.structs.fields(row_type)
    flags = {field.name for field in fields if field.type is bool}
    optional = {field.name for field in fields if isinstance(field.type, UnionType)}  # `date | None`: may be empty
    rows = []
    reader = csv.DictReader(text.splitlines())
    for cells in reader:
        values: dict[str, object] = {
            column: _FLAGS.get(cell, cell) if column in flags else (cell or None) if column in optional else cell
            for column, cell in cells.items()
        }
        try:
            rows.append(msgspec.convert(values, row_type, strict=False))
        except (msgspec.ValidationError, TypeError) as error:
            raise ValueError(f"rules: {name}.csv line {reader.line_num}: {error}; mend the row") from None
        if not cells["source"]:
            raise ValueError(f"rules: {name}.csv line {reader.line_num}: the source is empty; say where it was read")
    return tuple(rows)
