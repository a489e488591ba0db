from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.standins.ocds_feed import release
from watchers.readers import decode_release
from watchers.sources.base import Record, Rejected, SourceError, open_source, source_kinds, split_batches

DOCS = Path(__file__).parents[3] / "docs" / "sources.md"

GOOD: dict[str, dict[str, Any]] = {
    "ocds_files": {"paths": ["here"]},
    "ocds_feed": {"style": "full", "url": "https://example.org/all"},
    "prozorro": {},
    "goszakup": {},
    "samruk": {},
    "unified": {},
}


def test_every_kind_of_source_is_found_without_a_list() -> None:
    assert GOOD.keys() <= source_kinds().keys()


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_a_source_is_opened_by_its_kind_and_unknown_keys_are_refused(kind: str, clock: Any) -> None:
    source = open_source("mine", {"kind": kind, **GOOD[kind], "poll_seconds": 77}, clock)
    assert (source.name, source.poll_seconds) == ("mine", 77)
    with pytest.raises(SourceError, match=r"mine: sources.mine does not fit: .*unknown field `pol_seconds`") as error:
        open_source("mine", {"kind": kind, **GOOD[kind], "pol_seconds": 1}, clock)
    assert error.value.permanent


def test_an_unknown_kind_is_refused_with_the_known_ones(clock: Any) -> None:
    with pytest.raises(SourceError, match=r"kind 'ocds' is not known: choose one of .*ocds_feed, ocds_files, prozorro"):
        open_source("mine", {"kind": "ocds"}, clock)


def _written(default: Any) -> str:
    """A default as the docs write it."""
    if default is msgspec.NODEFAULT:
        return ""
    return f"{default:g}" if isinstance(default, float) else msgspec.json.encode(default).decode().replace(",", ", ")


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_every_key_is_explained_in_the_docs_with_its_default(kind: str) -> None:
    text = DOCS.read_text(encoding="utf-8")
    for field in msgspec.structs.fields(source_kinds()[kind].Settings):
        rows = re.findall(rf"^\| `{field.encode_name}` \|([^|]*)\|", text, re.MULTILINE)
        default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        assert _written(default) in [row.strip() for row in rows], f"docs/sources.md: {field.encode_name}, {default!r}"


def test_the_docs_name_no_key_that_does_not_exist() -> None:
    known = {field.encode_name for kind in source_kinds().values() for field in msgspec.structs.fields(kind.Settings)}
    text = DOCS.read_text(encoding="utf-8").partition("## What Prozorro")[0]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)) - source_kinds().keys() <= known


def _toml_examples() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("example", _toml_examples(), ids=lambda text: text.split("\n", 1)[0])
def test_every_example_in_the_docs_opens(example: str, clock: Any) -> None:
    for name, settings in tomllib.loads(example)["sources"].items():
        assert open_source(name, settings, clock).name == name


def test_the_four_styles_have_an_example_each() -> None:
    text = "\n".join(_toml_examples())
    assert set(re.findall(r'style = "(\w+)"', text)) == {"cursor", "window", "newest", "full"}


def test_only_the_last_part_of_an_answer_moves_the_cursor() -> None:
    good = decode_release(msgspec.json.encode(release(1, "2026-11-01")))
    records = [Record(good, b"{}", "u", "") for _ in range(4)]
    rejected = [Rejected("bad", b"", "u")]
    batches = list(split_batches(records, rejected, before="old", after="new", size=2))
    assert [(len(one.records), len(one.rejected), one.cursor) for one in batches] == [
        (2, 0, "old"), (2, 0, "old"), (0, 1, "new"),
    ]  # fmt: skip
    (empty,) = split_batches([], [], before="old", after="new")
    assert empty.cursor == "new"
