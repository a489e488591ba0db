"""What publishers get wrong is mended or set aside with its reason; the rest of the same file is read."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from watchers.readers import BadRecord, Good, SetAside, decode_release, read_body

URL = "https://example.org/ocds.json"
GOOD = b'{"ocid":"ocds-213czf-9","tender":{"id":"t"}}'


def decoded(**fields: Any) -> Any:
    return decode_release(json.dumps({"ocid": "ocds-213czf-1", **fields}).encode())


def test_amounts_as_text_null_or_far_too_large_do_not_stop_a_release() -> None:
    assert decoded(tender={"value": {"amount": "1250.50"}}).tender.value.amount == Decimal("1250.50")
    assert decoded(tender={"value": {"amount": None}}).tender.value.amount is None
    assert decoded(tender={"value": "77.10"}).tender.value.amount == Decimal("77.10")
    assert decode_release(b'{"ocid":"a","tender":{"value":{"amount":1e9999}}}').tender.value.amount is None  # type: ignore[union-attr]


def test_a_tag_that_is_text_and_a_missing_date_are_fine() -> None:
    release = decoded(tag="contract")
    assert release.tags == ("contract",)
    assert release.released is None
    assert decoded(date="2020-03-04").released == datetime(2020, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "path", "read"),
    [
        ({"bids": [{"id": 1, "value": {"amount": 5}}]}, "bids.details.0.key", "1"),
        ({"awards": {"id": "a"}}, "awards.0.key", "a"),
        ({"awards": {"0": {"id": "a"}, "2": {"id": "b"}}}, "awards.1.key", "b"),
        ({"tender": [{"id": "t", "title": "T"}]}, "tender.title", "T"),
        ({"tender": {"title": {"en": "School roof"}}}, "tender.title", "School roof"),
        ({"tender": {"title": ["a", "b"]}}, "tender.title", "a; b"),
        ({"tender": {"items": [None, {"id": 1.5, "quantity": "7"}]}}, "tender.items.0.quantity", Decimal(7)),
        ({"tender": {"numberOfTenderers": "3"}}, "tender.number_of_tenderers", 3),
        ({"tender": {"numberOfTenderers": "three"}}, "tender.number_of_tenderers", None),
        ({"tender": {"tenderPeriod": {"durationInDays": "2,5"}}}, "tender.tender_period.duration_in_days", 2.5),
        ({"tender": {"submissionMethod": "electronicSubmission"}}, "tender.submission_method", ("electronicSubmission",)),  # noqa: E501
        ({"buyer": "Akimat of Algabas"}, "buyer.name", "Akimat of Algabas"),
        ({"buyer": {"name": 12}}, "buyer.name", "12"),
        ({"tender": "no"}, "tender", None),
        ({"id": {"x": 1}, "tag": [None, "tender"]}, "tags", ("tender",)),
        ({"date": 20201010}, "date", "20201010"),
        ({"parties": [{"roles": "buyer", "identifier": 990140000000}]}, "parties.0.identifier.key", "990140000000"),
    ],
)  # fmt: skip
def test_a_wrong_type_is_mended(sent: dict[str, Any], path: str, read: object) -> None:
    value: Any = decoded(**sent)
    for step in path.split("."):
        value = value[int(step)] if step.isdigit() else getattr(value, step)
    assert value == read


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        (b'{"ocid":"a","tender":{"value":{"amount": 000,"currency":"GBP"}}}', Decimal(0)),
        (b'{"ocid":"a","tender":{"value":{"amount":12 000,"currency":"GBP"}}}', Decimal(12000)),
        (b'{"ocid":"a","tender":{"value":{"amount":.5}}}', Decimal("0.5")),
        (b'{"ocid":"a","tender":{"value":{"amount":NaN}}}', None),
        (b'{"ocid":"a","tender":{"value":{"amount":7}},}', Decimal(7)),
        (b'{"ocid":"a","title":"x\0y\tz","tender":{"value":{"amount":7}}}', Decimal(7)),
        (b'{"ocid":"a","title":"\\ud800 \\q","tender":{"value":{"amount":7}}}', Decimal(7)),
        (b'{"ocid":"a","x":' + b"1" * 5000 + b',"tag":7,"tender":{"value":{"amount":7}}}', Decimal(7)),
    ],
)
def test_text_that_is_nearly_json_is_mended_wherever_it_stands(raw: bytes, amount: Decimal | None) -> None:
    for body in (
        raw,
        b"[" + raw + b"," + GOOD + b"]",
        raw + b"\n" + GOOD,
        b'{"releases":[' + raw + b"," + GOOD + b"]}",
    ):
        first, *rest = read_body(body, URL)
        assert isinstance(first, Good), first
        assert first.release.tender is not None
        assert first.release.tender.value is not None
        assert first.release.tender.value.amount == amount
        assert all(isinstance(read, Good) for read in rest)


@pytest.mark.parametrize("ocid", [b"", b'"ocid":null,', b'"ocid":"",', b'"ocid":17,', b'"ocid":["a"],'])
def test_a_release_without_an_ocid_is_set_aside(ocid: bytes) -> None:
    bad = b"{" + ocid + b'"tag":["tender"],"tender":{"id":"t"}}'
    aside, good = read_body(b'{"releases":[' + bad + b"," + GOOD + b"]}", URL)
    assert isinstance(aside, SetAside)
    assert isinstance(good, Good)
    assert aside.reason.startswith("no ocid")
    assert json.loads(aside.raw)["tender"] == {"id": "t"}
    with pytest.raises(BadRecord, match="no ocid"):
        decode_release(bad)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"true", "not an OCDS release: true"),
        (b"[1, 2, 3]", "not an OCDS release: 1 and 2 more"),
        (b"<!DOCTYPE html>\n<html><body>\n{}\n</body></html>", "not JSON: an HTML"),
        (b"Service Unavailable", "not JSON: Service Unavailable"),
        (b"{}", "not an OCDS release: an empty object"),
        (b'{"name":"Error","code":"EHOSTUNREACH"}', "not an OCDS release: its keys are code, name"),
        (b'[{"statementID":"1","statementType":"personStatement"}]', "not an OCDS release: a beneficial ownership"),
        (b'{"$schema":"http://json-schema.org/draft-04/schema#"}', "not an OCDS release: a JSON schema"),
        (b"PK\x03\x04rest", "not JSON: a ZIP archive"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"ocid":"a","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"data":' * 50 + b"{}" + b"}" * 50, "nested too deeply"),
    ],
)
def test_what_is_no_release_is_named(body: bytes, reason: str) -> None:
    [read] = read_body(body, URL)
    assert isinstance(read, SetAside)
    assert read.reason.startswith(reason)


def test_a_cut_file_keeps_what_came_before_the_cut() -> None:
    other = GOOD.replace(b"-9", b"-8")
    for whole in (
        b'{"uri":"u","releases":[' + GOOD + b"," + other + b"]}",
        b"[" + GOOD + b"," + other + b"]",
        GOOD + b"\n" + other,
        b'{\n "releases": [\n  ' + GOOD + b",\n  " + other + b"]}",
    ):
        body = whole[: whole.rindex(b'"tender"') + 12]
        good, aside = read_body(body, URL)
        assert isinstance(good, Good)
        assert isinstance(aside, SetAside)
        assert aside.reason == "the file ends in the middle of this record"
        assert aside.raw in body


def test_a_cut_gzip_keeps_what_came_before_the_cut() -> None:
    lines = b"\n".join(b'{"ocid":"ocds-213czf-%d","tender":{"id":"%x"}}' % (i, hash(str(i))) for i in range(5000))
    *goods, aside, last = read_body(gzip.compress(lines)[:-2000], URL)
    assert len(goods) > 3000
    assert all(isinstance(read, Good) for read in goods)
    assert isinstance(aside, SetAside)
    assert isinstance(last, SetAside)
    assert last.reason == "the gzip file is cut short"


def test_a_broken_line_does_not_take_the_next_ones_with_it() -> None:
    body = b'{"ocid":"ocds-213czf-1","tender":{"title":"no end\n' + GOOD + b"\n}}}\nnonsense\n" + GOOD
    reads = list(read_body(body, URL))
    assert [type(read).__name__ for read in reads] == ["SetAside", "Good", "SetAside", "SetAside", "Good"]
    assert reads[2].raw == b"}}}\n"


def test_a_broken_record_in_a_package_leaves_its_neighbours() -> None:
    body = b'{"count":NaN,"releases":[' + GOOD + b',{"ocid":"b" "tender":{}},' + GOOD + b'],"x":00}'
    good, aside, last = read_body(body, URL)
    assert isinstance(good, Good)
    assert isinstance(aside, SetAside)
    assert isinstance(last, Good)
    assert aside.raw == b'{"ocid":"b" "tender":{}},'.rstrip(b",")
    assert body[aside.offset :].startswith(aside.raw)


def test_ids_keep_their_odd_characters() -> None:
    ocid = "ocds-6550wx-OISOE B&S-DAF/CM-2021-0027"
    [read] = read_body(json.dumps({"ocid": ocid, "id": 12}).encode(), URL)
    assert isinstance(read, Good)
    assert read.release.ocid == ocid
    assert read.release.id == 12
