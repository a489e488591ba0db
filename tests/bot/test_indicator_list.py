from __future__ import annotations

from pathlib import Path

import pytest

from bot.indicator_list import PLACE, with_list
from watchers.indicators.registry import indicator_classes

_ROOT = Path(__file__).resolve().parents[2]


def test_the_list_in_the_docs_is_current() -> None:
    page = (_ROOT / PLACE).read_text(encoding="utf-8")
    assert with_list(page, _ROOT) == page, "run: python -m bot.indicator_list"


def test_the_list_names_every_indicator_with_its_settings() -> None:
    page = (_ROOT / PLACE).read_text(encoding="utf-8")
    for code, indicator in indicator_classes().items():
        assert f"| {code} | [" in page
        for setting in indicator.Settings.__struct_fields__:
            assert f"`{setting} = " in page


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="has lost the marks"):
        with_list("# Indicators\n", _ROOT)
