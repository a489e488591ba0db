"""What of a batch is new, as rows ready to be written. Pure computing: no database, no clock."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watchers.base_rates import Answers, answers_of
from watchers.changes import Change, View, changes_between, view_of
from watchers.database import clean
from watchers.encoding import Encoded, Judged
from watchers.history.rows import Rows
from watchers.history.taking import kept_rows
from watchers.indicators.base import Finding, Status
from watchers.rules import load_rules
from watchers.sources.base import Record, Rejected
from watchers.summary import Summary, summarise
from watchers.telling import Known, Teller, is_heard, scope_of

__all__ = ["Intake", "set_aside_row", "take_in"]

_LONGEST_NAME = 1000
_LARGEST_BODY = 1 << 20


@dataclass
class TenderRow:
    """A tender in the making or already stored; `row` holds the columns to be written, `id` is 0 until reserved."""

    row: dict[str, Any]
    ocid: str
    id: int = 0
    sequence: int = 0
    new: bool = True


@dataclass
class NewSnapshot:
    """A snapshot to be written with all that hangs on it; keys are filled in by the store."""

    tender: TenderRow
    row: dict[str, Any]
    raw_sha256: str
    history: Rows
    findings: list[dict[str, Any]]
    events: list[dict[str, Any]]


@dataclass
class Intake:
    """Everything new that one transaction writes, and the records that could not be understood."""

    tenders: list[TenderRow] = field(default_factory=list)
    snapshots: list[NewSnapshot] = field(default_factory=list)
    raw_answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    buyers: dict[str, dict[str, Any]] = field(default_factory=dict)
    suppliers: dict[str, dict[str, Any]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    answers: Answers = field(default_factory=Counter)


def set_aside_row(source: str, rejected: Rejected, now: datetime) -> dict[str, Any]:
    """A row of `set_aside`; the body is cut at 1 MiB, its SHA-256 is of the whole."""
    return {
        "source": source,
        "url": clean(rejected.url),
        "reason": clean(rejected.reason)[:_LONGEST_NAME],
        "body": zlib.compress(rejected.raw[:_LARGEST_BODY]),
        "sha256": hashlib.sha256(rejected.raw).hexdigest(),
        "seen_at": now,
    }


def _tender_row(teller: Teller, summary: Summary, findings: Sequence[Finding], now: datetime) -> dict[str, Any]:
    currency = summary.currency.strip().upper()
    return {
        "source": teller.name,
        "rank": teller.rank,
        "title": clean(summary.title)[:_LONGEST_NAME],
        "buyer_id": clean(summary.buyer_id)[:255],
        "buyer_name": clean(summary.buyer_name)[:_LONGEST_NAME],
        "region": clean(summary.region)[:16],
        "amount": summary.amount,
        "currency": currency if len(currency) == 3 and currency.isascii() and currency.isalpha() else None,
        "published_at": summary.published_at,
        "closes_at": summary.closes_at,
        "weight": max((finding.weight for finding in findings if finding.status is Status.FIRED), default=0),
        "changed_at": now,
    }


def _finding_row(finding: Finding) -> dict[str, Any]:
    return {
        "indicator": finding.indicator,
        "version": finding.version,
        "status": finding.status.value,
        "tier": finding.tier.value,
        "weight": finding.weight,
        "finding": finding,
    }


def _event_row(change: Change, now: datetime, *, known_to_all: bool) -> dict[str, Any]:
    """A row of `events`; what is `known_to_all` is not compared with anybody's filters."""
    matched_at = now if known_to_all else None
    return {"kind": change.kind.value, "detail": change.detail, "happened_at": now, "matched_at": matched_at}


def _snapshot(
    teller: Teller, encoded: Encoded, tender: TenderRow, changes: Sequence[Change], *, history: Rows, now: datetime
) -> NewSnapshot:
    record, findings = encoded.judged.record, encoded.judged.findings
    made = sum(1 for finding in findings if finding.status in (Status.FIRED, Status.CLEAR))
    unknown = sum(1 for finding in findings if finding.status is Status.NOT_COMPUTABLE)
    return NewSnapshot(
        tender=tender,
        row={
            "sequence": tender.sequence,
            "source": teller.name,
            "sha256": encoded.sha256,
            "release": encoded.release,
            "link": clean(record.link),
            "seen_at": now,
            "checks_made": made,
            "checks_possible": made + unknown,
        },
        raw_sha256=hashlib.sha256(record.raw).hexdigest(),
        history=history,
        findings=[
            _finding_row(finding) for finding in findings if finding.status in (Status.FIRED, Status.NOT_COMPUTABLE)
        ],
        events=[_event_row(one, now, known_to_all=teller.old and tender.new) for one in changes],
    )


def take_in(
    teller: Teller, encoded: Sequence[Encoded], known: Mapping[str, Known], views: Mapping[str, View], now: datetime
) -> Intake:
    """Turn what is new among `encoded` into rows, in the order given: an ocid may come several times.

    `known` and `views` hold the newest stored snapshot of each ocid that has one. What another source already told
    otherwise, or what a source of higher rank tells better, is no news: `watchers.telling`.
    """
    intake = Intake()
    tenders: dict[str, TenderRow] = {}
    standing = dict(known)
    seen = dict(views)
    for one in encoded:
        ocid = clean(one.judged.record.release.ocid)
        before = standing.get(ocid)
        if before is not None and not is_heard(before, teller, one.sha256):
            continue
        try:
            summary = summarise(one.judged.record.release)
            view = view_of(one.judged.record.release, one.judged.findings, summary)
            history = _history(one.judged)
        except Exception as error:  # noqa: BLE001 - one record nobody foresaw must not stop a publisher
            reason = f"its facts could not be taken ({type(error).__name__}: {error})"
            intake.rejected.append(Rejected(reason, one.judged.record.raw, one.judged.record.url))
            continue
        tender = tenders.get(ocid) or tenders.setdefault(ocid, _start(teller, ocid, before, now))
        intake.answers += answers_of(seen.get(ocid), view, one.judged.findings, now)
        retold = before is not None and before.holder != teller.name
        changes = changes_between(seen.get(ocid), view, retold=retold)
        _add(intake, one, tender, summary, changes, history=history, teller=teller, now=now)
        standing[ocid] = Known(tender.id, 0, tender.sequence, one.sha256, teller.name, teller.rank, one.sha256)
        seen[ocid] = view
    intake.tenders = list(tenders.values())
    return intake


def _history(judged: Judged) -> Rows:
    if judged.rows is not None:
        return judged.rows
    return kept_rows(judged.record.release, load_rules(), judged.record.link)


def _add(
    intake: Intake,
    one: Encoded,
    tender: TenderRow,
    summary: Summary,
    changes: Sequence[Change],
    *,
    history: Rows,
    teller: Teller,
    now: datetime,
) -> None:
    record = one.judged.record
    tender.sequence += 1
    tender.row |= _tender_row(teller, summary, one.judged.findings, now)
    snapshot = _snapshot(teller, one, tender, changes, history=history, now=now)
    intake.snapshots.append(snapshot)
    if snapshot.raw_sha256 not in intake.raw_answers:
        intake.raw_answers[snapshot.raw_sha256] = _raw_row(teller.name, record, snapshot.raw_sha256, now)
    if tender.row["buyer_id"]:
        intake.buyers[tender.row["buyer_id"]] = _buyer_row(tender.row, summary, now)
    for supplier, name in summary.suppliers.items():
        id_, told = clean(supplier)[:255], clean(name)[:_LONGEST_NAME]
        if told:
            search = f"{id_.casefold()}\n{told.casefold()}"
            intake.suppliers[id_] = {"id": id_, "name": told, "search": search, "seen_at": now}


def _start(teller: Teller, ocid: str, known: Known | None, now: datetime) -> TenderRow:
    if known is not None:
        return TenderRow({}, ocid, known.tender_id, known.sequence, new=False)
    return TenderRow({"ocid": ocid, "scope": scope_of(teller.name, ocid), "seen_at": now}, ocid)


def _raw_row(source: str, record: Record, sha256: str, now: datetime) -> dict[str, Any]:
    body = zlib.compress(record.raw)
    return {"source": source, "url": clean(record.url), "fetched_at": now, "sha256": sha256, "body": body}


def _buyer_row(tender: Mapping[str, Any], summary: Summary, now: datetime) -> dict[str, Any]:
    search = f"{tender['buyer_id'].casefold()}\n{clean(summary.buyer_search)}"[: 2 * _LONGEST_NAME]
    return {"id": tender["buyer_id"], "name": tender["buyer_name"], "search": search, "seen_at": now}
