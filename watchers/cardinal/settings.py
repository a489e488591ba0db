"""Cardinal's settings file: INI, a section to switch an indicator on, strict about what it does not know.

Sections of Cardinal's other command (`prepare`) are accepted and left alone. Without a file every indicator is on with
its default; with one, those whose section is there.
"""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

__all__ = ["CODES", "Settings", "SettingsError", "read_settings", "split"]

CODES = ("R003", "R018", "R024", "R025", "R028", "R030", "R035", "R036", "R038", "R048", "R058")
_OF_PREPARE = {
    "defaults": {"currency", "item_classification_scheme", "bid_status", "award_status", "party_roles"},
    "redactions": {"amount", "organization_id"},
    "corrections": {"award_status_by_contract_status"},
    "modifications": {
        "move_auctions", "prefix_buyer_or_procuring_entity_id", "prefix_tenderer_or_supplier_id",
        "split_procurement_method_details",
    },
}  # fmt: skip
_FREE = {"codelists.bid_status", "codelists.award_status"}  # any key: the publisher's own codes
_METHODS = "R003.procurement_method_details"
_TOP = "."  # what stands before the first section

Natural = Annotated[int, msgspec.Meta(ge=0)]


class SettingsError(ValueError):
    """A settings file that cannot be used. Raised by `read_settings`, in one sentence that names the place."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all: a key nobody knows is an error."""


class ShortPeriod(_Section, frozen=True):
    """[R003]: days, and the values of procurementMethod that are judged (all if not given)."""

    threshold: int = 15
    procurement_methods: str = ""


class SingleBid(_Section, frozen=True):
    """[R018]: the values of procurementMethod that are judged."""

    procurement_methods: str = "open|selective"


class Fence(_Section, frozen=True):
    """[R024], [R058]: a share instead of the fence worked out from the data."""

    threshold: float | None = None


class Unsuccessful(_Section, frozen=True):
    """[R025]: who counts as a top tenderer, in per cent; a share of wins instead of the fence."""

    percentile: Natural = 75
    threshold: float | None = None


class Rejected(_Section, frozen=True):
    """[R035]: how many other tenderers must have been rejected, at least one."""

    threshold: Natural = 1


class OftenRejected(_Section, frozen=True):
    """[R038]: a share instead of the fence, and from how many on somebody is judged."""

    threshold: float | None = None
    minimum_submitted_bids: Natural = 2
    minimum_contracting_processes: Natural = 2


class Heterogeneous(_Section, frozen=True):
    """[R048]: digits of a classification, kinds instead of the fence, from how many processes on."""

    digits: Natural = 2
    threshold: Natural | None = None
    minimum_contracting_processes: Natural = 20


class Plain(_Section, frozen=True):
    """[R028], [R030], [R036]: nothing to set."""


class Exclusions(_Section, frozen=True):
    """[exclusions]: values of procurementMethodDetails whose processes are left out of everything."""

    procurement_method_details: str = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={code.lower(): code for code in CODES}):
    """The whole file. An indicator is off where its section is None. Lists are written with `|` between their values.

    `price_comparison_procurement_methods`, if given, are the only values of procurementMethodDetails whose prices are
    compared; else all but `no_price_comparison_procurement_methods`. `currency` is the one amounts are compared in;
    else the first that is met.
    """

    currency: str | None = None
    no_price_comparison_procurement_methods: str = ""
    price_comparison_procurement_methods: str = ""
    exclusions: Exclusions = Exclusions()
    r003_days_by_details: dict[str, int] = {}
    r003: ShortPeriod | None = None
    r018: SingleBid | None = None
    r024: Fence | None = None
    r025: Unsuccessful | None = None
    r028: Plain | None = None
    r030: Plain | None = None
    r035: Rejected | None = None
    r036: Plain | None = None
    r038: OftenRejected | None = None
    r048: Heterogeneous | None = None
    r058: Fence | None = None

    @classmethod
    def all_on(cls) -> Settings:
        """Every indicator with its default."""
        return cls(
            r003=ShortPeriod(), r018=SingleBid(), r024=Fence(), r025=Unsuccessful(), r028=Plain(), r030=Plain(),
            r035=Rejected(), r036=Plain(), r038=OftenRejected(), r048=Heterogeneous(), r058=Fence(),
        )  # fmt: skip


class _Parser(configparser.ConfigParser):
    def optionxform(self, optionstr: str) -> str:
        """Keys keep their case: they are the publisher's words."""
        return optionstr


def split(values: str) -> frozenset[str]:
    """A list written with `|`; blanks belong to a value, a bar at the end adds none."""
    parts = values.split("|")
    if not parts[-1]:
        parts.pop()
    return frozenset(parts)


def read_settings(path: Path | None) -> Settings:
    """The settings of a file, or all on with defaults for None. Raises SettingsError and OSError."""
    if path is None:
        return Settings.all_on()
    parser = _Parser(
        delimiters=("=",), comment_prefixes=(";", "#"), interpolation=None, default_section="\0", strict=False
    )
    try:
        parser.read_string(f"[{_TOP}]\n" + path.read_text(encoding="utf-8-sig"))
    except (configparser.Error, UnicodeDecodeError) as error:
        raise SettingsError(f"settings: {path} is no INI file ({str(error).splitlines()[0]})") from None
    values: dict[str, Any] = dict(parser[_TOP])
    for name in parser.sections()[1:]:
        values |= _section(path, name, dict(parser[name]))
    return _converted(path, values)


def _section(path: Path, name: str, keys: Mapping[str, str]) -> dict[str, Any]:
    if name in _FREE:
        return {}
    if name in _OF_PREPARE:
        if unknown := sorted(set(keys) - _OF_PREPARE[name]):
            raise SettingsError(f"settings: {path}: [{name}] {unknown[0]} is not known; take it out")
        return {}
    if name == _METHODS:
        return {"r003_days_by_details": dict(keys)}
    if name not in CODES and name != "exclusions":
        known = ", ".join([*CODES, "exclusions"])
        raise SettingsError(f"settings: {path}: [{name}] is not known; the sections read here are {known}")
    return {name: dict(keys)}


def _converted(path: Path, values: dict[str, Any]) -> Settings:
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"settings: {path}: {error}; mend the value or take it out") from None
