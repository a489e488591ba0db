"""Indicators with fences over the whole set: R024, R025, R038, R048, R058; the currency; Meta and Maps."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.watchers.cardinal.sets import award, bid, judged, of, process, race
from watchers.history.bands import quantile

# Ten differences of 10 to 19 per cent: Q1 and Q3 by type 8 are 0.119166... and 0.170833...
TEN = [race(f"t{n}", 100, 110 + n) for n in range(10)]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.sampled_from([0.0, 0.25, 0.5, 0.75, 0.9, 1.0]))
def test_quantiles_are_numpys_median_unbiased(numbers: list[float], share: float) -> None:
    expected = float(np.quantile(numbers, share, method="median_unbiased"))
    assert math.isclose(quantile(sorted(numbers), share), expected, rel_tol=1e-9, abs_tol=1e-9)


def test_a_price_next_to_the_winners_lies_below_the_fence() -> None:
    found = judged(*TEN, race("close", 100, 101), race("closer", 100, 100.5))
    meta = found["Meta"]["R024"]
    ratios = [0.10 + n / 100 for n in range(10)] + [0.01, 0.005]
    q1, q3 = np.quantile(ratios, [0.25, 0.75], method="median_unbiased")
    assert meta == {"q1": round(q1, 4), "q3": round(q3, 4), "lower_fence": round(q1 - 1.5 * (q3 - q1), 4)}
    assert set(of(found, "R024")) == {
        one for one, ratio in (("close", 0.01), ("closer", 0.005)) if ratio <= q1 - 1.5 * (q3 - q1)
    }
    assert "closer" in of(found, "R024")
    assert of(found, "R024")["closer"] == pytest.approx(0.005)
    assert of(found, "R024", "Tenderer") == {"W": 0.0, "L": 0.0}


def test_a_discount_beyond_the_fence_names_the_winner_alone() -> None:
    found = judged(*TEN, race("cheap", 100, 300, winner="C"))
    assert of(found, "R058") == {"cheap": 2.0}
    assert of(found, "R058", "Tenderer") == {"C": 0.0}


def test_a_difference_at_the_very_threshold_is_flagged(tmp_path: Path) -> None:
    ini = "[R024]\nthreshold = 0.12\n[R058]\nthreshold = 0.18\n"
    found = judged(*TEN, ini=ini, tmp=tmp_path)
    assert set(of(found, "R024")) == {"t0", "t1", "t2"}
    assert set(of(found, "R058")) == {"t8", "t9"}
    assert found["Meta"] == {"R024": {"lower_fence": 0.12}, "R058": {"upper_fence": 0.18}}


def test_where_most_differ_by_nothing_nobody_is_flagged() -> None:
    found = judged(*(race(f"z{n}", 100, 100) for n in range(20)), race("one", 100, 101))
    assert of(found, "R024") == of(found, "R058") == {}
    assert found["Meta"]["R024"]["lower_fence"] == 0.0


@pytest.mark.parametrize(
    "other",
    [
        process("x", [bid("W", 100), bid("L", 100.1)], [award("W"), award("V")]),  # two winners
        process("x", [bid("W", 100), bid("L", 100.1)], [award("W+V")]),
        process("x", [bid("W", 100), bid("L", 100.1)], [award("W"), award("L", "pending")]),
        process("x", [bid("W", 100), bid("L+M", 100.1)], [award("W")]),
        process("x", [bid("W", 100), bid("L", 100.1, "disqualified")], [award("W")]),
        process("x", [bid("W", 100), bid("L", 99.9)], [award("W")]),  # a cheaper one lost: not price alone
        process("x", [bid("W", 100), bid("L", 100.1, currency="USD")], [award("W")]),
        process("x", [bid("W", 100), bid("L", 100.1)]),
    ],
)
def test_what_has_no_difference(other: dict, tmp_path: Path) -> None:
    assert of(judged(*TEN, other, ini="[R024]\nthreshold = 0.05\n", tmp=tmp_path), "R024") == {}


def test_the_winners_lowest_bid_counts_and_a_cancelled_award_does_not_matter(tmp_path: Path) -> None:
    one = process("x", [bid("W", 120), bid("W", 100), bid("L", 101)], [award("X", "cancelled"), award("W")])
    assert of(judged(one, ini="[R024]\nthreshold = 0.05\n", tmp=tmp_path), "R024") == {"x": pytest.approx(0.01)}


def test_a_winner_that_asks_nothing_is_infinitely_cheap_and_breaks_nothing() -> None:
    found = judged(*TEN, race("free", 0, 5), race("both", 0, 0))
    assert math.isinf(of(found, "R058")["free"])


def test_the_main_currency_is_the_first_one_met_unless_it_is_set(tmp_path: Path) -> None:
    def in_usd(ocid: str) -> dict:
        return process(ocid, [bid("W", 100, currency="USD"), bid("L", 101, currency="USD")], [award("W")])

    ini = "[R024]\nthreshold = 0.05\n"
    tenge = race("kzt", 100, 101)
    assert set(of(judged(tenge, in_usd("usd"), ini=ini, tmp=tmp_path), "R024")) == {"kzt"}
    assert set(of(judged(in_usd("usd"), tenge, ini=ini, tmp=tmp_path), "R024")) == {"usd"}
    assert set(of(judged(tenge, in_usd("usd"), ini="currency = USD\n" + ini, tmp=tmp_path), "R024")) == {"usd"}
    mixed = process("m", [bid("W", 100), bid("L", 101, currency="USD"), bid("M", 103)], [award("W")])
    assert of(judged(mixed, ini=ini, tmp=tmp_path), "R024") == {"m": pytest.approx(0.03)}


def test_who_bids_much_and_wins_next_to_nothing() -> None:
    """Twenty tenderers win five to nine of ten; S bids forty times and wins once, F only twice and wins nothing."""
    usual = [
        process(f"{who}-{n}", [bid(f"T{who}", 5)], [award(f"T{who}" if n < 5 + who % 5 else "nobody")])
        for who in range(20)
        for n in range(10)
    ]
    lost = [process(f"s{n}", [bid("S", 5)], [award("S" if n == 0 else "nobody")]) for n in range(40)]
    few = [process(f"f{n}", [bid("F", 5)], [award("nobody")]) for n in range(2)]
    found = judged(*usual, *lost, *few)
    ratios = [0.5 + (who % 5) / 10 for who in range(20)] + [1 / 40, 0.0]
    q1, q3 = np.quantile(ratios, [0.25, 0.75], method="median_unbiased")
    assert found["Meta"]["R025"] == {
        "q1": round(q1, 4), "q3": round(q3, 4), "upper_fence": 10.0, "lower_fence": round(q1 - 1.5 * (q3 - q1), 4),
    }  # fmt: skip
    assert of(found, "R025", "Tenderer") == {"S": 1 / 40}


def test_wins_are_counted_once_a_process_and_both_limits_are_settings(tmp_path: Path) -> None:
    lots = [process(f"p{n}", [bid("A", 5), bid("A", 6), bid("B", 7)], [award("B" if n else "A")]) for n in range(4)]
    found = judged(*lots, ini="[R025]\npercentile = 50\nthreshold = 0.25\n", tmp=tmp_path)
    assert of(found, "R025", "Tenderer") == {"A": 0.25}
    assert found["Meta"]["R025"] == {"upper_fence": 4.0, "lower_fence": 0.25}
    assert of(judged(*lots, ini="[R025]\nthreshold = 0.24\n", tmp=tmp_path), "R025", "Tenderer") == {}


def rejecting(buyer: str, rejected: int, of_bids: int) -> dict:
    statuses = ["disqualified"] * rejected + ["valid"] * (of_bids - rejected)
    bids = [bid(f"{buyer}{n}", 5 + n, status) for n, status in enumerate(statuses)]
    return process(f"o-{buyer}", bids, buyer=buyer, procuringEntity={"id": f"E{buyer}"})


def test_a_buyer_that_rejects_far_more_than_others() -> None:
    found = judged(*(rejecting(f"B{n}", 1 + n % 2, 10) for n in range(12)), rejecting("X", 8, 10))
    assert of(found, "R038", "Buyer") == {"X": 0.8}
    assert of(found, "R038", "ProcuringEntity") == {"EX": 0.8}
    assert found["Meta"]["R038"]["Buyer_q1"] == 0.1


def test_nobody_is_judged_by_too_few_bids_and_the_limits_are_settings(tmp_path: Path) -> None:
    one = process("p", [bid("D", 5, "disqualified")], buyer="B")
    two = [process(f"q{n}", [bid("E", 5, "disqualified" if n else "valid")], buyer="C") for n in range(2)]
    ini = "[R038]\nthreshold = 0.5\n"
    found = judged(one, *two, ini=ini, tmp=tmp_path)
    assert of(found, "R038", "Tenderer") == {"E": 0.5}
    assert of(found, "R038", "Buyer") == {"C": 0.5}
    more = ini + "minimum_submitted_bids = 1\nminimum_contracting_processes = 3\n"
    found = judged(one, *two, ini=more, tmp=tmp_path)
    assert of(found, "R038", "Tenderer") == {"D": 1.0, "E": 0.5}
    assert of(found, "R038", "Buyer") == {}


def test_where_hardly_anybody_rejects_nobody_is_flagged() -> None:
    assert of(judged(*(rejecting(f"B{n}", 0, 5) for n in range(9)), rejecting("X", 1, 5)), "R038", "Buyer") == {}


def supplied(who: str, many: int, *kinds: str, **named: str) -> list[dict]:
    return [process(f"{who}-{n}", awards=[award(who, "active", *kinds)]) for n in range(many)]


def test_a_supplier_of_everything() -> None:
    narrow = [one for n in range(12) for one in supplied(f"N{n}", 20, f"{10 + n}000000", f"{10 + n}990000")]
    wide = supplied("W", 20, *(f"{n}000000" for n in range(30, 40)))
    few = supplied("F", 19, *(f"{n}000000" for n in range(30, 50)))
    found = judged(*narrow, *wide, *few)
    assert of(found, "R048", "Tenderer") == {f"N{n}": 1.0 for n in range(12)} | {"W": 10.0}  # the fence is 1 here
    assert found["Meta"]["R048"] == {"q1": 1.0, "q3": 1.0, "upper_fence": 1.0}


def test_kinds_are_told_by_the_first_digits_and_only_of_single_suppliers(tmp_path: Path) -> None:
    ini = "[R048]\nminimum_contracting_processes = 1\nthreshold = 2\n"
    one = process("p", awards=[award("A", "active", "4410", "4420"), award("B+C", "active", "10", "20", "30")])
    assert of(judged(one, ini=ini, tmp=tmp_path), "R048", "Tenderer") == {}
    assert of(judged(one, ini=ini + "digits = 3\n", tmp=tmp_path), "R048", "Tenderer") == {"A": 2.0}
    numbers = process(
        "q", awards=[{"status": "active", "suppliers": [{"id": "A"}], "items": [{"classification": {"id": 44}}]}]
    )
    assert of(judged(numbers, ini=ini, tmp=tmp_path), "R048", "Tenderer") == {}


def test_only_what_the_file_switches_on_is_answered(tmp_path: Path) -> None:
    found = judged(process("p", [bid("A", 7), bid("B", 7)]), ini="; [R028]\n[R036]\n", tmp=tmp_path)
    assert found == {"Meta": {}}


def test_maps_name_whom_a_flag_concerns() -> None:
    late = process(
        "p", [bid("W", 5, date="2026-03-03T00:00:00Z"), bid("D", 5, "disqualified")], [award("W")], buyer="B",
        tenderPeriod={"endDate": "2026-03-02T00:00:00Z"},
    )  # fmt: skip
    maps = judged(late, maps=True)["Maps"]
    assert maps["ocid_tenderer"] == {"p": ["W", "D"]}
    assert maps["ocid_tenderer_r030"] == maps["ocid_tenderer_r035"] == {"p": ["W"]}
    assert sorted(maps["ocid_tenderer_r028"]["p"]) == ["D", "W"]
    assert maps["ocid_buyer_r038"] == {"p": "B"}
    assert maps["ocid_tenderer_r024"] == {}
