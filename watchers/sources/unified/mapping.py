"""Maps an announcement of the Unified Procurement Platform to an OCDS release. The table is in docs/sources.md.

The platform passes on what three systems hold, in its own and fewer words. A purchase gets the name that its own system
gives it, so that the same purchase read there is the same process. Purchases of systems 2 and 3 are made by quasi-state
bodies under rules of their own: they carry the feature `quasiState`, and no indicator of the Law judges them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from watchers.ocds import Document, Organization, Period, Release, Tender, Value
from watchers.sources.awaited import awaited_until
from watchers.sources.goszakup.codes import document_type, ocds_of
from watchers.sources.goszakup.identity import GOSZAKUP, ocid_of
from watchers.sources.goszakup.model import Records
from watchers.sources.goszakup.parties import Participants, merge_parties
from watchers.sources.goszakup.parts import joined, money
from watchers.sources.goszakup.persons import clear_of_persons
from watchers.sources.quasi.words import QUASI_STATE, Moment, method_of, moment_of, status_in_words
from watchers.sources.unified.lots import each, items_of, lot_of, order_of
from watchers.sources.unified.model import Announcement, File, LotRow, Named
from watchers.sources.unified.settings import SYSTEMS

__all__ = ["map_announcement", "number_in_system", "system_of"]

_SUBJECTS = frozenset({"goods", "works", "services"})


def system_of(system: Named | None, number_: int | None) -> int:
    """Which system a row is of, 0 if it does not say."""
    found = str((system.id if system is not None else None) or number_ or "")
    return int(found) if found.isdigit() else 0


def number_in_system(announcement: Announcement, lots: Iterable[LotRow], system: str) -> str:
    """The number an announcement has in its own system; '' if it has none.

    A number of goszakup ends in its version ("17379679-1"). The platform leaves that out in places, and where lots
    carry different endings these are the lots' own. Without a version, the first is taken only where the id of the
    announcement there shows that it is one: a repeat must not be taken for the purchase that failed.
    """
    own = (announcement.announcement_number or "").strip()
    said = {(lot.announcement_number or "").strip() for lot in lots} - {""}
    only = said.pop() if len(said) == 1 else ""
    if not own or (only and only.partition("-")[0] == own):
        own = only or own
    if system == GOSZAKUP and own.isdigit() and str(announcement.external_id or "") == own:
        return f"{own}-1"
    return own


def map_announcement(
    announcement: Announcement, lots: Sequence[LotRow], files: Sequence[File] | None, *, now: datetime | None = None
) -> Release:
    """The present state of an announcement as one compiled release; `files` None: they were not listed.

    `now`: when it was read; files that lack may still come for a while.

    Raises ValueError where it is not said which system it is of, or under what number.
    """
    shown = [announcement.system, *(lot.system for lot in lots)]
    numbers = [announcement.system_id, *(lot.system_id for lot in lots)]
    found = [system_of(*pair) for pair in zip(shown, numbers, strict=True)]
    system = SYSTEMS.get(next(filter(None, found), 0))
    if system is None:
        raise ValueError(f"system {next(filter(None, found), 'not said')} is not known")
    return _Purchase(announcement, lots, files, system, now).release()


class _Purchase:
    """One announcement on its way to a release."""

    def __init__(
        self,
        announcement: Announcement,
        lots: Sequence[LotRow],
        files: Sequence[File] | None,
        system: str,
        now: datetime | None,
    ) -> None:
        self.now = now
        self.announcement, self.files, self.system = announcement, files, system
        self.lots = sorted({str(lot.id): lot for lot in lots}.values(), key=order_of)
        self.people = Participants(Records())
        self.organiser = self._organiser()
        self.statuses = tuple(_status(lot.status, lot.status_words) for lot in self.lots)

    def release(self) -> Release:
        number_ = number_in_system(self.announcement, self.lots, self.system)
        tender = self._tender()
        buyer = self.organiser or next((lot.customer for lot in tender.lots if lot.customer), None)
        roles = [("procuringEntity", self.organiser), ("buyer", buyer)]
        parties = merge_parties(_with_role(who, role) for role, who in roles if who is not None)
        return Release(
            ocid=ocid_of(self.system, number_),
            id=f"{number_}-{self.announcement.id}",
            date=tender.date_published,
            tag=("compiled",),
            language="ru",
            initiation_type="tender",
            buyer=buyer,
            parties=parties,
            tender=tender,
        )

    def _organiser(self) -> Organization | None:
        one = self.announcement.organizer
        if one is None or not (one.iin_bin or one.name or one.name_ru):
            return None
        plain = "".join(str(one.iin_bin or "").split())
        return self.people.party(
            plain.zfill(12) if plain else None, name_ru=one.name or one.name_ru, name_kk=one.name_kk
        )

    def _tender(self) -> Tender:
        one = self.announcement
        title_ru = clear_of_persons(joined(one.name, one.name_ru) or joined(*(lot.name_ru for lot in self.lots)))
        title_kk = clear_of_persons(joined(one.name_kk) or joined(*(lot.name_kk for lot in self.lots)))
        method = self._method()
        quasi = self.system != GOSZAKUP
        published = self._moment(one.publish_date, "announcement_publish_date")
        files = tuple(map(_document, self.files or ()))
        awaited = awaited_until(published, files)
        return Tender(
            id=str((one.external_id if self.system == GOSZAKUP else None) or one.id),
            title=title_ru or title_kk,
            title_ru=title_ru,
            title_kk=title_kk,
            status=self._status(),
            status_details=joined(one.status.words) if one.status else None,
            value=self._value(),
            procurement_method=method_of(method, quasi=quasi),
            procurement_method_details=method,
            main_procurement_category=self._category(),
            date_published=published.isoformat() if published else None,
            tender_period=self._period(),
            procuring_entity=self.organiser,
            items=tuple(item for lot in self.lots for item in items_of(lot)),
            lots=tuple(
                lot_of(lot, status, self._customer(lot), method)
                for lot, status in zip(self.lots, self.statuses, strict=True)
            ),
            documents=files,
            documents_listed=self.files is not None and (awaited is None or self.now is None or self.now >= awaited),
            features=(QUASI_STATE,) if quasi else (),
        )

    def _customer(self, lot: LotRow) -> Organization | None:
        """For whom a lot is bought: the platform gives the name alone."""
        named = joined(lot.organization_name)
        if named is None:
            return None
        if self.organiser is not None and named == self.organiser.name:
            return self.organiser
        return self.people.party(None, name_ru=named)

    def _method(self) -> str | None:
        said = self.announcement.purchase_method
        named = joined(said.words) if said else None
        lots = {joined(lot.purchase_method_name) for lot in self.lots} - {None}
        return named or (lots.pop() if len(lots) == 1 else None)

    def _moment(self, own: Moment, name: str) -> datetime | None:
        """The announcement's own moment, else the one its lots agree on."""
        found = moment_of(own)
        said = {moment_of(getattr(lot, name)) for lot in self.lots} - {None}
        return found or (said.pop() if len(said) == 1 else None)

    def _period(self) -> Period | None:
        one = self.announcement
        start = self._moment(one.offer_start_date, "offer_start_date")
        end = self._moment(one.offer_end_date, "offer_end_date")
        if start is None and end is None:
            return None
        return Period(start_date=start.isoformat() if start else None, end_date=end.isoformat() if end else None)

    def _status(self) -> str | None:
        """By the lots where all of them are decided, else by the announcement's own word."""
        lots = set(self.statuses)
        if lots == {"cancelled"}:
            return "cancelled"
        decided = lots - {"cancelled"}
        if decided and decided <= {"complete", "unsuccessful"}:
            return "unsuccessful" if decided == {"unsuccessful"} else "complete"
        status = self.announcement.status
        own = _status(status, status.words if status else None)
        return own or (decided.pop() if len(decided) == 1 else None)

    def _value(self) -> Value | None:
        amounts = [lot.total_price for lot in self.lots]
        whole = self.announcement.total_price
        if whole is None and amounts and len(amounts) == (self.announcement.lot_count or len(amounts)):
            known = [amount for amount in amounts if amount is not None]
            whole = sum(known, Decimal(0)) if len(known) == len(amounts) else None
        return money(whole)

    def _category(self) -> str | None:
        said = self.announcement.purchase_subject
        if said is not None and said.code in _SUBJECTS:
            return said.code
        subjects = {subject for lot in self.lots for subject in each(lot.purchase_subject_id)}
        if said is not None and str(said.id or "").isdigit():
            subjects = {int(str(said.id))}
        return ocds_of("subject_types", subjects.pop()) if len(subjects) == 1 else None


def _status(status: Named | None, words: str | None) -> str | None:
    return status_in_words(words, going_on=status.is_active if status else None)


def _with_role(who: Organization, role: str) -> Organization:
    return Organization(
        id=who.id, identifier=who.identifier, name=who.name, name_ru=who.name_ru, name_kk=who.name_kk, roles=(role,),
        natural_person=who.natural_person,
    )  # fmt: skip


def _document(file: File) -> Document:
    url = next((text for text in (file.url, file.file, file.file_path) if text and text.startswith("https://")), None)
    title = joined(file.original_name or file.file_name or file.name or file.name_ru)
    return Document(
        id=str(file.id) if file.id is not None else None,
        document_type=document_type(file.name_ru, file.name, file.original_name, file.file_name),
        title=clear_of_persons(title),
        url=url,
    )
