"""Every shape in which OCDS is published gives its releases."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from watchers.readers import Good, Read, SetAside, read_body

URL = "https://example.org/ocds.json"


def release(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "ocid": f"ocds-213czf-{number}", "id": f"{number}", "date": "2026-10-01T10:00:00+05:00", "tag": ["tender"],
        "tender": {"id": "t", "title": "Мектеп шатыры", "value": {"amount": 100.10, "currency": "KZT"}}, **fields,
    }  # fmt: skip


def dumps(value: Any, **options: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, **options).encode()


def ocids(reads: Iterator[Read]) -> list[str]:
    return [read.release.ocid if isinstance(read, Good) else f"! {read.reason}" for read in reads]


ONE, TWO = release(1), release(2)
BOTH = ["ocds-213czf-1", "ocds-213czf-2"]
PACKAGE = {"uri": "https://example.org", "publisher": {"name": "Алғабас"}, "version": "1.1", "releases": [ONE, TWO]}
LINK = {"url": "https://example.org/1.json", "date": "2026-10-01T00:00:00Z", "tag": ["tender"]}
RECORDS = {
    "uri": "https://example.org", "packages": ["https://example.org/1"],
    "records": [
        {"ocid": "ocds-213czf-1", "releases": [LINK], "compiledRelease": {**ONE, "tag": ["compiled"]}},
        {"ocid": "ocds-213czf-2", "releases": [TWO]},
    ],
}  # fmt: skip

SHAPES = {
    "release package": dumps(PACKAGE),
    "pretty release package": dumps(PACKAGE, indent=2),
    "record package": dumps(RECORDS),
    "records by ocid": dumps({"records": {record["ocid"]: record for record in RECORDS["records"]}}),
    "list of releases": dumps([ONE, TWO]),
    "list of packages": dumps([{"releases": [ONE]}, {"releases": [TWO]}]),
    "list of records": dumps(RECORDS["records"]),
    "JSON Lines": dumps(ONE) + b"\n" + dumps(TWO) + b"\n",
    "JSON Lines with CRLF and empty lines": dumps(ONE) + b"\r\n\r\n" + dumps(TWO),
    "JSON Lines of packages": dumps({"releases": [ONE]}) + b"\n" + dumps({"releases": [TWO]}),
    "joined documents": dumps(ONE) + dumps(TWO),
    "joined pretty documents": dumps(ONE, indent=1) + b"\n" + dumps(TWO, indent=1),
    "joined documents with byte order marks": dumps(ONE).join([b"\xef\xbb\xbf", b"\xef\xbb\xbf"]) + dumps(TWO),
    "text sequence": b"\x1e" + dumps(ONE) + b"\n\x1e" + dumps(TWO) + b"\n",
    "gzip": gzip.compress(dumps(PACKAGE)),
    "two gzip members": gzip.compress(dumps(ONE) + b"\n") + gzip.compress(dumps(TWO)),
    "UTF-8 with a byte order mark": b"\xef\xbb\xbf" + dumps(PACKAGE),
    "UTF-16": dumps(PACKAGE).decode().encode("utf-16"),
    "UTF-16 without a mark": dumps(PACKAGE).decode().encode("utf-16-le"),
    "UTF-32": dumps(PACKAGE).decode().encode("utf-32"),
    "gzip of UTF-16": gzip.compress(dumps(PACKAGE).decode().encode("utf-16")),
    "page of data": dumps({"data": [ONE, TWO], "links": {"next": "https://example.org?page=2"}}),
    "page of results": dumps({"count": 2, "results": [ONE, TWO]}),
    "page of payload.content": dumps({"payload": {"content": [ONE, {"releases": [TWO]}], "pages": 1}}),
    "page under a name nobody knows": dumps({"meta": {"ocid": None}, "auskunft": {"x": [ONE, TWO]}}),
    "record packages in results": dumps({"results": [RECORDS]}),
    "search hits": dumps({"hits": {"total": 2, "hits": [{"_source": ONE}, {"_source": TWO}]}}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_gives_its_releases_in_order(shape: str) -> None:
    found = [line for line in ocids(read_body(SHAPES[shape], URL)) if not line.startswith("! not an OCDS release")]
    assert found == BOTH


def test_latin_1_is_read_and_what_is_right_beside_it_too() -> None:
    body = dumps([release(1, title="Rénovation")]).decode().encode("cp1251", "replace") + b"\n" + dumps(TWO)
    latin = json.dumps(release(1, title="Rénovation", tender=None), ensure_ascii=False).encode("latin-1")
    first, second = read_body(latin + b"\n" + dumps(TWO), URL)
    assert isinstance(first, Good)
    assert isinstance(second, Good)
    assert first.release.title == "Rénovation"
    assert second.release.tender is not None
    assert second.release.tender.title == "Мектеп шатыры"
    assert all(isinstance(read, Good) for read in read_body(body, URL))


def test_the_encoding_of_the_answer_is_believed() -> None:
    body = dumps(ONE).decode().encode("cp1251", "replace")
    [read] = read_body(body, URL, encoding="windows-1251")
    assert isinstance(read, Good)
    assert read.release.tender is not None
    assert read.release.tender.title == "Мектеп шатыры"
    assert ocids(read_body(dumps(ONE), URL, encoding="x-nobody-knows")) == BOTH[:1]


def test_a_compiled_release_stands_for_its_record() -> None:
    record = {
        "ocid": "ocds-213czf-1",
        "releases": [ONE, release(1, id="2")],
        "compiledRelease": release(1, tag=["compiled"]),
    }
    [read] = read_body(dumps({"records": [record]}), URL)
    assert isinstance(read, Good)
    assert read.release.tags == ("compiled",)


def test_a_versioned_release_gives_its_last_state() -> None:
    def version(value: object, number: str = "1") -> dict[str, object]:
        return {"releaseID": number, "releaseDate": f"2026-10-0{number}", "releaseTag": ["tender"], "value": value}

    versioned = {
        "ocid": "ocds-213czf-1",
        "tender": {
            "id": "t",
            "title": [version("old"), version("new", "2")],
            "items": [{"id": "i", "quantity": [version(3)]}],
        },
    }
    [read] = read_body(
        dumps({"records": [{"ocid": "ocds-213czf-1", "releases": [LINK], "versionedRelease": versioned}]}), URL
    )
    assert isinstance(read, Good)
    assert read.release.tender is not None
    assert read.release.tender.title == "new"
    assert read.release.tender.items[0].quantity == 3


def test_linked_releases_are_set_aside_by_that_reason() -> None:
    [read] = read_body(dumps({"records": [{"ocid": "ocds-213czf-1", "releases": [LINK, LINK]}]}), URL)
    assert isinstance(read, SetAside)
    assert read.reason.startswith("linked releases only")


def test_an_embedded_release_without_an_ocid_takes_its_records() -> None:
    bare = {key: value for key, value in ONE.items() if key != "ocid"}
    assert ocids(read_body(dumps({"records": [{"ocid": "ocds-213czf-1", "releases": [bare]}]}), URL)) == BOTH[:1]


def test_an_empty_page_is_nothing_to_complain_of() -> None:
    for page in ({"releases": []}, {"payload": {"content": None}}, {"data": []}, []):
        assert ocids(read_body(dumps(page), URL)) == []


def test_raw_is_the_publishers_own_text() -> None:
    raw = dumps(ONE, indent=3)
    [read] = read_body(b"[" + raw + b"]", URL)
    assert isinstance(read, Good)
    assert read.raw == raw
    assert read.url == URL


def test_a_broken_wrapper_beside_a_good_list_is_set_aside_and_not_passed_over():
    broken = b'{"releases": [{"ocid": "kept-aside", "tender": {"value": {"amount": NaN}}}]}'
    reads = list(read_body(b'{"unknown": %s, "releases": [{"ocid": "good"}]}' % broken, "https://publisher.example/"))
    assert [read.release.ocid for read in reads if isinstance(read, Good)] == ["good"]
    [aside] = [read for read in reads if isinstance(read, SetAside)]
    assert b"kept-aside" in aside.raw
