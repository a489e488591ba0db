"""What must hold from an event to the outbox."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from alerts.filters import Criteria
from alerts.matching import Matcher
from alerts.matching.matcher import ALERT_PRIORITY, HEAVY_PRIORITY
from tests.alerts.conftest import flag, roof_repair
from watchers.indicators.base import Tier
from watchers.ocds import Award, Identifier, Organization, Release
from watchers.tables import events

ROOFS = Criteria(words=("кровл",))
LARGE = Criteria(min_amount=Decimal(10_000_000))


@pytest.fixture
def matcher(world) -> Matcher:
    return Matcher(world.store, world.subscriptions, world.outbox, world.clock, max_age_days=14)


async def _owed(world) -> list[tuple[int, int, str, list[int]]]:
    return [(row.subscriber_id, row.tender_id, row.event, row.matched) for row in await world.rows()]


async def test_a_tender_matched_by_two_filters_is_owed_once_and_names_both(world, matcher) -> None:
    person = await world.person("1", ROOFS, LARGE, Criteria(categories=("fuel",)))
    roofs, large, _ = [one.id for one in await world.subscriptions.filters(person)]
    tender = await world.happen(release=roof_repair(), flags=[flag()])
    assert await matcher.do_one() is True
    assert await _owed(world) == [(person, tender, "published", [roofs, large])]
    assert await matcher.do_one() is False
    assert (matcher.matched.events, matcher.matched.alerts) == (1, 1)


async def test_matching_twice_owes_once(world, matcher) -> None:
    await world.person("1", ROOFS)
    await world.happen(release=roof_repair(), flags=[flag()])
    await matcher.do_one()
    async with world.database.write() as connection:
        await connection.execute(update(events).values(matched_at=None))
    again = Matcher(world.store, world.subscriptions, world.outbox, world.clock)
    assert await again.do_one() is True
    assert len(await world.rows()) == 1


async def test_nobody_is_told_of_a_tender_without_a_flag_unless_they_asked_for_all(world, matcher) -> None:
    await world.person("1", Criteria())
    everything = await world.person("2", Criteria(min_weight=0))
    await world.happen(release=roof_repair(), flags=[flag("KZ-01", 1, Tier.C)])
    await matcher.do_one()
    assert [row[0] for row in await _owed(world)] == [everything]


async def test_a_flag_raised_later_is_the_first_card_of_who_had_none(world, matcher) -> None:
    told, new = await world.person("1", Criteria(min_weight=0)), await world.person("2", ROOFS)
    tender = await world.happen(release=roof_repair())
    await matcher.do_one()
    await world.happen("flag_raised", roof_repair(), [flag()], tender)
    await matcher.do_one()
    assert [row[:3] for row in await _owed(world)] == [
        (told, tender, "published"),
        (told, tender, "flag_raised:2"),
        (new, tender, "published"),
    ]
    await world.happen("flag_raised", roof_repair(), [flag(), flag("R018")], tender)
    await matcher.do_one()
    assert [row[2] for row in await _owed(world)].count("flag_raised:3") == 2


@pytest.mark.parametrize("stage", ["published", "flag_raised"])
async def test_a_kill_between_two_transactions_of_a_large_round_owes_each_once(world, monkeypatch, stage) -> None:
    monkeypatch.setattr("alerts.matching.matcher._TOGETHER", 2)
    told = await world.person("9", Criteria(min_weight=0))
    tender = await world.happen(release=roof_repair(), flags=[])
    first = Matcher(world.store, world.subscriptions, world.outbox, world.clock)
    await first.do_one()
    people = [await world.person(str(n), ROOFS) for n in range(7)]
    if stage == "flag_raised":
        await world.happen("flag_raised", roof_repair(), [flag()], tender)
    else:
        tender = await world.happen(release=roof_repair(), flags=[flag()])
    owe, times = world.outbox.owe, iter(range(9))

    async def killed(*given: Any) -> None:
        if next(times) == 2:
            raise KeyboardInterrupt
        await owe(*given)

    monkeypatch.setattr(world.outbox, "owe", killed)
    with pytest.raises(KeyboardInterrupt):
        await first.do_one()
    monkeypatch.setattr(world.outbox, "owe", owe)
    assert len(await _owed(world)) == 1 + 4  # committed before
    again = Matcher(world.store, world.subscriptions, world.outbox, world.clock)
    while await again.do_one():
        pass
    kinds = {who: event for who, about, event, _ in await _owed(world) if about == tender and who != told}
    assert kinds == dict.fromkeys(people, "published")
    assert len(await _owed(world)) == 2 + 7


async def test_a_flag_raised_before_the_first_match_is_told_after_the_card(world, matcher) -> None:
    person = await world.person("1", Criteria(min_weight=0))
    tender = await world.happen(release=roof_repair())
    await world.happen("flag_raised", roof_repair(), [flag()], tender)
    await matcher.do_one()
    assert [row[:3] for row in await _owed(world)] == [
        (person, tender, "published"),
        (person, tender, "flag_raised:2"),
    ]


async def test_other_events_are_marked_and_tell_nobody(world, matcher) -> None:
    await world.person("1", Criteria(min_weight=0))
    tender = await world.tender()
    for kind in ("changed", "flag_withdrawn", "awarded", "cancelled"):
        await world.happen(kind, roof_repair(), [flag()], tender)
    assert await matcher.do_one() is True
    assert await world.rows() == []
    assert await matcher.do_one() is False


async def test_old_tenders_are_counted_and_tell_nobody(world, matcher, clock) -> None:
    await world.person("1", ROOFS)
    for days, told in ((15, 0), (13, 1)):
        published = (clock() - timedelta(days=days)).isoformat()
        await world.happen(release=roof_repair(published=published), flags=[flag()])
        await matcher.do_one()
        assert len(await world.rows()) == told
    assert matcher.matched.old == 1


async def test_a_filter_made_after_the_match_gets_nothing_for_it(world, matcher) -> None:
    await world.happen(release=roof_repair(), flags=[flag()])
    await matcher.do_one()
    await world.person("1", ROOFS)
    assert await matcher.do_one() is False
    assert await world.rows() == []


async def test_the_index_follows_what_people_do(world, matcher, clock) -> None:
    person = await world.person("1", ROOFS)
    [kept] = await world.subscriptions.filters(person)

    async def told() -> int:
        clock.advance(minutes=5)
        before = len(await world.rows())
        await world.happen(release=roof_repair(), flags=[flag()])
        await matcher.do_one()
        return len(await world.rows()) - before

    assert await told() == 1
    for act, expected in (
        (lambda: world.subscriptions.pause_filter(person, kept.id), 0),
        (lambda: world.subscriptions.resume_filter(person, kept.id), 1),
        (lambda: world.subscriptions.stop(person), 0),
        (lambda: world.subscriptions.resume(person), 1),
        (lambda: world.subscriptions.delete(person, kept.id), 0),
        (lambda: world.subscriptions.restore(person, kept.id), 1),
    ):
        await act()
        assert await told() == expected


async def test_the_heavy_go_first_and_each_has_its_tenders_time(world, matcher) -> None:
    await world.person("1", msgspec.structs.replace(ROOFS, min_weight=1))
    for weight in (3, 4):
        await world.happen(release=roof_repair(published="2026-11-22T08:00:00+05:00"), flags=[flag(weight=weight)])
    await matcher.do_one()
    rows = await world.rows()
    assert [row.priority for row in rows] == [ALERT_PRIORITY, HEAVY_PRIORITY]
    assert {row.tender_time.isoformat() for row in rows} == {"2026-11-22T03:00:00+00:00"}


async def test_what_fails_in_the_middle_is_matched_again_whole(world, matcher, monkeypatch) -> None:
    await world.person("1", ROOFS)
    await world.happen(release=roof_repair(), flags=[flag()])
    mark = world.store.mark_matched

    async def disk_full(*_) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(world.store, "mark_matched", disk_full)
    with pytest.raises(OSError, match="disk full"):
        await matcher.do_one()
    assert await world.rows() == []
    monkeypatch.setattr(world.store, "mark_matched", mark)
    await matcher.do_one()
    assert len(await world.rows()) == 1


async def test_a_tender_two_sources_tell_of_is_one_alert(world, matcher) -> None:
    everyone = await world.person("1", ROOFS)
    details = await world.person("2", Criteria(min_amount=Decimal(40_000_000)))
    tender = await world.happen(release=roof_repair(amount=30_000_000), flags=[flag()])
    await matcher.do_one()
    await world.happen("retold", roof_repair(), [flag(), flag("R010")], tender_id=tender)
    await matcher.do_one()
    assert [row[:3] for row in await _owed(world)] == [
        (everyone, tender, "published"),
        (details, tender, "published"),  # only the second source knew the whole sum
    ]


def _awarded(supplier: str) -> Release:
    chosen = Organization(id=supplier, identifier=Identifier(id=supplier, scheme="KZ-BIN"))
    awards = (Award(id="1", status="active", suppliers=(chosen,)),)
    return msgspec.structs.replace(roof_repair(), awards=awards)


async def test_who_follows_a_supplier_hears_once_of_what_it_was_awarded(world, matcher) -> None:
    supplier = Criteria(min_weight=0, suppliers=("KZ-BIN-900000000001",))
    fan, other = await world.person("1", supplier), await world.person("2", Criteria(min_weight=1))
    both = await world.person("3", Criteria(min_weight=0), supplier)
    tender = await world.happen(release=roof_repair())
    await matcher.do_one()
    assert [row[:3] for row in await _owed(world)] == [(both, tender, "published")]
    world.clock.advance(days=30)  # long after the announcement
    await world.happen("awarded", _awarded("900000000001"), [flag()], tender)
    await matcher.do_one()
    owed = [row[:3] for row in await _owed(world)]
    assert owed == [(both, tender, "published"), (fan, tender, "published")], "a change is told by another part"
    assert other not in {row[0] for row in owed}
    await world.happen("awarded", _awarded("900000000002"), [], await world.tender())
    await matcher.do_one()
    assert len(await world.rows()) == 2


async def test_an_award_with_a_new_flag_is_one_card(world, matcher) -> None:
    fan = await world.person("1", Criteria(min_weight=0, suppliers=("KZ-BIN-900000000001",)))
    tender = await world.happen(release=roof_repair())
    await matcher.do_one()
    await world.happen("awarded", _awarded("900000000001"), [flag()], tender)
    async with world.database.write() as connection:
        row = {"tender_id": tender, "snapshot_id": 2, "kind": "flag_raised", "detail": {}, "happened_at": world.clock()}
        await connection.execute(events.insert().values(**row))
    await matcher.do_one()
    assert [row[:3] for row in await _owed(world)] == [(fan, tender, "published")]
