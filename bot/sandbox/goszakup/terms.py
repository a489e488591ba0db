"""What follows from what is bought: how the term is worded, whose year pays, who may bid, which signs it carries.

Worded as buyers of the country word it, in both languages; which wording follows from the plan point, so that a repeat
keeps it and nothing is drawn.
"""

from __future__ import annotations

from datetime import date, timedelta

from bot.sandbox.goszakup.moments import day_of
from bot.sandbox.goszakup.records import Lot, Tender
from watchers.rules.things import set_aside

__all__ = ["budget_year", "delivery_texts", "disabled_only", "is_construction", "prepares_design", "year_of_money"]

_MONTHS_RU = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
    "декабря",
)  # fmt: skip
_MONTHS_KK = (
    "қаңтарға", "ақпанға", "наурызға", "сәуірге", "мамырға", "маусымға", "шілдеге", "тамызға", "қыркүйекке",
    "қазанға", "қарашаға", "желтоқсанға",
)  # fmt: skip
_BY_ORDERS = frozenset({"food", "fuel", "coal", "medicines"})
_NEXT_YEARS_MONEY = {11: 60, 12: 94}
"""Per cent of ordinary first purchases of a month that are for the plan of the next year."""
_FIRST = 1
_ALL_OF_IT = 100
_SHORT = 15
_DESIGN = "711211"


def year_of_money(tender: Tender, *, ordinary: bool) -> int:
    """Return the financial year that pays: late in the year mostly the next one, of purchases without a defect."""
    day = day_of(tender.created)
    return day.year + int(ordinary and tender.id % 100 < _NEXT_YEARS_MONEY.get(day.month, 0))


def budget_year(tender: Tender) -> int:
    """Return the financial year of a purchase."""
    return tender.year or day_of(tender.created).year


def delivery_texts(lot: Lot) -> tuple[str, str]:
    """Return how the plan point words the term, in Russian and Kazakh; some Russian fields hold Kazakh text."""
    days, year, wording = lot.delivery_days, budget_year(lot.tender), lot.plan_root % 10
    ru, kk = f"{days} календарных дней", f"{days} күнтізбелік күн"
    if days < _SHORT:
        return ru, kk
    if wording < 4 and lot.tender.group in _BY_ORDERS:
        ru, kk = _until(date(year, 12, 31))
        ru, kk = f"по заявке Заказчика {ru}", f"Тапсырыс берушінің өтінімі бойынша {kk}"
    elif wording < 4 and lot.tender.subject == 3:
        ru, kk = _until(date(year, 12, 31))
    elif wording == 4:
        ru, kk = _until(min(day_of(lot.tender.created) + timedelta(days=days + 45), date(year, 12, 31)))
    elif wording == 5:
        ru = kk
    elif wording == 6:
        ru, kk = f"в течении {ru} после подписания договора", f"шартқа қол қойылғаннан кейін {kk} ішінде"
    return ru, kk


def _until(day: date) -> tuple[str, str]:
    return (
        f"до {day.day} {_MONTHS_RU[day.month - 1]} {day.year} года",
        f"{day.year} жылғы {day.day} {_MONTHS_KK[day.month - 1]} дейін",
    )


def is_construction(tender: Tender) -> bool:
    """Return whether it is construction; repairs and landscaping are not, though they stand under the same codes."""
    return tender.group == "construction"


def prepares_design(lot: Lot) -> bool:
    """Return whether designs are bought."""
    return lot.good.enstru.startswith(_DESIGN)


def disabled_only(lot: Lot) -> bool:
    """Return whether the lot is bought only from organisations of disabled persons: so the list says, at first."""
    if lot.tender.type_trade != _FIRST:
        return False
    line = set_aside("KZ", "ENSTRU", lot.good.enstru, lot.good.name_ru, day_of(lot.tender.created))
    return line is not None and line.share == _ALL_OF_IT
