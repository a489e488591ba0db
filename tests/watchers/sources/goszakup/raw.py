"""Raw records by hand: an announcement, a lot, a plan point, and what the mapping makes of them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from watchers.ocds import Release, Tender
from watchers.sources.goszakup.mapping import release_of
from watchers.sources.goszakup.reading import read

BIN, OTHER_BIN = "000140000018", "991240000026"


def announcement(**changes: Any) -> dict[str, Any]:
    return {
        "id": 17800001, "numberAnno": "17800001-1", "nameRu": "Приобретение мебели", "nameKz": "Жиһаз сатып алу",
        "totalSum": 2310000.5, "refTradeMethodsId": 3, "refSubjectTypeId": 1, "orgBin": BIN, "orgPid": 11,
        "orgNameRu": "КГУ «Школа № 12»", "orgNameKz": "«№ 12 мектеп» КММ", "refBuyStatusId": 220, "refTypeTradeId": 1,
        "publishDate": "2026-11-09 10:00:00", "startDate": "2026-11-09 10:00:00", "endDate": "2026-11-11 18:00:00",
        "lastUpdateDate": "2026-11-09 09:58:00", "finYear": [2026], "kato": ["611610000"], "Lots": [lot()], **changes,
    }  # fmt: skip


def lot(**changes: Any) -> dict[str, Any]:
    return {
        "id": 43600001, "lotNumber": "87600001-ЗЦП1", "amount": 2310000.5, "count": 60, "nameRu": "Стол",
        "nameKz": "Үстел", "descriptionRu": "ученический", "refLotStatusId": 220, "customerBin": BIN,
        "customerNameRu": "КГУ «Школа № 12»", "refTradeMethodsId": 3, "refBuyTradeMethodsId": 3,
        "plnPointKatoList": ["611610000"], "enstruList": [0], **changes,
    }  # fmt: skip


def plan(**changes: Any) -> dict[str, Any]:
    return {
        "id": 8760001, "rootrecordId": 8760000, "nameRu": "Стол", "descRu": "ученический", "extraDescRu": "бук",
        "refEnstruCode": "310912.300.000012", "refUnitsCode": "796", "count": 60, "price": 38500.01,
        "amount": 2310000.6, "refMonthsId": 11, "plnPointYear": 2026, "refTradeMethodsId": 3, "prepayment": 30,
        "supplyDateRu": "20 календарных дней", "isQvazi": 0, "dateCreate": "2026-10-05 11:00:00",
        "PlanActs": {"dateApproved": "2026-10-06 11:00:00"}, **changes,
    }  # fmt: skip


def mapped(now: datetime | None = None, **records: Any) -> Release:
    return release_of(read(json.dumps(records, ensure_ascii=False).encode()).records, now=now)


def tender(now: datetime | None = None, **changes: Any) -> Tender:
    found = mapped(now, TrdBuy=announcement(**changes)).tender
    assert found is not None
    return found
