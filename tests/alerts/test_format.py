from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from alerts.format import days_left, money, norm, number, number_in_case, quantity, when
from alerts.kazakh import with_ending
from watchers.indicators.base import Norm

NBSP = "\N{NO-BREAK SPACE}"
NOW = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("amount", "currency", "en", "ru"),
    [
        ("48200000", "KZT", "48.2 M ₸", "48,2 млн ₸"),
        ("1250000", "KZT", "1.25 M ₸", "1,25 млн ₸"),
        ("1000000", "KZT", "1 M ₸", "1 млн ₸"),
        ("999999.99", "KZT", "999 999.99 ₸", "999 999,99 ₸"),
        ("1234.5", "UAH", "1 234.50 ₴", "1 234,50 ₴"),
        ("0", "KZT", "0 ₸", "0 ₸"),
        ("-5000000", "KZT", "−5 M ₸", "−5 млн ₸"),
        ("12.345", "USD", "12.35 USD", "12,35 USD"),
        ("999960000", "KZT", "1 bn ₸", "1 млрд ₸"),
        ("2500000000000", "EUR", "2.5 tn €", "2,5 трлн €"),
        ("700", "", "700", "700"),
    ],
)
def test_a_sum_is_short_from_a_million_on_and_exact_below(amount: str, currency: str, en: str, ru: str) -> None:
    assert plain(money(Decimal(amount), currency, "en")) == en
    assert plain(money(Decimal(amount), currency, "ru")) == ru
    assert money(Decimal(amount), currency, "kk") == money(Decimal(amount), currency, "ru")


def test_a_sum_never_breaks_over_a_line_and_no_sum_is_no_text() -> None:
    assert " " not in money(Decimal(48200000), "KZT", "ru")
    assert money(None, "KZT", "ru") == ""


def test_halves_round_up_not_to_even() -> None:
    assert number("2.345", "en") == "2.35"
    assert number("0.125", "ru") == "0,13"
    assert plain(money(Decimal(12250000), "KZT", "en")) == "12.3 M ₸"


def test_a_moment_is_told_in_the_persons_zone_with_the_year_only_when_it_is_another() -> None:
    closes = datetime(2026, 11, 27, 5, tzinfo=UTC)
    assert when(closes, "en", "Asia/Almaty", now=NOW) == "27 Nov, 10:00"
    assert when(closes, "ru", "Asia/Almaty", now=NOW) == "27 нояб., 10:00"
    assert when(closes, "kk", "Asia/Almaty", now=NOW) == "27 қар. 10:00"
    assert when(closes, "en", "Europe/Kyiv", now=NOW) == "27 Nov, 07:00"
    new_year = datetime(2026, 12, 31, 20, tzinfo=UTC)
    assert when(new_year, "en", "Asia/Almaty", now=NOW) == "1 Jan 2027, 01:00"
    assert when(new_year, "ru", "Asia/Almaty", now=NOW) == "1 янв. 2027, 01:00"
    assert when(new_year, "kk", "Asia/Almaty", now=NOW) == "2027 ж. 1 қаң. 01:00"


def test_a_moment_without_a_zone_asked_for_keeps_the_publishers() -> None:
    moment = datetime(2026, 5, 9, 18, 30, tzinfo=timezone(timedelta(hours=5)))
    assert when(moment, "ru") == "9 мая 2026, 18:30"
    assert when("2026-05-09T18:30:00+05:00", "ru", now=NOW) == "9 мая, 18:30"
    assert when("2026-05-09", "ru", now=NOW) == when(date(2026, 5, 9), "ru", now=NOW) == "9 мая"
    assert when("soon", "ru") == "soon"
    assert when(None, "ru") == ""


@pytest.mark.parametrize(
    ("text", "number", "case", "written"),
    [
        ("10:00", 0, "dative", "10:00-ге"),
        ("14:05", 5, "locative", "14:05-те"),
        ("09:30", 30, "dative", "09:30-ға"),
        ("09:40", 40, "dative", "09:40-қа"),
        ("09:16", 16, "locative", "09:16-да"),
        ("22", 22, "ablative", "22-ден"),
        ("10", 10, "ablative", "10-нан"),
        ("16", 16, "ablative", "16-дан"),
        ("40", 40, "ablative", "40-тан"),
        ("80", 80, "ablative", "80-нен"),
        ("100", 100, "ablative", "100-ден"),
        ("70", 70, "ablative", "70-тен"),
        ("3", 3, "ablative", "3-тен"),
        ("3", 3, "", "3"),
    ],
)
def test_a_kazakh_ending_follows_the_word_the_number_is_read_with(
    text: str, number: int, case: str, written: str
) -> None:
    assert with_ending(text, number, case) == written  # type: ignore[arg-type]


def test_only_kazakh_puts_numbers_in_cases() -> None:
    assert [number_in_case(22, language, "ablative") for language in ("kk", "ru", "en")] == ["22-ден", "22", "22"]


@pytest.mark.parametrize(
    ("working", "ru", "kk", "en"),
    [
        (1, "(остался 1 рабочий день)", "(1 жұмыс күні қалды)", "(1 working day left)"),
        (2, "(осталось 2 рабочих дня)", "(2 жұмыс күні қалды)", "(2 working days left)"),
        (5, "(осталось 5 рабочих дней)", "(5 жұмыс күні қалды)", "(5 working days left)"),
        (21, "(остался 21 рабочий день)", "(21 жұмыс күні қалды)", "(21 working days left)"),
        (0, "(рабочих дней не осталось)", "(жұмыс күні қалмады)", "(no working days left)"),
    ],
)
def test_working_days_left_have_the_right_plural(working: int, ru: str, kk: str, en: str) -> None:
    closes = NOW + timedelta(days=30)
    left = {language: days_left(closes, NOW, lambda *_: working, language) for language in ("ru", "kk", "en")}
    assert left == {"ru": ru, "kk": kk, "en": en}


def test_without_a_sure_calendar_days_are_called_days() -> None:
    closes = NOW + timedelta(days=3)
    assert days_left(closes, NOW, None, "ru") == days_left(closes, NOW, lambda *_: None, "ru") == "(осталось 3 дня)"
    assert days_left(NOW + timedelta(days=1), NOW, None, "en") == "(1 day left)"


def test_the_last_day_is_the_last_day_where_the_tender_is() -> None:
    closes = datetime(2026, 11, 22, 18, 59, tzinfo=UTC)  # 23:59 in Almaty
    assert days_left(closes, NOW, None, "en", "Asia/Almaty") == "(last day)"
    assert days_left(closes + timedelta(minutes=1), NOW, None, "en", "Asia/Almaty") == "(1 day left)"
    assert days_left(NOW, NOW, None, "en") == ""


@pytest.mark.parametrize(
    ("value", "unit", "ru", "kk", "en"),
    [
        (1, "working_days", "1 рабочий день", "1 жұмыс күні", "1 working day"),
        (3, "working_days", "3 рабочих дня", "3 жұмыс күні", "3 working days"),
        (11, "days", "11 дней", "11 күн", "11 days"),
        (Decimal("1.5"), "days", "1,5 дня", "1,5 күн", "1.5 days"),
        (24, "hours", "24 часа", "24 сағат", "24 hours"),
        (1, "bids", "1 заявка", "1 өтінім", "1 bid"),
        (5, "tenderers", "5 участников", "5 қатысушы", "5 bidders"),
        (2, "bidders", "2 участника", "2 қатысушы", "2 bidders"),
        (Decimal("12.34"), "percent", "12,3 %", "12,3 %", "12.3%"),
        (8000000, "KZT", "8 млн ₸", "8 млн ₸", "8 M ₸"),
        ("7", "bids", "7 заявок", "7 өтінім", "7 bids"),
        ("pемонт", "", "pемонт", "pемонт", "pемонт"),
        (None, "days", "", "", ""),
    ],
)
def test_a_quantity_carries_its_unit_in_the_right_plural(
    value: Decimal | int | str | None, unit: str, ru: str, kk: str, en: str
) -> None:
    assert [plain(quantity(value, unit, language)) for language in ("ru", "kk", "en")] == [ru, kk, en]


def test_a_norm_is_quoted_as_its_act_is() -> None:
    rule = Norm("rules-687", "164", date(2026, 2, 22))
    assert norm(rule, "en") == " (Rules No. 687, p. 164)"
    assert norm(rule, "ru") == " (Правила № 687, п. 164)"
    assert norm(rule, "kk") == " (№ 687 Қағида, 164-т.)"
    assert norm(None, "ru") == ""
