"""When a purchase is asked for again: at the moments of its life, ever more rarely in between, and one day no more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from watchers.sources.goszakup.life import SECOND_LOOKS, next_look, second_look
from watchers.sources.goszakup.model import Records
from watchers.sources.goszakup.parts import ZONE

NOW = datetime(2026, 11, 24, 12, tzinfo=ZONE)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def records(*, deals: Any = None, bids: Any = None, lots: tuple[int, ...] = (220,), **dates: Any) -> Records:
    fields = {name: at(value) if isinstance(value, datetime) else value for name, value in dates.items()}
    lot_rows = [{"id": number, "refLotStatusId": status} for number, status in enumerate(lots, 1)]
    whole = {"TrdBuy": {"id": 1, "Lots": lot_rows} | fields, "TrdApp": bids, "Contract": deals}
    return msgspec.json.decode(msgspec.json.encode(whole), type=Records, strict=False)


def deal(status: int, *, changed: datetime = NOW, due: datetime = NOW, signed: bool = True) -> dict[str, Any]:
    return {"id": 9, "refContractStatusId": status, "lastUpdateDate": at(changed), "planExecDate": at(due),
            "signDate": at(NOW) if signed else None}  # fmt: skip


BIDS = [{"id": 5}]
SPEC = [{"originalName": "techspec_1_1.pdf"}]
CASES: list[tuple[str, Records, timedelta | None]] = [
    ("the deadline in two hours", records(endDate=NOW + 2 * HOUR), 2 * HOUR + 2 * MINUTE),
    ("files lack", records(endDate=NOW + 2 * DAY, publishDate=NOW - MINUTE, Files=[]), HOUR + MINUTE),
    ("files lack for good", records(endDate=NOW + DAY, publishDate=NOW - HOUR, Files=[]), DAY + 2 * MINUTE),
    ("files are there", records(endDate=NOW + 2 * DAY, publishDate=NOW - MINUTE, Files=SPEC), 2 * DAY + 2 * MINUTE),
    ("the discussion ends before", records(discusEndDate=NOW + HOUR, endDate=NOW + DAY), HOUR + 2 * MINUTE),
    ("the deadline far off", records(endDate=NOW + 20 * DAY), 3 * DAY),
    ("just closed", records(endDate=NOW - MINUTE), HOUR / 2),
    ("closed a day ago", records(endDate=NOW - DAY), 6 * HOUR),
    ("closed a month ago", records(endDate=NOW - 30 * DAY), DAY),
    ("closed two years ago", records(endDate=NOW - 730 * DAY), None),
    ("refused", records(refBuyStatusId=410, lastUpdateDate=NOW - DAY), 7 * DAY),
    ("cancelled long ago", records(refBuyStatusId=430, lastUpdateDate=NOW - 60 * DAY), None),
    ("results, no bids yet", records(endDate=NOW - DAY, itogiDatePublic=NOW - 4 * HOUR, bids=[]), HOUR),
    ("results, nothing bought", records(itogiDatePublic=NOW - DAY, bids=BIDS, lots=(370, 410)), 3 * DAY),
    ("nothing bought, weeks ago", records(itogiDatePublic=NOW - 20 * DAY, bids=BIDS, lots=(370,)), None),
    ("a contract is expected", records(itogiDatePublic=NOW - 4 * DAY, bids=BIDS, lots=(360,)), DAY),
    ("no contract for long", records(itogiDatePublic=NOW - 70 * DAY, bids=BIDS, lots=(360,)), None),
    ("a contract runs", records(itogiDatePublic=NOW - 70 * DAY, bids=BIDS, lots=(360,), deals=[deal(190)]), 7 * DAY),
    ("not signed by both yet",
     records(itogiDatePublic=NOW - 4 * DAY, bids=BIDS, lots=(360,), deals=[deal(131, signed=False)]), DAY),
    ("overdue for a year", records(itogiDatePublic=NOW - 500 * DAY, bids=BIDS, lots=(360,),
     deals=[deal(190, due=NOW - 365 * DAY)]), 30 * DAY),
    ("executed", records(itogiDatePublic=NOW - 70 * DAY, bids=BIDS, lots=(360,), deals=[deal(390)]), 30 * DAY),
    ("executed long ago", records(itogiDatePublic=NOW - 300 * DAY, bids=BIDS, lots=(360,),
     deals=[deal(390, changed=NOW - 100 * DAY)]), None),
]  # fmt: skip


@pytest.mark.parametrize(("one", "wait"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_next_look(one: Records, wait: timedelta | None) -> None:
    assert next_look(one, NOW) == (None if wait is None else NOW + wait)


def test_a_direct_contract_is_followed_until_it_is_carried_out() -> None:
    running = msgspec.json.decode(msgspec.json.encode({"Contract": [deal(190)]}), type=Records, strict=False)
    assert next_look(running, NOW) == NOW + 7 * DAY
    assert next_look(Records(deals=()), NOW) is None


def test_what_could_not_be_taken_is_asked_for_ever_more_rarely_and_then_no_more() -> None:
    waits = [second_look(times, NOW) for times in range(len(SECOND_LOOKS) + 1)]
    assert [moment - NOW for moment in waits if moment] == sorted(SECOND_LOOKS)
    assert waits[-1] is None
