"""What typed words become, and what a stored draft may look like."""

from __future__ import annotations

import pytest

from alerts.filters import Criteria
from bot.chat.draft import Draft, Found, TypedBuyer, clean, cut, find_kinds, is_known_region, read_buyer, token

KZ = frozenset({"KZ"})
UA = frozenset({"UA"})


@pytest.mark.parametrize(
    ("text", "countries", "typed"),
    [
        ("100640000017", KZ, TypedBuyer(id="KZ-BIN-100640000017")),
        (" 1006 4000-0017 ", KZ, TypedBuyer(id="KZ-BIN-100640000017")),
        ("\u200e100640000017\u200f", KZ, TypedBuyer(id="KZ-BIN-100640000017")),
        ("850101300012", KZ, TypedBuyer(person=True)),
        ("850131300012", UA, TypedBuyer(id="850131300012")),
        ("12345678", UA, TypedBuyer(id="UA-EDR-12345678")),
        ("UA-EDR-12345678", UA, TypedBuyer(id="UA-EDR-12345678")),
        ("KZ-BIN-100640000017", KZ, TypedBuyer(id="KZ-BIN-100640000017")),
        ("школа № 12", KZ, TypedBuyer(words="школа № 12")),
        ("мектеп", KZ, TypedBuyer(words="мектеп")),
        ("", KZ, TypedBuyer()),
        ("12", KZ, TypedBuyer(words="12")),
    ],
)
def test_a_typed_buyer_is_read(text: str, countries: frozenset[str], typed: TypedBuyer) -> None:
    assert read_buyer(text, countries) == typed


def test_long_and_invisible_text_is_cut_to_one_line() -> None:
    assert clean("a\x00\n\u202eb" + "x" * 9000)[:3] == "a b"
    assert len(clean("x" * 9000)) == 100


@pytest.mark.parametrize(
    ("word", "slug"),
    [
        ("бензина", "fuel"),
        ("КРЫША", "roof-repair"),
        ("көмір", "coal"),
        ("comput", "computers"),
        ("вывоз", "waste"),
    ],
)
def test_a_kind_is_found_by_words_in_any_form(word: str, slug: str) -> None:
    assert slug in [kind.slug for kind in find_kinds(word)]


@pytest.mark.parametrize("word", ["", " ", "!!!", "нетакого", "\u200b"])
def test_no_kind_is_found_by_nothing(word: str) -> None:
    assert find_kinds(word) == []


@pytest.mark.parametrize(
    ("code", "known"), [("KZ-61", True), ("KZ", True), ("KZ-99", False), ("UA-05", False), ("", False), ("K", False)]
)
def test_only_regions_of_watched_countries_are_taken(code: str, known: bool) -> None:
    assert is_known_region(code, KZ) is known


def test_a_draft_comes_back_as_it_was_kept() -> None:
    draft = Draft(7, Criteria(buyers=("KZ-BIN-1",)), (Found("KZ-BIN-1", "A"), Found("x" * 200, "B")))
    assert Draft.load(draft.save()) == draft
    assert draft.buyer(token("x" * 200)) == Found("x" * 200, "B")
    assert draft.buyer("0") is None


@pytest.mark.parametrize("data", [{}, {"message_id": "x"}, {"message_id": 1, "criteria": {"from_the_future": 1}}])
def test_a_draft_of_another_version_is_no_draft(data: dict[str, object]) -> None:
    assert Draft.load(data) is None


@pytest.mark.parametrize(("page", "got"), [(-5, (0, [0, 1])), (0, (0, [0, 1])), (2, (2, [4])), (99, (2, [4]))])
def test_a_page_out_of_range_is_the_nearest(page: int, got: tuple[int, list[int]]) -> None:
    items, number, last = cut(range(5), page, 2)
    assert (number, list(items), last) == (*got, 2)
