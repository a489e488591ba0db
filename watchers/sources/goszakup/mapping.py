"""Maps what the portal says of one purchase to an OCDS release. The table of fields is in docs/goszakup.md.

The same records give the same release whenever they are read: nothing in it depends on the clock but what time itself
changes. `now` only decides whether a date that the record itself has not reached yet (results dated ahead, bids shown
before the deadline) counts as the past; a record as the portal shows it holds no such date, so reading it again later
stores nothing new. Whether bids can still be handed in is for the reader to tell from `tender.tenderPeriod`.
Links and hosts are no part of a release either: the portal moved once, and a stored release must not change with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import msgspec

from watchers.ocds import Award, Bids, Contract, Organization, RelatedProcess, Release, Tender, Unit, Value
from watchers.sources.goszakup import announcements
from watchers.sources.goszakup.bids import Offers, offers_of, still_open
from watchers.sources.goszakup.codes import method_group, name_of, ocds_of
from watchers.sources.goszakup.deals import award_of_chain, chains, contract_of, supplier_of, system_number
from watchers.sources.goszakup.identity import GOSZAKUP, ocid_of
from watchers.sources.goszakup.lots import items_of, lot_features, lot_of, lot_status, plans_of
from watchers.sources.goszakup.methods import actual_method, method_name, purchase_type
from watchers.sources.goszakup.model import Announcement, Lot, Records
from watchers.sources.goszakup.parties import Participants, merge_parties
from watchers.sources.goszakup.parts import clear_of_persons, joined, moment, money, period, places

__all__ = ["link_of", "release_of"]

_PARENT_SCHEME = "KZ-GOSZAKUP-ID"


def link_of(release: Release, link_base: str) -> str:
    """The page of an announcement for people; '' for a direct contract, which has none."""
    number = release.tender.key if release.tender else ""
    return f"{link_base.rstrip('/')}/ru/announce/index/{number}" if number.isdigit() else ""


def release_of(records: Records, *, now: datetime | None = None, failed_method: int | str | None = None) -> Release:
    """The whole present state of a purchase as one compiled release.

    `now` is when the records were read (zone-aware); without it, the latest moment that the record itself knows.
    `failed_method`: of the purchase that failed before, where it is known and the portal did not name the type.
    Raises ValueError for records without an announcement number and without a contract.
    """
    if records.announcement is None:
        return _direct(records)
    announcement = records.announcement
    now = now or announcements.own_moment(announcement)
    return _Purchase(records, announcement, now, failed_method).release()


class _Purchase:
    """One announcement on its way to a release."""

    def __init__(
        self, records: Records, announcement: Announcement, now: datetime | None, failed_method: int | str | None
    ) -> None:
        self.records, self.announcement, self.now = records, announcement, now
        self.people = Participants(records)
        self.lots = tuple(sorted(announcement.lots or (), key=lambda lot: lot.id or 0))
        self.statuses = tuple(lot_status(lot) for lot in self.lots)
        self.status = announcements.tender_status(announcement, self.statuses, now)
        self.method = actual_method(announcement, self.lots)
        self.type = purchase_type(announcement, self.lots, self.method, failed_method)
        self.results = announcements.results_known(announcement, self.statuses, now)
        self.customers = tuple(self._customer(lot) for lot in self.lots)
        self.organiser = self._organiser()
        self.units: dict[str, Unit] = {}

    def release(self) -> Release:
        announcement = self.announcement
        number = announcement.number_anno or (f"{announcement.id}-1" if announcement.id else "")
        offers = self._offers()
        tender = self._tender(offers)
        contracts, awards = self._contracts(offers)
        changed = moment(announcement.last_update_date) or moment(announcement.publish_date)
        buyer = self._buyer()
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
            related_processes=_parent(announcement),
        )

    def _customer(self, lot: Lot) -> Organization | None:
        if not lot.customer_bin and not lot.customer_name_ru and not lot.customer_name_kz:
            return None
        return self.people.party(
            lot.customer_bin, lot.customer_id, name_ru=lot.customer_name_ru, name_kk=lot.customer_name_kz
        )

    def _organiser(self) -> Organization | None:
        one = self.announcement
        if not one.org_bin and not one.org_name_ru and not one.org_name_kz:
            return None
        return self.people.party(one.org_bin, one.org_pid, name_ru=one.org_name_ru, name_kk=one.org_name_kz)

    def _buyer(self) -> Organization | None:
        """The customer if there is one only, else the organiser."""
        one = self.announcement
        if one.customer_bin or one.customer_name_ru or one.customer_name_kz:
            named = self.people.party(
                one.customer_bin, one.customer_pid, name_ru=one.customer_name_ru, name_kk=one.customer_name_kz
            )
            if named.key or named.name:
                return named
        known = [customer for customer in self.customers if customer is not None]
        if known and len(known) == len(self.customers) and len({who.key or who.name for who in known}) == 1:
            return known[0]
        return self.organiser or (known[0] if len({who.key or who.name for who in known}) == 1 else None)

    def _tender(self, offers: Offers) -> Tender:
        one, lots = self.announcement, self.lots
        title_ru, title_kk = clear_of_persons(joined(one.name_ru)), clear_of_persons(joined(one.name_kz))
        number = announcements.status_id(one)
        said = one.ref_buy_status.name_ru if one.ref_buy_status else None
        counted = offers.tenderers() if self.records.applications is not None and self._opened(offers) else None
        invited = one.biin_supplier or one.id_supplier
        elsewhere = places(one.kato)
        alone = len(lots) == 1
        items = tuple(
            item for lot in lots for item in items_of(lot, plans_of(lot, one.plans or (), alone=alone), elsewhere)
        )
        for item in items:
            if item.unit is not None and item.unit.id:
                self.units.setdefault(f"lot:{item.related_lot}", item.unit)
                if item.plan_point is not None:
                    self.units[f"plan:{item.plan_point.id}"] = item.unit
        return Tender(
            id=None if one.id is None else str(one.id),
            title=title_ru or title_kk,
            title_ru=title_ru,
            title_kk=title_kk,
            status=self.status,
            status_code=str(number) if number else None,
            status_details=name_of("announcement_statuses", number, said),
            value=self._value(),
            procurement_method=ocds_of("trade_methods", self.method) if isinstance(self.method, int) else None,
            procurement_method_details=method_name(self.method),
            procurement_method_rationale=self.type,
            main_procurement_category=self._category(),
            date_published=moment(one.publish_date),
            tender_period=period(one.start_date, one.end_date),
            enquiry_period=period(one.discus_start_date, one.discus_end_date),
            additional_period=period(one.repeat_start_date, one.repeat_end_date),
            number_of_tenderers=None if counted is None else len(counted),
            tenderers=counted or (),
            procuring_entity=self.organiser,
            items=items,
            lots=tuple(
                lot_of(lot, status, customer, self.method)
                for lot, status, customer in zip(lots, self.statuses, self.customers, strict=True)
            ),
            documents=announcements.documents(one, lots),
            documents_listed=one.files is not None,
            features=announcements.features(one, tuple(lot_features(lot) for lot in lots)),
            invited_suppliers=(self.people.party(one.biin_supplier, one.id_supplier, otherwise="invited"),)
            if invited
            else (),
            budget_years=announcements.budget_years(one.fin_year),
            official_decisions=announcements.decisions(one),
            appeals=announcements.appeals(one),
            committee=announcements.committee(one),
        )

    def _value(self) -> Value | None:
        """The announcement's sum; where it is missing, that of all its lots."""
        one = self.announcement
        said = money(one.total_sum)
        amounts = [lot.amount for lot in self.lots]
        if said is not None or not amounts or (one.count_lots or len(amounts)) != len(amounts):
            return said
        return (
            money(sum((amount for amount in amounts if amount is not None), Decimal(0)))
            if None not in amounts
            else None
        )

    def _category(self) -> str | None:
        one = self.announcement
        said = one.ref_subject_type
        return ocds_of("subject_types", one.ref_subject_type_id or (said.id if said else None))

    def _opened(self, offers: Offers) -> bool:
        """Whether the bids are shown for good: the results are out, or the bids themselves say who won."""
        return (
            self.results
            or offers.decided
            or (bool(offers.bids) and still_open(self.announcement.end_date, self.now) is None)
        )

    def _offers(self) -> Offers:
        return offers_of(
            self.records,
            self.lots,
            self.people,
            method_group(self.method),
            results=moment(self.announcement.itogi_date_public),
            open_until=still_open(self.announcement.end_date, self.now),
        )

    def _contracts(self, offers: Offers) -> tuple[tuple[Contract, ...], tuple[Award, ...]]:
        awards = list(offers.awards)
        contracts = []
        for chain in chains(self.records.deals or ()):
            supplier = supplier_of(chain, self.people)
            lots = {str(unit.lot_id) for deal in chain.deals for unit in deal.units or () if unit.lot_id}
            own = [
                award
                for award in awards
                if supplier is not None
                and award.suppliers[0].key == supplier.key
                and (not lots or lots & {str(lot) for lot in award.related_lots})
            ]
            if not own and supplier is not None:
                own = [award_of_chain(chain, supplier, value=False)]
                awards += own
            contracts.append(contract_of(chain, str(own[0].id) if own else None, self.units))
        return tuple(contracts), tuple(awards)

    def _parties(
        self, buyer: Organization | None, tender: Tender, offers: Offers, awards: Iterable[Award]
    ) -> tuple[Organization, ...]:
        several: list[Organization] = []
        several += _with_role((buyer,), "buyer")
        several += _with_role((self.organiser,), "procuringEntity")
        several += _with_role(self.customers, "buyer")
        several += _with_role(tender.invited_suppliers, "invitedSupplier")
        several += [who for bid in offers.bids for who in bid.tenderers]
        several += _with_role((who for award in awards for who in award.suppliers), "supplier")
        return merge_parties(several)


def _with_role(parties: Iterable[Organization | None], role: str) -> list[Organization]:
    return [msgspec.structs.replace(one, roles=(role,)) for one in parties if one is not None]


def _parent(announcement: Announcement) -> tuple[RelatedProcess, ...]:
    if not announcement.parent_id or announcement.parent_id < 0:
        return ()
    parent = str(announcement.parent_id)
    return (RelatedProcess(id="1", relationship=("unsuccessfulProcess",), scheme=_PARENT_SCHEME, identifier=parent),)


def _direct(records: Records) -> Release:
    """A contract without an announcement (`trdBuyId` 0): a release of its own, named by the contract's number."""
    found = chains(records.deals or ())
    if not found:
        raise ValueError("neither an announcement nor a contract")
    chain, people = found[0], Participants(records)
    first, last = chain.first, chain.last
    number = system_number(first.contract_number_sys)[0] or f"contract-{first.root_id or first.id}"
    supplier = supplier_of(chain, people)
    customer = people.party(first.customer_bin or number.partition("/")[0], first.customer_id, roles=("buyer",))
    award = award_of_chain(chain, supplier, value=True) if supplier else None
    contract = contract_of(chain, str(award.id) if award else None, {})
    method = first.fakt_trade_methods_id
    changed = moment(last.last_update_date) or moment(last.sign_date)
    return Release(
        ocid=ocid_of(GOSZAKUP, number),
        id=f"{number}-{changed}" if changed else number,
        date=changed,
        tag=("compiled",),
        language="ru",
        buyer=customer,
        parties=merge_parties([customer, *([supplier] if supplier else [])]),
        tender=Tender(
            id=number,
            title=contract.title,
            status="complete",
            value=contract.value,
            procurement_method=ocds_of("trade_methods", method) or ("direct" if not method else None),
            procurement_method_details=name_of("trade_methods", method or None),
            main_procurement_category=ocds_of("subject_types", first.ref_subject_type_id),
            procuring_entity=customer,
            budget_years=announcements.budget_years(first.fin_year),
        ),
        awards=(award,) if award else (),
        contracts=(contract,),
    )
