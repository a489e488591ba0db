from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest

from bot.sandbox.goszakup import defects, purchases
from bot.sandbox.goszakup.catalogue import groups, places, shopping_lists
from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.moments import DAY, HOUR, day_of, is_working, local_text, working_days_later
from bot.sandbox.goszakup.records import Contract
from bot.sandbox.goszakup.server import Goszakup
from tests.bot.sandbox.goszakup.conftest import small_country
from watchers.rules.calendars import calendar_of


@pytest.fixture(scope="module")
def fortnight() -> Country:
    return small_country(days=14, per_day=500, seed=5)


def test_the_same_seed_gives_the_same_country_however_time_is_stepped() -> None:
    once, stepped = small_country(days=3, per_day=100), small_country(days=0, per_day=100)
    for _ in range(3 * 24 * 2):
        stepped.advance(1800)
    assert once.ledger.entries == stepped.ledger.entries
    assert once.ledger.entries != small_country(days=3, per_day=100, seed=2).ledger.entries


def test_a_working_day_has_the_volume_asked_and_a_weekend_next_to_nothing(fortnight: Country) -> None:
    days = Counter(day_of(moment) for moment in fortnight.ledger.published().values())
    lots = len(list(fortnight.lots())) / len(list(fortnight.tenders()))
    assert all(400 < count < 620 for day, count in days.items() if is_working(day) and day > date(2026, 11, 9))
    assert all(count < 60 for day, count in days.items() if not is_working(day))
    assert 1.9 < lots < 2.6


def test_all_regions_buy_and_most_is_bought_by_price_quotations_of_modest_sums(fortnight: Country) -> None:
    tenders = list(fortnight.tenders())
    methods = Counter(tender.method for tender in tenders)
    totals = sorted(tender.total for tender in tenders)
    assert len({tender.buyer.place.kato[:2] for tender in tenders}) == 20
    assert methods[purchases.QUOTATION] > 0.5 * len(tenders)
    assert 0.12 * len(tenders) < methods[purchases.SINGLE] < 0.4 * len(tenders)
    assert {2, 3, 6, 60, 120, 188} <= set(methods)
    assert 300_000 < totals[len(totals) // 2] < 2_000_000
    assert totals[-1] > 100_000_000


def test_a_buyer_buys_only_what_its_kind_buys(fortnight: Country) -> None:
    for tender in fortnight.tenders():
        assert tender.buyer.kind in groups()[tender.group].weights
        assert all(lot.good.group == tender.group for lot in tender.lots)
    medical = {kind for kind, (lists, _) in shopping_lists().items() if any(g.name == "medicines" for g in lists)}
    assert medical <= {"hospital", "polyclinic", "social"}


def test_every_title_is_filled_in_and_begins_with_a_capital(fortnight: Country) -> None:
    for tender in fortnight.tenders():
        for title in (tender.title_ru, tender.title_kk):
            assert not title[0].islower()
            assert "{" not in title
    for place in places():
        assert not set(place.gen_ru) & set("әғқңөұүһі") or "Қонаев" in place.gen_ru


def test_titles_are_in_their_own_alphabets_unless_a_defect_says_otherwise(fortnight: Country) -> None:
    latin = {tender.id for tender in fortnight.tenders() if any("a" <= letter <= "z" for letter in tender.title_ru)}
    carrying = fortnight.ledger.carrying("mixed_alphabet")
    children = {tender.id for tender in fortnight.tenders() if tender.parent in carrying | latin}
    assert latin
    assert latin <= carrying | children


def test_windows_are_lawful_but_for_the_defect(fortnight: Country) -> None:
    calendar = calendar_of("KZ")
    short = fortnight.ledger.carrying("short_window")
    seen = Counter[bool]()
    changes = defaultdict[int, set[str]](set)
    for entry in fortnight.ledger.entries:
        changes[entry.id].add(entry.change)
    for tender in fortnight.tenders():
        if tender.method not in {2, 3} or tender.type_trade != purchases.FIRST or tender.status == 420:
            continue
        begin = day_of(tender.start if tender.method == 2 else tender.published)
        worked = calendar.working_days(begin, day_of(tender.end))
        least = 4 if tender.method == 2 else 2  # acceptance opens on the day after the one that counts
        if not {"documents_changed", "resumed"} & changes[tender.id]:
            assert (worked < least) == (tender.id in short), tender
            seen[worked < least] += 1
    assert seen[True] > 3
    assert seen[False] > 1000


def test_defects_are_where_the_ledger_says(fortnight: Country) -> None:
    ledger, tenders = fortnight.ledger, {tender.id: tender for tender in fortnight.tenders()}
    assert {name for names in ledger.defects.values() for name in names} == set(defects.NAMES)
    for number in ledger.shown("near_threshold"):
        assert 0.9 < tenders[number].total / defects.THRESHOLD_QUOTATION < 1
    for number in ledger.shown("single_bid"):
        assert len(tenders[number].bids) == 1
    for number in ledger.shown("identical_prices"):
        prices = Counter(
            offer.price for bid in tenders[number].bids for offer in bid.offers if offer.lot is tenders[number].lots[0]
        )
        assert prices.most_common(1)[0][1] >= 2
    for number in ledger.shown("vague_description"):
        assert tenders[number].lots[0].description_ru == "согласно приложению"
    for number in ledger.shown("weekend_publication"):
        assert not is_working(day_of(tenders[number].published))
    split = [tenders[number] for number in ledger.shown("split_purchase")]
    for tender in split:
        parts = [t.total for t in split if t.buyer is tender.buyer and t.lots[0].good is tender.lots[0].good]
        assert tender.total < defects.THRESHOLD_QUOTATION
        if len(parts) > 1:
            assert sum(parts) > defects.THRESHOLD_QUOTATION


def test_one_defect_can_be_asked_for_alone() -> None:
    country = small_country(defects={"brand_named": 1.0})
    assert {name for names in country.ledger.defects.values() for name in names} == {"brand_named"}
    assert not small_country(defects=0).ledger.defects


def test_failed_quotations_come_back_as_repeats_and_single_sources(fortnight: Country) -> None:
    tenders = {tender.id: tender for tender in fortnight.tenders()}
    followers = [tender for tender in tenders.values() if tender.parent]
    assert len(followers) > 500
    for tender in followers:
        parent = tenders[tender.parent]
        assert tender.published > parent.results > 0
        assert {lot.plan_root for lot in tender.lots} <= {lot.plan_root for lot in parent.lots}
        if tender.type_trade == purchases.REPEAT:
            assert (tender.number, tender.version) == (parent.number, parent.version + 1)
        else:  # after a failed order in the electronic shop a competitive method follows, never single source
            assert (tender.invited is not None) == (tender.method == purchases.SINGLE)
            assert tender.method == purchases.SINGLE or parent.method == purchases.SHOP
    assert {tender.type_trade for tender in followers} >= {purchases.REPEAT, purchases.AFTER_QUOTATION}


def test_contracts_run_from_signature_to_payment_and_addenda_keep_their_root(fortnight: Country) -> None:
    counts = fortnight.ledger.counts()
    for change in ("signed", "amended", "delivered", "paid", "terminated"):
        assert counts[f"Contract.{change}"] > 0, change
    deals = [deal for deal in fortnight.shelves["Contract"] if isinstance(deal, Contract)]
    assert any(deal.tender is None for deal in deals)
    for deal in deals:
        if deal.version:
            assert deal.root != deal.id
            assert deal.parent
        if deal.tender is not None and deal.version == 0:
            assert deal.created > deal.tender.results
    assert counts["Acts.published"] >= counts["TreasuryPay.published"] > 0


def test_purchases_are_refused_cancelled_suspended_and_complained_of(fortnight: Country) -> None:
    counts = fortnight.ledger.counts()
    for change in ("refused", "cancelled", "suspended", "resumed", "documents_changed", "technical"):
        assert counts[f"TrdBuy.{change}"] > 0, change
    assert counts["ComplaintAppeal.published"] >= counts["ComplaintAppeal.decided"] > 0


def test_identifiers_belong_to_nobody(fortnight: Country) -> None:
    for who in (*fortnight.buyers, *(each for group in fortnight.suppliers.values() for each in group)):
        assert len(who.bin) == 12
        if who.sole_trader:
            assert _check_digit(who.bin[:11]) != int(who.bin[11])
            assert who.bin[4] in "0123"
        else:
            assert who.bin[4] == "4"
            assert who.bin[6] == "9"


def _check_digit(digits: str) -> int:
    first = sum(int(d) * w for d, w in zip(digits, (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), strict=True)) % 11
    if first < 10:
        return first
    return sum(int(d) * w for d, w in zip(digits, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2), strict=True)) % 11


def test_old_records_are_forgotten_where_so_asked() -> None:
    country = small_country(days=6, per_day=60, keep_days=2)
    oldest = min(tender.published for tender in country.tenders())
    assert country.now - oldest < 4 * DAY
    assert len(country.shelves["Lots"]) == sum(len(tender.lots) for tender in country.tenders())


async def test_live_time_runs_at_the_speed_asked() -> None:
    clock = [100.0]
    country = small_country(days=0.5, per_day=50)
    began = country.now
    async with Goszakup(country, speed=60, now=lambda: clock[0]) as server:
        clock[0] += 60
        server.catch_up()
        assert country.now == began + HOUR
    assert local_text(began) == "2026-11-09 12:00:00"


def test_working_days_skip_weekends_and_holidays() -> None:
    assert working_days_later(date(2026, 11, 13), 1) == date(2026, 11, 16)
    assert working_days_later(date(2026, 10, 23), 1) == date(2026, 10, 27)  # the day of the Republic moves to Monday
