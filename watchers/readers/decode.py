"""From a release's bytes to a typed `Release`: straight where it fits, mended where it does not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from watchers.ocds import Release
from watchers.readers.mend import mend, mend_text
from watchers.readers.model import LARGEST, MOST_OBJECTS, MOST_PARTS, BadRecord

__all__ = ["decode_plain", "decode_release", "encode_plain", "refuse_heavy"]

_RELEASE = msgspec.json.Decoder(Release)
_PLAIN = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_SMALL = 1024 * 1024  # below this no count is needed: it cannot hold too many parts


def decode_release(raw: bytes) -> Release:
    """Decode one release from UTF-8 (or Latin-1) JSON; raises `BadRecord` with the reason where it cannot be read."""
    if len(raw) > _SMALL:
        refuse_heavy(raw)
    try:
        release = _RELEASE.decode(raw)
    except (ValueError, RecursionError):  # msgspec's errors and a bad byte are ValueErrors
        return _decode_mended(raw)
    if not release.ocid:
        raise BadRecord("no ocid")
    return release


def refuse_heavy(raw: bytes) -> None:
    """Raise `BadRecord` where decoding would take far more memory than the bytes do."""
    if len(raw) > LARGEST:
        raise BadRecord(f"larger than {LARGEST // 2**20} MiB: refused")
    if raw.count(b"{") > MOST_OBJECTS or raw.count(b",") > MOST_PARTS or raw.count(b"[") > MOST_OBJECTS:
        raise BadRecord(f"more than {MOST_OBJECTS} objects or {MOST_PARTS} values in one release: refused")


def _decode_mended(raw: bytes) -> Release:
    plain = decode_plain(raw)
    if not isinstance(plain, dict):
        raise BadRecord("not an OCDS release: no JSON object")
    ocid = plain.get("ocid")
    if not isinstance(ocid, str) or not ocid:
        raise BadRecord("no ocid" if ocid in (None, "") else "no ocid: it is not a text")
    try:
        release = _RELEASE.decode(encode_plain(mend(plain, Release)))
    except (ValueError, OverflowError, RecursionError) as error:
        raise BadRecord(f"cannot be read: {error}") from None
    return release


def decode_plain(raw: bytes) -> Any:
    """Decode any JSON into dicts and lists, with exact numbers; raises `BadRecord`."""
    try:
        return _PLAIN.decode(raw)
    except RecursionError:
        raise BadRecord("nested too deeply: refused") from None
    except ValueError:
        pass
    try:
        return _PLAIN.decode(mend_text(raw))
    except RecursionError:
        raise BadRecord("nested too deeply: refused") from None
    except ValueError as error:
        raise BadRecord(f"not valid JSON: {error}") from None


def encode_plain(value: Any) -> bytes:
    """Encode dicts and lists as JSON, numbers exact."""
    return _ENCODER.encode(value)
