"""Small facts as history keeps them: UTC seconds, hundredths, one name for a code, a unit, a price of one unit."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from watchers.ocds import AwardedItem, Unit, Value, parse_datetime

__all__ = ["code_of", "digits", "moment_of", "price_of_one", "product", "second", "sum_of", "unit_of"]

_CENT = Decimal("0.01")
_LARGEST = Decimal(10) ** 15
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(text: str | None) -> datetime | None:
    """A publisher's date as it is kept; None if there is none."""
    return second(parse_datetime(text)) if text else None


def second(moment: datetime | None) -> datetime | None:
    """The moment in UTC without a fraction; None for one before 1970, which is a placeholder."""
    if moment is None:
        return None
    try:
        utc = moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return None
    return utc if utc >= _FIRST else None


def sum_of(value: Value | None) -> Decimal | None:
    """A sum to the hundredth; None if there is none or it is absurd."""
    amount = value.amount if value else None
    return None if amount is None or abs(amount) >= _LARGEST else amount.quantize(_CENT)


def digits(amount: Decimal | float | None) -> float | None:
    """A quantity or a price with twelve digits: what every database gives back as it was. None if it is absurd."""
    number = None if amount is None else float(f"{amount:.12g}")
    return None if number is None or abs(number) >= _LARGEST else number


def product(price: Decimal | None, quantity: Decimal | None) -> Decimal | None:
    """What so many cost, to the hundredth; None if either is not known or it is absurd."""
    if price is None or quantity is None:
        return None
    amount = price * quantity
    return None if abs(amount) >= _LARGEST else amount.quantize(_CENT)


def code_of(thing: AwardedItem) -> str:
    """The code of a thing; of another scheme than ENS TRU with the scheme before it."""
    kind = thing.classification
    if kind is None or not kind.key:
        return ""
    scheme = (kind.scheme or "").upper()
    return (kind.key if scheme == "ENSTRU" else f"{scheme}:{kind.key}")[:64]


@lru_cache(maxsize=1024)
def _unit_key(code: str, name: str) -> str:
    return (code or " ".join(name.split()).casefold())[:64]


def unit_of(unit: Unit | None) -> str:
    """One name for a unit: its code, else its name in small letters."""
    return _unit_key(unit.key, unit.name or "") if unit else ""


def price_of_one(unit: Unit | None, amount: Decimal | None, quantity: Decimal | None) -> Decimal | None:
    """What one unit costs: as stated, else the sum by the quantity."""
    stated = unit.value.amount if unit and unit.value else None
    if stated is not None and stated > 0:
        return stated
    return amount / quantity if amount and quantity and quantity > 0 else None
