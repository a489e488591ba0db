"""Several releases of one process made into one compiled release, by OCDS's own merge library.

The merge rules of OCDS 1.1 are few and are written here, so that nothing is fetched from the standard's site. Source:
standard.open-contracting.org/1.1/en/schema/merging (release schema 1.1.5: `omitWhenMerged`, `wholeListMerge`).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from watchers.ocds import Release, parse_datetime
from watchers.readers.decode import decode_plain, encode_plain
from watchers.readers.mend import mend
from watchers.readers.model import BadRecord

__all__ = ["compile_releases", "latest_of"]

_OMITTED = {("id",), ("date",), ("tag",)}
# Lists of objects that a later release replaces whole; lists of texts always are.
_WHOLE_LISTS = {"additionalIdentifiers", "additionalClassifications", "changes"}
_VERSION_KEYS = {"releaseID", "releaseDate", "releaseTag", "value"}
_EARLIEST = datetime.min.replace(tzinfo=UTC)


class _Rules(dict[tuple[str, ...], str]):
    """OCDS's merge rules by the last name of a path, so that they hold inside extensions too."""

    def get(self, path: tuple[str, ...], default: Any = None) -> Any:
        if path in _OMITTED:
            return "omitWhenMerged"
        return "wholeListMerge" if path and path[-1] in _WHOLE_LISTS else default


_RULES = _Rules()


def compile_releases(raws: Sequence[bytes]) -> bytes:
    """Merge the releases of one process, oldest first, into a compiled release; raises `BadRecord`.

    They are put in the order of their dates; where one has none, the given order stands.
    """
    releases = [_mended(raw) for raw in raws]
    if len(releases) == 1:
        return encode_plain({**releases[0], "tag": ["compiled"]})
    moments = [parse_datetime(release["date"]) if "date" in release else None for release in releases]
    if None not in moments:
        order = sorted(range(len(releases)), key=lambda index: moments[index] or _EARLIEST)
        releases = [releases[index] for index in order]
    from ocdsmerge import CompiledRelease  # noqa: PLC0415 - it imports requests: only who merges pays for it
    from ocdsmerge.exceptions import OCDSMergeError  # noqa: PLC0415

    merged = CompiledRelease(merge_rules=_RULES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two items with one id: the later stands
        try:
            for release in releases:
                merged.append(release)
            return encode_plain(merged.asdict())
        except (OCDSMergeError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise BadRecord(f"its releases cannot be merged: {error}") from None


def _mended(raw: bytes) -> dict[str, Any]:
    release = mend(decode_plain(raw), Release)
    if not isinstance(release, dict):
        raise BadRecord("not an OCDS release: no JSON object")
    return release


def latest_of(value: Any) -> Any:
    """The last state of a versioned release: every list of versions becomes its last value."""
    if isinstance(value, list):
        if value and all(isinstance(item, dict) and item.keys() == _VERSION_KEYS for item in value):
            return value[-1]["value"]
        return [latest_of(item) for item in value]
    if isinstance(value, dict):
        return {key: latest_of(item) for key, item in value.items()}
    return value
