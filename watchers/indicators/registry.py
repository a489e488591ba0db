"""Finds the indicators by their modules' names, reads their settings and runs them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import structlog

from watchers import indicators as package
from watchers.indicators.base import (
    Answer,
    Clear,
    Context,
    Finding,
    Fired,
    Indicator,
    NotApplicable,
    NotComputable,
    Stage,
    Status,
    Subject,
)
from watchers.ocds import Release

__all__ = ["IndicatorSettingsError", "indicator_classes", "judge_release", "load_indicators"]

_MODULE = re.compile(r"(r\d{3}|kz\d{2})_\w+$")
_OPEN = frozenset({"planning", "planned", "active"})  # OCDS statuses of a call that still takes bids
_log = structlog.get_logger(__name__)


class IndicatorSettingsError(ValueError):
    """A setting under `[indicators]` that no indicator knows or can use. Raised by `load_indicators` at start."""


def indicator_classes() -> dict[str, type[Indicator]]:
    """Every indicator class by code, sorted. Raises RuntimeError if two modules share a code (a programming error)."""
    found: dict[str, type[Indicator]] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        if not _MODULE.match(module_info.name):
            continue
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        for thing in vars(module).values():
            if not (isinstance(thing, type) and issubclass(thing, Indicator) and thing.__module__ == module.__name__):
                continue
            if thing.code in found:
                raise RuntimeError(
                    f"indicators: {thing.code} is both {found[thing.code].__module__} and {thing.__module__};"
                    " rename one"
                )
            found[thing.code] = thing
    return dict(sorted(found.items()))


def load_indicators(settings: Mapping[str, Mapping[str, Any]] | None = None) -> list[Indicator]:
    """The indicators to run, sorted by code.

    `settings` is `{code: {setting: value}}`; `enabled = false` leaves one out.

    Raises IndicatorSettingsError for an unknown indicator, an unknown setting or a value of the wrong kind.
    """
    classes = indicator_classes()
    chosen = settings or {}
    for code in chosen:
        if code not in classes:
            raise IndicatorSettingsError(
                f"indicators: {code!r} is not an indicator; the known ones are {', '.join(classes)}"
            )
    loaded = []
    for code, indicator in classes.items():
        values = dict(chosen.get(code, {}))
        enabled = values.pop("enabled", True)
        if not isinstance(enabled, bool):
            raise IndicatorSettingsError(f"indicators: {code}.enabled is {enabled!r}; write true or false")
        configured = _settings(indicator, values)
        if enabled:
            loaded.append(indicator(configured))
    return loaded


def _settings(indicator: type[Indicator], values: dict[str, Any]) -> msgspec.Struct:
    known = {field.encode_name for field in msgspec.structs.fields(indicator.Settings)} if values else set()
    for name in values:
        if name not in known:
            raise IndicatorSettingsError(
                f"indicators: {indicator.code} has no setting {name!r}; the known ones are "
                f"{', '.join(sorted(known | {'enabled'}))}"
            )
    try:
        return msgspec.convert(values, indicator.Settings, strict=False)
    except msgspec.ValidationError as error:
        raise IndicatorSettingsError(f"indicators: {indicator.code}: {error}; mend the value") from None


def judge_release(release: Release, context: Context, indicators: Sequence[Indicator]) -> list[Finding]:
    """One finding an indicator, in their order. An indicator that breaks is logged and could not be computed."""
    process = Subject("process", release.ocid)
    early = _not_opened(release)
    return [_finding(indicator, process, _answer(indicator, release, context, early)) for indicator in indicators]


def _answer(indicator: Indicator, release: Release, context: Context, early: NotApplicable | None) -> Answer:
    if early is not None and indicator.stage is not Stage.TENDER:
        return early
    try:
        return indicator.judge(release, context)
    except Exception as error:  # noqa: BLE001 - one broken rule must not silence the others
        _log.exception("indicator failed", indicator=indicator.code, ocid=release.ocid)
        return NotComputable(f"{indicator.code} failed on this release ({type(error).__name__}); the log says where")


def _not_opened(release: Release) -> NotApplicable | None:
    """Said for every question about bids or contracts while the call is open and nobody can know an answer yet.

    So the coverage of a fresh announcement counts the checks that can be made of one, and no more.
    """
    tender = release.tender
    if tender is None or tender.status not in _OPEN or tender.number_of_tenderers is not None:
        return None
    if (release.bids and release.bids.details) or release.awards or release.contracts:
        return None
    return NotApplicable("bids are not opened yet")


def _finding(indicator: Indicator, process: Subject, answer: Answer) -> Finding:
    status, reason, fired = Status.CLEAR, "", None
    match answer:
        case Fired():
            status, fired = Status.FIRED, answer
        case NotComputable(reason):
            status = Status.NOT_COMPUTABLE
        case NotApplicable(reason):
            status = Status.NOT_APPLICABLE
        case Clear():
            pass
    if fired is None:
        return Finding(
            ocid=process.id, indicator=indicator.code, version=indicator.version, status=status, subject=process,
            tier=indicator.tier, weight=indicator.weight, family=indicator.family, reason=reason,
        )  # fmt: skip
    return Finding(
        ocid=process.id,
        indicator=indicator.code,
        version=indicator.version,
        status=status,
        subject=fired.subject or process,
        tier=fired.tier or indicator.tier,
        weight=indicator.weight if fired.weight is None else fired.weight,
        family=indicator.family,
        value=fired.value,
        threshold=fired.threshold,
        unit=fired.unit,
        facts=fired.facts,
        norm=fired.norm,
    )
