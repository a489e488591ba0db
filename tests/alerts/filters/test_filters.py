"""What must hold of every filter, and of each."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from alerts.filters import FILTERS, BadFilter, Criteria, TenderFacts, checked, facts_of, matches, read_filter, sentence
from alerts.filters.page import page
from alerts.filters.words import fold, holds, tokens
from tests.alerts.conftest import flag, roof_repair
from watchers.indicators.base import Status, Tier
from watchers.summary import summarise

LANGUAGES = ("kk", "ru", "en")
EVERY = pytest.mark.parametrize("row", FILTERS, ids=lambda row: row.key)
NOTHING = TenderFacts()


def facts(amount: int = 48_200_000, flags: tuple = (flag(),)) -> TenderFacts:
    return facts_of(summarise(roof_repair(amount)), flags)


@EVERY
def test_a_filter_reads_its_example_and_survives_being_stored(row) -> None:
    criteria = read_filter(row.key, row.example)
    assert row.is_set(criteria)
    assert criteria != Criteria()
    assert msgspec.convert(msgspec.to_builtins(criteria), Criteria) == criteria


@EVERY
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filter_is_said_in_every_language_in_its_own_words(row, language) -> None:
    said = sentence(read_filter(row.key, row.example), language)
    assert said != sentence(Criteria(), language)
    assert "%(" not in said
    if language != "en":
        assert said != sentence(read_filter(row.key, row.example), "en")


@EVERY
def test_a_filter_keeps_out_a_tender_of_which_nothing_is_known(row) -> None:
    if row.key != "without_words":
        assert not matches(read_filter(row.key, row.example), NOTHING)


@EVERY
@pytest.mark.parametrize("text", ["", " ", ",;", "<b>", "(a+)+$", "\x00", "9" * 3000])
def test_a_filter_reads_hostile_text_or_says_what_is_wrong(row, text) -> None:
    try:
        criteria = read_filter(row.key, text)
    except BadFilter as error:
        assert str(error).startswith("filters: ")  # noqa: PT017 - either is right, a crash is not
    else:
        assert checked(criteria) == criteria


def test_the_page_of_filters_is_current() -> None:
    kept = Path(__file__).parents[3] / "docs" / "filters.md"
    assert kept.read_text(encoding="utf-8") == page(), "run: python -m alerts.filters.page > docs/filters.md"


def test_nothing_asked_is_what_the_alert_rule_takes() -> None:
    assert matches(Criteria(), facts())
    assert not matches(Criteria(), facts(flags=()))
    light = facts(flags=(flag(weight=3),))
    assert not matches(Criteria(), light)
    assert matches(Criteria(min_weight=1), light)
    assert matches(Criteria(min_weight=3), light)
    assert matches(Criteria(min_weight=0), facts(flags=()))


def test_context_alone_and_what_could_not_be_computed_are_no_flags() -> None:
    context = flag("KZ-01", 3, Tier.C)
    unknown = msgspec.structs.replace(flag(), status=Status.NOT_COMPUTABLE)
    found = facts(flags=(context, unknown))
    assert (found.weight, found.indicators) == (0, frozenset({"KZ-01"}))
    assert facts(flags=(context, flag(weight=2))).weight == 2


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (Criteria(words=("кровл",)), True),
        (Criteria(words=("мост", "школ")), True),
        (Criteria(words=("ремонт кров",)), True),
        (Criteria(words=("ремонт школ",)), False),
        (Criteria(words=("овли",)), False),
        (Criteria(words=("кровл",), without_words=("школ",)), False),
        (Criteria(buyers=("KZ-BIN-000000000001",)), True),
        (Criteria(buyers=("KZ-BIN-000000000002",)), False),
        (Criteria(categories=("ENSTRU:4391",)), True),
        (Criteria(categories=("fuel",)), False),
        (Criteria(min_amount=Decimal(48_200_000)), True),
        (Criteria(min_amount=Decimal("48200000.01")), False),
        (Criteria(min_amount=Decimal(1), currency="UAH"), False),
        (Criteria(indicators=("R003", "R018")), True),
        (Criteria(indicators=("R018",)), False),
        (Criteria(min_weight=4), True),
        (Criteria(min_weight=5), False),
        (Criteria(regions=("KZ",)), False),  # this buyer's region is not known
    ],
)
def test_a_tender_is_told_apart(criteria, expected) -> None:
    assert matches(criteria, facts()) is expected


def test_a_country_takes_its_regions() -> None:
    found = TenderFacts(regions=("KZ", "KZ-61"), weight=1, deserving=True)
    assert matches(Criteria(regions=("KZ",)), found)
    assert matches(Criteria(regions=("KZ-75", "KZ-61")), found)
    assert not matches(Criteria(regions=("KZ-75",)), found)


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("Приёмка СЧЁТЧИКОВ", "счетчик", True),
        ("Приемка счетчиков", "СЧЁТЧИК", True),
        ("Pемонт школы", "ремонт", True),  # a Latin P
        ("Жөндеу жұмыстары", "жөндеу", True),
        ("IT services", "it", True),
        ("бумага А4", "а4", True),
        ("ремонт, школы", "ремонт школ", True),
        ("ремонт", "ремонт школ", False),
    ],
)
def test_words_are_found_by_their_beginning_whatever_their_letters(text, word, expected) -> None:
    assert holds(tokens(text), fold(word)) is expected


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("10 млн", 10_000_000, "KZT"),
        ("10,5 млн ₸", 10_500_000, "KZT"),
        ("500 000", 500_000, "KZT"),
        ("1,000,000.50", "1000000.5", "KZT"),
        ("1.000.000", 1_000_000, "KZT"),
        ("UAH 2bn", 2_000_000_000, "UAH"),
        ("от 300 тыс тенге".removeprefix("от "), 300_000, "KZT"),
        ("100", 100, "KZT"),
    ],
)
def test_sums_are_read_as_people_write_them(text, amount, currency) -> None:
    read = read_filter("min_amount", text)
    assert (read.min_amount, read.currency) == (Decimal(amount), currency)
    assert "E" not in str(read.min_amount)


@pytest.mark.parametrize("text", ["0", "много", "10 попугаев", "1.2.3.4", "10**99", "-5 млн" + "9" * 30])
def test_what_is_no_sum_is_refused(text) -> None:
    with pytest.raises(BadFilter):
        read_filter("min_amount", text)


def test_the_sentence_says_all_that_is_asked_in_three_languages() -> None:
    criteria = Criteria(regions=("KZ-61",), categories=("fuel",), min_amount=Decimal(10_000_000))
    said = {language: sentence(criteria, language).replace("\u00a0", " ") for language in LANGUAGES}
    assert said == {
        "en": "Purchases worth a look in Turkistan Region, fuel and lubricants, from 10 M ₸",
        "ru": "Закупки, которые стоят внимания: Туркестанская область; "
        "бензин, дизель, горюче-смазочные материалы; от 10 млн ₸",
        "kk": "Қарауға тұрарлық сатып алулар: Түркістан облысы; жанар-жағармай; кемінде 10 млн ₸",
    }


def test_a_long_list_is_counted_and_known_names_are_said() -> None:
    buyers = tuple(f"KZ-BIN-{n:012}" for n in range(7))
    said = sentence(Criteria(buyers=buyers), "en", {buyers[0]: "School No. 12"})
    assert said.startswith("Purchases worth a look: buyer School No. 12, KZ-BIN-000000000001, ")
    assert said.endswith(" or 3 others")
    assert sentence(Criteria(buyers=buyers), "ru").endswith(" или ещё 3")
    assert sentence(Criteria(buyers=buyers[:2]), "kk").endswith(f"{buyers[0]} немесе {buyers[1]}")


def test_criteria_of_tomorrow_are_not_half_understood() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"regions": ["KZ-61"], "supplier": "x"}, Criteria)
