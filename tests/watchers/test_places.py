"""A publisher's free text becomes the right region, or none."""

import pytest

from watchers.places import (
    districts,
    find_place,
    find_region,
    place,
    place_of_kato,
    places_named,
    region,
    region_keys,
    regions,
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Туркестанская область", "KZ-61"),
        ("Түркістан облысы", "KZ-61"),
        ("Turkistan region", "KZ-61"),
        ("Туркестанская обл.", "KZ-61"),
        ("Алматы облысы", "KZ-19"),
        ("Алматы қаласы", "KZ-75"),
        ("г. Алматы", "KZ-75"),
        ("г.Алматы", "KZ-75"),
        ("  АСТАНА ", "KZ-71"),
        ("ВКО", "KZ-63"),
        ("Львівська область", "UA-46"),
        ("м. Київ", "UA-30"),
        ("Київська область", "UA-32"),
    ],
)
def test_every_common_spelling_finds_its_region(text, code):
    assert find_region(text) == code


@pytest.mark.parametrize("text", ["", "Алматы", "Атлантида", "область", "обл.", "KZ"])
def test_a_text_that_fits_none_or_two_regions_finds_none(text):
    assert find_region(text) == ""


def test_the_country_narrows_the_search():
    assert find_region("Львівська область", "KZ") == ""


def test_kazakhstan_has_its_twenty_regions_with_names_in_three_languages():
    kazakhstan = regions("KZ")
    assert len(kazakhstan) == 20
    assert all(row.name(language) for row in kazakhstan for language in ("kk", "ru", "en"))
    assert len({row.code for row in regions()}) == len(regions())


def test_a_district_belongs_to_its_region_and_country():
    assert region_keys("KZ-61-36") == ("KZ", "KZ-61", "KZ-61-36")
    assert region("KZ-61-36").name_en == "Turkistan Region"
    assert region_keys("") == ()
    assert region("KZ-99") is None


@pytest.mark.parametrize(
    ("kato", "code"),
    [
        ("613647100", "KZ-61-36"), ("151011100", "KZ-15-10-11"), ("151010000", "KZ-15-10"), ("750000000", "KZ-75"),
        ("619990000", "KZ-61"), ("990000000", ""), ("", ""), ("6", ""),
    ],
)  # fmt: skip
def test_a_code_of_kato_lies_in_the_narrowest_place_we_know(kato, code):
    assert place_of_kato(kato) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Жаңақорған ауданы", "KZ-43-40"), ("Жанакорганский р-н", "KZ-43-40"), ("г. Семей", "KZ-10-10"),
        ("Жамбылский район", ""), ("Жамбылский район, Алматинская область", "KZ-19-42"), ("Алматы", ""),
        ("Туркестанская область", "KZ-61"), ("Атлантида, Туркестанская область", ""),
        ("Туркестанская область, Астана, город Семей", ""),
    ],
)  # fmt: skip
def test_a_district_is_found_by_its_name_or_by_its_region_too(text, code):
    assert find_place(text, "KZ") == code


def test_every_district_lies_in_a_region_and_has_names_in_three_languages():
    everywhere = [row for one in regions("KZ") for row in districts(one.code)]
    assert len(everywhere) == 234
    for row in everywhere:
        assert region(row.code) is not None
        assert place(row.code) is row
        assert all(row.name(language) for language in ("kk", "ru", "en"))


def test_places_are_offered_by_the_beginning_of_a_word():
    assert places_named("Жамб", "KZ")[0].code == "KZ-31"
    assert {row.name_ru for row in places_named("жамб")[1:]} == {"Жамбылский район"}
    assert places_named("") == []
    assert len(places_named("а", limit=3)) == 3
