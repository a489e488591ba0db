"""The content of what was read: each release as bytes, and what tells one version of it from the next.

A release is the same as the one before when nothing but its `id` and `date` differs: publishers renew those with every
export. Everything else counts, the order of lists and the digits of a number (`10` and `10.0`) too; `tag` does. So
A -> B -> A gives three snapshots, and A -> A' (a new date alone) gives one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from watchers.database import clean
from watchers.history.rows import Rows
from watchers.indicators.base import Finding
from watchers.ocds import Release
from watchers.sources.base import Record, Rejected
from watchers.telling import Known, Teller, is_heard

__all__ = ["Encoded", "Judged", "encode", "heard"]

_LONGEST_OCID = 512
_encoder = msgspec.json.Encoder()


class Judged(msgspec.Struct, frozen=True):
    """A record and what the indicators answered about its release."""

    record: Record
    findings: Sequence[Finding]
    rows: Rows | None = None  # what the release leaves to history, if it was taken already


class Encoded(msgspec.Struct, frozen=True):
    """A judged record, its release as JSON, and the SHA-256 of what of it counts as content."""

    judged: Judged
    release: bytes
    sha256: str


def _cleaned(value: Any) -> Any:
    """The same struct with text that UTF-8 can carry."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, msgspec.Struct):
        names = value.__struct_fields__
        return type(value)(**{name: _cleaned(getattr(value, name)) for name in names})
    return tuple(map(_cleaned, value)) if isinstance(value, tuple) else value


def _encode_release(release: Release) -> tuple[bytes, str]:
    content = _encoder.encode(msgspec.structs.replace(release, id=None, date=None))
    return _encoder.encode(release), hashlib.sha256(content).hexdigest()


def encode(judged: Iterable[Judged]) -> tuple[list[Encoded], list[Rejected]]:
    """Encode each release, setting aside those that cannot be a row: no ocid, or one too long for a key."""
    encoded: list[Encoded] = []
    rejected: list[Rejected] = []
    for one in judged:
        ocid = one.record.release.ocid
        if not ocid or len(ocid) > _LONGEST_OCID:
            reason = f"ocid is {len(ocid)} characters long (1 to {_LONGEST_OCID} can be stored)"
            rejected.append(Rejected(reason, one.record.raw, one.record.url))
            continue
        try:
            release, sha256 = _encode_release(one.record.release)
        except UnicodeEncodeError:  # a lone surrogate, from a source that built the text itself
            release, sha256 = _encode_release(_cleaned(one.record.release))
        encoded.append(Encoded(one, release, sha256))
    return encoded, rejected


def heard(teller: Teller, encoded: Sequence[Encoded], known: Mapping[str, Known]) -> dict[int, str]:
    """The newest snapshots (id: ocid) of the processes of which something new came."""
    pairs = ((clean(one.judged.record.release.ocid), one.sha256) for one in encoded)
    return {
        known[ocid].snapshot_id: ocid
        for ocid, sha256 in pairs
        if ocid in known and is_heard(known[ocid], teller, sha256)
    }
