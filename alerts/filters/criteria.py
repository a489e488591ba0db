"""What one filter asks for, as it is stored, and the limits it is kept in."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from alerts.filters.words import fold

__all__ = ["BadFilter", "Criteria", "checked"]

_Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^\S+$")]
_Word = Annotated[str, Meta(min_length=2, max_length=64)]

LARGEST_AMOUNT = Decimal(10) ** 15
MOST_DAYS = 365


class BadFilter(ValueError):  # noqa: N818 - as BadRecord
    """What was asked for cannot be a filter; the message names the value and what would do. Raised on reading one."""


class Criteria(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, gc=False):
    """All that is set must hold; within one list any value is enough. The empty one is every tender worth a look.

    `regions` ISO 3166-2 codes or a country; `buyers` and `suppliers` SCHEME-id; `categories` everyday kinds or
    SCHEME:prefix; `min_amount` and `max_amount` in `currency` (ISO 4217); `min_weight` the least weight (1-5) of the
    heaviest flag, 0 for tenders without flags too, None for what the alert rule takes (`watchers.indicators.score`);
    `methods` of `alerts.filters.methods`; `min_days` and `max_days` that are left to bid when the tender is told of;
    `words` and `without_words` beginnings of words or of phrases, folded.
    """

    regions: Annotated[tuple[_Code, ...], Meta(max_length=30)] = ()
    buyers: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=255)], ...], Meta(max_length=50)] = ()
    categories: Annotated[tuple[_Code, ...], Meta(max_length=30)] = ()
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")] = "KZT"
    min_weight: Annotated[int, Meta(ge=0, le=5)] | None = None
    indicators: Annotated[tuple[_Code, ...], Meta(max_length=30)] = ()
    words: Annotated[tuple[_Word, ...], Meta(max_length=20)] = ()
    without_words: Annotated[tuple[_Word, ...], Meta(max_length=20)] = ()
    suppliers: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=255)], ...], Meta(max_length=50)] = ()
    methods: Annotated[tuple[_Code, ...], Meta(max_length=20)] = ()
    min_days: Annotated[int, Meta(ge=0, le=MOST_DAYS)] | None = None
    max_days: Annotated[int, Meta(ge=0, le=MOST_DAYS)] | None = None

    def __post_init__(self) -> None:
        for name, amount in (("least", self.min_amount), ("largest", self.max_amount)):
            if amount is None:
                continue
            if not amount.is_finite() or not 0 < amount <= LARGEST_AMOUNT:
                raise ValueError(f"the {name} amount must be above 0 and at most {LARGEST_AMOUNT:f}")
            if amount != amount.quantize(Decimal("0.01")):
                raise ValueError(f"the {name} amount has more than two decimals")
        if self.min_amount is not None and self.max_amount is not None and self.min_amount > self.max_amount:
            raise ValueError(f"the least amount {self.min_amount:f} is above the largest {self.max_amount:f}")
        if self.min_days is not None and self.max_days is not None and self.min_days > self.max_days:
            raise ValueError(f"at least {self.min_days} days are more than at most {self.max_days}")


def _once(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def checked(criteria: Criteria) -> Criteria:
    """The same criteria in one form (each value once, words folded), within the limits. Raises BadFilter."""
    try:
        tidy = msgspec.structs.replace(
            criteria,
            regions=_once(criteria.regions),
            buyers=_once(criteria.buyers),
            categories=_once(criteria.categories),
            indicators=_once(criteria.indicators),
            words=_once(tuple(map(fold, criteria.words))),
            without_words=_once(tuple(map(fold, criteria.without_words))),
            suppliers=_once(criteria.suppliers),
            methods=_once(criteria.methods),
            currency="KZT" if criteria.min_amount is None and criteria.max_amount is None else criteria.currency,
        )
        return msgspec.convert(msgspec.to_builtins(tidy), Criteria)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadFilter(f"filters: {error}") from None
