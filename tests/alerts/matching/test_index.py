"""The index answers what asking every filter would."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.filters import Criteria, TenderFacts, matches
from alerts.matching import Index
from alerts.matching.keys import MOST_KEYS, keep
from alerts.subscriptions import Followed

MOMENT = datetime(2026, 11, 22, tzinfo=UTC)
REGIONS = ("KZ", "KZ-61", "KZ-75", "UA", "UA-46")
BUYERS = tuple(f"KZ-BIN-{n:012}" for n in range(12))
CATEGORIES = ("fuel", "coal", "CPV:09", "CPV:091", "ENSTRU:1920", "furniture")
WORDS = ("ремонт", "кровли", "школы", "уголь", "ит", "отопление")
STEMS = ("кровл", "ремонт", "ремонт кров", "школ", "ит", "угол", "отоплен")
CODES = ("R003", "R018", "KZ-08")
AMOUNTS = (Decimal("0.01"), Decimal(100), Decimal("99999.99"), Decimal(100_000), Decimal(10) ** 15)


def some(values: tuple[str, ...], most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


SUPPLIERS = ("KZ-BIN-900000000001", "KZ-BIN-900000000002")


def _ranged(criteria: Criteria, most: Decimal | None, days: tuple[int | None, int | None]) -> Criteria:
    """With a largest amount and days left where they make a range."""
    ranged = {"max_amount": most} if most and most >= (criteria.min_amount or most) else {}
    if None in days or days[0] <= days[1]:
        ranged |= {"min_days": days[0], "max_days": days[1]}
    return msgspec.structs.replace(criteria, **ranged)


PLAIN = st.builds(
    Criteria,
    regions=some(REGIONS, 5),
    buyers=some(BUYERS, 12),
    categories=some(CATEGORIES, 6),
    min_amount=st.none() | st.sampled_from(AMOUNTS),
    currency=st.sampled_from(("KZT", "UAH")),
    min_weight=st.none() | st.integers(0, 5),
    indicators=some(CODES),
    words=some(STEMS),
    without_words=st.just(()) | some(STEMS, 2),
    suppliers=st.just(()) | some(SUPPLIERS, 2),
    methods=st.just(()) | some(("tender", "direct"), 2),
)
CRITERIA = st.builds(
    _ranged, PLAIN, st.none() | st.sampled_from(AMOUNTS), st.tuples(*[st.sampled_from((None, None, 3, 7))] * 2)
)
FACTS = st.builds(
    TenderFacts,
    regions=st.sampled_from(((), ("KZ",), ("KZ", "KZ-61"), ("UA", "UA-46"))),
    buyer=st.sampled_from(("", *BUYERS)),
    categories=some(CATEGORIES).map(frozenset),
    amount=st.none() | st.sampled_from((*AMOUNTS, Decimal("100.004"), Decimal(10) ** 17)),
    currency=st.sampled_from(("", "KZT", "UAH")),
    weight=st.integers(0, 5),
    deserving=st.booleans(),
    indicators=some(CODES).map(frozenset),
    words=st.lists(st.sampled_from(WORDS), max_size=6).map(tuple),
    suppliers=some(SUPPLIERS, 2),
    method=st.sampled_from(("", "tender", "direct")),
    days_left=st.none() | st.sampled_from((0.5, 3.0, 6.9, 9.0)),
)


def follow(id_: int, criteria: Criteria, *, live: bool = True, subscriber: int = 1) -> Followed:
    return Followed(id_, subscriber, criteria, live, MOMENT)


def ids(index: Index, *tenders: TenderFacts) -> list[list[int]]:
    return [sorted(met.ids().tolist()) for met in index.match(tenders)]


def naive(filters: dict[int, Criteria], facts: TenderFacts) -> list[int]:
    return sorted(id_ for id_, criteria in filters.items() if matches(criteria, facts))


@settings(max_examples=300, deadline=None)
@given(st.lists(CRITERIA, min_size=1, max_size=25), st.lists(FACTS, min_size=1, max_size=6))
def test_the_index_finds_what_asking_every_filter_finds(criteria: list[Criteria], tenders: list[TenderFacts]) -> None:
    filters = dict(enumerate(criteria, start=100))
    index = Index()
    index.put(follow(id_, one) for id_, one in filters.items())
    assert ids(index, *tenders) == [naive(filters, facts) for facts in tenders]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 12), CRITERIA, st.sampled_from(("put", "put", "dead", "remove"))), max_size=40),
    st.lists(FACTS, min_size=1, max_size=4),
    st.sampled_from((0, 3, 4096)),
)
def test_the_index_stays_right_through_changes_however_often_its_shelves_are_made_anew(
    steps: list[tuple[int, Criteria, str]], tenders: list[TenderFacts], few: int
) -> None:
    filters: dict[int, Criteria] = {}
    index = Index(few)
    for id_, criteria, what in steps:
        if what == "put":
            index.put([follow(id_, criteria)])
            filters[id_] = criteria
        else:
            index.put([follow(id_, criteria, live=False)]) if what == "dead" else index.remove(id_)
            filters.pop(id_, None)
        index.settle()
    assert len(index) == len(filters)
    assert ids(index, *tenders) == [naive(filters, facts) for facts in tenders]


def test_a_person_with_several_filters_is_found_once_with_all_that_matched() -> None:
    index = Index()
    index.put(
        [
            follow(1, Criteria(regions=("KZ-61", "KZ-75")), subscriber=7),
            follow(2, Criteria(words=("кровл", "ремонт")), subscriber=7),
            follow(3, Criteria(regions=("UA",)), subscriber=7),
            follow(4, Criteria(), subscriber=8),
        ]
    )
    facts = TenderFacts(regions=("KZ", "KZ-61"), words=("ремонт", "кровли"), weight=2, deserving=True)
    (met,) = index.match([facts])
    assert met.people() == {7: [1, 2], 8: [4]}


def test_a_filter_with_very_long_lists_is_kept_under_few_keys_and_still_right() -> None:
    criteria = Criteria(regions=REGIONS, buyers=BUYERS, categories=CATEGORIES, min_weight=1)
    assert len(keep(criteria).keys) <= MOST_KEYS
    index = Index()
    index.put([follow(1, criteria)])
    right = TenderFacts(regions=("KZ",), buyer=BUYERS[3], categories=frozenset({"fuel"}), weight=1)
    wrong = TenderFacts(regions=("KZ",), buyer="KZ-BIN-999999999999", categories=frozenset({"fuel"}), weight=1)
    assert ids(index, right, wrong) == [[1], []]


def test_filters_put_away_leave_nothing_behind() -> None:
    index = Index(few=50)
    for round_ in range(3):
        index.put(follow(id_, Criteria(words=("кровл",), regions=("KZ",))) for id_ in range(round_, 200))
        for id_ in range(200):
            index.remove(id_)
        index.settle()
        assert len(index) == 0
        assert len(index._register) == len(index._shelves) == len(index._fresh) == 0
        assert not index._doubtful


def test_a_filter_that_comes_with_an_older_id_is_found_and_changed() -> None:
    index = Index()
    for id_ in (5, 9, 2, 7):
        index.put([follow(id_, Criteria(min_weight=1), subscriber=id_)])
    index.put([follow(2, Criteria(min_weight=4)), follow(7, Criteria(min_weight=4), live=False)])
    light, heavy = TenderFacts(weight=1), TenderFacts(weight=4)
    assert ids(index, light, heavy) == [[5, 9], [2, 5, 9]]


def test_many_tenders_are_asked_together_and_each_gets_its_own() -> None:
    index = Index(few=0)
    index.put(follow(id_, Criteria(regions=(f"KZ-{id_}",), min_weight=0)) for id_ in range(1, 90))
    index.put([follow(100, Criteria(regions=("KZ-7", "KZ-80"), min_weight=0)), follow(101, Criteria(words=("школ",)))])
    tenders = [TenderFacts(regions=(f"KZ-{id_}",), words=("школы",), deserving=id_ == 40) for id_ in range(1, 95)]
    expected = [[id_] * (id_ < 90) + [100] * (id_ in {7, 80}) + [101] * (id_ == 40) for id_ in range(1, 95)]
    assert ids(index, *tenders) == expected
    assert ids(index) == []


def test_ids_of_any_size_are_found_as_they_are() -> None:
    index = Index(few=1)
    for id_ in (1, 2, 2**31 - 1, 2**31, 2**40):
        index.put([follow(id_, Criteria(min_weight=0), subscriber=id_ * 2)])
    index.remove(2**31)
    (met,) = index.match([TenderFacts()])
    assert met.people() == {id_ * 2: [id_] for id_ in (1, 2, 2**31 - 1, 2**40)}


def test_of_an_award_only_those_hear_who_follow_a_supplier() -> None:
    index = Index()
    both = Criteria(min_weight=0), Criteria(min_weight=0, suppliers=SUPPLIERS[:1])
    index.put(follow(id_, one, subscriber=id_) for id_, one in enumerate(both, 1))
    facts = TenderFacts(suppliers=SUPPLIERS[:1])
    (met,) = index.match([facts])
    assert met.people() == {1: [1], 2: [2]}
    assert met.people(supplier=True) == {2: [2]}
