"""zakup.gov.kz: everything new is told once, changes are seen, filters and pages are not trusted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.standins.unified import UnifiedStandIn
from tests.watchers.sources.polling import HASTE, ocids
from watchers.indicators.procedure import procedure_of
from watchers.rules import load_rules
from watchers.sources.base import Batch, Source, SourceError, open_source
from watchers.sources.quasi.words import moment_of, region_in, status_in_words
from watchers.sources.unified.mapping import map_announcement
from watchers.sources.unified.model import File, LotRow, read_announcement, read_rows

QUASI = Path(__file__).parents[4] / "shared/data/goszakup/quasi"


@pytest.fixture
async def platform() -> AsyncIterator[UnifiedStandIn]:
    async with UnifiedStandIn() as server:
        yield server


class Reader:
    """Reads a source again and again as a watcher does, with notes that outlive it."""

    def __init__(self, opened: Callable[..., Source], platform: UnifiedStandIn, **settings: Any) -> None:
        self._open = lambda: opened(kind="unified", base_url=platform.base_url, **HASTE | settings)
        self.source = self._open()
        self.cursor: str | None = None

    async def read(self) -> list[Batch]:
        found = []
        async for batch in self.source.batches(self.cursor):
            self.cursor = batch.cursor
            found.append(batch)
        return found

    async def told(self) -> list[str]:
        return [ocid.rpartition("-kz0001-")[2] for ocid in ocids(await self.read())]

    def restart(self) -> None:
        old, self.source = self.source, self._open()
        self.source.remember(old._memory)  # type: ignore[attr-defined]


@pytest.fixture
def reader(opened: Callable[..., Source], platform: UnifiedStandIn) -> Callable[..., Reader]:
    return lambda **settings: Reader(opened, platform, **settings)


def publish(platform: UnifiedStandIn, clock: Any, *keys: int, **how: Any) -> None:
    for key in keys:
        given = {"number": f"{17_000_000 + key}-1", "published": clock(), "closes": clock() + timedelta(days=8)} | how
        platform.publish(key, **given)


async def test_what_is_published_is_told_once_with_all_its_lots(
    platform: UnifiedStandIn, reader: Any, clock: Any
) -> None:
    publish(platform, clock, 1, 2)
    one = reader(limit=2)
    clock.advance(minutes=1)
    assert await one.told() == [], "from now on"
    publish(platform, clock, *range(3, 12), lots=3)
    assert sorted(await one.told()) == sorted(f"goszakup-{17_000_000 + key}-1" for key in range(3, 12))
    assert await one.told() == []
    one.restart()
    asked = len(platform.asked)
    assert await one.told() == []
    assert len(platform.asked) - asked == 1, "a page without anything new ends the reading"


async def test_an_announcement_published_late_under_a_lower_number_is_found(
    platform: UnifiedStandIn, reader: Any, clock: Any
) -> None:
    one = reader(limit=5)
    await one.told()
    clock.advance(minutes=5)
    publish(platform, clock, *range(100, 140))
    assert len(await one.told()) == 40
    clock.advance(minutes=5)
    publish(platform, clock, 50)
    assert await one.told() == []
    clock.advance(minutes=60)
    assert await one.told() == ["goszakup-17000050-1"]


async def test_changes_of_open_and_just_closed_announcements_are_seen(
    platform: UnifiedStandIn, reader: Any, clock: Any
) -> None:
    one = reader(limit=4, most_listed=8, sweep_seconds=3600)
    await one.told()
    clock.advance(minutes=5)
    for key in range(60):
        publish(platform, clock, key, closes=clock() + timedelta(days=key / 4))
    assert len(await one.told()) + len(await one.told()) >= 2
    clock.advance(hours=30)
    for _ in range(12):
        await one.told()
    platform.lots[0][0]["status"] = {"id": 360, "name": "Закупка состоялась"}  # closed long ago, out of sight above
    platform.lots[40][0]["offer_end_date"] = "2026-12-20T04:00:00Z"
    platform.announcements[40]["offer_end_date"] = int(datetime.fromisoformat("2026-12-20T04:00:00Z").timestamp())
    clock.advance(hours=30)
    found = [record.release for _ in range(12) for batch in await one.read() for record in batch.records]
    tenders = {release.ocid[-10:]: release.tender for release in found}
    assert tenders.keys() == {"17000000-1", "17000040-1"}
    assert tenders["17000000-1"].status == "complete"
    assert str(tenders["17000040-1"].tender_period.end_date).startswith("2026-12-20T09:00:00+05:00")


async def test_a_platform_that_ignores_the_filter_is_not_walked_to_its_end(
    platform: UnifiedStandIn, reader: Any, clock: Any
) -> None:
    platform.ignores |= {"offer_end_date__gte", "offer_end_date__lte"}
    for key in range(300):
        publish(platform, clock, key, closes=clock() + timedelta(days=key - 280))
    one = reader(limit=10, start="2026-11-01T00:00:00Z", sweep_seconds=60)
    clock.advance(minutes=2)
    await one.told()
    asked = len(platform.asked)
    clock.advance(minutes=2)
    await one.told()
    assert len(platform.asked) - asked <= 3


async def test_pages_that_repeat_and_pages_beyond_reach_are_not_followed(
    platform: UnifiedStandIn, reader: Any, clock: Any
) -> None:
    one = reader(limit=5)
    await one.told()
    clock.advance(minutes=1)
    publish(platform, clock, *range(1, 31))
    platform.ignores.add("offset")
    with pytest.raises(SourceError, match="shows again what was read before: not followed"):
        await one.told()
    platform.ignores.clear()
    platform.window = 20
    cut = reader(limit=5, most_listed=20, start="2026-11-01T00:00:00Z")
    assert 15 <= len(await cut.told()) <= 20


async def test_only_the_systems_asked_for_are_told_of(platform: UnifiedStandIn, reader: Any, clock: Any) -> None:
    platform.ignores.add("system_id__in")
    one = reader(systems=[2, 3])
    await one.told()
    clock.advance(minutes=1)
    publish(platform, clock, 1)
    publish(platform, clock, 2, number="207648", system=2)
    publish(platform, clock, 3, number="1220290", system=3)
    assert sorted(await one.told()) == ["mitwork-207648", "samruk-1220290"]


async def test_what_cannot_be_read_is_set_aside_and_the_rest_goes_on(
    platform: UnifiedStandIn, reader: Any, clock: Any
) -> None:
    one = reader(limit=50)
    await one.told()
    clock.advance(minutes=1)
    publish(platform, clock, 1, 2, 3, 4, 5, 6)
    platform.lots[1][0]["total_price"] = "по запросу"
    platform.lots[2][0]["announcement_id"] = None
    platform.announcements.pop(3)
    platform.announcements[4]["announcement_number"] = platform.lots[4][0]["announcement_number"] = "?"
    platform.files[6] = []
    batches = await one.read()
    assert ocids(batches) == ["ocds-kz0001-goszakup-17000006-1", "ocds-kz0001-goszakup-17000005-1"]
    reasons = [rejected.reason for batch in batches for rejected in batch.rejected]
    assert len(reasons) == 4
    assert any("its page answers 404" in reason for reason in reasons)
    assert any("'?' is no announcement number" in reason for reason in reasons)
    tenders = [record.release.tender for batch in batches for record in batch.records]
    assert [(tender.documents_listed, len(tender.documents)) for tender in tenders] == [(False, 0), (True, 1)]


@pytest.mark.parametrize(
    ("fault", "said", "permanent"),
    [
        ({"kind": "status", "status": 403}, r"127\.0\.0\.1:\d+ refuses programs \(403\): open it in a browser", True),
        ({"kind": "status", "status": 418}, r"refuses programs \(418\)", True),
        ({"kind": "html", "times": 9}, "answers with a page for browsers instead of data", False),
        ({"kind": "status", "status": 429, "times": 9}, "asked too often.*lower sources.test.requests_per", False),
        ({"kind": "status", "status": 404, "times": 9}, "it may have moved, check sources.test.base_url", True),
        ({"kind": "status", "status": 500, "times": 9}, "answered 500", False),
    ],
)
async def test_a_refusal_says_what_to_do(
    platform: UnifiedStandIn, reader: Any, fault: dict[str, Any], said: str, permanent: bool
) -> None:
    platform.faults.add(fault.pop("kind"), **fault)
    one = reader(retry_after_max_seconds=0.0)
    with pytest.raises(SourceError, match=said) as caught:
        await anext(one.source.batches(None))  # what doctor asks
    assert caught.value.permanent is permanent


async def test_files_that_cannot_be_listed_hold_nothing_up(platform: UnifiedStandIn, reader: Any, clock: Any) -> None:
    one = reader()
    await one.told()
    clock.advance(minutes=1)
    publish(platform, clock, 1)
    platform.faults.add("status", status=500, match="general-files", times=9)
    (release,) = [record.release for batch in await one.read() for record in batch.records]
    assert release.tender is not None
    assert (release.tender.documents_listed, release.tender.documents) == (False, ())


async def test_files_that_lack_are_awaited_for_an_hour(platform: UnifiedStandIn, reader: Any, clock: Any) -> None:
    one = reader(sweep_seconds=60)
    await one.told()
    clock.advance(minutes=1)
    publish(platform, clock, 1)
    publish(platform, clock, 2)
    platform.files[1] = []

    async def listed() -> list[bool]:
        found = [record.release.tender for batch in await one.read() for record in batch.records]
        return [tender.documents_listed for tender in found]

    assert sorted(await listed()) == [False, True]
    clock.advance(minutes=30)
    assert await listed() == []
    clock.advance(minutes=31)
    assert await listed() == [True]
    clock.advance(minutes=31)
    assert await listed() == []


async def test_a_release_says_what_the_platform_says(platform: UnifiedStandIn, reader: Any, clock: Any) -> None:
    one = reader(link_base="https://platform.example/announcement")
    await one.told()
    clock.advance(minutes=1)
    publish(platform, clock, 7, lots=2, buyer=("440002117", "ГУ «Отдел образования»"))
    (record,) = [record for batch in await one.read() for record in batch.records]
    release = record.release
    tender = release.tender
    assert tender is not None
    assert record.link == "https://platform.example/announcement/7"
    assert (release.ocid, tender.id) == ("ocds-kz0001-goszakup-17000007-1", "17000007")
    assert (release.buyer.id, release.buyer.name) == ("KZ-BIN-000440002117", "ГУ «Отдел образования»")
    assert (tender.status, tender.procurement_method, tender.procurement_method_details) == (
        "active",
        "open",
        "Открытый конкурс",
    )
    assert (tender.value.amount, tender.value.currency) == (2_000_000, "KZT")
    assert tender.tender_period.start_date == tender.date_published == "2026-11-22T14:06:00+05:00"
    assert [lot.id for lot in tender.lots] == ["43007000", "43007001"]
    assert tender.items[0].classification.id == "439111.100.000000"
    assert tender.items[0].delivery_address.region_code == "KZ-71"
    assert (tender.main_procurement_category, tender.features) == ("works", ())


async def test_quasi_state_purchases_are_not_under_the_law(platform: UnifiedStandIn, reader: Any, clock: Any) -> None:
    one = reader()
    await one.told()
    clock.advance(minutes=1)
    publish(platform, clock, 1)
    publish(platform, clock, 2, number="207648", system=2)
    publish(platform, clock, 3, number="1220290", system=3, method="Открытый тендер на понижение")
    releases = [record.release for batch in await one.read() for record in batch.records]
    procedures = [procedure_of(release, load_rules()) for release in releases]
    assert [(one.jurisdiction, one.group, one.method.under_law) for one in procedures] == [
        ("KZ", "tender", False), ("KZ", "tender", False), ("KZ", "tender", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "lots", "external", "expected"),
    [
        ("17379679-2", ["17379679-2"], 17_401_112, "17379679-2"),
        ("17379679", ["17379679-2", "17379679-2"], 17_401_112, "17379679-2"),
        ("17379679", ["17379679-1", "17379679-2"], 17_379_679, "17379679-1"),
        ("17379679", ["17379679-1", "17379679-2"], 17_401_112, "17379679"),
        ("", ["17379679-1"], 1, "17379679-1"),
    ],
)
def test_a_purchase_is_named_as_its_own_system_names_it(
    own: str, lots: list[str], external: int, expected: str
) -> None:
    announcement = read_announcement(
        msgspec.json.encode({"id": 1, "external_id": external, "announcement_number": own})
    )
    rows = [LotRow(id=n, announcement_number=one, system_id=1) for n, one in enumerate(lots)]
    assert map_announcement(announcement, rows, None).ocid == f"ocds-kz0001-goszakup-{expected}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (1778370738, "2026-05-10T04:52:18+05:00"),
        ("1778370738", "2026-05-10T04:52:18+05:00"),
        (1778370738000, "2026-05-10T04:52:18+05:00"),
        ("2026-05-08T02:12:18Z", "2026-05-08T02:12:18+00:00"),
        ("2026-05-08 07:12:18", "2026-05-08T07:12:18+05:00"),
        (0, None), (-1, None), (10**30, None), ("2999-01-01T00:00:00Z", None), ("", None), (None, None),
        ("скоро", None),
    ],
)  # fmt: skip
def test_moments_come_in_any_shape(given: Any, expected: str | None) -> None:
    found = moment_of(given)
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Опубликован", "active"), ("Опубликовано (прием заявок)", "active"), ("Закупка не состоялась", "unsuccessful"),
        ("Закупка состоялась", "complete"), ("Отменено", "cancelled"), ("Отказ от закупки", "cancelled"),
        ("Завершён", "complete"), ("На обжаловании", "active"), ("Пересмотр итогов", "active"), ("Архив", None),
    ],
)  # fmt: skip
def test_statuses_are_read_by_their_words(words: str, expected: str | None) -> None:
    assert status_in_words(words) == expected


def test_a_region_is_told_by_its_code_or_its_name_and_never_guessed() -> None:
    assert region_in("511010000", "где-то") == ""
    assert region_in("750000000") == "KZ-75"
    assert region_in(None, "г. Алматы, ул. Тестовая 1") == "KZ-75"
    assert region_in(23248, "Алматы") == ""


@pytest.mark.shared
def test_the_real_shapes_map() -> None:
    if not QUASI.is_dir():
        pytest.skip("the real data (../shared/data) are not beside this checkout")
    rows = read_rows((QUASI / "zakup_gov_kz_unified_listing.json").read_bytes()).results
    lots = [msgspec.json.decode(row, type=LotRow, strict=False) for row in rows]
    announcement = read_announcement((QUASI / "zakup_gov_kz_unified_announcement_39385974.json").read_bytes())
    release = map_announcement(announcement, lots, [File(id=1, name="Проект договора.pdf")])
    tender = release.tender
    assert tender is not None
    assert (release.ocid, tender.id) == ("ocds-kz0001-goszakup-39385974", "9876543")
    assert (len(tender.lots), tender.lots[0].title, tender.status) == (2, "Изделия из бетона", "active")
    assert tender.items[0].delivery_address.region_code == "KZ-75"
    assert (tender.items[1].classification.scheme, tender.items[1].classification.id) == ("KPVED", "23.51.12")
    assert tender.documents[0].document_type == "contractDraft"


def test_settings_that_make_no_sense_are_refused(clock: Any) -> None:
    for wrong, said in (
        ({"systems": [4]}, "choose among 1 goszakup"),
        ({"systems": []}, "choose"),
        ({"start": "x"}, "start"),
    ):
        with pytest.raises(SourceError, match=said):
            open_source("mine", {"kind": "unified", **wrong}, clock)
