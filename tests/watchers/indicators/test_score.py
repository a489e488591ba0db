"""What flags weigh together, and which are told of."""

from __future__ import annotations

from decimal import Decimal

import pytest

from watchers.indicators.base import Family, Finding, Status, Subject, Tier
from watchers.indicators.score import deserves_a_look, score


def found(tier: str, weight: int, family: Family = Family.TERMS, status: Status = Status.FIRED) -> Finding:
    return Finding(
        ocid="o", indicator="R003", version=1, status=status, subject=Subject("process", "o"), tier=Tier(tier),
        weight=weight, family=family,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("flags", "weighs", "told"),
    [
        ([], "0.0", False),
        ([found("A", 4)], "50.0", True),
        ([found("A", 3)], "37.5", False),
        ([found("B", 5)], "62.5", False),
        ([found("C", 2), found("C", 2, Family.METHOD)], "0.0", False),
        ([found("B", 2), found("C", 2, Family.METHOD)], "25.0", False),
        ([found("B", 2), found("B", 2, Family.METHOD)], "43.8", True),
        ([found("B", 2), found("B", 3)], "37.5", False),  # one family says it once, as heavy as it gets
        ([found("A", 3), found("B", 2, Family.PRICE)], "53.1", True),
        ([found("A", 5, status=Status.CLEAR), found("A", 5, status=Status.NOT_COMPUTABLE)], "0.0", False),
    ],
)
def test_the_score_and_the_alert_rule(flags: list[Finding], weighs: str, told: bool) -> None:
    assert score(flags) == Decimal(weighs)
    assert deserves_a_look(flags) is told
