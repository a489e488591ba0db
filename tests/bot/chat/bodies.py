"""A year of an invented buyer and its suppliers, stored as the sources store it."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.bot.chat.talking import FLAG, RELEASE
from watchers.encoding import Judged
from watchers.ocds import Release
from watchers.sources.base import Batch, Record
from watchers.store import Store

BUYER = "KZ-BIN-100640000017"
ROOFS, PAINTS = "KZ-BIN-150340000011", "KZ-BIN-150340000022"
NAMES = {ROOFS: "ТОО «Кровля Алгабас»", PAINTS: "ТОО «Бояулар»"}


def party(id_: str) -> dict[str, Any]:
    scheme, _, number = id_.rpartition("-")
    return {"id": id_, "name": NAMES[id_], "identifier": {"scheme": scheme, "id": number}}


def bought(number: int) -> dict[str, Any]:
    """The purchase of a month: 1-10 are open with one bidder or three, 11 and 12 direct, 12 was cancelled."""
    month, direct = number if number < 12 else 11, number > 10
    winner = ROOFS if number % 3 else PAINTS
    bidders = [winner] if number % 2 else [ROOFS, PAINTS]
    value = {"amount": 1_000_000 * number, "currency": "KZT"}
    day = f"2026-{month:02}-10T05:00:00Z"
    release = RELEASE | {
        "ocid": f"ocds-kz0001-goszakup-{17379600 + number}-1",
        "date": f"2026-{month:02}-20T05:00:00Z",
        "parties": [party(ROOFS), party(PAINTS)],
        "tender": {
            "id": str(17379600 + number), "title": f"Ремонт кровли, часть {number}", "value": value,
            "status": "cancelled" if number == 12 else "complete", "datePublished": day,
            "procurementMethod": "direct" if direct else "open",
            "tenderPeriod": {"startDate": day, "endDate": f"2026-{month:02}-17T05:00:00Z"},
            "lots": [{"id": "1", "title": "Кровля", "value": value, "status": "complete"}],
            "items": [
                {"id": "1", "relatedLot": "1", "classification": {"scheme": "ENSTRU", "id": "433210.100.000000"}}
            ],
        },
    }  # fmt: skip
    if number == 12:
        return release
    award = {"id": f"a{number}", "status": "active", "date": f"2026-{month:02}-18T05:00:00Z", "value": value,
             "suppliers": [party(winner)], "relatedLots": ["1"]}  # fmt: skip
    contract = {"id": f"c{number}", "awardID": f"a{number}", "value": value, "status": "active",
                "dateSigned": f"2026-{month:02}-19T05:00:00Z"}  # fmt: skip
    bids = {
        "details": [
            {"id": f"b{place}", "status": "valid", "tenderers": [party(one)], "value": value, "relatedLots": ["1"],
             "date": f"2026-{month:02}-16T05:00:00Z"}
            for place, one in enumerate(bidders)
        ]
    }  # fmt: skip
    return release | {"awards": [award], "contracts": [contract]} | ({} if direct else {"bids": bids})


async def store_year(store: Store) -> None:
    """Twelve purchases of a buyer; every fourth has a flag."""
    judged = []
    for number in range(1, 13):
        told = bought(number)
        release = msgspec.json.decode(msgspec.json.encode(told), type=Release)
        link = f"https://old.goszakup.gov.kz/ru/announce/index/{17379600 + number}"
        record = Record(release=release, raw=msgspec.json.encode(told), url="https://example.org/1", link=link)
        judged.append(Judged(record, [FLAG] if number % 4 == 0 else []))
    await store.save("demo", Batch([one.record for one in judged], [], cursor="1"), judged, cursor="1")
