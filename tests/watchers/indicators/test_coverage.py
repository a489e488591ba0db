"""A fresh announcement is not told that its bids could not be checked: there are none yet."""

import pytest

from watchers.indicators.base import Context, Stage, Status
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Award, Bid, Bids, Period, Release, Tender
from watchers.rules import load_rules

WINDOW = Period(start_date="2026-11-02T09:00:00+05:00", end_date="2026-11-27T10:00:00+05:00")


def late_statuses(**parts):
    tender = Tender(procurement_method="open", tender_period=WINDOW, status=parts.pop("status", "active"))
    indicators = load_indicators()
    late = {one.code for one in indicators if one.stage is not Stage.TENDER}
    found = judge_release(Release(ocid="o", tender=tender, **parts), Context(rules=load_rules()), indicators)
    assert late
    return {one.status for one in found if one.indicator in late}


@pytest.mark.parametrize("status", ["planned", "active"])
def test_an_open_call_is_not_asked_about_its_bids(status):
    assert late_statuses(status=status) == {Status.NOT_APPLICABLE}


@pytest.mark.parametrize("status", ["complete", "unsuccessful", None])
def test_a_closed_call_without_bids_in_the_data_could_not_be_checked(status):
    assert Status.NOT_COMPUTABLE in late_statuses(status=status)


def test_bids_and_awards_are_judged_whatever_the_status_says():
    assert late_statuses(bids=Bids(details=(Bid(id="1", status="valid"),))) != {Status.NOT_APPLICABLE}
    assert late_statuses(awards=(Award(id="1", status="active"),)) != {Status.NOT_APPLICABLE}
