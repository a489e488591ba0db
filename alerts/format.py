"""How sums, moments, quantities and norms are written in kk, ru and en: the one formatter of every message.

Sums from a million on are short ("48.2 M ₸", "48,2 млн ₸"), smaller ones exact. No-break spaces group the digits and
bind the currency, so that a line never breaks inside a sum. A moment names its year when that is not the year of `now`.
Babel is not asked for money: in ru and en it prints "KZT" where people expect "₸".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale

from alerts.acts import norm
from alerts.i18n import mark, mark_plural, translator
from alerts.kazakh import Case, with_ending
from watchers.ocds import parse_datetime

__all__ = ["WorkingDays", "days_left", "money", "norm", "number", "number_in_case", "quantity", "when", "zone_of"]

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
Amount = Decimal | int | float | str
WorkingDays = Callable[[date, date], int | None]
"""Working days after the first date up to and with the second; None where the calendar does not know."""

_SYMBOLS = {"KZT": "₸", "UAH": "₴", "EUR": "€", "RUB": "₽", "GBP": "£"}  # a "$" could be anybody's: USD stays USD
_SCALES = (
    (Decimal(10) ** 12, mark("tn")),
    (Decimal(10) ** 9, mark("bn")),
    (Decimal(10) ** 6, mark("M")),
)

_UNITS = {
    "working_days": mark_plural("%(n)s working day", "%(n)s working days"),
    "days": mark_plural("%(n)s day", "%(n)s days"),
    "hours": mark_plural("%(n)s hour", "%(n)s hours"),
    "months": mark_plural("%(n)s month", "%(n)s months"),
    "years": mark_plural("%(n)s year", "%(n)s years"),
    "bids": mark_plural("%(n)s bid", "%(n)s bids"),
    "bidders": mark_plural("%(n)s bidder", "%(n)s bidders"),
    "tenderers": mark_plural("%(n)s bidder", "%(n)s bidders"),
    "contracts": mark_plural("%(n)s contract", "%(n)s contracts"),
    "lots": mark_plural("%(n)s lot", "%(n)s lots"),
    "kinds": mark_plural("%(n)s kind of things", "%(n)s kinds of things"),
    "items": mark_plural("%(n)s item", "%(n)s items"),
    "words": mark_plural("%(n)s word", "%(n)s words"),
    "documents": mark_plural("%(n)s document", "%(n)s documents"),
    "characters": mark_plural("%(n)s character", "%(n)s characters"),
    "addenda": mark_plural("%(n)s addendum", "%(n)s addenda"),
    "times": mark_plural("%(n)s time", "%(n)s times"),
}


def _decimal(value: Amount) -> Decimal | None:
    try:
        amount = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def number(value: Amount, language: str, *, places: int = 2) -> str:
    """A number as people of a language write it: "1 234,5"; at most `places` decimals, rounded half up.

    A text that is no number comes back as it is.
    """
    amount = _decimal(value)
    if amount is None:
        return str(value)
    rounded = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) if amount.as_tuple().exponent else amount
    whole, _, fraction = f"{abs(rounded):,f}".partition(".")
    fraction = fraction.rstrip("0")
    text = whole.replace(",", NBSP) + (("." if language == "en" else ",") + fraction if fraction else "")
    return MINUS + text if rounded < 0 else text


def number_in_case(value: int, language: str, case: Case) -> str:
    """A whole number for a sentence that puts it in a case: "22-ден" in kk; the number alone elsewhere."""
    text = number(value, language)
    return with_ending(text, value, case) if language == "kk" else text


def money(amount: Amount | None, currency: str, language: str, *, exact: bool = False) -> str:
    """A sum with its currency: symbol where it is unmistakable, else the ISO code. None gives ''.

    `exact`: to the last hundredth however large, where there is room for it.
    """
    value = _decimal(amount) if amount is not None else None
    if value is None:
        return ""
    parts = [_whole_sum(value, language) if exact else _short(value, language)]
    if currency:
        parts.append(_SYMBOLS.get(currency.upper(), currency.upper()))
    return NBSP.join(parts)


def _short(amount: Decimal, language: str) -> str:
    larger = None
    for scale, unit in _SCALES:
        word = translator(language).gettext(unit)
        if abs(amount) >= scale:
            scaled = amount / scale
            rounded = scaled.quantize(Decimal("0.1" if abs(scaled) >= 10 else "0.01"), ROUND_HALF_UP)
            if abs(rounded) >= 1000 and larger:  # 999.96 million is 1 billion, not 1000 million
                return f"{number(rounded / 1000, language)}{NBSP}{larger}"
            return f"{number(rounded, language)}{NBSP}{word}"
        larger = word
    return _whole_sum(amount, language)


def _whole_sum(amount: Decimal, language: str) -> str:
    text = number(amount, language)
    point = "." if language == "en" else ","
    return text + "0" if text[-2:-1] == point else text


@cache
def zone_of(name: str) -> ZoneInfo:
    """A person's time zone by its IANA name; Asia/Almaty for a name that is not one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("Asia/Almaty")


@cache
def _months(language: str) -> dict[int, str]:
    return dict(Locale(language).months["format"]["abbreviated"])


def when(
    moment: datetime | date | str | None,
    language: str,
    zone: str = "",
    *,
    now: datetime | None = None,
    case: Case = "",
) -> str:
    """A moment in a person's zone: "27 Nov, 10:00", "27 нояб., 10:00", "27 қар. 10:00"; a date alone has no hours.

    Without `zone` the moment keeps its own. The year is named unless it is `now`'s. `case` puts the Kazakh text in a
    case ("27 қар. 10:00-ге" for "until"). A text is read as ISO 8601; one that is not is returned as it is.
    """
    if isinstance(moment, str):
        parsed = parse_datetime(moment)
        if parsed is None:
            return moment
        moment = parsed.date() if len(moment.strip()) == 10 else parsed
    if moment is None:
        return ""
    if isinstance(moment, datetime) and zone:
        moment = moment.astimezone(zone_of(zone))
    this_year = None if now is None else now.astimezone(zone_of(zone) if zone else UTC).year
    day = f"{moment.day} {_months(language)[moment.month]}"
    if moment.year != this_year:
        day = f"{moment.year} ж. {day}" if language == "kk" else f"{day} {moment.year}"
    if not isinstance(moment, datetime):
        return day
    clock = f"{moment:%H:%M}"
    if language == "kk":
        return f"{day} {with_ending(clock, moment.minute, case)}"
    return f"{day}, {clock}"


def days_left(
    closes_at: datetime, now: datetime, calendar: WorkingDays | None, language: str, zone: str = "Asia/Almaty"
) -> str:
    """How long bids are still taken: "(1 working day left)"; '' once closed.

    Days are counted between dates in `zone`. Where there is no `calendar`, or it does not know these dates, calendar
    days are counted and called days.
    """
    if closes_at <= now:
        return ""
    texts = translator(language)
    there = zone_of(zone)
    today, last = now.astimezone(there).date(), closes_at.astimezone(there).date()
    if today == last:
        return texts.gettext("(last day)")
    working = calendar(today, last) if calendar is not None else None
    if working is not None:
        if working <= 0:
            return texts.gettext("(no working days left)")
        text = texts.ngettext("(%(n)s working day left)", "(%(n)s working days left)", working)
        return text % {"n": number(working, language)}
    days = (last - today).days
    return texts.ngettext("(%(n)s day left)", "(%(n)s days left)", days) % {"n": number(days, language)}


def quantity(value: Amount | None, unit: str, language: str) -> str:
    """A value with its unit, in the right plural: "3 working days", "3 рабочих дня", "3 жұмыс күні".

    A unit of three capitals is a currency; an unknown unit stands as it is behind the number.
    """
    if value is None:
        return ""
    amount = _decimal(value)
    if amount is None:
        return str(value)
    if unit == "percent":
        return number(amount, language, places=1) + ("%" if language == "en" else f"{NBSP}%")
    if len(unit) == 3 and unit.isalpha() and unit.isupper():
        return money(amount, unit, language)
    forms = _UNITS.get(unit)
    if forms is None:
        return f"{number(amount, language)}{NBSP}{unit}".rstrip(NBSP)
    # A fraction takes the form of two: "1,5 дня", "1.5 days".
    count = int(abs(amount)) if amount == amount.to_integral_value() else 2
    return translator(language).ngettext(*forms, count) % {"n": number(amount, language)}
