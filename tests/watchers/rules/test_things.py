"""What kind of thing is bought, by code, by words and by the list of order No. 345."""

from __future__ import annotations

from datetime import date

import pytest

from watchers.rules.things import code_kinds, set_aside, word_kinds

LAW = date(2025, 1, 1)


def test_what_is_bought_from_a_protected_group_is_told_by_the_whole_code() -> None:
    cleaning = set_aside("KZ", "ENSTRU", "812110.000.000000", "", LAW)
    assert cleaning is not None
    assert (cleaning.category, cleaning.share, cleaning.clause) == ("services", 100, "27.2(2)")
    assert set_aside("KZ", "ENSTRU", "812110.000.000001", "", LAW) is None
    assert set_aside("KZ", "ENSTRU", "812110.000.000000", "", date(2024, 12, 31)) is None


def test_where_a_code_is_wider_than_the_list_the_words_decide() -> None:
    code = "331219.200.000004"
    assert set_aside("KZ", "ENSTRU", code, "Обслуживание служебного автомобиля", LAW) is None
    assert set_aside("KZ", "ENSTRU", code, "Обслуживание автомобиля для лиц с инвалидностью", LAW) is not None


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Текущий ремонт кровли", {"repair"}),
        ("Мектептің шатырын ағымдағы жөндеу", {"repair"}),
        ("Капитальный ремонт дома культуры", {"capital"}),
        ("Услуги по техническому надзору", {"supervision"}),
        ("Разработка проектно-сметной документации", {"design", "estimate"}),
        ("Строительство школы «под ключ»", {"capital", "turnkey"}),
        ("Ремонт принтера", set()),
        ("", set()),
    ],
)
def test_words_name_kinds_of_works(text: str, kinds: set[str]) -> None:
    assert word_kinds(text) == kinds


def test_codes_name_kinds_of_things() -> None:
    assert code_kinds("ENSTRU", "192026.510.000000") == {"fuel"}
    assert code_kinds("enstru", "107111.100.000000") == {"food"}
    assert code_kinds("CPV", "192026") == set()
    assert code_kinds(None, "") == set()
