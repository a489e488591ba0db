"""Several releases of one process become one, by OCDS's merge rules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from watchers.readers import BadRecord, Found, SetAside, compile_releases, decode_release
from watchers.readers.model import LARGEST
from watchers.readers.spill import Spill


def merged(*releases: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(compile_releases([json.dumps({"ocid": "o", **r}).encode() for r in releases]))
    return result


def test_later_releases_win_by_the_moment_of_their_date_not_by_its_text() -> None:
    first = {"date": "2026-10-01T23:00:00+05:00", "tender": {"title": "first", "status": "planned"}}
    second = {"date": "2026-10-01T20:00:00Z", "tender": {"title": "second"}}
    result = merged(second, first)
    assert result["tender"] == {"title": "second", "status": "planned"}
    assert result["tag"] == ["compiled"]
    assert result["date"] == second["date"]
    assert result["ocid"] == "o"


def test_releases_without_dates_keep_the_order_of_the_input() -> None:
    assert (
        merged({"tender": {"title": "a"}}, {"date": "2020-01-01", "tender": {"title": "b"}})["tender"]["title"] == "b"
    )


def test_lists_merge_by_id_but_classifications_are_replaced_whole() -> None:
    def items(quantity: int, code: str) -> dict[str, Any]:
        codes = [{"scheme": "CPV", "id": code}]
        return {
            "tender": {"items": [{"id": code, "quantity": quantity}, {"id": "i", "additionalClassifications": codes}]}
        }

    result = merged({"date": "2026-10-01", **items(1, "a")}, {"date": "2026-10-02", **items(2, "b")})
    by_id = {item["id"]: item for item in result["tender"]["items"]}
    assert by_id["a"]["quantity"] == 1
    assert by_id["b"]["quantity"] == 2
    assert by_id["i"]["additionalClassifications"] == [{"scheme": "CPV", "id": "b"}]


def test_amounts_stay_exact_through_a_merge() -> None:
    raws = [
        b'{"ocid":"o","date":"2026-10-0%d","tender":{"value":{"amount":12345678901234.10}}}' % day for day in (1, 2)
    ]
    tender = decode_release(compile_releases(raws)).tender
    assert tender is not None
    assert tender.value is not None
    assert str(tender.value.amount) == "12345678901234.10"


def test_releases_of_different_shapes_are_mended_before_merging() -> None:
    result = merged(
        {"date": "2026-10-01", "bids": [{"id": 1}]},
        {"date": "2026-10-02", "bids": {"details": [{"id": "1", "status": "valid"}]}},
    )
    assert result["bids"]["details"] == [{"id": "1", "status": "valid"}]


def test_releases_that_do_not_fit_together_are_a_bad_record() -> None:
    with pytest.raises(BadRecord, match="cannot be merged"):
        merged({"date": "2026-10-01", "x": {"y": 1}}, {"date": "2026-10-02", "x": [{"id": "1", "z": 1}]})


def found(ocid: str, number: str, raw: bytes = b"{}", *, compiled: bool = False) -> Found:
    return Found(raw, "u", 0, ocid, number, "", compiled)


def test_waiting_releases_come_by_process_in_the_order_of_the_input() -> None:
    with Spill() as spill:
        assert all(
            [spill.wait(found("b", "1", b"1")), spill.wait(found("a", "1", b"2")), spill.wait(found("b", "2", b"3"))]
        )
        groups = list(spill.processes())
    assert [[release.raw for release in group] for group in groups if isinstance(group, list)] == [[b"1", b"3"], [b"2"]]


def test_a_release_that_comes_twice_is_merged_once_and_the_last_one_stands() -> None:
    with Spill() as spill:
        assert spill.wait(found("a", "1", b"old"))
        assert not spill.wait(found("a", "1", b"new"))
        assert spill.wait(found("a", "", b"x"))
        assert not spill.wait(found("a", "", b"x"))
        [group] = spill.processes()
    assert isinstance(group, list)
    assert [release.raw for release in group] == [b"new", b"x"]


def test_a_process_that_also_came_compiled_is_not_given_again() -> None:
    with Spill() as spill:
        assert spill.wait(found("a", "1"))
        assert spill.is_new(found("a", "c", compiled=True))
        assert not spill.is_new(found("a", "c", compiled=True))
        assert list(spill.processes()) == []


def test_a_process_too_large_to_merge_is_set_aside() -> None:
    with Spill() as spill:
        for number in range(3):
            spill.wait(found("a", str(number), bytes(LARGEST // 2)))
        spill.wait(found("b", "1"))
        large, small = spill.processes()
    assert isinstance(large, SetAside)
    assert large.reason.startswith("too large to merge: 3 releases")
    assert isinstance(small, list)
