"""The demo's invented announcements as OCDS releases, dated around the moment the demo starts.

`tenders.csv` says what is bought and which case it shows; here each case becomes dates, bids and awards. A deadline is
always a working day at 10:00 in Kazakhstan's zone, so that "1 working day left" is true whenever the demo runs.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from watchers.ocds import (
    Address,
    Award,
    Bid,
    Bids,
    Classification,
    Document,
    Identifier,
    Item,
    Lot,
    Organization,
    Period,
    Release,
    Tender,
    Unit,
    Value,
    number,
)

__all__ = ["ZONE", "Row", "release_of", "rows"]

ZONE = ZoneInfo("Asia/Almaty")

_METHODS = {
    "open": ("open", "Открытый конкурс"),
    "rating": ("open", "Конкурс с использованием рейтингово-балльной системы"),
    "auction": ("open", "Аукцион"),
    "quotation": ("open", "Запрос ценовых предложений"),
    "direct_failed": ("direct", "Из одного источника по несостоявшимся закупкам"),
}
_SUPPLIERS = (
    ("990040002118", "ТОО «Сапалы құрылыс»"),
    ("990040002227", "ТОО «Дала жолы»"),
    ("990040002336", "ТОО «Ақ ниет сервис»"),
    ("990040002445", "ТОО «Терек трейд»"),
)
_CLOSED = {"single_bid", "identical", "near_estimate", "all_rejected", "lowest_rejected", "late_bid"}


class Row(msgspec.Struct, frozen=True):
    """One line of `tenders.csv`; `days` is the length of the submission window in working days."""

    number: str
    buyer: str
    case: str
    method: str
    days: int
    amount: int
    enstru: str
    kk: str
    ru: str
    en: str


@cache
def rows() -> tuple[Row, ...]:
    """Every announcement of the demo, in the order in which they are published."""
    text = (files("bot.demo") / "tenders.csv").read_text(encoding="utf-8")
    return tuple(msgspec.convert(line, Row, strict=False) for line in csv.DictReader(text.splitlines()))


@cache
def _buyers() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("bot.demo") / "buyers.toml").read_text(encoding="utf-8"))


def _organization(bin_: str, name: str, **more: Any) -> Organization:
    return Organization(
        id=f"KZ-BIN-{bin_}", name=name, identifier=Identifier(scheme="KZ-BIN", id=bin_), **more
    )  # fmt: skip


def _shift(day: date, working_days: int, is_working: Callable[[date], bool]) -> date:
    """The working day so many working days after (or, below zero, before) a day."""
    step = timedelta(days=1 if working_days >= 0 else -1)
    left = abs(working_days)
    while left:
        day += step
        left -= is_working(day)
    return day


def _at(day: date, hour: int) -> str:
    return datetime.combine(day, time(hour), tzinfo=ZONE).isoformat()


def _period(row: Row, now: datetime, is_working: Callable[[date], bool]) -> tuple[str, Period | None]:
    """When it was published, and the submission window: still open by a day, or closed for those with bids."""
    today = now.astimezone(ZONE).date()
    if row.days == 0:
        return _at(_shift(today, -1, is_working), 9), None
    last = _shift(today, -3 if row.case in _CLOSED else min(row.days, 2), is_working)
    if row.method == "quotation":  # the window runs from the announcement
        published = _shift(last, -row.days, is_working)
        return _at(published, 9), Period(start_date=_at(published, 9), end_date=_at(last, 10))
    # Acceptance opens at 09:00 of the working day after the discussion protocol, which is when the window begins.
    opened = _shift(last, 1 - row.days, is_working)
    published = _shift(opened, -4, is_working)
    return _at(published, 9), Period(start_date=_at(opened, 9), end_date=_at(last, 10))


def _bid(n: int, row: Row, share: str, moment: str, status: str = "valid") -> Bid:
    supplier = _SUPPLIERS[n]
    amount = (Decimal(row.amount) * Decimal(share)).quantize(Decimal(1))
    return Bid(
        id=f"{row.number}-bid-{n + 1}",
        date=moment,
        status=status,
        value=Value.of(amount, "KZT"),
        tenderers=(_organization(*supplier),),
        related_lots=(f"{row.number}-lot-1",),
    )


def _bids(row: Row, period: Period) -> tuple[tuple[Bid, ...], int]:
    """The bids of a case, and which of them won."""
    end = period.end
    assert end is not None  # noqa: S101 - closed cases have a window
    before, after = (end - timedelta(hours=3)).isoformat(), (end + timedelta(hours=2)).isoformat()
    cases: dict[str, tuple[tuple[tuple[str, str, str], ...], int]] = {
        "single_bid": ((("0.93", before, "valid"),), 0),
        "identical": ((("0.94", before, "valid"), ("0.94", before, "valid"), ("0.97", before, "valid")), 0),
        "near_estimate": ((("0.998", before, "valid"), ("1", before, "disqualified")), 0),
        "all_rejected": (
            (("0.97", before, "valid"), ("0.88", before, "disqualified"), ("0.91", before, "disqualified")),
            0,
        ),
        "lowest_rejected": (
            (("0.95", before, "valid"), ("0.81", before, "disqualified"), ("0.96", before, "valid")),
            0,
        ),
        "late_bid": ((("0.9", after, "valid"), ("0.95", before, "valid")), 0),
    }
    offers, winner = cases[row.case]
    return tuple(_bid(n, row, *offer) for n, offer in enumerate(offers)), winner


def _outcome(row: Row, period: Period | None) -> Iterator[tuple[str, Any]]:
    if row.case not in _CLOSED or period is None or period.end is None:
        return
    bids, winner = _bids(row, period)
    yield "bids", Bids(details=bids)
    yield (
        "awards",
        (
            Award(
                id=f"{row.number}-award-1",
                status="active",
                date=(period.end + timedelta(days=1)).isoformat(),
                value=bids[winner].value,
                suppliers=bids[winner].tenderers,
                related_lots=(f"{row.number}-lot-1",),
                related_bid=bids[winner].id,
            ),
        ),
    )


def release_of(row: Row, now: datetime, is_working: Callable[[date], bool], link_base: str) -> Release:
    """The announcement as a compiled OCDS release as it would stand at `now`."""
    buyer = _buyers()[row.buyer]
    published, period = _period(row, now, is_working)
    outcome = dict(_outcome(row, period))
    organization = _organization(
        buyer["bin"],
        buyer["ru"],
        name_kk=buyer["kk"],
        name_ru=buyer["ru"],
        name_en=buyer["en"],
        roles=("buyer", "procuringEntity"),
        address=Address(region_code=buyer["region"], country_name="Kazakhstan"),
    )
    reference = Organization(id=organization.id, name=organization.name)
    method, details = _METHODS[row.method]
    bidders = tuple(bid.tenderers[0] for bid in outcome["bids"].details) if "bids" in outcome else ()
    tender = Tender(
        id=row.number,
        title=row.ru,
        title_kk=row.kk,
        title_ru=row.ru,
        title_en=row.en,
        status="complete" if outcome else "active",
        value=Value.of(row.amount, "KZT"),
        procurement_method=method,
        procurement_method_details=details,
        award_criteria="priceOnly",
        date_published=published,
        tender_period=period,
        number_of_tenderers=len(bidders) if outcome else None,
        tenderers=bidders,
        procuring_entity=reference,
        lots=(Lot(id=f"{row.number}-lot-1", title=row.ru, title_kk=row.kk, value=Value.of(row.amount, "KZT")),),
        items=(
            Item(
                id=f"{row.number}-item-1",
                description=row.ru,
                description_kk=row.kk,
                classification=Classification(scheme="ENSTRU", id=row.enstru),
                raw_quantity=number(1),
                unit=Unit(name="услуга" if row.enstru[0] > "3" else "комплект"),
                related_lot=f"{row.number}-lot-1",
            ),
        ),
        documents=(Document(id="1", document_type="tenderNotice", url=f"{link_base}/announce/{row.number}"),),
    )
    return Release(
        ocid=f"ocds-demo01-{row.number}",
        id=f"{row.number}-1",
        date=published,
        tag=("compiled",),
        language="ru",
        buyer=reference,
        parties=(organization, *bidders),
        tender=tender,
        **outcome,
    )
