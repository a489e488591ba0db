"""A publisher's free text becomes the right region, or none."""

import pytest

from watchers.places import find_region, region, region_keys, regions


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
