from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.standins.prozorro import ProzorroStandIn
from tests.watchers.sources.invented import tender
from tests.watchers.sources.polling import HASTE, collect, ocids
from watchers.sources.base import Batch, SourceError

Open = Callable[..., Any]
Server = ProzorroStandIn


def settings(server: Server, **more: Any) -> dict[str, Any]:
    return {
        "kind": "prozorro", "base_url": server.base_url, "start": "2026-11-01", "limit": 10,
        "restart_overlap_seconds": 60.0, **HASTE, **more,
    }  # fmt: skip


def publish(server: Server, clock: Any, *numbers: int, **more: Any) -> None:
    for number in numbers:
        server.publish(tender(number, **more), clock().timestamp())
        clock.advance(seconds=1)
    clock.advance(seconds=2)


def numbered(*numbers: int) -> list[str]:
    return [f"ocds-be6bcu-UA-2026-11-01-{number:06}-a" for number in numbers]


async def test_from_a_date_every_tender_is_read_once_and_then_only_what_changes(
    prozorro: Server, opened: Open, clock: Any
) -> None:
    publish(prozorro, clock, *range(1, 36))
    source = opened(**settings(prozorro))
    first = await collect(source)
    assert ocids(first) == numbered(*range(1, 36))
    assert [len(batch.records) for batch in first] == [0, 10, 10, 10, 5]
    assert await collect(source, first[-1].cursor) == []
    publish(prozorro, clock, 36)
    publish(prozorro, clock, 3, status="cancelled")
    again = await collect(source, first[-1].cursor)
    assert ocids(again) == numbered(36, 3)
    assert again[0].records[1].release.tender.status == "cancelled"  # type: ignore[union-attr]


async def test_from_now_on_nothing_earlier_is_read(prozorro: Server, opened: Open, clock: Any) -> None:
    publish(prozorro, clock, *range(1, 8))
    source = opened(**settings(prozorro, start="now"))
    first = await collect(source)
    assert [batch.records for batch in first] == [[]]
    assert first[0].cursor
    publish(prozorro, clock, 8, 9)
    assert ocids(await collect(source, first[-1].cursor)) == numbered(8, 9)


async def test_an_empty_feed_is_watched_from_now_on(prozorro: Server, opened: Open, clock: Any) -> None:
    source = opened(**settings(prozorro, start="now"))
    first = await collect(source)
    publish(prozorro, clock, 1)
    assert ocids(await collect(source, first[-1].cursor)) == numbered(1)


async def test_a_crash_after_any_batch_reads_at_most_one_batch_again(
    prozorro: Server, opened: Open, clock: Any
) -> None:
    publish(prozorro, clock, *range(1, 36))
    for stop in range(1, 6):
        stored: list[Batch] = []
        async for batch in opened(**settings(prozorro)).batches(None):
            stored.append(batch)
            if len(stored) == stop:
                break
        rest = await collect(opened(**settings(prozorro)), stored[-1].cursor)
        assert ocids(stored) + ocids(rest) == numbered(*range(1, 36))


async def test_a_large_page_is_cut_and_a_crash_between_its_parts_loses_nothing(
    prozorro: Server, opened: Open, clock: Any
) -> None:
    publish(prozorro, clock, *range(1, 251))
    whole = await collect(opened(**settings(prozorro, limit=1000)))
    assert [len(batch.records) for batch in whole] == [0, 200, 50]
    rest = await collect(opened(**settings(prozorro, limit=1000)), whole[1].cursor)
    assert set(ocids(rest)) >= set(numbered(*range(201, 251)))


async def test_tenders_of_the_same_moment_are_not_skipped_at_a_page_border(
    prozorro: Server, opened: Open, clock: Any
) -> None:
    for number in range(1, 26):
        prozorro.publish(tender(number), clock().timestamp())
    clock.advance(seconds=5)
    assert sorted(ocids(await collect(opened(**settings(prozorro))))) == numbered(*range(1, 26))


async def test_the_last_second_is_held_back_and_comes_with_the_next_poll(
    prozorro: Server, opened: Open, clock: Any
) -> None:
    publish(prozorro, clock, 1)
    prozorro.publish(tender(2), clock().timestamp())
    source = opened(**settings(prozorro))
    first = await collect(source)
    assert ocids(first) == numbered(1)
    prozorro.publish(tender(3), clock().timestamp() - 0.5)  # overtakes: its public moment is the earlier one
    clock.advance(seconds=2)
    assert sorted(ocids(await collect(source, first[-1].cursor))) == numbered(2, 3)


async def test_an_unknown_offset_restarts_from_the_last_date_seen(prozorro: Server, opened: Open, clock: Any) -> None:
    publish(prozorro, clock, *range(1, 21))
    source = opened(**settings(prozorro))
    first = await collect(source)
    prozorro.forget_offsets()
    publish(prozorro, clock, 21, 22)
    again = await collect(source, first[-1].cursor)
    assert set(numbered(21, 22)) <= set(ocids(again))
    asked = [request for request in prozorro.faults.requests if "offset=2026-11-20" in request]
    assert asked, "the newest dateModified, less the overlap, is the new offset"


async def test_an_offset_refused_twice_is_an_error(prozorro: Server, opened: Open, clock: Any) -> None:
    prozorro.faults.add("status", status=404, times=9)
    with pytest.raises(SourceError, match="answered 404"):
        await collect(opened(**settings(prozorro)))
    assert prozorro.faults.count() == 2


async def test_a_feed_that_leads_back_is_an_error_not_a_loop(prozorro: Server, opened: Open, clock: Any) -> None:
    publish(prozorro, clock, *range(1, 36))
    page = {"data": [{"id": tender(1)["id"], "dateModified": ""}], "next_page": {"offset": "2026-11-01"}}
    prozorro.faults.add("status", status=200, body=json.dumps(page).encode(), after=1, match="tenders?")
    stored: list[Batch] = []
    with pytest.raises(SourceError, match="leads back to 2026-11-01"):
        await keep(opened(**settings(prozorro)), stored)
    assert ocids(stored) == numbered(*range(1, 11))


async def keep(source: Any, stored: list[Batch]) -> None:
    async for batch in source.batches(None):
        stored.append(batch)  # noqa: PERF401 - what came before an error is wanted


@pytest.mark.parametrize("kind", ["html", "empty", "error", "cut", "disconnect"])
async def test_an_answer_that_is_no_feed_is_not_taken_for_an_empty_page(
    prozorro: Server, opened: Open, clock: Any, kind: str
) -> None:
    publish(prozorro, clock, 1, 2)
    prozorro.faults.add(kind)
    assert ocids(await collect(opened(**settings(prozorro)))) == numbered(1, 2)
    prozorro.faults.add(kind, times=99)
    with pytest.raises(SourceError):
        await collect(opened(**settings(prozorro)))


async def test_an_error_in_json_with_200_is_no_empty_page(prozorro: Server, opened: Open) -> None:
    for body in (b'{"error": "too busy"}', b'{"status": "error", "errors": [{"name": "data"}]}', b"{}", b"[]"):
        prozorro.faults.add("status", status=200, body=body, times=3)
        with pytest.raises(SourceError, match="answered 200 with"):
            await collect(opened(**settings(prozorro)))


async def test_a_tender_that_is_gone_or_broken_is_set_aside(prozorro: Server, opened: Open, clock: Any) -> None:
    publish(prozorro, clock, 1, 2, 3)
    prozorro.details[tender(2)["id"]].pop("tenderID")
    prozorro.faults.add("status", status=404, match=tender(3)["id"], times=9)
    batches = await collect(opened(**settings(prozorro)))
    assert ocids(batches) == numbered(1)
    reasons = sorted(one.reason for batch in batches for one in batch.rejected)
    assert "missing required field `tenderID`" in reasons[0]
    assert reasons[1] == "the feed names it, its page answers 404"


async def test_a_failed_detail_fails_the_page_so_that_nothing_is_lost(
    prozorro: Server, opened: Open, clock: Any
) -> None:
    publish(prozorro, clock, *range(1, 16))
    prozorro.faults.add("status", status=500, match=tender(12)["id"], times=3)
    stored: list[Batch] = []
    source = opened(**settings(prozorro))
    with pytest.raises(SourceError, match="answered 500"):
        await keep(source, stored)
    assert ocids(stored) == numbered(*range(1, 11))
    assert ocids(await collect(source, stored[-1].cursor)) == numbered(*range(11, 16))


async def test_details_are_asked_for_with_bounded_concurrency(prozorro: Server, opened: Open, clock: Any) -> None:
    publish(prozorro, clock, *range(1, 31))
    prozorro.delay = 0.02
    await collect(opened(**settings(prozorro, limit=30, max_concurrency=4)))
    assert prozorro.faults.busiest == 4


async def test_a_tender_listed_twice_on_a_page_is_fetched_once(prozorro: Server, opened: Open, clock: Any) -> None:
    publish(prozorro, clock, 1)
    row = {"id": tender(1)["id"], "dateModified": "2026-11-20T10:00:01+02:00"}
    page = {"data": [row, row], "next_page": {"offset": "2026-11-29"}}
    prozorro.faults.add("status", status=200, body=json.dumps(page).encode(), match="tenders?")
    assert ocids(await collect(opened(**settings(prozorro)))) == numbered(1)


async def test_412_says_which_setting_helps(clock: Any, opened: Open) -> None:
    async with ProzorroStandIn(now=lambda: clock().timestamp(), browsers_only=True) as server:
        publish(server, clock, 1)
        with pytest.raises(SourceError, match="set user_agent"):
            await collect(opened(**settings(server)))
        assert ocids(await collect(opened(**settings(server, user_agent="Mozilla/5.0")))) == numbered(1)


async def test_the_raw_answer_its_address_and_the_page_for_people_are_kept(
    prozorro: Server, opened: Open, clock: Any
) -> None:
    publish(prozorro, clock, 1)
    record = (await collect(opened(**settings(prozorro, link_base="https://example.org/t/"))))[-1].records[0]
    assert json.loads(record.raw)["data"]["tenderID"] == "UA-2026-11-01-000001-a"
    assert record.url == f"{prozorro.base_url}/tenders/{tender(1)['id']}"
    assert record.link == "https://example.org/t/UA-2026-11-01-000001-a"
    assert b"someone@example.org" not in msgspec.json.encode(record.release)


async def test_a_cursor_that_cannot_be_read_starts_afresh(prozorro: Server, opened: Open, clock: Any) -> None:
    publish(prozorro, clock, 1, 2)
    assert ocids(await collect(opened(**settings(prozorro)), "nonsense")) == numbered(1, 2)
