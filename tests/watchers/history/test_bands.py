"""Quartiles are Hyndman and Fan's type 8, as Cardinal's and NumPy's `median_unbiased`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchers.history import Band, band_of, quartiles


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60))
def test_quartiles_are_those_of_numpy(numbers: list[float]) -> None:
    expected = np.quantile(numbers, [0.25, 0.5, 0.75], method="median_unbiased")
    assert quartiles(sorted(numbers)) == pytest.approx(tuple(expected), rel=1e-9, abs=1e-6)


def test_the_fence_lies_one_and_a_half_distances_beyond_the_quartile() -> None:
    assert Band(4, 10.0, 12.0, 14.0).upper() == 20.0
    assert Band(4, 10.0, 12.0, 14.0).lower() == 4.0


def test_nothing_has_no_band() -> None:
    assert band_of([]) is None
    with pytest.raises(ValueError, match="nothing"):
        quartiles([])
