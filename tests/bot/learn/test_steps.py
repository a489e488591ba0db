"""What can be done, by whom, by when: by the law's tables and the calendar; never a bidder's road for a citizen."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from alerts.acts import acts
from alerts.learning import Role
from bot.learn.stages import Stage, standing_of
from bot.learn.steps import Todo, what_to_do
from watchers.ocds import Release
from watchers.rules import load_rules
from watchers.rules.law import read_law
from watchers.summary import summarise

RULES = load_rules()
BIDDERS_ONLY = {"organiser_documents", "organiser_results", "court", "audit_supplier", "competition"}
MONDAY = datetime(2026, 11, 23, 5, tzinfo=UTC)  # 10:00 in Astana


def release_of(**tender: Any) -> Release:
    whole = {
        "ocid": "ocds-demo-000001",
        "buyer": {"id": "KZ-BIN-1", "identifier": {"scheme": "KZ-BIN", "id": "1"}},
        "awards": tender.pop("awards", []),
        "contracts": tender.pop("contracts", []),
        "tender": {
            "id": "1",
            "title": "Roof",
            "datePublished": "2026-11-23T10:00:00+05:00",
            "procurementMethodDetails": "Открытый конкурс",
            "tenderPeriod": {"startDate": "2026-11-26T09:00:00+05:00", "endDate": "2026-12-03T10:00:00+05:00"},
            **tender,
        },
    }
    return msgspec.json.decode(msgspec.json.encode(whole), type=Release)


def found(role: Role, now: datetime, **tender: Any) -> Todo:
    release = release_of(**tender)
    standing = standing_of(release, summarise(release), RULES, "KZ", now)
    return what_to_do(role, standing, RULES, "KZ", now)


def test_remarks_are_taken_for_two_working_days_after_the_announcement() -> None:
    todo = found(Role.SUPPLIER, MONDAY)
    assert todo.standing.stage is Stage.DISCUSSION
    (way,) = todo.ways
    assert (way.key, way.until, way.left) == ("organiser_documents", date(2026, 11, 25), 2)
    assert found(Role.SUPPLIER, datetime(2026, 11, 26, 5, tzinfo=UTC)).standing.stage is Stage.BIDDING


def test_a_term_that_runs_over_a_weekend_and_a_holiday_counts_working_days() -> None:
    friday = datetime(2026, 12, 11, 5, tzinfo=UTC)  # 16 December is a holiday
    todo = found(
        Role.SUPPLIER,
        friday,
        datePublished="2026-11-30T10:00:00+05:00",
        tenderPeriod={"startDate": "2026-12-03T09:00:00+05:00", "endDate": "2026-12-10T10:00:00+05:00"},
        awards=[{"id": "1", "date": "2026-12-11T09:00:00+05:00", "suppliers": [{"id": "x"}]}],
    )
    assert todo.standing.stage is Stage.RESULTS
    way = next(one for one in todo.ways if one.key == "organiser_results")
    assert (way.until, way.left, way.over) == (date(2026, 12, 17), 3, False)
    later = datetime(2026, 12, 18, 5, tzinfo=UTC)
    awards = [{"id": "1", "date": "2026-12-11T09:00:00+05:00", "suppliers": [{"id": "x"}]}]
    over = next(one for one in found(Role.SUPPLIER, later, awards=awards).ways if one.key == "organiser_results")
    assert over.over


@pytest.mark.parametrize(
    "method", ["Конкурс с использованием рейтингово-балльной системы", "Запрос ценовых предложений"]
)
def test_results_that_the_portal_decides_by_itself_cannot_be_complained_about(method: str) -> None:
    awards = [{"id": "1", "date": "2026-11-23T09:00:00+05:00", "suppliers": [{"id": "x"}]}]
    for role in (Role.SUPPLIER, Role.CITIZEN):
        todo = found(role, MONDAY, procurementMethodDetails=method, awards=awards)
        assert not {"organiser_results", "court"} & {way.key for way in todo.ways}
        assert todo.bidders is None


STAGES: dict[str, dict[str, Any]] = {
    "discussion": {},
    "bidding": {"tenderPeriod": {"startDate": "2026-11-20T09:00:00+05:00", "endDate": "2026-12-03T10:00:00+05:00"}},
    "deciding": {"tenderPeriod": {"startDate": "2026-11-16T09:00:00+05:00", "endDate": "2026-11-23T09:00:00+05:00"}},
    "results": {"awards": [{"id": "1", "date": "2026-11-23T09:00:00+05:00", "suppliers": [{"id": "x"}]}]},
    "contract": {"contracts": [{"id": "1", "dateSigned": "2026-11-20T09:00:00+05:00"}]},
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("role", [Role.CITIZEN, Role.JOURNALIST, Role.MONITOR])
def test_nobody_but_a_supplier_is_sent_down_a_bidder_s_road(role: Role, stage: str) -> None:
    todo = found(role, MONDAY, **STAGES[stage])
    assert todo.standing.stage == stage
    keys = [way.key for way in todo.ways]
    assert keys
    assert not BIDDERS_ONLY & set(keys)
    assert all(way.until is None for way in todo.ways), "no bidder's deadline is theirs"
    assert all(way.authority.sender != "supplier" for way in todo.ways)
    if stage == "results":
        assert todo.bidders is not None
        assert todo.bidders.until == date(2026, 11, 26)


def test_nothing_is_to_be_done_about_a_purchase_that_was_called_off_or_in_a_country_we_do_not_know() -> None:
    assert found(Role.CITIZEN, MONDAY, status="cancelled").ways == ()
    release = release_of()
    standing = standing_of(release, summarise(release), RULES, "UA", MONDAY)
    assert what_to_do(Role.CITIZEN, standing, RULES, "UA", MONDAY).ways == ()


def test_a_term_nobody_read_in_a_text_is_not_told_as_one() -> None:
    ways = {way.key: way for way in found(Role.CITIZEN, MONDAY).ways}
    assert ways["audit"].authority.answer == 15
    assert ways["audit"].answer is None
    assert not ways["audit"].sure


def test_every_step_leads_to_an_authority_with_a_name_and_a_way_in_three_languages() -> None:
    law = read_law()
    known = {(row.key, row.sender): row for row in law.authorities}
    for step in law.steps:
        row = known[step.authority, step.sender]
        assert all((row.name_kk, row.name_ru, row.name_en, row.how_kk, row.how_ru, row.how_en)), step
        assert not row.act or row.act in acts()
        assert step.source
    assert {step.stage for step in law.steps} - {"any"} <= {one.value for one in Stage}
