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


class BadFilter(ValueError):  # noqa: N818 - as BadRecord
    """What was asked for cannot be a filter; the message names the value and what would do. Raised on reading one."""


class Criteria(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """All that is set must hold; within one list any value is enough. The empty one is every tender worth a look.

    `regions` ISO 3166-2 codes or a country; `buyers` SCHEME-id; `categories` everyday kinds or SCHEME:prefix;
    `min_amount` in `currency` (ISO 4217); `min_weight` the least weight (1-5) of the heaviest flag, 0 for tenders
    without flags too, None for what the alert rule takes
    (`watchers.indicators.score`); `words` and `without_words` beginnings of words or of phrases, folded.
    """

    regions: Annotated[tuple[_Code, ...], Meta(max_length=30)] = ()
    buyers: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=255)], ...], Meta(max_length=50)] = ()
    categories: Annotated[tuple[_Code, ...], Meta(max_length=30)] = ()
    min_amount: Decimal | None = None
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")] = "KZT"
    min_weight: Annotated[int, Meta(ge=0, le=5)] | None = None
    indicators: Annotated[tuple[_Code, ...], Meta(max_length=30)] = ()
    words: Annotated[tuple[_Word, ...], Meta(max_length=20)] = ()
    without_words: Annotated[tuple[_Word, ...], Meta(max_length=20)] = ()

    def __post_init__(self) -> None:
        amount = self.min_amount
        if amount is None:
            return
        if not amount.is_finite() or not 0 < amount <= LARGEST_AMOUNT:
            raise ValueError(f"the least amount must be above 0 and at most {LARGEST_AMOUNT:f}")
        if amount != amount.quantize(Decimal("0.01")):
            raise ValueError("the least amount has more than two decimals")


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
            currency=criteria.currency if criteria.min_amount is not None else "KZT",
        )
        return msgspec.convert(msgspec.to_builtins(tidy), Criteria)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadFilter(f"filters: {error}") from None
