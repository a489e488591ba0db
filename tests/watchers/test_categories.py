"""Codes of CPV and ENS TRU fall under the everyday kinds people follow."""

from watchers.categories import category_keys, code_keys, everyday_categories
from watchers.ocds import Classification


def test_a_code_answers_to_its_prefixes_itself_and_its_everyday_kind():
    keys = code_keys("CPV", "09134200-9")
    assert {"CPV:09", "CPV:091", "CPV:09134200", "fuel"} <= keys
    assert "CPV:09134200-9" not in keys


def test_ukraines_name_for_cpv_is_cpv():
    assert code_keys("ДК021", "09134200-9") == code_keys("CPV", "09134200-9")


def test_ens_tru_is_read_with_and_without_dots():
    assert code_keys("ENSTRU", "192021.500.000002") == code_keys("ENSTRU", "192021500000002")
    assert "fuel" in code_keys("ENS TRU", "192021.500.000002")


def test_a_code_without_scheme_or_a_scheme_without_code_says_nothing():
    assert (
        category_keys([Classification(id="09134200-9"), Classification(scheme="CPV"), Classification()]) == frozenset()
    )


def test_numbers_as_codes_are_read():
    assert "UNSPSC:82121507" in category_keys([Classification(scheme="UNSPSC", id=82121507)])


def test_every_everyday_kind_has_three_names_and_a_code():
    kinds = everyday_categories()
    assert len({kind.slug for kind in kinds}) == len(kinds) > 50
    for kind in kinds:
        assert all(kind.name(language).strip() for language in ("kk", "ru", "en")), kind.slug
        assert kind.prefixes["ENSTRU"], kind.slug
