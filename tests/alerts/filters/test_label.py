"""A card names the filter it came by, shortly."""

from alerts.filters import Criteria
from alerts.filters.label import label


def test_a_filter_is_called_by_what_sets_it_apart():
    assert label(Criteria(regions=("KZ-61",), categories=("fuel",), min_weight=3), "en") == (
        "Turkistan Region, fuel and lubricants"
    )
    assert label(Criteria(regions=("KZ-61",)), "kk") == "Түркістан облысы"


def test_what_does_not_fit_is_counted():
    assert label(Criteria(regions=("KZ-61", "KZ-71", "KZ-75"), words=("кровл",)), "ru") == (
        "Туркестанская область, город Астана +2"
    )


def test_a_buyer_is_called_by_name_where_it_is_known():
    criteria = Criteria(buyers=("KZ-BIN-000000000001",))
    assert label(criteria, "en", {"KZ-BIN-000000000001": "School No. 1"}) == "School No. 1"
    assert label(criteria, "en") == "KZ-BIN-000000000001"


def test_a_filter_that_asks_for_everything_is_its_sentence():
    assert label(Criteria(min_weight=1), "en") == "Flagged purchases"
