"""Invented releases and findings for the tests of the store and the watcher."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from watchers.indicators.base import Family, Finding, Norm, Status, Subject, Tier
from watchers.ocds import Release
from watchers.sources.base import Batch, Record
from watchers.store import Judged

__all__ = ["batch", "finding", "judged", "release"]


def release(ocid: str = "ocds-demo-1", **tender: Any) -> Release:
    """A release as a publisher would send it; keyword arguments go into `tender`, `top` beside it."""
    top = tender.pop("top", {})
    value = {
        "ocid": ocid,
        "id": f"{ocid}-1",
        "date": "2026-11-22T09:00:00Z",
        "buyer": {"id": "7", "name": "Алғабас ауданының білім бөлімі", "name_en": "Algabas education department",
                  "identifier": {"scheme": "KZ-BIN", "id": "000000000007"}},
        "tender": {
            "id": ocid, "title": "Roof repair, school No. 12", "status": "active",
            "procurementMethodDetails": "open tender", "value": {"amount": 48200000.5, "currency": "KZT"},
            "tenderPeriod": {"startDate": "2026-11-22T00:00:00Z", "endDate": "2026-11-27T05:00:00Z"},
        } | tender,
    } | top  # fmt: skip
    return msgspec.json.decode(json.dumps(value).encode(), type=Release)


def finding(code: str = "R003", status: Status = Status.FIRED, **changed: Any) -> Finding:
    values: dict[str, Any] = {
        "ocid": "ocds-demo-1", "indicator": code, "version": 1, "status": status,
        "subject": Subject("process", "ocds-demo-1"), "tier": Tier.A, "weight": 60, "family": Family.TERMS,
        "value": Decimal("3.50"), "threshold": 5, "unit": "working_day", "facts": {"kind": "open"},
        "norm": Norm("rules", "p. 164", date(2026, 11, 1)),
    }  # fmt: skip
    return Finding(**values | changed)


def judged(one: Release, *findings: Finding, raw: bytes | None = None) -> Judged:
    raw = msgspec.json.encode(one) if raw is None else raw
    return Judged(Record(one, raw, "https://publisher.example/1", "https://portal.example/1"), findings)


def batch(*ones: Judged, cursor: str = "1", rejected: Any = ()) -> Batch:
    return Batch([one.record for one in ones], list(rejected), cursor)
