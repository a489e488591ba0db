"""Small parts of a release: moments with their zone, money, places, texts without the numbers of persons."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from watchers.ocds import Address, Period, Value
from watchers.places import region
from watchers.sources.goszakup.codes import report_once
from watchers.sources.goszakup.model import Codes, Place, codes_of
from watchers.sources.goszakup.persons import clear_of_persons

__all__ = [
    "CURRENCY", "ZONE", "joined", "local", "moment", "money", "number_text", "period",
    "places", "region_of", "shown", "years_of",
]  # fmt: skip

ZONE = ZoneInfo("Asia/Almaty")
"""The portal's clock: +05:00 since 2024-03-01, +06:00 before, by the tz database."""

CURRENCY = "KZT"
_YEARS = range(1990, 2100)
"""1970 is how the portal writes "never", 2999 "for ever"."""
_LARGEST = Decimal(10) ** 15
"""A thousand billion tenge: the whole yearly budget is a thirtieth of it."""


@lru_cache(maxsize=16384)
def local(text: str) -> datetime | None:
    """The portal's local text as a moment; None for what is no date and for the years it writes for none."""
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if parsed.year not in _YEARS:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZONE)


@lru_cache(maxsize=16384)
def _moment(text: str) -> str | None:
    parsed = local(text) if len(text) <= 40 else None
    if parsed is None:
        if not text.startswith(("1970-01-01", "0000", "0001")):
            report_once("goszakup_date_unreadable", "date", text[:40], "taken as missing")
        return None
    return parsed.isoformat()


def moment(text: str | None) -> str | None:
    """The portal's local text with its zone; None for nothing and for what is no date."""
    return _moment(text) if text else None


def period(start: str | None, end: str | None) -> Period | None:
    """A stretch of time; None without either end."""
    first, last = moment(start), moment(end)
    return Period(start_date=first, end_date=last) if first or last else None


def money(amount: Decimal | None, currency: str | None = CURRENCY) -> Value | None:
    """A sum, exact; None for one that can be no sum (below zero, beyond all budgets)."""
    if amount is None:
        return None
    if not amount.is_finite() or amount < 0 or amount >= _LARGEST:
        report_once("goszakup_sum_absurd", "sum", f"{amount:.3e}", "taken as missing")
        return None
    return Value.of(amount, currency if currency and len(currency) == 3 and currency.isalpha() else CURRENCY)


def joined(*texts: str | None) -> str | None:
    """Different texts in one, each once; None if all are empty."""
    return ", ".join(dict.fromkeys(text.strip() for text in texts if text and text.strip())) or None


def number_text(number: str | int | None) -> str:
    """A BIN or IIN as text without blanks; '' for none, which the portal writes as 0 too."""
    plain = str(number).strip() if number else ""
    return plain if plain.strip("0") else ""


@lru_cache(maxsize=1024)
def region_of(kato: str | int | None) -> str:
    """The ISO 3166-2 code of a place by the first two digits of its KATO code; '' if there is none."""
    code = f"KZ-{str(kato).strip()[:2]}" if kato else ""
    if code and region(code) is None:
        report_once("goszakup_code_unknown", "kato", str(kato)[:12], "the region is left open")
        return ""
    return code


@lru_cache(maxsize=4096)
def _place(kato: str, name: str | None) -> Address | None:
    code = region_of(kato)
    if not code and not name:
        return None
    full = kato if code and len(kato) == 9 and kato.isdigit() else None
    return Address(locality=name, country_name="Қазақстан", region=full, region_code=code or None)


def places(katos: Codes, named: tuple[Place, ...] | None = None) -> tuple[Address, ...]:
    """Each place of delivery once: those of a plan point with their names, else the bare codes."""
    if named:
        pairs = [(number_text(one.ref_kato_code), _name(one)) for one in named]
    else:
        pairs = [(number_text(one), None) for one in codes_of(katos)]
    found = (_place(kato, name) for kato, name in dict.fromkeys(pairs))
    return tuple(one for one in found if one is not None)


def _name(one: Place) -> str | None:
    return shown(one.full_delivery_place_name_ru or one.full_delivery_place_name_kz)


def shown(*texts: str | None) -> str | None:
    """Texts as people may read them: joined, without any person's number."""
    text = joined(*texts)
    return clear_of_persons(text)


def years_of(years: Codes) -> tuple[int, ...]:
    """Financial years, without what can be none."""
    found = (str(year).strip() for year in codes_of(years))
    return tuple(
        sorted({int(year) for year in found if len(year) == 4 and year.isdigit() and 2000 <= int(year) < 2100})
    )
