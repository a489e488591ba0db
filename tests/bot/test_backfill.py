"""The past: every purchase of a stretch once, over stops and kills, told to nobody, beside a watcher that goes on."""

from __future__ import annotations

import asyncio
import io
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot.backfill import BackfillError, run_backfill
from bot.cli import app
from bot.config import Config
from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.moments import DAY, HOUR
from bot.sandbox.goszakup.server import Goszakup
from tests.bot.waiting import until as wait_until
from tests.standins.unified import UnifiedStandIn
from tests.watchers.sources.goszakup.watching import nothing
from tests.watchers.sources.polling import HASTE
from watchers.database import Database
from watchers.poll import Watcher
from watchers.sources.base import open_source
from watchers.sources.goszakup.parts import ZONE
from watchers.store import Store
from watchers.tables import events, snapshots, source_notes, tenders

START = datetime(2026, 11, 2, tzinfo=ZONE)
SINCE, UNTIL = datetime(2026, 11, 5), datetime(2026, 11, 10)  # noqa: DTZ001 - days, as the command gets them


@pytest.fixture(scope="module")
def country() -> Country:
    lived = Country(START, per_day=40, seed=5)
    lived.advance(14 * DAY)
    return lived


def config(url: str, base_url: str, **source: Any) -> Config:
    goszakup = {"kind": "goszakup", "base_url": base_url, "token": "0123456789abcdef0123456789abcdef", **HASTE}
    return Config.model_validate({"database": {"url": url}, "sources": {"goszakup": goszakup | source}})


def now_of(country: Country) -> Any:
    return lambda: datetime.fromtimestamp(country.now, UTC)


async def back(settings: Config, country: Country, *, stop: asyncio.Event | None = None, name: str = "goszakup") -> str:
    said = io.StringIO()
    stop = stop or asyncio.Event()
    clock = now_of(country)
    await run_backfill(settings, name, SINCE, UNTIL, share=1.0, stop=stop, stream=said, clock=clock)
    return said.getvalue()


def expected(country: Country) -> set[str]:
    begin = SINCE.replace(tzinfo=ZONE).timestamp()
    end = (UNTIL.replace(tzinfo=ZONE) + timedelta(days=1)).timestamp()
    published = country.ledger.published()
    return {
        f"ocds-kz0001-goszakup-{tender.number_anno}"
        for tender in country.tenders()
        if begin <= published[tender.id] < end
    }


async def stored(database: Database) -> tuple[set[str], set[str], int, int]:
    """Announcements, contracts without one, snapshots, and events nobody was asked about."""
    async with database.read() as connection:
        found = set((await connection.execute(select(tenders.c.ocid))).scalars())
        versions = len((await connection.execute(select(snapshots.c.id))).all())
        waiting = len((await connection.execute(select(events.c.id).where(events.c.matched_at.is_(None)))).all())
    directs = {ocid for ocid in found if "/" in ocid}
    return found - directs, directs, versions, waiting


async def test_a_stretch_of_the_past_is_read_whole_and_told_to_nobody(
    country: Country, database_url: str, database: Database
) -> None:
    async with Goszakup(country) as portal:
        said = await back(config(database_url, portal.url), country)
        announcements, directs, versions, waiting = await stored(database)
        assert announcements == expected(country)
        assert len(directs) > 20
        assert versions == len(announcements) + len(directs)
        assert waiting == 0, "old purchases wait for no filter"
        assert f"done: {versions} purchases read, 0 set aside" in said
        asked = len(portal.faults.requests)
        assert "done: 0 purchases read" in await back(config(database_url, portal.url), country)
        assert len(portal.faults.requests) == asked, "what is done is not asked for again"


async def test_a_backfill_that_is_stopped_goes_on_from_there(
    country: Country, database_url: str, database: Database
) -> None:
    stop = asyncio.Event()

    async def some_are_stored() -> bool:
        return len((await stored(database))[0]) >= 20

    async with Goszakup(country) as portal:
        settings = config(database_url, portal.url, at_once=10)
        work = asyncio.create_task(back(settings, country, stop=stop))
        await wait_until(some_are_stored)
        stop.set()
        first = await work
        assert "the same command goes on from here" in first
        second = await back(settings, country)
    announcements, directs, versions, waiting = await stored(database)
    assert (announcements, waiting) == (expected(country), 0)
    read = [
        int(said.rpartition("\n")[0].rpartition("\n")[2].split(" purchases")[0].split()[-1]) for said in (first, second)
    ]
    assert sum(read) == versions == len(announcements) + len(directs), "nothing was read twice"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_kill_costs_a_batch_at_most(
    country: Country, database_url: str, database: Database, tmp_path: Path
) -> None:
    async def some_are_stored() -> bool:
        return len((await stored(database))[0]) >= 10

    async with Goszakup(country) as portal:
        file = tmp_path / "config.toml"
        file.write_text(
            f'[database]\nurl = "{database_url}"\n[sources.goszakup]\nkind = "goszakup"\nbase_url = "{portal.url}"\n'
            f'token = "{portal.token}"\nrequests_per_second = 1000\nat_once = 5\n'
        )
        command = (
            sys.executable,
            "-m",
            "bot",
            "backfill",
            "goszakup",
            "--since",
            f"{SINCE:%Y-%m-%d}",
            "--until",
            f"{UNTIL:%Y-%m-%d}",
            "--share",
            "1",
            "-c",
            file,
        )
        killed = await asyncio.create_subprocess_exec(*map(str, command), stderr=asyncio.subprocess.DEVNULL)
        await wait_until(some_are_stored)
        killed.send_signal(signal.SIGKILL)
        await killed.wait()
        before = (await stored(database))[2]
        again = await asyncio.create_subprocess_exec(*map(str, command), stderr=asyncio.subprocess.PIPE)
        _, said = await again.communicate()
        assert again.returncode == 0, said.decode()
    announcements, directs, versions, waiting = await stored(database)
    assert (announcements, waiting) == (expected(country), 0)
    assert versions == len(announcements) + len(directs)
    read = int(said.decode().rpartition("done: ")[2].split()[0])
    assert versions - before <= read <= versions - before + 5, "at most the batch under way was read again"


async def test_the_watcher_goes_on_beside_it(database_url: str, database: Database) -> None:
    country = Country(START, per_day=40, seed=6)
    country.advance(14 * DAY + 10 * HOUR)  # Monday morning
    began_at = country.now
    clock = now_of(country)
    async with Goszakup(country) as portal:
        settings = config(database_url, portal.url, at_once=20)
        source = open_source("goszakup", settings.source_settings("goszakup"), clock)
        watcher = Watcher(source, Store(database, clock), nothing, clock)

        async def read() -> None:
            while await watcher.do_one():
                pass

        await read()
        work = asyncio.create_task(back(settings, country))
        beside = 0
        for turn in range(100):
            country.advance(1200)
            await read()
            beside += not work.done()
            if work.done() and turn >= 12:  # whoever was faster, there are some hours of news
                break
            await asyncio.sleep(0.05)
        await work
        await read()
        await source.close()
    watched = {f"ocds-kz0001-goszakup-{country.shelves['TrdBuy'].get(number).number_anno}"
               for number, at in country.ledger.published().items() if at >= began_at}  # fmt: skip
    announcements, *_ = await stored(database)
    assert announcements >= watched | expected(country)
    assert len(watched) > 3
    async with database.read() as connection:
        told = select(tenders.c.ocid).join(events, events.c.tender_id == tenders.c.id)
        told = told.where(events.c.matched_at.is_(None), events.c.kind == "published")
        news = set((await connection.execute(told)).scalars())
    assert watched <= news, "what is new is told"
    async with database.read() as connection:
        notes = select(source_notes.c.key).where(source_notes.c.kind == "purchase")
        followed = {int(key) for key in (await connection.execute(notes)).scalars()}
    quiet = {f"ocds-kz0001-goszakup-{one.number_anno}" for one in country.tenders() if one.id not in followed}
    assert len(quiet & announcements) > 50
    assert not news & quiet, "what is old is not"
    assert beside, "a reading does not wait for the end of the backfill"


async def test_the_unified_platform_has_a_past_too(database_url: str, database: Database, clock: Any) -> None:
    async with UnifiedStandIn(window=30) as platform:
        for key in range(120):
            published = datetime(2026, 11, 1, 5, tzinfo=UTC) + timedelta(hours=3 * key)
            closes = published + timedelta(days=3 + key % 9)
            platform.publish(key, f"{17_000_000 + key}-1", published=published, closes=closes, lots=1 + key % 3)
        source = {"kind": "unified", "base_url": platform.base_url, "limit": 10, "most_listed": 30, **HASTE}
        settings = Config.model_validate({"database": {"url": database_url}, "sources": {"platform": source}})
        said = io.StringIO()
        stop = asyncio.Event()
        await run_backfill(settings, "platform", SINCE, UNTIL, share=1.0, stop=stop, stream=said, clock=clock)
    announcements, _, versions, waiting = await stored(database)
    begin, end = SINCE.replace(tzinfo=ZONE), UNTIL.replace(tzinfo=ZONE) + timedelta(days=1)
    wanted = {
        f"ocds-kz0001-goszakup-{17_000_000 + key}-1"
        for key in range(120)
        if begin <= datetime(2026, 11, 1, 5, tzinfo=UTC) + timedelta(hours=3 * key) < end
    }
    assert (announcements, versions, waiting) == (wanted, len(wanted), 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("nowhere", "--since", "2026-11-01"),
            "there is no source 'nowhere' in the configuration: known are files, feed",
        ),
        (("files", "--since", "2026-11-01"), "is of kind ocds_files, whose past the watcher reads itself"),
        (("feed", "--since", "2026-11-01"), "is of kind prozorro, whose past the watcher reads itself"),
        (
            ("kz", "--since", "2026-11-09", "--until", "2026-11-01"),
            "--since 2026-11-09 is not before --until 2026-11-01",
        ),
        (("kz", "--since", "2999-01-01"), "--since 2999-01-01 is"),
    ],
)
def test_what_cannot_be_read_back_is_said_in_one_sentence(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/x.sqlite3"\n[sources.files]\nkind = "ocds_files"\npaths = ["x"]\n'
        '[sources.feed]\nkind = "prozorro"\n[sources.kz]\nkind = "goszakup"\n'
    )
    result = CliRunner().invoke(app, ["backfill", *arguments, "--config", str(file)])
    assert result.exit_code == 2
    assert said in result.output
    assert len(result.output.splitlines()) == 1
    assert not (tmp_path / "x.sqlite3").exists()


async def test_a_refused_token_ends_it_with_what_to_do(country: Country, database_url: str) -> None:
    async with Goszakup(country) as portal:
        settings = config(database_url, portal.url, token="f" * 32)
        with pytest.raises(BackfillError, match=r"token refused.*the same command goes on"):
            await back(settings, country)
