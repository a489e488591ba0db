"""What an indicator is, and the four answers it can give.

An indicator reads one release and says `Fired` with its numbers, `Clear`, `NotComputable` with the reason, or
`NotApplicable` with the reason. "Could not be computed" never looks like "clean". It does no I/O, reads no clock and
writes no sentence: the words are in `templates/indicators/CODE/`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

import msgspec

from watchers.history import History
from watchers.ocds import Release
from watchers.rules import Rules

__all__ = [
    "Answer",
    "Clear",
    "Context",
    "Family",
    "Finding",
    "Fired",
    "Indicator",
    "Norm",
    "NotApplicable",
    "NotComputable",
    "Stage",
    "Status",
    "Subject",
    "Tier",
]


class Stage(StrEnum):
    """When the data an indicator needs exist."""

    TENDER = "tender"
    BIDS = "bids"
    CONTRACT = "contract"


class Tier(StrEnum):
    """A: a written rule seems not kept. B: a pattern of risk. C: context, never alerts alone."""

    A = "A"
    B = "B"
    C = "C"


class Family(StrEnum):
    """Flags of one family say much the same; a score counts the heaviest of each."""

    TERMS = "terms"
    THRESHOLD = "threshold"
    METHOD = "method"
    SPECIFICATION = "specification"
    HIDING = "hiding"
    QUALIFICATION = "qualification"
    PRICE = "price"
    COMPETITION = "competition"
    EVALUATION = "evaluation"
    SUPPLIER = "supplier"
    PERFORMANCE = "performance"


class Status(StrEnum):
    """The four answers."""

    FIRED = "fired"
    CLEAR = "clear"
    NOT_COMPUTABLE = "not_computable"
    NOT_APPLICABLE = "not_applicable"


class Norm(msgspec.Struct, frozen=True):
    """A written rule: the act's key in `templates/indicators/acts.toml`, the clause, when it was last checked."""

    act: str
    clause: str
    checked_on: date


class Subject(msgspec.Struct, frozen=True):
    """Whom or what a finding is about: the process, a buyer, a tenderer."""

    role: str
    id: str


class Fired(msgspec.Struct, frozen=True, kw_only=True):
    """The indicator fired. `value` and `threshold` share `unit`; `facts` holds what a sentence or a reader needs."""

    value: Decimal | int
    threshold: Decimal | int | None = None
    unit: str = ""
    facts: dict[str, Any] = {}
    norm: Norm | None = None
    tier: Tier | None = None  # where it differs from the indicator's own
    weight: int | None = None
    subject: Subject | None = None  # the process, unless said otherwise


class Clear(msgspec.Struct, frozen=True):
    """Computed, and nothing to see."""


class NotComputable(msgspec.Struct, frozen=True):
    """A field that is needed is missing or unusable; `reason` names it (`tender.tenderPeriod.endDate is missing`)."""

    reason: str


class NotApplicable(msgspec.Struct, frozen=True):
    """The question does not arise here; `reason` says why (`not a competitive method`)."""

    reason: str


Answer = Fired | Clear | NotComputable | NotApplicable


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What an indicator may know beside the release: dated rules, and what earlier purchases say about this one.

    `history` is None where none is at hand (a file checked by itself): then a question about it is not computable.
    `seen_at` is when the release was read from its publisher (zone-aware), None where that is not known: what is
    missing a minute after the announcement may still come.
    """

    rules: Rules
    history: History | None = None
    seen_at: datetime | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator's answer about one release, as stored and as `baqylau check` prints it (without the text)."""

    ocid: str
    indicator: str
    version: int
    status: Status
    subject: Subject
    tier: Tier
    weight: int
    family: Family
    value: Decimal | int | None = None
    threshold: Decimal | int | None = None
    unit: str = ""
    facts: dict[str, Any] = {}
    norm: Norm | None = None
    reason: str = ""


class Indicator(ABC):
    """Base class: attributes say what it is, `judge` says when it fires."""

    code: ClassVar[str]
    version: ClassVar[int] = 1
    stage: ClassVar[Stage]
    tier: ClassVar[Tier]
    weight: ClassVar[int]
    family: ClassVar[Family]
    needs: ClassVar[tuple[str, ...]]  # OCDS paths without which it cannot answer
    norm: ClassVar[Norm | None] = None

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """What an operator may set under `[indicators.CODE]`; a subclass lists its own with defaults."""

    def __init__(self, settings: Any = None) -> None:
        self.settings: Any = settings if settings is not None else self.Settings()

    @abstractmethod
    def judge(self, release: Release, context: Context) -> Answer:
        """Answer for one release. Never raises for bad data: that is `NotComputable`."""
