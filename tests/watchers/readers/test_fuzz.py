"""Arbitrary bytes, arbitrary JSON and damaged releases are read or set aside, and raise nothing."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from watchers.ocds import Release
from watchers.readers import BadRecord, Good, SetAside, compile_releases, decode_release, read_body

RELEASE = {
    "ocid": "ocds-213czf-1", "id": "1", "date": "2026-10-01T10:00:00Z", "tag": ["tender"],
    "buyer": {"id": "KZ-BIN-1", "name": "Akimat"},
    "parties": [{"id": "KZ-BIN-1", "roles": ["buyer"], "identifier": {"scheme": "KZ-BIN", "id": "1"}}],
    "tender": {
        "id": "t", "title": "Roof", "value": {"amount": 1.5, "currency": "KZT"},
        "tenderPeriod": {"endDate": "2026-10-02"},
        "items": [{"id": 1, "quantity": 2, "unit": {"value": {"amount": "3"}},
                   "classification": {"id": "45", "scheme": "CPV"}}],
    },
    "bids": {"details": [{"id": "b", "tenderers": [{"id": "s"}]}]},
    "awards": [{"id": "a", "suppliers": [{"id": "s"}]}], "contracts": [{"id": "c", "awardID": "a"}],
}  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
KEYS = st.sampled_from([
    "ocid", "id", "tag", "date", "releases", "records", "compiledRelease", "versionedRelease", "data", "tender",
    "items", "value", "amount", "bids", "url", "x",
])  # fmt: skip
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, item in inner for path in paths(item, (*at, key)))]


PATHS = paths(RELEASE)[1:]


def damaged(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    release: dict[str, Any] = json.loads(json.dumps(RELEASE))
    inside: Any = release
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return release


def check(body: bytes) -> list[Good | SetAside]:
    reads = list(read_body(body, "u"))
    for read in reads:
        if isinstance(read, Good):
            assert read.release.ocid
            assert decode_release(read.raw) == read.release
        else:
            assert read.reason
    return reads


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text('{}[]",:\\ \n1eocid-', max_size=120).map(str.encode))
def test_arbitrary_bytes(body: bytes) -> None:
    check(body)
    for prefix in (b'{"ocid":"a"}\n', b'[{"ocid":"a"},'):
        assert isinstance(check(prefix + body)[0], Good)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_arbitrary_json(value: Any) -> None:
    check(json.dumps(value).encode())
    assert check(json.dumps([RELEASE, value, RELEASE]).encode()), "what stands beside it is read or set aside"


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PATHS), JSON)
def test_a_release_with_anything_anywhere_is_read_unless_its_ocid_is_gone(path: tuple[Any, ...], value: Any) -> None:
    [read] = check(json.dumps(damaged(path, value)).encode())
    if path != ("ocid",):
        assert isinstance(read, Good)
        assert isinstance(read.release, Release)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2000), st.integers(0, 2000), st.binary(max_size=6))
def test_a_release_with_bytes_cut_out_or_put_in(start: int, end: int, inserted: bytes) -> None:
    raw = json.dumps(RELEASE).encode()
    check(raw[:start] + inserted + raw[end:])
    reads = check(b"\n".join([raw, raw[:start] + inserted.replace(b"\n", b"") + raw[end:], raw]))
    assert isinstance(reads[0], Good)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PATHS), JSON), min_size=1, max_size=4))
def test_merging_raises_bad_record_or_gives_a_release(damages: list[tuple[tuple[Any, ...], Any]]) -> None:
    try:
        merged = compile_releases([json.dumps(damaged(*damage)).encode() for damage in damages])
    except BadRecord as error:
        merged = json.dumps({"refused": error.reason}).encode()
    assert json.loads(merged)
