"""The facts that lists and filters use are taken from wherever a publisher puts them."""

from decimal import Decimal

from watchers.ocds import (
    Address,
    Award,
    Classification,
    Identifier,
    Item,
    Organization,
    Period,
    Release,
    Tender,
    Value,
)
from watchers.summary import summarise

BUYER = Organization(
    id="b1",
    name="КГУ «Отдел»",
    name_kk="«Бөлім» КММ",
    identifier=Identifier(scheme="KZ-BIN", id="000140000012"),
    address=Address(region="Туркестанская область"),
)


def test_a_reference_is_filled_from_the_parties():
    release = Release(ocid="o", buyer=Organization(id="b1", name="Отдел"), parties=(BUYER,))
    summary = summarise(release)
    assert summary.buyer_id == "KZ-BIN-000140000012"
    assert summary.region_keys == ("KZ", "KZ-61")
    assert "бөлім" in summary.buyer_search


def test_the_procuring_entity_stands_in_for_a_missing_buyer():
    release = Release(ocid="o", tender=Tender(procuring_entity=BUYER))
    assert summarise(release).buyer_name == "КГУ «Отдел»"


def test_the_place_of_delivery_goes_before_the_seat_of_the_buyer():
    item = Item(
        delivery_address=Address(region_code="KZ-71"), classification=Classification(scheme="CPV", id="09132000")
    )
    summary = summarise(Release(ocid="o", buyer=BUYER, tender=Tender(items=(item,))))
    assert summary.region == "KZ-71"
    assert "fuel" in summary.category_keys


def test_a_release_without_a_call_takes_what_was_awarded():
    release = Release(ocid="o", awards=(Award(title="Кровля", value=Value.of("12.50", "KZT")),))
    summary = summarise(release)
    assert (summary.title, summary.amount, summary.currency) == ("Кровля", Decimal("12.50"), "KZT")


def test_an_estimate_of_zero_is_no_estimate():
    assert summarise(Release(ocid="o", tender=Tender(value=Value.of(0, "KZT")))).amount is None


def test_the_announcement_dates_the_tender_then_its_window_then_the_release():
    window = Period(start_date="2026-11-20T09:00:00+05:00", end_date="2026-11-27T10:00:00+05:00")
    release = Release(ocid="o", date="2026-11-01", tender=Tender(tender_period=window, date_published="2026-11-18"))
    assert summarise(release).published_at.day == 18
    assert summarise(release).closes_at == window.end
    assert summarise(Release(ocid="o", date="2026-11-01")).published_at.day == 1


def test_an_empty_release_is_no_error():
    summary = summarise(Release(ocid="ocds-x-1"))
    assert (summary.title, summary.buyer_id, summary.region, summary.amount) == ("ocds-x-1", "", "", None)


def test_a_purchase_is_in_the_districts_its_goods_are_delivered_to():
    places = [("KZ-43", "434030100"), ("KZ-43", "431010000"), ("KZ-43", "431010000"), ("KZ-75", None)]
    items = tuple(Item(delivery_address=Address(region_code=code, region=kato)) for code, kato in places)
    summary = summarise(Release(ocid="o", tender=Tender(items=items)))
    assert summary.region == "KZ-43"
    assert summary.region_keys == ("KZ", "KZ-43", "KZ-43-40", "KZ-43-10")
