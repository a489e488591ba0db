"""The rhythm of the country: how many purchases begin on a day, at which hours, and how soon they are published."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.sandbox.goszakup import deals, defects, lives, purchases
from bot.sandbox.goszakup.moments import DAY, HOUR, MINUTE, day_of, is_working, midnight, working_days_later
from bot.sandbox.goszakup.records import Tender

if TYPE_CHECKING:
    from bot.sandbox.goszakup.country import Country

_HOURS = (0, 0, 0, 0, 0, 0, 0, 1, 4, 9, 12, 12, 9, 4, 8, 12, 13, 11, 8, 7, 3, 1, 0, 0)
"""Weights of the hours of a working day; people go on after six, as the portal shows."""
_SATURDAY, _SUNDAY = 0.05, 0.02
_DIRECT_SHARE = 0.35
"""Direct contracts a day, as a share of announcements; they have no announcement of their own."""


def begin_day(country: Country, begin: int) -> None:
    """Draw a day's purchases and direct contracts, and come back the next day."""
    day = day_of(begin)
    share = 1.0 if is_working(day) else _SATURDAY if day.weekday() == 5 else _SUNDAY
    wanted = round(country.per_day * share * country.dice.uniform(0.93, 1.07))
    firsts = max(wanted - country.due_on.pop(begin, 0), 0)
    for moment in _moments(country, begin, firsts):
        country.at(moment, draft)
    for moment in _moments(country, begin, round(wanted * _DIRECT_SHARE)):
        country.at(moment, deals.sign_directly)
    for tender in _sample(country, country.quirks.technical_edits):
        country.at(begin + country.dice.randrange(9 * HOUR, 19 * HOUR), lives.edit_technically, tender)
    if country.keep_days is not None:
        country.forget(begin - country.keep_days * DAY)
    country.at(midnight(day + timedelta(days=1)), begin_day, midnight(day + timedelta(days=1)))


def _sample(country: Country, share: float) -> list[Tender]:
    return [tender for tender in country.tenders() if country.dice.random() < share]


def _moments(country: Country, begin: int, count: int) -> list[int]:
    """Return the moments of a day at which people do something, as many as asked; those that passed are left out."""
    hours = country.dice.choices(range(24), _HOURS, k=count)
    moments = sorted(begin + hour * HOUR + country.dice.randrange(HOUR) for hour in hours)
    return [moment for moment in moments if moment >= country.now]


def draft(country: Country) -> None:
    """Begin a first purchase: it has an id now and is published in minutes, hours, or days."""
    tender = purchases.fresh(country)
    country.drafts[tender.id] = tender
    country.at(publication_of(country, tender, country.now), lives.publish, tender)
    if "split_purchase" in defects.carried(country, tender):
        _split(country, tender)


def publication_of(country: Country, tender: Tender, created: int) -> int:
    """Return when a draft is published."""
    dice = country.dice
    if "weekend_publication" in defects.carried(country, tender):
        day = day_of(created)
        saturday = day + timedelta(days=(5 - day.weekday()) % 7)
        return max(midnight(saturday) + dice.randrange(18 * HOUR, 23 * HOUR), created + MINUTE)
    if country.quirks.late_publication == 0:
        return created
    if dice.random() >= country.quirks.late_publication:
        return created + dice.randrange(20, 12 * MINUTE)
    if dice.random() < 0.5:
        return created + dice.randrange(20 * MINUTE, 6 * HOUR)
    later = working_days_later(day_of(created), dice.randrange(1, 4))
    return _working_moment(country, later)


def _working_moment(country: Country, day: date) -> int:
    return midnight(day) + country.dice.randrange(9 * HOUR, 20 * HOUR)


def _split(country: Country, tender: Tender) -> None:
    """Buy the same thing again in parts: each under the threshold of price quotations, together above it."""
    part = tender.lots[0]
    tender.lots[:] = [part]
    for _ in range(2):
        country.at(country.now + country.dice.randrange(5 * MINUTE, 5 * HOUR), _part_of_split, tender)
    part.quantity = max(int(defects.THRESHOLD_QUOTATION * country.dice.uniform(0.5, 0.9) / part.price), 1)
    part.amount = round(part.quantity * part.price, 2)


def _part_of_split(country: Country, first: Tender) -> None:
    tender = purchases.after(country, first, first.lots[:1], first.method, purchases.FIRST)
    tender.parent = 0
    lot = tender.lots[0]
    lot.plan_id = lot.plan_root = country.number("Plans")
    lot.turn = 1
    lot.quantity = max(int(lot.quantity * country.dice.uniform(0.85, 1.0)), 1)
    lot.amount = round(lot.quantity * lot.price, 2)
    country.ledger.defects[tender.id] = frozenset({"split_purchase"})
    country.drafts[tender.id] = tender
    country.at(country.now + country.dice.randrange(60, 20 * MINUTE), lives.publish, tender)
