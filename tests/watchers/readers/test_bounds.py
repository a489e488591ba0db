"""Whatever the size or shape of an input, it is read in pieces and hostile parts are refused with a reason."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest

from watchers.readers import BadRecord, Found, SetAside, decode_release, find_in_stream
from watchers.readers.model import LARGEST
from watchers.readers.streams import StreamError, open_stream

MEGABYTE = 1024 * 1024
RELEASE = b'{"ocid":"ocds-213czf-%d","tender":{"title":"' + b"x" * 5000 + b'"}}'


class Endless(io.RawIOBase):
    """A file that is made while it is read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts = parts
        self.rest = b""

    def read(self, size: int = -1, /) -> bytes:
        while len(self.rest) < size and (part := next(self.parts, None)):
            self.rest += part
        given, self.rest = self.rest[:size], self.rest[size:]
        return given


def read_all(parts: Iterator[bytes]) -> tuple[int, list[SetAside], int]:
    """How many releases were found, what was set aside, and the most memory it took at once, in bytes."""
    tracemalloc.start()
    good, asides = 0, []
    try:
        for found in find_in_stream(open_stream(cast("BinaryIO", Endless(parts))), "u"):
            if isinstance(found, Found):
                good += 1
            else:
                asides.append(found)
        return good, asides, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def releases(count: int, between: bytes) -> Iterator[bytes]:
    for number in range(count):
        yield (between if number else b"") + RELEASE % number


def one_package(count: int) -> Iterator[bytes]:
    yield b'{"uri":"u","count":NaN,"releases":['
    yield from releases(count, b",")
    yield b'],"links":{}}'


def one_list(count: int) -> Iterator[bytes]:
    yield b"["
    yield from releases(count, b",")
    yield b"]"


def wrapped_in_an_unknown_name(count: int) -> Iterator[bytes]:
    yield b'{"auskunft":'
    yield b'{"uri":"u","other":['
    yield from releases(count, b",")
    yield b"]}}"


COUNT = 6_000  # 30 MB


@pytest.mark.parametrize(
    "parts",
    [
        releases(COUNT, b"\n"), releases(COUNT, b""), one_package(COUNT), one_list(COUNT),
        wrapped_in_an_unknown_name(COUNT),
    ],
    ids=["lines", "joined", "package", "list", "wrapped"],
)  # fmt: skip
def test_a_document_of_any_size_is_read_in_bounded_memory(parts: Iterator[bytes]) -> None:
    good, asides, peak = read_all(parts)
    assert (good, asides) == (COUNT, [])
    assert peak < 60 * MEGABYTE


def repeated(start: bytes, part: bytes, end: bytes = b"") -> Iterator[bytes]:
    yield start
    for _ in range(18):
        yield part * (MEGABYTE // len(part))
    yield end


@pytest.mark.parametrize(
    ("start", "part", "end", "reason", "good"),
    [
        (b'{"ocid":"a","title":"', b"x", b'"}\n{"ocid":"b"}', "larger than 16 MiB", 1),
        (b'{"ocid":"a","title":"', b'\\"', b'"}\n{"ocid":"b"}', "larger than 16 MiB", 1),
        (b'[{"ocid":"a","x":"', b"x", b'"},{"ocid":"b"}]', "larger than 16 MiB", 1),
        (
            b'{"ocid":"a",',
            b'"x":"' + b"y" * 5000 + b'",',
            b'"z":1}\n{"ocid":"b"}',
            "larger than",
            1,
        ),
        (b"", b"\x07x7", b"", "not JSON", 0),
        (b"", b"nonsense\n", b"", "not JSON", 0),
        (b"", b"{bad\n", b"", "not valid JSON", 0),
        (b"[", b"1,", b"]", "not an OCDS release: 1", 0),
        (b"", b"[", b"", "nested too deeply", 0),
        (b"<html>", b"<p>", b"", "not JSON: an HTML", 0),
        (b'{"ocid":"a","tender":{"items":[{}', b',{"x":"' + b"y" * 500 + b'"}', b"]}}\n", "larger than", 0),
    ],
)
def test_a_hostile_file_is_refused_in_bounded_memory(
    start: bytes, part: bytes, end: bytes, reason: str, good: int
) -> None:
    found, asides, peak = read_all(repeated(start, part, end))
    assert found == good
    assert asides[0].reason.startswith(reason)
    assert len(asides) <= 10_001
    assert peak < 100 * MEGABYTE


def test_after_a_hundred_bad_records_in_a_row_the_rest_is_left() -> None:
    *_, last = find_in_stream(open_stream(io.BytesIO(b"nonsense\n" * 200)), "u")
    assert isinstance(last, SetAside)
    assert last.reason.startswith("not JSON: 100 bad records in a row")
    lines = b'nonsense\n{"ocid":"a"}\n' * 200
    assert sum(isinstance(found, Found) for found in find_in_stream(open_stream(io.BytesIO(lines)), "u")) == 200


def test_a_gzip_bomb_is_refused() -> None:
    bomb = open_stream(io.BytesIO(gzip.compress(bytes(200 * MEGABYTE))))

    def unpack() -> int:
        return sum(len(chunk) for chunk in iter(lambda: bomb.read(MEGABYTE), b""))

    with pytest.raises(StreamError, match="unpacks to more than 200 times"):
        unpack()


def test_a_release_of_too_many_objects_is_refused() -> None:
    with pytest.raises(BadRecord, match="more than 200000 objects"):
        decode_release(b'{"ocid":"a","tender":{"items":[' + b"{}," * 500_000 + b"{}]}}")
    with pytest.raises(BadRecord, match="larger than 16 MiB"):
        decode_release(b'{"ocid":"' + b"a" * LARGEST + b'"}')
