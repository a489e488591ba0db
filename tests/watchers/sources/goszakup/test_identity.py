"""The same purchase has one name whichever source tells of it."""

from __future__ import annotations

import pytest

from watchers.sources.goszakup.identity import number_of, ocid_of


@pytest.mark.parametrize("written", ["17379679-1", " 17379679-1 ", "№ 17379679-1", "17379679–1", "17379679 - 1"])
def test_a_number_has_one_ocid_however_it_is_written(written: str) -> None:
    assert ocid_of("goszakup", written) == "ocds-kz0001-goszakup-17379679-1"


def test_a_repeat_and_another_system_are_other_processes() -> None:
    numbers = [("goszakup", "1-1"), ("goszakup", "1-2"), ("mitwork", "1-1"), ("samruk", "1-1")]
    assert len({ocid_of(*each) for each in numbers}) == len(numbers)


def test_the_number_is_found_in_the_ocid() -> None:
    assert number_of(ocid_of("samruk", "123-4")) == "123-4"
    assert number_of("ocds-213czf-1") == ""


@pytest.mark.parametrize(
    ("system", "number"), [("other", "1-1"), ("goszakup", ""), ("goszakup", "№"), ("goszakup", "?")]
)
def test_what_is_no_number_or_no_system_is_refused(system: str, number: str) -> None:
    with pytest.raises(ValueError, match=r"not known|no announcement number"):
        ocid_of(system, number)
