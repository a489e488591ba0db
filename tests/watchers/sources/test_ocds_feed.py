"""The four polling styles against a live-like publisher: nothing is skipped, nothing is read for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.standins.ocds_feed import OcdsFeedStandIn, release
from tests.watchers.sources.polling import HASTE, collect, ocids
from watchers.sources.base import Batch, SourceError

Feed = OcdsFeedStandIn
Open = Callable[..., Any]


def at(minute: int, day: int = 20) -> str:
    return f"2026-11-{day:02}T{minute // 60:02}:{minute % 60:02}:00Z"


def name(*numbers: int) -> set[str]:
    return {f"ocds-test00-{number:04}" for number in numbers}


def config(feed: Feed, style: str, query: str, **more: Any) -> dict[str, Any]:
    return {"kind": "ocds_feed", "style": style, "url": f"{feed.url}/releases?{query}", "limit": 3, **HASTE, **more}


def cursor_style(feed: Feed, **more: Any) -> dict[str, Any]:
    return config(feed, "cursor", "cursor={cursor}&limit={limit}", **{"next_pointer": "/links/next", **more})


def window_style(feed: Feed, **more: Any) -> dict[str, Any]:
    query = "since={since}&until={until}&page={page}&limit={limit}"
    return config(feed, "window", query, **{"paging": "page", "start": "2026-11-20", **more})


def newest_style(feed: Feed, **more: Any) -> dict[str, Any]:
    query = "order=desc&page={page}&limit={limit}"
    return config(feed, "newest", query, **{"paging": "page", "start": "2026-11-01", "overlap_seconds": 0.0, **more})


def full_style(feed: Feed, **more: Any) -> dict[str, Any]:
    return config(feed, "full", "page={page}&limit={limit}", **{"paging": "page", **more})


async def keep(source: Any, stored: list[Batch]) -> None:
    async for batch in source.batches(None):
        stored.append(batch)  # noqa: PERF401 - what came before an error is wanted


STYLES = [cursor_style, window_style, newest_style, full_style]


@pytest.mark.parametrize("style", STYLES)
async def test_every_release_is_read_and_the_next_poll_brings_only_what_is_new(
    feed: Feed, opened: Open, style: Any
) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 11)]
    source = opened(**style(feed))
    first = await collect(source)
    assert set(ocids(first)) == name(*range(1, 11))
    assert len(ocids(first)) == 10
    feed.releases.append(release(11, at(8 * 60 + 30, day=22)))
    again = await collect(source, first[-1].cursor)
    assert "ocds-test00-0011" in ocids(again)
    assert len(ocids(again)) <= 4, "a page may be read again, not everything"


@pytest.mark.parametrize("style", STYLES)
async def test_a_crash_after_any_batch_loses_nothing_and_repeats_at_most_one_page(
    feed: Feed, opened: Open, style: Any
) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 15)]
    whole = await collect(opened(**style(feed)))
    for stop in range(len(whole)):
        stored: list[Batch] = []
        async for batch in opened(**style(feed)).batches(None):
            stored.append(batch)
            if len(stored) > stop:
                break
        rest = await collect(opened(**style(feed)), stored[-1].cursor)
        read = ocids(stored) + ocids(rest)
        assert set(read) == name(*range(1, 15))
        assert len(read) - 14 <= 3


@pytest.mark.parametrize("style", STYLES)
async def test_records_of_one_second_are_all_read(feed: Feed, opened: Open, style: Any) -> None:
    feed.releases = [release(number, at(60, day=22)) for number in range(1, 12)]
    source = opened(**style(feed, overlap_seconds=80_000.0))
    first = await collect(source)
    feed.releases.append(release(12, at(60, day=22)))
    second = await collect(source, first[-1].cursor)
    assert set(ocids(first)) | set(ocids(second)) == name(*range(1, 13))


@pytest.mark.parametrize("listed", [False, True])
async def test_a_known_record_above_new_ones_of_the_same_second_hides_nothing(
    feed: Feed, opened: Open, listed: bool
) -> None:
    feed.releases = [release(number, at(60)) for number in (1, 10, 11, 12, 13)] + [release(2, at(1))]
    ids = {"url": f"{feed.url}/ids?order=desc&page={{page}}&limit={{limit}}", "date_pointer": "/modified",
           "list_pointer": "/data", "detail_url": f"{feed.url}/release?id={{id}}"}  # fmt: skip
    source = opened(**newest_style(feed, **ids if listed else {}))
    first = await collect(source)
    feed.releases += [release(number, at(60)) for number in (5, 6, 7, 8)]
    assert set(ocids(await collect(source, first[-1].cursor))) == name(5, 6, 7, 8)


@pytest.mark.parametrize("style", STYLES)
async def test_nothing_is_skipped_while_records_arrive_between_two_pages(feed: Feed, opened: Open, style: Any) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 11)]

    def publish(answer: int) -> None:
        if answer in {2, 3}:
            feed.releases.append(release(100 + answer, at(8 * 60 + answer, day=22)))

    feed.before_answer = publish
    source = opened(**style(feed))
    first = await collect(source)
    assert name(*range(1, 11)) <= set(ocids(first))
    second = await collect(source, first[-1].cursor)
    assert name(102, 103) <= set(ocids(first)) | set(ocids(second))


@pytest.mark.parametrize("style", [window_style, newest_style])
async def test_nothing_is_skipped_when_a_record_leaves_a_page_already_read(
    feed: Feed, opened: Open, style: Any
) -> None:
    """What follows moves up by one: the first record of the next page is now on the page that was read."""
    feed.releases = [release(number, at(number)) for number in range(1, 11)]

    def change(answer: int) -> None:
        if answer == 2:
            feed.releases = [one for one in feed.releases if one["id"] not in {"1", "10"}]

    feed.before_answer = change
    assert name(*range(2, 10)) <= set(ocids(await collect(opened(**style(feed)))))


async def test_a_changed_record_is_read_again(feed: Feed, opened: Open) -> None:
    for style in (newest_style, full_style):
        feed.releases = [release(number, at(number)) for number in range(1, 8)]
        source = opened(**style(feed))
        first = await collect(source)
        feed.releases[2] = release(3, at(100), language="kk")
        assert ocids(await collect(source, first[-1].cursor)) == ["ocds-test00-0003"]


async def test_a_caught_up_listing_asks_little_and_yields_nothing(feed: Feed, opened: Open) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 31)]
    for style in (newest_style, full_style):
        source = opened(**style(feed))
        first = await collect(source)
        before = feed.faults.count()
        assert await collect(source, first[-1].cursor) == []
        assert style is full_style or feed.faults.count() - before == 1


@pytest.mark.parametrize("next_is", ["url", "cursor"])
async def test_the_next_page_may_be_named_by_a_link_or_by_a_cursor(feed: Feed, opened: Open, next_is: str) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 8)]
    pointer = "/links/next" if next_is == "url" else "/next_cursor"
    batches = await collect(opened(**cursor_style(feed, next_is=next_is, next_pointer=pointer)))
    assert set(ocids(batches)) == name(*range(1, 8))


async def test_a_cursor_that_leads_back_is_an_error_not_a_loop(feed: Feed, opened: Open) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 20)]
    feed.loop_at = "6"
    with pytest.raises(SourceError, match=r"leads back|names itself"):
        await collect(opened(**cursor_style(feed, next_is="cursor", next_pointer="/next_cursor")))
    assert feed.faults.count() <= 4


async def test_a_late_record_beside_a_known_one_does_not_end_the_descent(feed: Feed, opened: Open) -> None:
    feed.releases = [release(number, at(number)) for number in (10, 20, 30, 40)]
    source = opened(**newest_style(feed))
    first = await collect(source)
    feed.releases += [release(number, at(number)) for number in (11, 12, 35)]
    assert set(ocids(await collect(source, first[-1].cursor))) == name(11, 12, 35)


async def test_a_longer_circle_of_cursors_is_an_error_too(feed: Feed, opened: Open) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 20)]

    def lead_back(answer: int) -> None:
        feed.loop_at = {1: "3", 2: "6"}.get(answer, "3")

    feed.before_answer = lead_back
    with pytest.raises(SourceError, match="leads back to a page already read"):
        await collect(opened(**cursor_style(feed, next_is="cursor", next_pointer="/next_cursor")))
    assert feed.faults.count() == 3


async def test_a_full_page_that_names_itself_is_an_error_a_short_one_is_the_end(feed: Feed, opened: Open) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 4)]
    feed.loop_at = "0"
    settings = cursor_style(feed, next_is="cursor", next_pointer="/next_cursor", first_cursor="0")
    with pytest.raises(SourceError, match="is full and names itself"):
        await collect(opened(**settings))
    assert set(ocids(await collect(opened(**{**settings, "limit": 5})))) == name(1, 2, 3)


async def test_pages_that_repeat_are_an_error(feed: Feed, opened: Open) -> None:
    feed.releases = [release(1, at(1))]
    settings = full_style(feed, url=f"{feed.url}/releases?limit={{limit}}&ignored={{page}}")
    with pytest.raises(SourceError, match="repeats the page before it"):
        await collect(opened(**settings))


async def test_a_next_link_to_another_host_is_refused_unless_allowed(feed: Feed, opened: Open) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 8)]
    feed._next_as = "url"
    feed.url, own = feed.url.replace("127.0.0.1", "localhost"), feed.url
    settings = cursor_style(feed, url=f"{own}/releases?cursor={{cursor}}&limit={{limit}}")
    with pytest.raises(SourceError, match=r"on another host, localhost: refused.*allow_hosts"):
        await collect(opened(**settings))
    batches = await collect(opened(**settings, allow_hosts=["localhost"]))
    assert set(ocids(batches)) == name(*range(1, 8))


async def test_an_expired_cursor_starts_again_from_the_last_date_seen(feed: Feed, opened: Open) -> None:
    feed.releases = [release(number, at(number, day=10 + number)) for number in range(1, 10)]
    settings = cursor_style(
        feed,
        url=f"{feed.url}/releases?since={{since}}&limit={{limit}}",
        next_url=f"{feed.url}/releases?cursor={{cursor}}&limit={{limit}}",
        next_is="cursor", next_pointer="/next_cursor", start="2026-11-01",
    )  # fmt: skip
    source = opened(**settings)
    stored = next(iter([batch async for batch in source.batches(None)][1:2]))
    feed.expired = {"6"}
    rest = await collect(opened(**{**settings, "limit": 100}), stored.cursor)
    assert name(7, 8, 9) <= set(ocids(rest))
    asked = [request for request in feed.faults.requests if "since=" in request]
    assert "2026-11-16T" in asked[-1] or "2026-11-15T" in asked[-1]


async def test_a_cursor_that_expired_at_once_again_is_an_error(feed: Feed, opened: Open) -> None:
    feed.faults.add("status", status=410, times=9)
    with pytest.raises(SourceError, match="answered 410"):
        await collect(opened(**cursor_style(feed)))


@pytest.mark.parametrize("kind", ["html", "empty", "error", "cut"])
async def test_a_200_that_is_no_page_is_tried_again_and_then_an_error(feed: Feed, opened: Open, kind: str) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 6)]
    feed.faults.add(kind, times=1)
    source = opened(**cursor_style(feed))
    assert set(ocids(await collect(source))) == name(*range(1, 6))
    feed.faults.add(kind, times=99)
    with pytest.raises(SourceError):
        await collect(source)


async def test_a_failure_in_the_middle_keeps_what_was_read(feed: Feed, opened: Open) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 11)]
    feed.faults.add("status", status=500, match="cursor=6", times=9)
    source = opened(**cursor_style(feed))
    stored: list[Batch] = []
    with pytest.raises(SourceError, match="answered 500"):
        await keep(source, stored)
    assert set(ocids(stored)) == name(*range(1, 7))
    feed.faults.planned.clear()
    assert name(*range(7, 11)) <= set(ocids(await collect(source, stored[-1].cursor)))


async def test_windows_overlap_and_reach_now(feed: Feed, opened: Open, clock: Any) -> None:
    feed.releases = [release(day, at(0, day=day)) for day in range(10, 23)]
    settings = window_style(
        feed, start="2026-11-09", window_seconds=3 * 86400.0, overlap_seconds=3600.0,
        url=f"{feed.url}/releases?since={{since}}&until={{until}}&limit=100", paging="none",
    )  # fmt: skip
    source = opened(**settings)
    batches = await collect(source)
    assert set(ocids(batches)) == name(*range(10, 23))
    assert "since=2026-11-11T23:00:00" in feed.faults.requests[1].replace("%3A", ":")
    late = release(30, "2026-11-22T08:30:00Z")  # dated before the end of the window that was read
    feed.releases.append(late)
    clock.advance(minutes=5)
    assert ocids(await collect(source, batches[-1].cursor)) == ["ocds-test00-0030"]


async def test_a_window_said_in_days_reaches_to_the_end_of_today(feed: Feed, opened: Open) -> None:
    feed.releases = [release(1, "2026-11-22T08:00:00Z")]
    settings = window_style(feed, date_format="%Y-%m-%d", start="2026-11-22", zone="Asia/Almaty")
    assert ocids(await collect(opened(**settings))) == ["ocds-test00-0001"]
    assert "until=2026-11-23" in feed.faults.requests[0]


async def test_details_are_asked_for_by_id_always_quoted_and_only_once(feed: Feed, opened: Open) -> None:
    hostile = "ocds-test00-A & B/1?x=#Ы"
    feed.releases = [{**release(1, at(1)), "ocid": hostile}, release(2, at(2))]
    settings = newest_style(
        feed, url=f"{feed.url}/ids?order=desc&page={{page}}&limit={{limit}}",
        list_pointer="/data", id_pointer="/id", detail_url=f"{feed.url}/release?id={{id}}",
        link="https://example.org/view/{ocid}",
    )  # fmt: skip
    source = opened(**settings)
    batches = await collect(source)
    assert set(ocids(batches)) == {hostile, "ocds-test00-0002"}
    links = {record.link for batch in batches for record in batch.records}
    assert "https://example.org/view/ocds-test00-A%20%26%20B%2F1%3Fx%3D%23%D0%AB" in links
    details = feed.faults.count("/release?")
    assert await collect(source, batches[-1].cursor) == []
    assert feed.faults.count("/release?") == details, "a known list entry is not fetched again"


async def test_a_listed_record_whose_page_is_gone_is_set_aside(feed: Feed, opened: Open) -> None:
    feed.releases = [release(1, at(1)), release(2, at(2))]
    feed.faults.add("status", status=404, match="id=ocds-test00-0002", times=9)
    settings = full_style(
        feed, url=f"{feed.url}/ids?page={{page}}&limit={{limit}}", list_pointer="/data",
        detail_url=f"{feed.url}/release?id={{id}}",
    )  # fmt: skip
    batches = await collect(opened(**settings))
    assert ocids(batches) == ["ocds-test00-0001"]
    (rejected,) = [one for batch in batches for one in batch.rejected]
    assert "its page answers 404" in rejected.reason
    assert b"ocds-test00-0002" in rejected.raw


async def test_a_bad_record_is_set_aside_and_the_rest_goes_on(feed: Feed, opened: Open) -> None:
    feed.releases = [release(1, at(1)), {"date": at(2), "tender": {}, "ocid": ""}, release(3, at(3))]
    batches = await collect(opened(**cursor_style(feed)))
    assert set(ocids(batches)) == name(1, 3)
    assert next(one.reason for batch in batches for one in batch.rejected).startswith("no ocid")


async def test_a_page_of_a_thousand_is_cut_into_bounded_batches(feed: Feed, opened: Open) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 451)]
    batches = await collect(opened(**cursor_style(feed, limit=1000)))
    assert [len(batch.records) for batch in batches][:3] == [200, 200, 50]
    assert len({batch.cursor for batch in batches[:2]}) == 1, "only the last part of a page moves the cursor"
    assert batches[2].cursor != batches[1].cursor


async def test_another_encoding_is_read(feed: Feed, opened: Open) -> None:
    feed.encoding = "cp1251"
    feed.releases = [release(1, at(1), tender={"title": "Ремонт"})]
    batches = await collect(opened(**cursor_style(feed, encoding="cp1251")))
    assert batches[0].records[0].release.tender.title == "Ремонт"  # type: ignore[union-attr]


async def test_a_cursor_of_another_style_starts_afresh(feed: Feed, opened: Open) -> None:
    feed.releases = [release(number, at(number)) for number in range(1, 5)]
    first = await collect(opened(**full_style(feed)))
    assert set(ocids(await collect(opened(**cursor_style(feed)), first[-1].cursor))) == name(1, 2, 3, 4)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "https://example.org/?x={sinse}"}, "unknown placeholder {sinse}"),
        ({"next_pointer": ""}, "next_pointer is needed"),
        ({"next_pointer": "links/next"}, "is not a JSON Pointer"),
        ({"style": "window"}, "needs {since} in url"),
        ({"paging": "page"}, "needs {page} in url"),
        ({"detail_url": "https://example.org/"}, "detail_url needs {id}"),
        ({"zone": "Mars/Olympus"}, "not a time zone"),
        ({"start": "yesterday"}, "neither 'now' nor an ISO 8601 date"),
        ({"overlap": 5}, "unknown field `overlap`"),
    ],
)
def test_a_description_that_cannot_be_followed_is_refused_in_one_sentence(
    opened: Open, change: dict[str, Any], said: str
) -> None:
    good = {"kind": "ocds_feed", "style": "cursor", "url": "https://example.org/?c={cursor}", "next_pointer": "/n"}
    opened(**good)
    with pytest.raises(SourceError) as error:
        opened(**{**good, **change})
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.permanent
