"""The announcement itself: status by dates, decisions, complaints, the commission."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from watchers.ocds import Appeal, CommitteeSeat, OfficialDecision, Period
from watchers.sources.goszakup.codes import ocds_of
from watchers.sources.goszakup.identity import is_number
from watchers.sources.goszakup.model import Announcement, Cancellation, Complaint, Lot, codes_of, each
from watchers.sources.goszakup.parts import local, moment, period, shown
from watchers.sources.goszakup.persons import clear_of_persons

__all__ = [
    "appeals", "category", "changed", "committee", "decisions", "discussion", "features", "lots_of",
    "own_moment", "printed_number", "results_known", "status_id", "tender_status",
]  # fmt: skip

_DAY = timedelta(days=1)
_DISCUSSED = frozenset({"tender", "rating_point", "auction"})
"""Groups of methods whose draft documents are discussed before bids are taken."""
_LONGEST_NUMBER = 64
_REVIEWED = frozenset({420, 440, 444, 445, 450, 460, 510, 520, 530, 540, 550})
"""Stopped or looked at again: here the portal's status tells more than the date of the results."""
_DECIDED = frozenset({"complete", "unsuccessful"})


def own_moment(announcement: Announcement) -> datetime | None:
    """The latest moment that an announcement itself knows to have passed."""
    texts = (announcement.last_update_date, announcement.publish_date, announcement.itogi_date_public)
    return max(filter(None, (local(text) for text in texts if text)), default=None)


def changed(announcement: Announcement) -> str | None:
    """When it last changed; where that is not said, when it was published."""
    return moment(announcement.last_update_date) or moment(announcement.publish_date)


def lots_of(announcement: Announcement) -> tuple[Lot, ...]:
    """The lots in the order of their ids, without those that were deleted."""
    return tuple(sorted((lot for lot in announcement.lots or () if lot.is_deleted != 1), key=lambda lot: lot.id or 0))


def printed_number(announcement: Announcement) -> str:
    """The printed number: its own, else that of its lots, else the id with the version a first announcement has.

    Raises ValueError where there is none of these.
    """
    said = (announcement.number_anno, *(lot.trd_buy_number_anno for lot in announcement.lots or ()))
    for number in dict.fromkeys(said):
        if number and len(number) <= _LONGEST_NUMBER and is_number(number) and clear_of_persons(number) == number:
            return number
    if not announcement.id:
        raise ValueError("the announcement has neither a number nor an id")
    return f"{announcement.id}-1"


def status_id(announcement: Announcement) -> int | None:
    """The portal's status of an announcement."""
    said = announcement.ref_buy_status
    return announcement.ref_buy_status_id or (said.id if said else None)


def _passed(text: str | None, now: datetime | None) -> bool:
    """Whether a moment has come. A day of grace: clocks differ, and the portal shows nothing ahead of its time."""
    when = local(text) if text else None
    return when is not None and (now is None or when <= now + _DAY)


def discussion(announcement: Announcement, group: str) -> Period | None:
    """The preliminary discussion; without dates where the portal was asked and says that a method had none it needs."""
    start, end = announcement.discus_start_date, announcement.discus_end_date
    found = period(start, end)
    return Period() if found is None and start is None and end is None and group in _DISCUSSED else found


def results_known(announcement: Announcement, statuses: Iterable[str | None], now: datetime | None) -> bool:
    """Whether the results are published: by their date, by the portal's status, or because every lot is decided."""
    if (
        _passed(announcement.itogi_date_public, now)
        or ocds_of("announcement_statuses", status_id(announcement)) == "complete"
    ):
        return True
    lots = set(statuses) - {"cancelled"}
    return bool(lots) and lots <= _DECIDED


def tender_status(announcement: Announcement, statuses: tuple[str | None, ...], now: datetime | None) -> str | None:
    """planned, active, complete, unsuccessful or cancelled: by dates and lots where the portal's status lags behind."""
    number = status_id(announcement)
    said = ocds_of("announcement_statuses", number)
    if said == "cancelled" or announcement.cancel or (statuses and set(statuses) == {"cancelled"}):
        return "cancelled"
    if number not in _REVIEWED and results_known(announcement, statuses, now):
        lots = set(statuses) - {"cancelled"}
        return "unsuccessful" if lots == {"unsuccessful"} else "complete"
    if said is not None:
        return said
    return "active" if _passed(announcement.publish_date, now) else ("planned" if announcement.publish_date else None)


def category(announcement: Announcement) -> str | None:
    """goods, works or services."""
    said = announcement.ref_subject_type
    number = announcement.ref_subject_type_id or (said.id if said else None)
    if number:
        return ocds_of("subject_types", number)
    subjects = {plan.ref_subject_type_id for lot in announcement.lots or () for plan in lot.plans or ()} - {None, 0}
    return ocds_of("subject_types", subjects.pop()) if len(subjects) == 1 else None


def features(announcement: Announcement, lots: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """Words for what is special: what the announcement says, and what all its lots say."""
    own = (
        ("singleOrganiser", announcement.singl_org_sign == 1),
        ("disabledPersonsOnly", bool(announcement.disable_person_id)),
        ("lightIndustry", announcement.is_light_industry == 1),
        ("constructionWork", announcement.is_construction_work == 1),
        ("specialOrder", announcement.ref_spec_purchase_type_id == 1),
    )
    words = [word for word, holds in own if holds]
    shared = [word for word in lots[0] if all(word in lot for lot in lots)] if lots else []
    return tuple(dict.fromkeys((*words, *shared)))


def decisions(announcement: Announcement) -> tuple[OfficialDecision, ...]:
    """Decisions that cancelled or paused it, the oldest first."""
    cancelled: tuple[Cancellation, ...] = each(announcement.cancel)
    found = [
        OfficialDecision(
            id=shown(one.number_decision),
            kind="cancelled",
            date=moment(one.date_decision),
            authority=shown(one.name_authority),
            ground=shown(one.act_type_name_ru, one.type_actions_name_ru),
        )
        for one in cancelled
    ]
    pause = announcement.pause
    if pause is not None and (pause.date_pause or pause.decide_date or pause.status_name_ru or pause.status):
        found.append(
            OfficialDecision(
                id=shown(pause.decide_number),
                kind="paused",
                date=moment(pause.date_pause or pause.decide_date),
                ground=shown(pause.status_name_ru, pause.solution_name_ru),
                related_lots=tuple(
                    str(lot) for lot in codes_of(pause.lots) if str(lot).isdigit() and len(str(lot)) < 12
                ),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.date or "", one.key)))


def appeals(announcement: Announcement) -> tuple[Appeal, ...]:
    """Complaints, the oldest first."""
    complaints: tuple[Complaint, ...] = each(announcement.complaints)
    return tuple(
        Appeal(
            id=None if one.id is None else str(one.id),
            date=moment(one.date_apply),
            subject=shown(one.subject_ru),
            status_details=shown(one.status_name_ru),
            decision=shown(one.decision_ru),
            date_decided=moment(one.date_decision),
            related_lots=(str(one.lot_id),) if one.lot_id else (),
        )
        for one in sorted(complaints, key=lambda one: one.id or 0)
    )


def committee(announcement: Announcement) -> tuple[CommitteeSeat, ...]:
    """The seats of the commission by role and organisation; who sits in them is never read."""
    seats = {
        CommitteeSeat(role=str(seat.ref_comm_roles_id or "") or None, organization_id=_bin(seat.bin))
        for seat in announcement.commission or ()
        if seat.active != 0
    }
    return tuple(sorted(seats, key=lambda seat: (seat.role or "", seat.organization_id or "")))


def _bin(number: str | None) -> str | None:
    plain = (number or "").strip()
    return f"KZ-BIN-{plain}" if len(plain) == 12 and plain.isdigit() and plain[4] in "456" else None
