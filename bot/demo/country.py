"""The demo's country: an invented one behind the stand-in of Kazakhstan's portal, always at work when the demo runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.sandbox.goszakup import lives, purchases
from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.moments import DAY, HOUR, ZONE, is_working
from bot.sandbox.goszakup.quirks import Quirks

__all__ = ["DAYS", "publish_one", "working_moment", "young_country"]

DAYS = 6
"""How long the country has lived: purchases have results by then, and failed ones their repeats."""
_PER_DAY = 60
_FIRST_HOUR, _LAST_HOUR = 10, 18
_DEFECTS = {
    "short_window": 0.08, "mixed_alphabet": 0.08, "brand_named": 0.1, "vague_description": 0.06, "single_bid": 0.3,
    "identical_prices": 0.05, "price_equals_plan": 0.2, "lowest_rejected": 0.2, "others_rejected": 0.2,
    "big_prepayment": 0.04, "near_threshold": 0.03, "split_purchase": 0.02, "weekend_publication": 0.02,
    "new_winner": 0.03,
}  # fmt: skip


def working_moment(now: datetime) -> datetime:
    """That moment if people work then, else the last forenoon on which they did."""
    local = now.astimezone(ZONE)
    if is_working(local.date()) and _FIRST_HOUR <= local.hour < _LAST_HOUR:
        return local
    day = local.date() if local.hour >= _LAST_HOUR else local.date() - timedelta(days=1)
    while not is_working(day):
        day -= timedelta(days=1)
    return datetime(day.year, day.month, day.day, 11, local.minute, local.second, tzinfo=ZONE)


def young_country(now: datetime, seed: int = 7) -> Country:
    """A small country that has lived some days up to that moment; more in it deserves a look than elsewhere."""
    quirks = Quirks(late_publication=0.0, language_slips=0.0)
    country = Country(now - timedelta(days=DAYS), seed=seed, per_day=_PER_DAY, defects=_DEFECTS, quirks=quirks)
    country.advance(DAYS * DAY)
    return country


def publish_one(country: Country) -> None:
    """Let somebody announce a purchase at this moment."""
    tender = purchases.fresh(country)
    tender.created = country.now - HOUR
    lives.publish(country, tender)
