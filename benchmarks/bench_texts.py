"""The eight indicators of texts on one announcement: three lots, a kilobyte of text each, read anew every time."""

from __future__ import annotations

import json
import statistics
import time

from benchmarks import Result
from watchers.indicators.base import Context
from watchers.indicators.registry import load_indicators
from watchers.readers.decode import decode_release
from watchers.rules import load_rules

_CODES = {"KZ-05", "KZ-06", "KZ-07", "KZ-08", "KZ-09", "R006", "KZ-13", "KZ-19"}
_RU = (
    "Компьютер настольный, процессор не менее 6 ядер, память не менее 16 ГБ DDR4, накопитель SSD не менее 512 ГБ,"
    " монитор не менее 23,8 дюйма, интерфейсы HDMI, USB 3.0. Гарантия производителя 36 месяцев. Товар новый, б/у не"
    " допускается, допускаются аналоги не хуже указанных. "
)
_KK = (
    "Үстел компьютері, процессоры кемінде 6 ядролы, жедел жады кемінде 16 ГБ, жинақтағышы кемінде 512 ГБ. Өндіруші"
    " кепілдігі 36 ай. Тауар жаңа болуы тиіс, қолданылғанына рұқсат етілмейді. "
)
_ROUNDS = 300
_TARGET = 0.6  # milliseconds


def _release(number: int) -> bytes:
    lots = [
        {
            "id": str(lot), "title_ru": "Компьютер", "title_kk": "Компьютер",
            "description_ru": (f"Лот {number + lot}. " + _RU * 3)[:600], "description_kk": (_KK * 3)[:400],
            "value": {"amount": 5_000_000, "currency": "KZT"},
        }
        for lot in range(3)
    ]  # fmt: skip
    code = {"scheme": "ENSTRU", "id": "262013.000.000012"}
    items = [{"id": str(lot), "relatedLot": str(lot), "classification": code} for lot in range(3)]
    tender = {
        "title_ru": "Приобретение компьютеров", "procurementMethodDetails": "Открытый конкурс", "lots": lots,
        "items": items, "mainProcurementCategory": "goods", "datePublished": "2026-11-02T10:00:00+05:00",
    }  # fmt: skip
    buyer = {"id": "KZ-BIN-000140000018", "identifier": {"scheme": "KZ-BIN", "id": "000140000018"}}
    return json.dumps({"ocid": f"o{number}", "buyer": buyer, "tender": tender}, ensure_ascii=False).encode()


def run() -> list[Result]:
    context = Context(rules=load_rules())
    indicators = [one for one in load_indicators() if one.code in _CODES]
    times = []
    for release in [decode_release(_release(number)) for number in range(_ROUNDS)]:
        begin = time.perf_counter()
        for indicator in indicators:
            indicator.judge(release, context)
        times.append((time.perf_counter() - begin) * 1000)
    median = statistics.median(times)
    return [Result("texts of an announcement, median", median, "ms", target=f"< {_TARGET} ms", met=median < _TARGET)]
