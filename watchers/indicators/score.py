"""What all flags of a process weigh together, and whether they are worth telling people of.

Flags of tier C are context and count for nothing here; of each family only the heaviest counts, since flags of one
family say much the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import prod

from watchers.indicators.base import Family, Finding, Status, Tier

__all__ = ["deserves_a_look", "score"]

_SCALE = 8
"""Above the heaviest weight, so that no flag by itself makes a hundred."""
_HEAVY = 4


def _counting(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.status is Status.FIRED and one.tier is not Tier.C]


def score(findings: Iterable[Finding]) -> Decimal:
    """100 * (1 - prod(1 - w/8)) over the heaviest flag of each family: 0 without flags, below 100, to a tenth."""
    heaviest: dict[Family, int] = {}
    for one in _counting(findings):
        heaviest[one.family] = max(heaviest.get(one.family, 0), one.weight)
    left = prod((1 - Decimal(weight) / _SCALE for weight in heaviest.values()), start=Decimal(1))
    return (100 * (1 - left)).quantize(Decimal("0.1"))


def deserves_a_look(findings: Iterable[Finding]) -> bool:
    """The alert rule: a written rule seems not kept and it weighs 4 or more, or flags of two families agree."""
    flags = _counting(findings)
    return any(one.tier is Tier.A and one.weight >= _HEAVY for one in flags) or len({one.family for one in flags}) > 1
