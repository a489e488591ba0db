"""What a filter would have sent is what the matcher would have found, and what mends it is true."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from alerts.filters import Criteria, TenderFacts, matches, sentence
from alerts.matching import Matcher
from alerts.preview import Foresight, Recent, Remedy, Seen
from alerts.preview.foresight import sent
from alerts.preview.remedies import Change, narrower, wider
from tests.alerts.conftest import World, flag, roof_repair
from tests.alerts.matching.test_index import CRITERIA, FACTS, MOMENT
from watchers.ocds import Award, Identifier, Organization, Release
from watchers.tables import tenders


def published(world: World, days_ago: float = 1, amount: int = 48_200_000, **changed: object) -> Release:
    moment = world.clock() - timedelta(days=days_ago)
    release = roof_repair(amount, published=moment.isoformat())
    return msgspec.structs.replace(release, **changed) if changed else release


async def filled(world: World, tenders: int = 3) -> None:
    """So many announced this week with a flag, one long ago, one without a flag."""
    for number in range(tenders):
        await world.happen(release=published(world, number / 2, 10_000_000 * (number + 1)), flags=[flag()])
    await world.happen(release=published(world, 8), flags=[flag()])
    await world.happen(release=published(world))


async def foresight(world: World) -> Foresight:
    recent = Recent(world.store, world.clock)
    while await recent.do_one():
        pass
    return Foresight(recent)


async def test_a_preview_counts_what_the_matcher_owes(world) -> None:
    await filled(world, 4)
    asked = [Criteria(), Criteria(min_weight=0), Criteria(min_weight=0, min_amount=Decimal(30_000_000)),
             Criteria(words=("кровл",)), Criteria(regions=("KZ-61",))]  # fmt: skip
    seen = await foresight(world)
    counts = [(await seen.preview(one, per_day=50)).count for one in asked]
    people = [await world.person(str(number), one) for number, one in enumerate(asked)]
    matcher = Matcher(world.store, world.subscriptions, world.outbox, world.clock, max_age_days=7)
    while await matcher.do_one():
        pass
    owed = [row.subscriber_id for row in await world.rows()]
    assert counts == [owed.count(person) for person in people] == [4, 5, 3, 4, 0]


async def test_new_purchases_changes_and_time_are_followed(world) -> None:
    seen = await foresight(world)
    nothing = await seen.preview(Criteria(), 5)
    assert (nothing.count, nothing.stored, nothing.remedies, nothing.complete) == (0, 0, (), True)
    tender = await world.happen(release=published(world, 6))
    assert (await seen.preview(Criteria(), 5)).count == 0
    await world.happen("flag_raised", published(world, 6), [flag()], tender)
    async with world.database.write() as connection:
        await connection.execute(update(tenders).where(tenders.c.id == tender).values(snapshot_id=2))
    preview = await seen.preview(Criteria(), 5)
    assert (preview.count, preview.stored, preview.examples) == (1, 1, (2,))
    world.clock.advance(days=2)
    assert (await seen.preview(Criteria(), 5)).count == 0


async def test_of_an_old_purchase_only_its_award_counts_for_who_follows_the_supplier(world) -> None:
    chosen = Organization(id="900000000001", name="Invented LLP", identifier=Identifier("900000000001", "KZ-BIN"))
    release = published(world, 40, awards=(Award(id="1", status="active", suppliers=(chosen,)),))
    await world.happen("awarded", release, [flag()])
    seen = await foresight(world)
    assert (await seen.preview(Criteria(min_weight=0), 5)).count == 0
    assert (await seen.preview(Criteria(min_weight=0, suppliers=("KZ-BIN-900000000001",)), 5)).count == 1


@settings(max_examples=100, deadline=None)
@given(CRITERIA, st.lists(FACTS, max_size=12))
def test_asking_few_finds_what_asking_all_finds(criteria: Criteria, facts: list[TenderFacts]) -> None:
    recent = Recent(None, lambda: MOMENT)  # type: ignore[arg-type]
    for one in seen_(facts):
        recent._add(msgspec.structs.replace(one, facts=TenderFacts(weight=5, deserving=True)))
        recent._add(one)  # a newer snapshot
    preview = Foresight(recent)._look(criteria, 0)
    assert preview.count == sum(matches(criteria, one) for one in facts)
    if not preview.count and facts:
        assert set(preview.remedies) == set(wider(criteria, seen_(facts)))


async def test_a_start_in_the_middle_reads_only_the_days_and_in_parts(world, monkeypatch) -> None:
    monkeypatch.setattr("alerts.preview.recent._PART", 3)
    for number in range(10):
        await world.happen(release=published(world, 0), flags=[flag()])
        world.clock.advance(days=number < 5 and 10)
    recent = Recent(world.store, world.clock)
    assert [await recent.do_one() for _ in range(2)] == [True, False]
    assert (len(recent), recent.complete) == (5, True)


def seen_(facts: list[TenderFacts]) -> list[Seen]:
    return [Seen(n, n, one, MOMENT, published=True) for n, one in enumerate(facts)]


@settings(max_examples=200, deadline=None)
@given(CRITERIA, st.lists(FACTS, max_size=12))
def test_every_remedy_is_counted_by_the_same_rows(criteria: Criteria, facts: list[TenderFacts]) -> None:
    purchases = seen_(facts)
    found = sent(criteria, purchases)
    assert found == [one for one in purchases if matches(criteria, one.facts)]
    for remedy in (*narrower(criteria, found, 1), *wider(criteria, purchases)):
        assert remedy.count == sum(matches(remedy.criteria, one.facts) for one in purchases) > 0
        assert remedy.criteria != criteria
    assert all(remedy.count < len(found) for remedy in narrower(criteria, found, 1))
    assert len(wider(criteria, purchases)) <= 3


def facts(number: int, **changed: object) -> TenderFacts:
    known = {"regions": ("KZ", "KZ-61", "KZ-61-36"), "amount": Decimal(10**6 * number), "currency": "KZT", "weight": 1}
    return TenderFacts(**(known | changed))  # type: ignore[arg-type]


def test_too_much_is_mended_by_the_mildest_step_that_is_enough() -> None:
    found = seen_([facts(n, weight=n % 5, deserving=n % 5 == 4) for n in range(1, 101)])
    remedies = narrower(Criteria(min_weight=0), found, 25)
    assert remedies == [
        Remedy(Change.WEIGHT, "min_weight", Criteria(min_weight=None), 20),
        Remedy(Change.AMOUNT, "min_amount", Criteria(min_weight=0, min_amount=Decimal(10**8)), 1),
    ]


def test_nothing_is_mended_by_less_weight_a_wider_region_or_one_criterion_less() -> None:
    asked = Criteria(regions=("KZ-61-38",), min_amount=Decimal(10**6), words=("кровл",))
    near = [facts(5, words=("кровли",), deserving=True), facts(7, words=("мост",), regions=("KZ", "KZ-61", "KZ-61-38"))]
    remedies = wider(asked, seen_(near))
    said = [sentence(one.criteria, "en").replace("\u00a0", " ") for one in remedies]
    assert [(one.change, one.key, one.count, words) for one, words in zip(remedies, said, strict=True)] == [
        (Change.REGION, "region", 1,
         "Purchases worth a look in Turkistan Region, from 1 M ₸, with the word “кровл”"),
        (Change.CLEAR, "region", 1, "Purchases worth a look: from 1 M ₸, with the word “кровл”"),
    ]  # fmt: skip


@pytest.mark.parametrize(("per_day", "floods"), [(0, False), (1, True), (2, False)])
async def test_who_hears_as_many_as_there_are_is_never_flooded(world, per_day, floods) -> None:
    for _ in range(9):
        await world.happen(release=published(world), flags=[flag()])
    preview = await (await foresight(world)).preview(Criteria(), per_day)
    assert (preview.count, preview.floods, preview.a_day) == (9, floods, 2)
