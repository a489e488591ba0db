"""Draws purchases: who buys what, in how many lots, for how much, by which method; and what follows a failed one."""

from __future__ import annotations

import math
from bisect import bisect
from typing import TYPE_CHECKING

from bot.sandbox.goszakup import defects, terms
from bot.sandbox.goszakup.catalogue import Group, groups, shopping_lists
from bot.sandbox.goszakup.moments import DAY, HOUR
from bot.sandbox.goszakup.records import Good, Lot, Subject, Tender

if TYPE_CHECKING:
    from bot.sandbox.goszakup.country import Country

FIRST, REPEAT, AFTER_QUOTATION, AFTER_TENDER, AFTER_AUCTION = 1, 2, 3, 4, 5
OPEN_TENDER, QUOTATION, SINGLE, DIRECT, SHOP, AUCTION, CATERING, POINTS = 2, 3, 6, 23, 60, 77, 120, 188
SHOP_LIMIT = 4000 * 4325
_LOT_COUNTS = ((1, 2, 3, 4, 5, 6, 8, 10, 14, 20), (50, 64, 74, 81, 86, 90, 94, 97, 99, 100))


def fresh(country: Country) -> Tender:
    """Draw a first purchase and give it its ids; not published yet."""
    dice = country.dice
    buyer = dice.choices(country.buyers, cum_weights=country.buyer_weights)[0]
    choices, weights = shopping_lists()[buyer.kind]
    group = dice.choices(choices, weights)[0]
    count = _LOT_COUNTS[0][bisect(_LOT_COUNTS[1], dice.random() * 100)]
    if group.subject != 1:
        count = 1
    goods = dice.sample(group.goods, min(count, len(group.goods)))
    goods += dice.choices(group.goods, k=count - len(goods))  # the same again, for another place of delivery
    tender = _announcement(country, buyer, group, goods)
    for good in goods:
        add_lot(country, tender, good)
    tender.method = _method(country, tender)
    for lot in tender.lots:
        lot.planned_method = tender.method
    names = defects.choose(country, tender)
    tender.year = terms.year_of_money(tender, ordinary=not names)
    defects.write_in(country, tender, names)
    return tender


def _announcement(country: Country, buyer: Subject, group: Group, goods: list[Good]) -> Tender:
    number = country.number("TrdBuy")
    if country.dice.random() < 0.3:
        number = country.number("TrdBuy")  # some ids never become announcements
    alone = len(goods) == 1
    title_ru = goods[0].title_ru if alone else group.title_ru
    title_kk = goods[0].title_kk if alone else group.title_kk
    title_ru, title_kk = title_ru.format(self=buyer.self_ru), title_kk.format(self=buyer.self_kk)
    title_kk = title_kk[:1].upper() + title_kk[1:]
    if country.dice.random() < country.quirks.language_slips:
        title_ru, title_kk = (title_ru, title_ru) if country.dice.random() < 0.7 else (title_kk, title_kk)
    return Tender(
        number, number, 1, country.now, buyer, group.subject, QUOTATION, FIRST, group.name, title_ru, title_kk
    )


def add_lot(country: Country, tender: Tender, good: Good) -> Lot:
    """Draw a lot of an announcement: quantity and price spread evenly by their logarithms."""
    dice = country.dice
    price = _between(dice.random(), good.low, good.high)
    price = round(price, -3) if price > 100_000 else round(price, 0 if price > 300 else 2)
    quantity = 1 if good.many == 1 else max(round(_between(dice.random() ** 1.4, good.few, good.many)), 1)
    description = good.descriptions[dice.randrange(len(good.descriptions))]
    plan, root = country.number("Plans"), 0
    for _ in range(dice.randrange(3)):
        root, plan = root or plan, country.number("Plans")  # every edit of a plan point is a new row with its root
    lot = Lot(
        country.number("Lots"), tender, good, description[0], description[1], quantity, price,
        round(price * quantity, 2), 0, tender.method, plan, root or plan, 1, country.now,
        country.now - dice.randrange(2, 200) * HOUR,
    )  # fmt: skip
    lot.plan_hidden = dice.random() < country.quirks.hidden_plans
    lot.prepayment = 0 if dice.random() < 0.93 and not terms.is_construction(tender) else 30
    lot.delivery_days = {1: (15, 20, 30), 2: (60, 90, 120), 3: (30, 60, 180)}[tender.subject][dice.randrange(3)]
    tender.lots.append(lot)
    return lot


def _between(share: float, low: float, high: float) -> float:
    return math.exp(math.log(low) + share * (math.log(high) - math.log(low)))


def _method(country: Country, tender: Tender) -> int:
    total, draw = tender.total, country.dice.random()
    if tender.group == "meals":
        return CATERING
    if total > defects.THRESHOLD_QUOTATION:
        if tender.group in {"construction", "design"}:
            return POINTS if draw < 0.7 else OPEN_TENDER
        alone = len(tender.lots) == 1  # an auction is held for one lot of goods
        return AUCTION if tender.subject == 1 and alone and draw < 0.35 else OPEN_TENDER
    if tender.subject == 1 and total <= SHOP_LIMIT and draw < 0.08:
        return SHOP
    return OPEN_TENDER if draw > (0.94 if tender.subject == 1 else 0.8) else QUOTATION


def after(country: Country, failed: Tender, lots: list[Lot], method: int, kind: int) -> Tender:
    """Return what follows a failed purchase: the repeat of it, or a single source for its lots; not published yet."""
    number = country.number("TrdBuy")
    again = kind == REPEAT
    tender = Tender(
        number, failed.number if again else number, failed.version + 1 if again else 1, country.now, failed.buyer,
        failed.subject, method, kind, failed.group, failed.title_ru, failed.title_kk, parent=failed.id,
        year=failed.year,
    )  # fmt: skip
    for old in lots:
        lot = Lot(
            country.number("Lots"), tender, old.good, old.description_ru, old.description_kk, old.quantity, old.price,
            old.amount, 0, old.planned_method, old.plan_id, old.plan_root, old.turn + 1, country.now, old.plan_created,
            old.prepayment, country.dice.random() < country.quirks.hidden_plans, old.delivery_days,
        )  # fmt: skip
        tender.lots.append(lot)
    return tender


def expected_delivery(tender: Tender) -> int:
    """Return how long the goods, works or services take, in seconds."""
    return max(lot.delivery_days for lot in tender.lots) * DAY


def trade_of(tender: Tender) -> str:
    """Return the trade whose suppliers bid."""
    return groups()[tender.group].trade
