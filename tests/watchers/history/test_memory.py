"""What a list of earlier releases says about one."""

from __future__ import annotations

from typing import Any

from tests.watchers.indicators.tables import base, changed, release_of
from watchers.history import History
from watchers.history.memory import history_of
from watchers.rules import load_rules

LOT = {"ocid": "ocds-kz0001-goszakup-1780010{n}-1", "tender.id": "1780010{n}"}


def history(*earlier: dict[str, Any], name: str = "kz-quotation", **changes: Any) -> History:
    releases = [release_of(changed(base(name), {**LOT, **one}, number)) for number, one in enumerate(earlier, 1)]
    found = history_of(release_of(changed(base(name), changes)), releases, load_rules())
    assert found is not None
    return found


def days(day: int, hour: int = 10) -> dict[str, Any]:
    return {
        "tender.datePublished": f"2026-11-{day:02d}T{hour}:00:00+05:00",
        "date": f"2026-11-{day:02d}T18:00:00+05:00",
    }


def test_earlier_lots_of_the_same_customer_and_group_are_seen_newest_first() -> None:
    found = history(days(3), days(5), days(4))
    (own,) = found.own.lots
    assert own.buyer_kind == "education_office"
    assert (own.code, own.unit, own.unit_price, own.years) == ("310912.300.000012", "796", 38500.0, (2026,))
    assert [row.tender_id for row in found.alike(own.customer, own.code)] == ["17800102", "17800103", "17800101"]


def test_another_customer_and_another_class_are_not_seen() -> None:
    other = days(3) | {"tender.lots.0.customer.id": "KZ-BIN-000140000099"}
    fuel = days(4) | {"tender.items.0.classification.id": "192026.510.000000"}
    found = history(other, fuel)
    (own,) = found.own.lots
    assert found.alike(own.customer, own.code) == []


def test_nothing_announced_at_the_same_moment_or_later_is_seen() -> None:
    found = history(days(9, 10) | {"ocid": "z"}, days(9, 11), days(10))
    (own,) = found.own.lots
    assert found.alike(own.customer, own.code) == []


def test_of_two_announced_at_one_moment_the_second_by_name_sees_the_first() -> None:
    found = history(days(9, 10) | {"ocid": "a"})
    (own,) = found.own.lots
    assert [row.ocid for row in found.alike(own.customer, own.code)] == ["a"]


def test_what_was_decided_later_is_not_known_yet() -> None:
    decided = {
        "awards": [{"id": "1", "status": "active", "date": "2026-11-12T10:00:00+05:00", "suppliers": [{"id": "S"}]}],
        "tender.status": "complete",
    }
    found = history(days(3) | decided)
    (own,) = found.own.lots
    (row,) = found.alike(own.customer, own.code)
    assert (row.outcome, row.winner, row.decided_at) == ("", "", None)
    later = history(days(3) | decided, **{"tender.datePublished": "2026-11-20T10:00:00+05:00"})
    (row,) = later.alike(own.customer, own.code)
    assert (row.outcome, row.winner) == ("awarded", "S")


def test_only_the_newest_state_of_a_purchase_counts() -> None:
    twice = days(3) | {"ocid": "one", "tender.lots.0.value.amount": 1}
    found = history(twice, twice | {"tender.lots.0.value.amount": 2, "date": "2026-11-04T18:00:00+05:00"})
    (own,) = found.own.lots
    assert [row.amount for row in found.alike(own.customer, own.code)] == [2]


def test_the_purchase_that_is_repeated_is_found_by_its_number_and_by_its_plan_point() -> None:
    parent = [
        {"id": "1", "relationship": ["unsuccessfulProcess"], "scheme": "KZ-GOSZAKUP-ID", "identifier": "17800101"}
    ]
    found = history(days(3) | {"tender.items.0.planPoint.rootId": 5}, relatedProcesses=parent)
    assert [row.tender_id for row in found.chain()] == ["17800101"]
    assert [release.ocid for release in found.repeated()] == ["ocds-kz0001-goszakup-17800101-1"]
    by_plan = history(days(3))
    assert [row.tender_id for row in by_plan.chain()] == ["17800101"]


def test_the_terms_are_told_from_the_first_snapshot_to_the_present_one() -> None:
    same = "ocds-kz0001-goszakup-17800001-1"
    late = {"date": "2026-11-10T10:00:00+05:00"}
    found = history(
        {"ocid": same, "tender.id": "17800001"}, {"ocid": same, "tender.id": "17800001", "tender.items.0.quantity": 50},
        **late,
    )  # fmt: skip
    first, second, present = found.terms()
    assert first.digests == present.digests
    assert [name for name, digest in second.digests.items() if digest != present.digests[name]] == ["things"]
    assert found.alike("KZ-BIN-000140000018", "310912.300.000012") == []


def test_contests_and_decisions_of_the_same_methods_are_measured() -> None:
    earlier = {"ocid": "e{n}", "tender.id": "e{n}", "awards.0.date": "2026-10-22T17:00:00+05:00",
               "tender.tenderPeriod.endDate": "2026-10-20T10:00:00+05:00", "date": "2026-10-22T17:00:00+05:00",
               "tender.datePublished": "2026-10-05T10:00:00+05:00"}  # fmt: skip
    rejected = earlier | {"bids.details.1.status": "disqualified", "bids.details.2.status": "disqualified"}
    found = history(earlier, earlier | {"bids.details.0.value.amount": 40000000}, rejected, name="kz-tender-decided")
    margins, decisions = found.margins("tender", "KZT"), found.decisions("tender", "KZT")
    assert margins is not None
    assert decisions is not None
    assert (margins.n, round(margins.q1, 4), round(margins.q3, 4)) == (2, 0.0394, 0.1225)
    assert (decisions.n, decisions.median) == (3, 2)
    assert found.margins("price_quotation", "KZT") is None
    assert found.single("310912.300.000012", "KZ-61") == (0, 0)


def test_who_sold_how_much_in_a_region_is_added_up_for_a_year() -> None:
    deal = {"id": "1", "awardID": "award-1", "dateSigned": "2026-10-22T17:00:00+05:00",
            "value": {"amount": 1000, "currency": "KZT"}}  # fmt: skip
    earlier = {"ocid": "e{n}", "tender.datePublished": "2026-10-05T10:00:00+05:00", "contracts": [deal]}
    old = earlier | {"contracts": [deal | {"dateSigned": "2025-10-22T17:00:00+05:00"}]}
    other = earlier | {"awards.0.suppliers.0.id": "KZ-BIN-150140000012"}
    found = history(earlier, earlier, old, other, name="kz-tender-decided")
    (own,) = found.own.lots
    shares = found.shares(own.code, own.region, "KZT")
    assert (shares.contracts, shares.total) == (3, 3000)
    assert shares.sold == {"KZ-BIN-150140000011": 2000, "KZ-BIN-150140000012": 1000}
    assert round(shares.hhi, 4) == 0.5556


def test_a_contact_of_many_is_known_by_all_who_gave_it() -> None:
    earlier = {"ocid": "e{n}", "date": "2026-11-01T10:00:00+05:00", "parties.1.identifier.id": "15014000009{n}"}
    late = {"ocid": "late", "date": "2026-11-20T10:00:00+05:00", "parties.1.identifier.id": "150140000099"}
    found = history(earlier, earlier, late, name="kz-tender-decided")
    (shared,) = [one.contact for one in found.own.contacts if one.contact == "mail:0000000000000b11"]
    assert len(found.sharing(shared)) == 3
    assert len(found.sharing("mail:0000000000000b12")) == 1
