"""Indicators that judge each process by itself: R003, R018, R028, R030, R035, R036."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.watchers.cardinal.sets import award, bid, judged, of, process


def window(start: str, end: str, **tender: object) -> dict:
    return process("p", tenderPeriod={"startDate": start, "endDate": end}, **tender)


@pytest.mark.parametrize(
    ("start", "end", "flagged"),
    [
        ("2026-03-01T00:00:00Z", "2026-03-16T00:00:00Z", False),
        ("2026-03-01T00:00:00Z", "2026-03-15T23:59:59Z", True),
        ("2026-03-01T00:00:00+05:00", "2026-03-15T19:00:00Z", False),  # fifteen days as moments
        ("2026-03-16T00:00:00Z", "2026-03-01T00:00:00Z", True),  # backwards is less than fifteen days, too
        ("2026-03-01t00:00:00z", "2026-03-02 00:00:00.5-04:00", True),
        ("2026-03-01", "2026-03-02", False),  # dates alone are no RFC 3339
        ("2026-03-01T00:00:00", "2026-03-02T00:00:00", False),
        ("2026-02-30T00:00:00Z", "2026-03-02T00:00:00Z", False),
    ],
)
def test_a_period_is_counted_in_whole_days(start: str, end: str, flagged: bool) -> None:
    assert of(judged(window(start, end)), "R003") == ({"p": 1.0} if flagged else {})


def test_the_days_and_the_methods_of_a_period_are_settings(tmp_path: Path) -> None:
    ini = "[R003]\nthreshold = 5\nprocurement_methods = open|selective\n"
    ini += "[R003.procurement_method_details]\nSlow track = 25\n"
    ten = ("2026-03-01T00:00:00Z", "2026-03-11T00:00:00Z")
    for method, details, flagged in (
        ("open", None, False),
        ("open", "Slow track", True),
        ("limited", "Slow track", False),
        (None, "Slow track", False),
    ):
        named = {"procurementMethod": method, "procurementMethodDetails": details}
        found = judged(window(*ten, **{k: v for k, v in named.items() if v}), ini=ini, tmp=tmp_path)
        assert bool(of(found, "R003")) is flagged, named


@pytest.mark.parametrize(
    ("tender", "flagged"),
    [
        ({"procurementMethod": "open", "numberOfTenderers": 1}, True),
        ({"procurementMethod": "selective", "numberOfTenderers": 1}, True),
        ({"procurementMethod": "limited", "numberOfTenderers": 1}, False),
        ({"numberOfTenderers": 1}, False),
        ({"procurementMethod": "open", "numberOfTenderers": 2}, False),
        ({"procurementMethod": "open", "numberOfTenderers": "1"}, False),
        ({"procurementMethod": "open", "numberOfTenderers": True}, False),
    ],
)
def test_a_single_bid_is_what_the_number_of_tenderers_says(tender: dict, flagged: bool) -> None:
    assert bool(of(judged(process("p", **tender)), "R018")) is flagged


def test_bids_are_not_counted_for_a_single_bid_and_its_methods_are_a_setting(tmp_path: Path) -> None:
    one_bid = process("p", [bid("A", 5)], procurementMethod="open")
    direct = process("q", procurementMethod="direct", numberOfTenderers=1)
    assert of(judged(one_bid), "R018") == {}
    assert of(judged(direct, ini="[R018]\nprocurement_methods = direct|limited\n", tmp=tmp_path), "R018") == {"q": 1.0}


def test_equal_prices_flag_the_process_and_its_tenderers() -> None:
    found = judged(process("p", [bid("A", 100), bid("B", 100.0, "disqualified"), bid("C", 99, "pending")]))
    assert of(found, "R028") == {"p": 1.0}
    assert of(found, "R028", "Tenderer") == {"A": 1.0, "B": 1.0}


@pytest.mark.parametrize(
    "bids",
    [
        [bid("A", 100), bid("A", 100)],  # the same tenderer may bid twice
        [bid("A", 100), bid("B", 100, currency="USD")],
        [bid("A", 100), bid("B", 100, "withdrawn")],
        [bid("A", 100), bid("B", "100")],  # an amount that is a text is none
        [bid("A", 100), bid(None, 100)],
        [bid("A+B", 100), bid("B+A", 100)],
    ],
)
def test_prices_that_are_not_equal_for_r028(bids: list[dict]) -> None:
    assert of(judged(process("p", bids)), "R028") == {}


def test_where_prices_may_not_be_compared(tmp_path: Path) -> None:
    def equal(ocid: str, **tender: str) -> dict:
        return process(ocid, [bid("A", 7), bid("B", 7)], **tender)

    sets = [
        equal("lot", procurementMethodDetails="Draw"),
        equal("auction", procurementMethodDetails="Auction"),
        equal("none"),
    ]
    without = judged(*sets, ini="no_price_comparison_procurement_methods = Draw|Raffle\n[R028]\n", tmp=tmp_path)
    assert set(of(without, "R028")) == {"auction", "none"}
    only = judged(*sets, ini="price_comparison_procurement_methods = Auction\n[R028]\n", tmp=tmp_path)
    assert set(of(only, "R028")) == {"auction"}
    both = "price_comparison_procurement_methods = Draw\nno_price_comparison_procurement_methods = Draw\n[R028]\n"
    assert set(of(judged(*sets, ini=both, tmp=tmp_path), "R028")) == {"lot"}
    gone = judged(*sets, ini="[exclusions]\nprocurement_method_details = Auction|Draw|\n[R028]\n", tmp=tmp_path)
    assert set(of(gone, "R028")) == {"none"}


@pytest.mark.parametrize(
    ("date", "end", "flagged"),
    [
        ("2026-03-02T10:00:01Z", "2026-03-02T10:00:00Z", True),
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z", False),
        ("2026-03-02T15:30:00+05:00", "2026-03-02T11:00:00Z", False),  # later as text, earlier as a moment
        ("2026-03-02T10:00:00Z", "2026-03-02T12:00:00+05:00", True),  # earlier as text, later as a moment
        ("2026-03-03 09:00:00.0000000", "2026-03-02T12:00:00Z", True),  # no moment: compared as text
    ],
)
def test_a_late_bid_is_late_as_a_moment(date: str, end: str, flagged: bool) -> None:
    late = process("p", [bid("A", 5, date=date), bid("B", 6)], [award("A")], tenderPeriod={"endDate": end})
    found = judged(late)
    assert of(found, "R030") == ({"p": 1.0} if flagged else {})
    assert of(found, "R030", "Tenderer") == ({"A": 1.0} if flagged else {})


def test_a_late_bid_must_be_valid_and_win() -> None:
    end = {"tenderPeriod": {"endDate": "2026-03-02T10:00:00Z"}}
    late = "2026-03-05T10:00:00Z"
    for bids, awards in (
        ([bid("A", 5, "disqualified", date=late)], [award("A")]),
        ([bid("A", 5, date=late)], [award("B")]),
        ([bid("A", 5, date=late)], [award("A", "cancelled")]),
    ):
        assert of(judged(process("p", bids, awards, **end)), "R030") == {}


def test_all_but_the_winner_rejected() -> None:
    bids = [bid("W", 9), bid("D", 5, "disqualified"), bid("E", 6, "disqualified"), bid("W", 4, "disqualified")]
    found = judged(process("p", bids, [award("W")]))
    assert of(found, "R035") == {"p": 2.0}
    assert of(found, "R035", "Tenderer") == {"W": 0.0}


@pytest.mark.parametrize(
    ("bids", "awards"),
    [
        ([bid("W", 9), bid("V", 9.5), bid("D", 5, "disqualified")], [award("W")]),
        ([bid("W", 9), bid("D", 5, "disqualified")], [award("W"), award("X")]),
        ([bid("W", 9), bid("D", 5, "disqualified")], [award("W"), award("W", "pending")]),
        ([bid("W", 9), bid("W", 5, "disqualified")], [award("W")]),
        ([bid("W", 9), bid("D", 5, "disqualified")], []),
    ],
)
def test_not_all_but_the_winner_rejected(bids: list[dict], awards: list[dict]) -> None:
    assert of(judged(process("p", bids, awards)), "R035") == {}


def test_how_many_must_be_rejected_is_a_setting_of_at_least_one(tmp_path: Path) -> None:
    one = process("p", [bid("W", 9), bid("D", 5, "disqualified")], [award("W")])
    assert of(judged(one, ini="[R035]\nthreshold = 2\n", tmp=tmp_path), "R035") == {}
    assert of(judged(one, ini="[R035]\nthreshold = 0\n", tmp=tmp_path), "R035") == {"p": 1.0}
    alone = process("p", [bid("W", 9)], [award("W")])
    assert of(judged(alone, ini="[R035]\nthreshold = 0\n", tmp=tmp_path), "R035") == {}


@pytest.mark.parametrize(
    ("bids", "awards", "flagged"),
    [
        ([bid("W", 9), bid("D", 5, "disqualified")], [award("W")], True),
        ([bid("W", 9), bid("D", 5, "disqualified")], [award("W"), award("X", "pending")], True),
        ([bid("W", 9), bid("D", 5, "disqualified"), bid("E", 5)], [award("W")], True),  # the first of equals
        ([bid("E", 5), bid("W", 9), bid("D", 5, "disqualified")], [award("W")], False),
        ([bid("W", 9), bid("D", 5, "disqualified")], [award("W", "cancelled")], False),
        ([bid("D", 5, "disqualified"), bid("P", 9, "pending")], [award("W")], False),  # no valid bid with a price
        ([bid("W", 9), bid("D", 5, "disqualified", currency="USD")], [award("W")], False),
        ([bid("W", 5), bid("D", 9, "disqualified")], [award("W")], False),
    ],
)
def test_the_lowest_bid_rejected(bids: list[dict], awards: list[dict], flagged: bool) -> None:
    assert bool(of(judged(process("p", bids, awards)), "R036")) is flagged


def test_a_cancelled_tender_and_what_has_no_ocid_are_left_out() -> None:
    gone = process("p", [bid("A", 7), bid("B", 7)], status="cancelled")
    nameless = process("x", [bid("A", 7), bid("B", 7)]) | {"ocid": 5}
    assert judged(gone, nameless, meta=False) == {}
