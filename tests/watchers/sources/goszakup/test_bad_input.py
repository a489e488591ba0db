"""What the portal should not have sent: set aside with a reason, asked for again, and nothing else lost for it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import structlog

from bot.sandbox.goszakup import filters
from bot.sandbox.goszakup.country import Country
from tests.watchers.sources.goszakup.watching import DAY, HOUR, MONDAY, Watched, watched
from watchers.sources.goszakup import codes, gathering
from watchers.sources.goszakup.pieces import Pieces

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


def country(*, per_day: int = 40, days: float = 0.55) -> Country:
    one = Country(MONDAY, per_day=per_day)
    one.advance(days * DAY)
    return one


def at_work(database: Any, one: Country, **settings: Any) -> Any:
    return watched(database, one, start=MONDAY.isoformat(), **settings)


@pytest.fixture(autouse=True)
def _nothing_reported_yet() -> None:
    codes._reported.clear()


async def until_read(one: Watched, *, hours: float = 0) -> None:
    one.country.advance(hours * HOUR)
    assert await one.read() is None


IMPOSSIBLE: list[tuple[str, dict[str, Any], str]] = [
    ("TrdBuy", {"totalSum": -5}, "totalSum is negative: -5"),
    ("TrdBuy", {"totalSum": 10**17}, "totalSum is absurd: 1.000E+17"),
    ("TrdBuy", {"publishDate": "1970-01-01 00:00:00"}, "publishDate is in the year 1970"),
    ("TrdBuy", {"endDate": "2999-12-31 09:00:00"}, "endDate is in the year 2999"),
    ("TrdBuy", {"numberAnno": None}, "it has no number"),
    ("Lots", {"amount": -0.01}, "amount of lot"),
    ("TrdBuy", {"totalSum": "не указано"}, "TrdBuy.totalSum"),
    ("TrdBuy", {"Lots": []}, "it has no lots"),
    ("Lots", {"count": {"a": 1}}, "TrdBuy.Lots[0].count"),
]


async def test_what_cannot_be_is_set_aside_with_its_reason_and_taken_once_mended(database: Any) -> None:
    one = country()
    async with at_work(database, one) as watch:
        spoiled = [tender for tender in one.tenders() if len(tender.lots) == 1][: len(IMPOSSIBLE)]
        assert len(spoiled) == len(IMPOSSIBLE)
        for tender, (kind, fields, _) in zip(spoiled, IMPOSSIBLE, strict=True):
            one.patch(kind, tender.id if kind == "TrdBuy" else tender.lots[0].id, **fields)
        await until_read(watch)
        reasons = await watch.reasons()
        assert len(reasons) == len(IMPOSSIBLE)
        for _, _, words in IMPOSSIBLE:
            assert any(reason.startswith(words) for reason in reasons), (words, reasons)
        bad = {watch.ocid(tender.id) for tender in spoiled}
        assert (await watch.stored()).keys() >= watch.published() - bad
        assert not (await watch.stored()).keys() & bad
        one.patches.clear()
        await until_read(watch, hours=0.05)
        assert (await watch.stored()).keys() >= watch.published()
        assert set((await watch.stored()).values()) == {1}


async def test_one_broken_field_does_not_hide_a_purchase_for_ever(database: Any) -> None:
    one = country(per_day=10)
    async with at_work(database, one) as watch:
        tender = next(one.tenders())
        one.patch("TrdBuy", tender.id, totalSum="не указано")
        await until_read(watch)
        assert watch.ocid(tender.id) not in await watch.stored()
        for hours in (0.05, 0.2, 1.1):
            await until_read(watch, hours=hours)
        release = await watch.newest(tender.id)
        assert release.tender is not None
        assert release.tender.title_ru == tender.title_ru
        assert [reason.partition(":")[0] for reason in await watch.reasons()][-1] in {
            "taken without", "TrdBuy.totalSum",
        }  # fmt: skip


@pytest.mark.parametrize("kind", ["html", "cut", "empty", "error", "status", "disconnect"])
async def test_an_answer_that_is_always_broken_costs_one_purchase_only(database: Any, kind: str) -> None:
    one = country(per_day=20)
    async with at_work(database, one, attempts=2) as watch:
        cursed = list(one.tenders())[3].id
        watch.portal.faults.add(kind, match=str(cursed))
        await until_read(watch)
        assert watch.published() - (await watch.stored()).keys() == {watch.ocid(cursed)}
        assert [reason.partition(":")[0] for reason in await watch.reasons()] == ["the portal does not show it"]
        watch.portal.faults.clear()
        await until_read(watch, hours=0.05)
        assert (await watch.stored()).keys() >= watch.published()


async def test_two_records_with_one_id_are_set_aside_until_they_agree(database: Any) -> None:
    one = country(per_day=20)
    async with at_work(database, one) as watch:
        fault = watch.portal.faults.add("duplicate")
        await until_read(watch)
        doubtful = watch.published() - (await watch.stored()).keys()
        assert len(doubtful) == 1
        assert any("different records with this id" in reason for reason in await watch.reasons())
        assert fault.struck
        watch.portal.faults.clear()
        await until_read(watch, hours=0.05)
        assert (await watch.stored()).keys() >= watch.published()


async def test_an_announcement_that_is_listed_and_not_shown_is_asked_for_again(database: Any) -> None:
    one = country(per_day=10)
    async with at_work(database, one) as watch:
        tender = next(one.tenders())
        shelf = one.shelves["TrdBuy"]
        shelf.drop(tender.id)
        await until_read(watch)
        assert await watch.reasons() == ["the portal's lists name it, but it is not shown"]
        shelf.put(tender.id, tender)
        await until_read(watch, hours=0.05)
        assert (await watch.stored()).keys() >= watch.published()


async def test_a_field_that_is_gone_is_reported_once_and_the_records_go_on(database: Any) -> None:
    one = country(per_day=10)
    async with at_work(database, one) as watch:
        for place in ("TrdBuy.totalSum", "Lots.psdSign", "PlnPoint.prepayment", "TrdBuy.Commission", "AppLots.price"):
            watch.portal.rename(place, f"{place.partition('.')[2]}New")
        with structlog.testing.capture_logs() as logs:
            for hours in (0, 30, 30, 30):
                await until_read(watch, hours=hours)
        gone = [line["what"] for line in logs if line["event"] == "goszakup_field_gone"]
        assert sorted(gone) == [
            "AppLots.price", "Lots.psdSign", "PlnPoint.prepayment", "TrdBuy.Commission", "TrdBuy.totalSum",
        ]  # fmt: skip
        assert (await watch.stored()).keys() >= watch.published()
        assert await watch.reasons() == []


async def test_what_graphql_lacks_is_asked_by_rest(database: Any) -> None:
    one = country(per_day=40, days=4.5)
    async with at_work(database, one) as watch:
        for place in ("TrdBuy.Commission", "TrdBuy.Cancel", "Contract.ContractUnits"):
            watch.portal.rename(place, "other")
        await until_read(watch)
        assert any("/commission" in request for request in watch.portal.faults.requests)
        seats, cancelled, items = 0, 0, 0
        for tender in one.tenders():
            release = await watch.newest(tender.id)
            assert release.tender is not None
            seats += len(release.tender.committee)
            cancelled += sum(one.kind == "cancelled" for one in release.tender.official_decisions)
            items += sum(len(contract.items) for contract in release.contracts)
        assert seats
        assert cancelled
        assert items


async def test_lots_are_asked_apart_where_announcements_no_longer_hold_them(database: Any) -> None:
    one = country(per_day=10)
    async with at_work(database, one) as watch:
        watch.portal.rename("TrdBuy.Lots", "LotList")
        await until_read(watch)
        assert (await watch.stored()).keys() >= watch.published()
        for tender in one.tenders():
            release = await watch.newest(tender.id)
            assert release.tender is not None
            assert len(release.tender.lots) == len(tender.lots)


async def test_a_filter_that_is_ignored_is_checked_here(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one = country(per_day=10, days=2.5)
    async with at_work(database, one, limit=7) as watch:
        await until_read(watch)
        before = len(watch.portal.faults.requests)
        monkeypatch.setattr(filters, "_IGNORED", filters._IGNORED | {("Lots", "lastUpdateDate"), ("TrdApp", "buyId")})
        monkeypatch.setattr("bot.sandbox.goszakup.reading.Reader._narrowed", lambda *_: None)
        await until_read(watch, hours=12)
        assert (await watch.stored()).keys() >= watch.published()
        assert len(watch.portal.faults.requests) - before < 400, "the country was not read through"
        decided = [tender for tender in one.tenders() if tender.results > one.now - 12 * HOUR]
        assert decided
        for tender in decided:
            release = await watch.newest(tender.id)
            assert release.bids is None, "bids of all the country are not this purchase's"
        assert {"the portal does not show it"} == {reason.partition(":")[0] for reason in await watch.reasons()}
        monkeypatch.undo()
        await until_read(watch, hours=0.05)
        for tender in decided:
            release = await watch.newest(tender.id)
            assert release.bids is not None
            assert len(release.bids.details) == sum(len(bid.offers) for bid in tender.bids)


async def test_bids_left_out_of_an_answer_are_not_taken_for_no_bids(database: Any) -> None:
    one = country(per_day=10, days=2.5)
    async with at_work(database, one) as watch:
        watch.portal.faults.add("page_shift", match="TrdApp", rows=1)
        await until_read(watch)
        with_bids = [tender for tender in one.tenders() if tender.results and tender.bids]
        assert with_bids
        assert watch.published() - (await watch.stored()).keys() == {watch.ocid(tender.id) for tender in with_bids}
        assert all("rows of TrdApp are left out of every answer" in reason for reason in await watch.reasons())
        watch.portal.faults.clear()
        await until_read(watch, hours=0.05)
        for tender in with_bids:
            release = await watch.newest(tender.id)
            assert release.bids is not None
            assert len(release.bids.details) == sum(len(bid.offers) for bid in tender.bids)


async def test_a_list_that_leads_back_is_not_followed_and_holds_up_no_other(database: Any) -> None:
    one = country(per_day=20)
    async with at_work(database, one, limit=7) as watch:
        watch.portal.faults.add("page_loop", match="Lots(filter: {lastUpdateDate")
        trouble = await watch.read()
        assert "leads back to itself" in str(trouble)
        assert trouble is not None
        assert trouble.partly
        assert (await watch.stored()).keys() >= watch.published()
        watch.portal.faults.clear()
        assert await watch.read() is None


async def test_on_a_slow_day_announcements_come_in_pieces_and_are_completed_later(
    database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, seconds = country(per_day=10), [0.0]
    monkeypatch.setattr(gathering, "Pieces", partial(Pieces, seconds=lambda: seconds[0]))
    async with at_work(database, one, timeout_seconds=0.15, attempts=3, split_seconds=0.3) as watch:
        watch.portal.faults.add("slow_nested", seconds=9)
        await until_read(watch)
        assert (await watch.stored()).keys() >= watch.published()
        tender = list(one.tenders())[-1]
        first = await watch.newest(tender.id)
        assert first.tender is not None
        assert (len(first.tender.lots), first.tender.documents_listed) == (len(tender.lots), False)
        watch.portal.faults.clear()
        seconds[0] += 0.4  # what was too slow is avoided by our own clock
        await until_read(watch, hours=0.05)
        later = await watch.newest(tender.id)
        assert later.tender is not None
        assert later.tender.documents_listed
        assert await watch.reasons() == []


@pytest.mark.parametrize(("manner", "words"), [("401", "401"), ("403", "403"), ("404", "404 Invalid Route")])
async def test_a_refused_token_is_asked_about_once_and_said_with_its_mend(
    database: Any, manner: str, words: str
) -> None:
    one = country(per_day=4)
    async with at_work(database, one) as watch:
        await until_read(watch)
        watch.portal.manner, watch.portal.token = manner, "0" * 32
        before = len(watch.portal.faults.requests)
        trouble = await watch.read()
        assert trouble is not None
        assert trouble.permanent
        assert str(trouble).startswith(f"goszakup: token refused ({words}): take a new one in the portal's profile")
        assert len(watch.portal.faults.requests) == before + 1


async def test_clocks_that_differ_lose_nothing(database: Any) -> None:
    one = country(per_day=20)
    async with at_work(database, one) as watch:
        watch.portal.faults.add("clock_skew", seconds=7200, rate=0.5)
        watch.portal.faults.add("clock_skew", seconds=-7200)
        for _ in range(4):
            await until_read(watch, hours=3)
        assert (await watch.stored()).keys() >= watch.published()


async def test_a_date_ahead_of_all_clocks_does_not_move_the_place(database: Any) -> None:
    one = country(per_day=20)
    async with at_work(database, one, sweep_pages=0) as watch:
        lot = next(one.lots())
        one.patch("Lots", lot.id, lastUpdateDate="2099-01-01 00:00:00")
        for _ in range(3):
            await until_read(watch, hours=3)
        cursor = await watch.store.cursor("goszakup")
        assert cursor is not None
        assert "2099" not in cursor
        assert (await watch.stored()).keys() >= watch.published()
