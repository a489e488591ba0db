"""What must hold of every filter, and of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from alerts.filters import FILTERS, BadFilter, Criteria, TenderFacts, checked, facts_of, matches, read_filter, sentence
from alerts.filters.asking import row_of
from alerts.filters.methods import METHODS, group_of
from alerts.filters.page import page
from alerts.filters.speech import Speech
from alerts.filters.words import fold, holds, tokens
from tests.alerts.conftest import flag, roof_repair
from watchers.indicators.base import Status, Tier
from watchers.indicators.registry import indicator_classes
from watchers.rules import load_rules
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
        (Criteria(max_amount=Decimal(48_200_000)), True),
        (Criteria(max_amount=Decimal("48199999.99")), False),
        (Criteria(max_amount=Decimal(10**9), currency="UAH"), False),
        (Criteria(suppliers=("KZ-BIN-000000000009",)), False),  # nobody is chosen yet
        (Criteria(methods=("tender", "direct")), False),  # this tender's is not known
    ],
)
def test_a_tender_is_told_apart(criteria, expected) -> None:
    assert matches(criteria, facts()) is expected


@pytest.mark.parametrize("text", ["KZ", "kz", "Қазақстан", "Казахстан", "Kazakhstan"])
def test_a_whole_country_is_tapped_or_typed(text) -> None:
    assert read_filter("region", text).regions == ("KZ",)


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


@pytest.mark.parametrize("text", ["0", "много", "9" * 500, "10 попугаев", "1.2.3.4", "10**99", "-5 млн" + "9" * 30])
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


def test_a_supplier_and_a_method_are_told_apart() -> None:
    found = TenderFacts(suppliers=("KZ-BIN-1", "KZ-BIN-2"), method="direct")
    for criteria, expected in (
        (Criteria(suppliers=("KZ-BIN-2", "KZ-BIN-3")), True),
        (Criteria(suppliers=("KZ-BIN-3",)), False),
        (Criteria(methods=("tender", "direct")), True),
        (Criteria(methods=("tender",)), False),
    ):
        assert matches(msgspec.structs.replace(criteria, min_weight=0), found) is expected


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("5-20 млн", (5_000_000, 20_000_000, "KZT")),
        ("500 тыс – 1 млн ₸", (500_000, 1_000_000, "KZT")),
        ("1 000 000...2 000 000", (1_000_000, 2_000_000, "KZT")),
        ("UAH 5 m - 6 m", (5_000_000, 6_000_000, "UAH")),
    ],
)
@pytest.mark.parametrize("key", ["min_amount", "max_amount"])
def test_two_sums_are_a_range_wherever_they_are_typed(key, text, ends) -> None:
    read = read_filter(key, text)
    assert (read.min_amount, read.max_amount, read.currency) == ends


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("до 50 млн", None, 50), ("от 50 млн ₸", 50, None), ("не больше 50 млн", None, 50),
        ("не меньше 50 млн", 50, None), ("Up to 50 mln", None, 50),
        ("больше 50 млн", 50, None), ("менее 50 миллионов", None, 50), ("<= 50 млн", None, 50), (">50 млн", 50, None),
        ("up to 50 million", None, 50), ("at least 50 m", 50, None), ("50 mln+", 50, None), ("under 50m", None, 50),
        ("50 млн ₸-ге дейін", None, 50), ("50 млн теңгеге дейін", None, 50), ("50 миллионға дейін", None, 50),
        ("50 млн-нан кем", None, 50), ("50 млн-нан көп", 50, None), ("50 млн теңгеден бастап", 50, None),
        ("кемінде 50 млн", 50, None), ("ең көбі 50 млн", None, 50), ("50 миллионнан аспайтын", None, 50),
        ("от 5 до 10 млн", 5, 10), ("5 to 10 million", 5, 10), ("between 5 and 10 m", 5, 10),
        ("от 5 млн до 10 млн", 5, 10),
        ("5 млн-нан 10 млн-ға дейін", 5, 10), ("5 млн теңгеден 10 млн теңгеге дейін", 5, 10),
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", ["min_amount", "max_amount"])
def test_which_end_a_sum_is_may_be_said_wherever_it_is_typed(key, text, least, most) -> None:
    read = read_filter(key, text)
    ends = tuple(Decimal(one) * 1_000_000 if one else None for one in (least, most))
    assert (read.min_amount, read.max_amount, read.currency) == (*ends, "KZT")


@pytest.mark.parametrize("text", ["20-5 млн", "5 ₸ - 6 ₴", "от 20 до 5 млн", "50 млн дейдаму"])
def test_a_range_that_cannot_be_is_refused(text) -> None:
    with pytest.raises(BadFilter):
        read_filter("min_amount", text)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("3-10", 3, 10), ("10 – 3", 3, 10), ("от 5", 5, None), ("at least 5", 5, None), ("кемінде 5 күн", 5, None),
        ("до 7", None, 7), ("7", None, 7), ("<=2", None, 2), (">=10", 10, None), ("-", None, None),
    ],
)  # fmt: skip
def test_days_are_read_as_people_write_them(text, least, most) -> None:
    read = read_filter("deadline", text)
    assert (read.min_days, read.max_days) == (least, most)


def test_days_left_are_counted_from_when_the_tender_is_told_of() -> None:
    summary = summarise(roof_repair())
    closes = datetime(2026, 11, 27, 5, tzinfo=UTC)
    summary = msgspec.structs.replace(summary, closes_at=closes)
    week, hour = (facts_of(summary, [flag()], closes - timedelta(days=days)) for days in (7, 1 / 24))
    over = facts_of(summary, [flag()], closes + timedelta(minutes=1))
    for criteria, found in (
        (Criteria(min_days=5), (True, False, False)),
        (Criteria(max_days=2), (False, True, False)),
        (Criteria(min_days=0, max_days=10), (True, True, False)),
    ):
        assert tuple(matches(criteria, one) for one in (week, hour, over)) == found


def test_the_methods_of_the_law_have_names_and_others_are_told_by_their_code() -> None:
    assert group_of("KZ", "Из одного источника путем прямого заключения договора") == "direct"
    assert group_of("KZ", "Закупка жилища") == "other"
    assert (group_of("UA", "open"), group_of("UA", "limited"), group_of("UA", "belowThreshold")) == (
        "tender", "direct", "",
    )  # fmt: skip
    known = {row.group for row in load_rules().methods}
    assert set(METHODS) - {"other"} <= known


@EVERY
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_can_be_tapped_can_be_typed_and_is_said(row, language) -> None:
    speech = Speech(language)
    for offer in row.offers():
        assert offer.label(speech).strip()
        assert len(offer.text.encode()) <= 32
        read = read_filter(row.key, offer.text)
        assert checked(read) == read
    assert all(name in Criteria.__struct_fields__ for name in row.fields)


def test_every_indicator_can_be_tapped() -> None:
    assert [offer.text for offer in row_of("indicators").offers()] == list(indicator_classes())
