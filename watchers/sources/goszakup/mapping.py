"""Maps what the portal says of one purchase to an OCDS release. The table of fields is in docs/goszakup.md.

The same records give the same release whenever they are read: nothing in it depends on the clock but what time itself
changes. `now` decides whether a date that the record itself has not reached yet (results dated ahead, bids shown before
the deadline) counts as the past; a record as the portal shows it holds no such date. And it decides whether files that
lack may still come (`files`). Else reading a record again later stores nothing new. Whether bids can still be handed in
is for the reader to tell from `tender.tenderPeriod`.
Links and hosts are no part of a release either: the portal moved once, and a stored release must not change with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from watchers import ocds
from watchers.ocds import Award, Bids, Contract, Item, Organization, RelatedProcess, Release, Tender, Unit, Value
from watchers.sources.goszakup import announcements
from watchers.sources.goszakup.bids import Offers, offers_of, still_open
from watchers.sources.goszakup.codes import method_group, name_of, ocds_of
from watchers.sources.goszakup.deals import concluded
from watchers.sources.goszakup.direct import direct_release
from watchers.sources.goszakup.files import documents, listed
from watchers.sources.goszakup.identity import GOSZAKUP, ocid_of
from watchers.sources.goszakup.lots import items_of, lot_features, lot_of, lot_status, plans_of
from watchers.sources.goszakup.methods import actual_method, method_name, purchase_type
from watchers.sources.goszakup.model import Announcement, Lot, Records
from watchers.sources.goszakup.parties import Participants, merge_parties, somebody, with_role
from watchers.sources.goszakup.parts import moment, money, period, places, shown, years_of

__all__ = ["link_of", "release_of"]

_PARENT_SCHEME = "KZ-GOSZAKUP-ID"


def link_of(release: Release, link_base: str) -> str:
    """The page of an announcement for people; '' for a direct contract, which has none."""
    number = release.tender.key if release.tender else ""
    return f"{link_base.rstrip('/')}/ru/announce/index/{number}" if number.isdigit() else ""


def release_of(
    records: Records,
    *,
    now: datetime | None = None,
    failed_method: int | str | None = None,
    measures: Mapping[str, Unit] | None = None,
) -> Release:
    """The whole present state of a purchase as one compiled release.

    `now` is when the records were read (zone-aware); without it, the latest moment that the record itself knows, and no
    file is awaited.
    `failed_method`: of the purchase that failed before, where it is known and the portal did not name the type.
    `measures`: units of measure by ENS TRU code, for contracts whose plan points are not known.
    Raises ValueError for records without an announcement number and without a contract.
    """
    if records.announcement is None:
        return direct_release(records, measures or {})
    return _Purchase(records, records.announcement, now, failed_method).release(measures or {})


class _Purchase:
    """One announcement on its way to a release."""

    def __init__(
        self, records: Records, announcement: Announcement, now: datetime | None, failed_method: int | str | None
    ) -> None:
        self.records, self.announcement = records, announcement
        self.now = now or announcements.own_moment(announcement)
        self.people = Participants(records)
        self.lots = announcements.lots_of(announcement)
        self.files = documents(announcement, self.lots)
        self.listed = listed(announcement, self.files, now)
        self.statuses = tuple(lot_status(lot) for lot in self.lots)
        self.status = announcements.tender_status(announcement, self.statuses, now)
        self.results = announcements.results_known(announcement, self.statuses, now)
        self.method = actual_method(announcement, self.lots)
        self.type = purchase_type(announcement, self.lots, self.method, failed_method)
        self.customers = tuple(self._customer(lot) for lot in self.lots)
        self.organiser = self._organiser()

    def release(self, measures: Mapping[str, Unit]) -> Release:
        """The release."""
        number, changed = announcements.printed_number(self.announcement), announcements.changed(self.announcement)
        items = tuple(self._items())
        offers = self._offers()
        contracts, awards = self._contracts(offers, items, measures)
        tender, buyer = self._tender(offers, items, awards), self._buyer()
        return Release(
            ocid=ocid_of(GOSZAKUP, number),
            id=f"{number}-{changed}" if changed else number,
            date=changed,
            tag=("compiled",),
            language="ru",
            initiation_type="tender",
            buyer=buyer,
            parties=self._parties(buyer, tender, offers, awards),
            tender=tender,
            bids=Bids(details=tuple(offers.bids)) if self.records.applications is not None else None,
            awards=awards,
            contracts=contracts,
            related_processes=_parent(self.announcement),
        )

    def _customer(self, lot: Lot) -> Organization | None:
        named = lot.customer_bin or lot.customer_id or lot.customer_name_ru or lot.customer_name_kz
        if not named:
            return None
        return somebody(
            self.people.party(
                lot.customer_bin, lot.customer_id, name_ru=lot.customer_name_ru, name_kk=lot.customer_name_kz
            )
        )

    def _organiser(self) -> Organization | None:
        one = self.announcement
        number, pid = one.org_bin, one.org_pid
        if one.organizer is not None:
            number, pid = number or one.organizer.bin, pid or one.organizer.pid
        return somebody(self.people.party(number, pid, name_ru=one.org_name_ru, name_kk=one.org_name_kz))

    def _buyer(self) -> Organization | None:
        """The customer if there is one only, else the organiser."""
        one = self.announcement
        named = somebody(
            self.people.party(
                one.customer_bin, one.customer_pid, name_ru=one.customer_name_ru, name_kk=one.customer_name_kz
            )
        )
        if named is not None:
            return named
        customers = {who.key or who.name: who for who in self.customers if who is not None}
        if len(customers) == 1 and (None not in self.customers or self.organiser is None):
            return next(iter(customers.values()))
        return self.organiser

    def _items(self) -> Iterator[Item]:
        one, elsewhere, alone = self.announcement, places(self.announcement.kato), len(self.lots) == 1
        for lot in self.lots:
            yield from items_of(lot, plans_of(lot, one.plans or (), alone=alone), elsewhere)

    def _tender(self, offers: Offers, items: tuple[Item, ...], awards: tuple[Award, ...]) -> Tender:
        one = self.announcement
        title_ru, title_kk = shown(one.name_ru), shown(one.name_kz)
        number, said = announcements.status_id(one), one.ref_buy_status
        counted = offers.tenderers() if self._opened(offers) else None
        invited = self.people.party(one.biin_supplier, one.id_supplier, otherwise="invited")
        return Tender(
            id=None if one.id is None else str(one.id),
            title=title_ru or title_kk,
            title_ru=title_ru,
            title_kk=title_kk,
            status=self.status,
            status_code=str(number) if number else None,
            status_details=name_of("announcement_statuses", number, shown(said.name_ru) if said else None),
            value=self._value(),
            procurement_method=ocds_of("trade_methods", self.method) if isinstance(self.method, int) else None,
            procurement_method_details=method_name(self.method),
            procurement_method_rationale=self.type,
            main_procurement_category=announcements.category(one),
            date_published=moment(one.publish_date),
            tender_period=period(one.start_date, one.end_date),
            enquiry_period=announcements.discussion(one, method_group(self.method)),
            additional_period=period(one.repeat_start_date, one.repeat_end_date),
            award_period=period(one.itogi_date_public, None) if self.results else None,
            number_of_tenderers=None if counted is None else len(counted),
            tenderers=counted or (),
            procuring_entity=self.organiser,
            items=items,
            lots=self._lots(awards),
            documents=self.files,
            documents_listed=self.listed,
            features=announcements.features(one, tuple(lot_features(lot) for lot in self.lots)),
            invited_suppliers=(invited,) if invited.identifier is not None else (),
            budget_years=years_of(one.fin_year),
            official_decisions=announcements.decisions(one),
            appeals=announcements.appeals(one),
            committee=announcements.committee(one),
        )

    def _lots(self, awards: tuple[Award, ...]) -> tuple[ocds.Lot, ...]:
        won = {str(lot) for award in awards if award.status == "active" for lot in award.related_lots}
        found = []
        for lot, status, customer in zip(self.lots, self.statuses, self.customers, strict=True):
            state = status
            if self.status == "cancelled" and status in {"active", "planned", None}:
                state = "cancelled"
            elif self.results and status in {"active", None} and str(lot.id) in won:
                state = "complete"
            found.append(lot_of(lot, state, customer, self.method))
        return tuple(found)

    def _value(self) -> Value | None:
        """The announcement's sum; where it is missing, that of all its lots."""
        one = self.announcement
        said = money(one.total_sum)
        amounts = [lot.amount for lot in self.lots]
        known = [amount for amount in amounts if amount is not None]
        if said is not None or not amounts or len(known) != len(amounts):
            return said
        return money(sum(known, Decimal(0))) if (one.count_lots or len(amounts)) == len(amounts) else None

    def _opened(self, offers: Offers) -> bool:
        """Whether the bids are shown for good: the results are out, or the bids themselves say who won."""
        if self.records.applications is None:
            return False
        closed = still_open(self.announcement.end_date, self.now) is None
        return self.results or offers.decided or (bool(offers.bids) and closed)

    def _offers(self) -> Offers:
        return offers_of(
            self.records,
            self.lots,
            self.people,
            method_group(self.method),
            results=moment(self.announcement.itogi_date_public),
            pending=still_open(self.announcement.end_date, self.now) is not None,
        )

    def _contracts(
        self, offers: Offers, items: Iterable[Item], measures: Mapping[str, Unit]
    ) -> tuple[tuple[Contract, ...], tuple[Award, ...]]:
        if not self.records.deals:
            return (), tuple(offers.awards)
        units = {f"code:{code}": unit for code, unit in measures.items()}
        for item in items:
            if item.unit is None or not item.unit.id:
                continue
            units.setdefault(f"lot:{item.related_lot}", item.unit)
            if item.plan_point is not None:
                units[f"plan:{item.plan_point.key}"] = item.unit
            if item.classification is not None:
                units[f"code:{item.classification.key}"] = item.unit
        return concluded(self.records.deals, offers.awards, self.people, units)

    def _parties(
        self, buyer: Organization | None, tender: Tender, offers: Offers, awards: Iterable[Award]
    ) -> tuple[Organization, ...]:
        several = with_role((buyer,), "buyer")
        several += with_role((self.organiser,), "procuringEntity")
        several += with_role(self.customers, "buyer")
        several += with_role(tender.invited_suppliers, "invitedSupplier")
        several += [who for bid in offers.bids for who in bid.tenderers]
        several += with_role((who for award in awards for who in award.suppliers), "supplier")
        return merge_parties(several)


def _parent(announcement: Announcement) -> tuple[RelatedProcess, ...]:
    if not announcement.parent_id or announcement.parent_id < 0:
        return ()
    parent = str(announcement.parent_id)
    return (RelatedProcess(id="1", relationship=("unsuccessfulProcess",), scheme=_PARENT_SCHEME, identifier=parent),)
