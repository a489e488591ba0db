"""How buyers write by when something is delivered, and what is read from it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.indicators.delivery_terms import Term, read_term

YEAR_END = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("15 календарных дней", 15), ("15 (пятнадцать) календарных дней", 15), ("14-ти календарных дней", 14),
        ("в течении 15 календарных дней после подписания договора", 15), ("15дней", 15), ("15 к.д.", 15),
        ("пятнадцати календарных дней", 15), ("двадцати пяти дней", 25), ("10 рабочих дней", 14), ("5 р.д.", 7),
        ("15 күнтізбелік күн", 15), ("күнтізбелік 10 күн ішінде", 10), ("10 жұмыс күні ішінде", 14), ("жұмыс 5 күн", 7),
        ("он бес күнтізбелік күн", 15), ("екі апта ішінде", 14), ("1-2 недели", 14), ("в течение месяца", 30),
        ("бір ай ішінде", 30), ("ай ішінде", 30), ("3 ай", 90), ("полмесяца", 15), ("24 часа", 1), ("1 год", 365),
        ("10–15 дней", 15), ("от 10 до 15 дней", 15), ("не менее 15 календарных дней", 15), ("10\u00a0дней", 10),
        ("15 дней, но не позднее 25 декабря 2026 года", 15), ("30 дней с подписания договора 2 сторонами", 30),
    ],
)  # fmt: skip
def test_a_length_of_time_is_read_in_calendar_days(text: str, days: int) -> None:
    term = read_term(text, 2026)
    assert term is not None
    assert (term.days, term.on_request) == (days, False)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("до 25 декабря", date(2026, 12, 25)), ("25 желтоқсанға дейін", date(2026, 12, 25)),
        ("по 25-е декабря 2027 года", date(2027, 12, 25)), ("2027 жылғы 5 мамырға дейін", date(2027, 5, 5)),
        ("до 31.12.2026 г.", YEAR_END), ("не позднее 01/11/26", date(2026, 11, 1)),
        ("до 2026-11-30", date(2026, 11, 30)),
        ("с 1 апреля по 31 декабря 2026 года", YEAR_END), ("до конца года", YEAR_END), ("жыл соңына дейін", YEAR_END),
        ("в течение 2026 года", YEAR_END), ("до конца ноября", date(2026, 11, 30)),
    ],
)  # fmt: skip
def test_a_date_is_the_last_day_and_no_number_of_days(text: str, due: date) -> None:
    assert read_term(text, 2026) == Term(due=due)


@pytest.mark.parametrize(
    "text",
    ["", " ", "согласно договору", "декабрь 2026", "4 квартал 2026", "2026 год", "мамыр айы", "до 31 февраля", "15",
     "до декабря", "9" * 400 + " дней", "100500 дней"],
)  # fmt: skip
def test_what_names_no_term_is_not_read(text: str) -> None:
    assert read_term(text, 2026) is None


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("по заявке", Term(on_request=True)),
        ("қажеттілігіне қарай", Term(on_request=True)),
        ("ежедневно по графику", Term(on_request=True, scheduled=True)),
        ("тапсырыс берушінің өтінімі бойынша 5 күн ішінде", Term(days=5, on_request=True)),
        ("30 дней, по заявке в течение 3 рабочих дней", Term(days=3, working_days=3, on_request=True)),
        ("в течение года по заявке", Term(due=YEAR_END, on_request=True)),
    ],
)
def test_by_orders_the_shortest_term_counts(text: str, term: Term) -> None:
    assert read_term(text, 2026) == term


@given(st.text(max_size=300), st.integers(2000, 2099))
def test_any_text_is_survived(text: str, year: int) -> None:
    assert isinstance(read_term(text + " дней до 31 декабря", year), Term)
