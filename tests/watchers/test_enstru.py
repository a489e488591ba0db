"""The tree of ENS TRU: any code has a name, words find codes."""

import pytest

from watchers.enstru import branch, branches_named, code_name


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("439111.100.000000", "ru", "Работы по установке стропил (кровельных перекрытий)"),
        ("01", "kk", "Ауыл шаруашылығы, аңшылық өнімдері және ілеспе қызметтер"),
        ("01.12", "en", "Growing of rice"),
        ("0112", "kk", "Рис, необрушенный"),
        ("0000", "ru", ""),
        ("", "ru", ""),
    ],
)
def test_a_code_is_called_by_its_narrowest_branch(code, language, name):
    assert code_name(code, language) == name


def test_a_branch_without_a_name_of_its_own_has_that_of_the_one_above():
    assert branch("011600").name_ru == branch("0116").name_ru != ""


def test_words_find_branches_the_broadest_first_and_each_name_once():
    found = branches_named("мебель офис")
    assert found[0].prefix == "3101"
    names = [one.name_ru for one in branches_named("мебель", 50)]
    assert len(names) == len(set(names)) > 5
    assert [one.prefix for one in branches_named("43.9", 2)] == ["439", "4391"]
    assert branches_named("жиһаз")[-1].prefix == "31"
    assert branches_named("и") == branches_named("") == branches_named("ыыыы") == []
