"""What laws ask beside windows and money: the rows of the tables, and how they look.

`requirements` are plain numbers (a term, a share, a count), `prohibitions` what is forbidden outright, `dumping` the
floors of prices, `failures` what may follow a purchase that failed, `grounds` the grounds of a direct contract,
`authorities` who receives what from whom, `steps` when which of them is the right one.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

import msgspec

from watchers.rules.naming import named
from watchers.rules.tables import Dated, read_table

__all__ = ["Authority", "Dumping", "Failure", "Ground", "Law", "Prohibition", "Requirement", "Step", "read_law"]


class Requirement(Dated, frozen=True):
    """A number a law asks for: `value` in `unit` (working_days, days, months, percent, lots, times)."""

    jurisdiction: str
    name: str
    value: Decimal
    unit: str
    act: str
    clause: str


class Prohibition(Dated, frozen=True):
    """Something a law forbids without a number; `name` is what we call it."""

    jurisdiction: str
    name: str
    act: str
    clause: str


class Dumping(Dated, frozen=True):
    """From how many per cent below its base a price is taken for dumping.

    `base` is what it is compared with: estimate (the expert-approved one), allocated (the planned sum), norm (worked
    out by a state norm), mean (of all offers). `permitted`: such a price may be offered with a further security.
    """

    jurisdiction: str
    kind: str
    percent: Decimal
    base: str
    permitted: bool
    act: str
    clause: str


class Failure(Dated, frozen=True):
    """Whether single source may follow a failed purchase, by its group of methods and why it failed.

    `repeat`: the failed purchase was itself a repeat. `reason`: no_bids, one_bid, few_left (of two or more, after
    automatic rejections), none_admitted, one_admitted (of two or more), any.
    """

    jurisdiction: str
    group: str
    repeat: bool
    reason: str
    single_source: bool
    act: str
    clause: str


class Ground(Dated, frozen=True):
    """A ground of a direct contract, told by words of its text: `;` between forms, `+` where several must be there."""

    jurisdiction: str
    ground: str
    words: str


class Authority(Dated, frozen=True):
    """Who takes what from whom. `term`: until when it can be handed in; `answer`: by when it is decided; None: no term.

    `sender` is supplier, citizen, journalist or observer (a body of public control). `term_from` names what the term
    runs from.
    """

    jurisdiction: str
    key: str
    sender: str
    matter: str
    term: int | None
    term_unit: str
    term_from: str
    answer: int | None
    answer_unit: str
    name_kk: str
    name_ru: str
    name_en: str
    how_kk: str
    how_ru: str
    how_en: str
    act: str
    clause: str


class Step(Dated, frozen=True):
    """That an authority is a way for a kind of sender at a stage of a purchase bought in one of some groups of methods.

    `stage`: discussion, bidding, deciding, results, contract, any. `groups`: `;` between them, "any" for all.
    """

    jurisdiction: str
    sender: str
    stage: str
    groups: str
    authority: str


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """These tables, and the questions that can be put to them. The day asked about is always an argument."""

    requirements: tuple[Requirement, ...]
    prohibitions: tuple[Prohibition, ...]
    dumping: tuple[Dumping, ...]
    failures: tuple[Failure, ...]
    grounds: tuple[Ground, ...]
    authorities: tuple[Authority, ...]
    steps: tuple[Step, ...]

    def requirement(self, jurisdiction: str, name: str, on: date) -> Requirement | None:
        """A number that the law in force on that day asks for, None if we know none."""
        for row in self.requirements:
            if row.name == name and row.jurisdiction == jurisdiction and row.holds(on):
                return row
        return None

    def prohibition(self, jurisdiction: str, name: str, on: date) -> Prohibition | None:
        """What the law in force on that day forbids under that name, None if we know of nothing."""
        for row in self.prohibitions:
            if row.name == name and row.jurisdiction == jurisdiction and row.holds(on):
                return row
        return None

    def floor(self, jurisdiction: str, kind: str, on: date) -> Dumping | None:
        """Where dumping begins for a kind of purchase on that day."""
        for row in self.dumping:
            if row.kind == kind and row.jurisdiction == jurisdiction and row.holds(on):
                return row
        return None

    def after_failure(self, jurisdiction: str, group: str, *, repeat: bool, on: date) -> dict[str, Failure]:
        """By reason, whether single source may follow a purchase of that group which failed; empty if unknown."""
        return {
            row.reason: row
            for row in self.failures
            if row.group == group and row.repeat == repeat and row.jurisdiction == jurisdiction and row.holds(on)
        }

    def ground(self, jurisdiction: str, text: str, on: date) -> str:
        """The ground of a direct contract that a justification names ("16.3(28)"), '' if none we know."""
        for row in self.grounds:
            if row.jurisdiction == jurisdiction and row.holds(on) and named(row.words, text):
                return row.ground
        return ""

    def takers(self, jurisdiction: str, sender: str, on: date) -> tuple[Authority, ...]:
        """Who takes something from that kind of sender on that day."""
        return tuple(
            row
            for row in self.authorities
            if row.sender == sender and row.jurisdiction == jurisdiction and row.holds(on)
        )

    def ways(self, jurisdiction: str, sender: str, stage: str, group: str, on: date) -> tuple[Authority, ...]:
        """Whom that kind of sender may turn to at that stage of a purchase of that group, the first step first."""
        keys = dict.fromkeys(
            row.authority
            for row in self.steps
            if row.jurisdiction == jurisdiction
            and row.sender == sender
            and row.stage in {stage, "any"}
            and (row.groups == "any" or group in row.groups.split(";"))
            and row.holds(on)
        )
        takers = {row.key: row for row in self.takers(jurisdiction, sender, on)}
        return tuple(takers[key] for key in keys if key in takers)


@lru_cache(maxsize=1)
def read_law() -> Law:
    """Read these tables, once. Raises ValueError naming the file and line that is wrong."""
    return Law(
        requirements=read_table("requirements", Requirement),
        prohibitions=read_table("prohibitions", Prohibition),
        dumping=read_table("dumping", Dumping),
        failures=read_table("failures", Failure),
        grounds=read_table("grounds", Ground),
        authorities=read_table("authorities", Authority),
        steps=read_table("steps", Step),
    )
