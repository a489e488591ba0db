"""The first half of Cardinal's work: what each process says by itself, summed up over a stretch of them.

The main currency may be known only once the whole set was seen (it is the first one met), so whatever depends on it is
kept apart by currency until then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from watchers.cardinal.model import Award, Bid, Reference, Release, Tender, read_release
from watchers.cardinal.settings import Settings, split

__all__ = ["Difference", "Folding", "Partial"]

_DAY = timedelta(days=1)
# RFC 3339 as strictly as Cardinal reads it: a time and an offset must be there.
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class Difference(msgspec.Struct, frozen=True):
    """How much dearer the second-lowest valid bid is than the winning one (a share of the latter); both tenderers."""

    ratio: float
    winner: str
    second: str


class Kinds(msgspec.Struct):
    """A supplier's awards: in how many processes, of which kinds of item."""

    processes: int = 0
    kinds: set[str] = msgspec.field(default_factory=set)


Count = list[int]  # [so many, of so many]


class Partial(msgspec.Struct):
    """What a stretch of processes adds up to. `maps` are Cardinal's, by their names there, lists without repeats."""

    read: int = 0
    processes: dict[str, dict[str, float]] = {}
    tenderers: dict[str, dict[str, float]] = {}
    differences: dict[str, dict[str, Difference]] = {}  # by currency, then ocid
    lowest_rejected: dict[str, list[str]] = {}  # R036: ocids by currency
    first_currency: str | None = None
    wins: dict[str, Count] = {}
    rejected_by_buyer: dict[str, Count] = {}
    rejected_by_entity: dict[str, Count] = {}
    rejected_of_tenderer: dict[str, Count] = {}
    supplied: dict[str, Kinds] = {}
    maps: dict[str, dict[str, list[str]]] = {}

    def flag(self, ocid: str, code: str, value: float) -> None:
        """A result about a process."""
        self.processes.setdefault(ocid, {})[code] = value

    def map(self, name: str, ocid: str, identifier: str) -> None:
        """Note that an organisation has to do with a process."""
        known = self.maps.setdefault(name, {}).setdefault(ocid, [])
        if identifier not in known:
            known.append(identifier)

    def add(self, other: Partial) -> None:
        """Take in the stretch that comes after this one."""
        self.read += other.read
        self.first_currency = self.first_currency or other.first_currency
        self.processes.update(other.processes)
        for name in ("tenderers", "differences", "maps"):
            mine = getattr(self, name)
            for key, values in getattr(other, name).items():
                mine.setdefault(key, {}).update(values)
        for currency, ocids in other.lowest_rejected.items():
            self.lowest_rejected.setdefault(currency, []).extend(ocids)
        for name in ("wins", "rejected_by_buyer", "rejected_by_entity", "rejected_of_tenderer"):
            _sum(getattr(self, name), getattr(other, name))
        for supplier, added in other.supplied.items():
            known = self.supplied.setdefault(supplier, Kinds())
            known.processes += added.processes
            known.kinds |= added.kinds


def _sum(mine: dict[str, Count], other: dict[str, Count]) -> None:
    for key, (some, of) in other.items():
        known = mine.setdefault(key, [0, 0])
        known[0] += some
        known[1] += of


def _count(counts: dict[str, Count], key: str, some: int, of: int) -> None:
    known = counts.setdefault(key, [0, 0])
    known[0] += some
    known[1] += of


class Folding:
    """Adds releases up. `maps`: also note which organisation has to do with which process."""

    def __init__(self, settings: Settings, *, maps: bool = False) -> None:
        self._settings = settings
        self._maps = maps
        self._excluded = split(settings.exclusions.procurement_method_details)
        self._compared = split(settings.price_comparison_procurement_methods)
        self._not_compared = split(settings.no_price_comparison_procurement_methods)
        self._short = split(settings.r003.procurement_methods) if settings.r003 else frozenset()
        self._single = split(settings.r018.procurement_methods) if settings.r018 else frozenset()

    def fold(self, releases: Iterable[bytes]) -> Partial:
        """What these releases add up to; one that is no JSON object with an ocid adds nothing."""
        partial = Partial()
        for raw in releases:
            try:
                release = read_release(raw)
            except ValueError:
                continue
            if release is not None:
                self.take(partial, release)
        return partial

    def take(self, partial: Partial, release: Release) -> None:
        """Add one release, unless it is excluded."""
        tender = release.tender or Tender()
        partial.read += 1
        if tender.status == "cancelled" or tender.procurement_method_details in self._excluded:
            return
        ocid = release.ocid or ""
        settings = self._settings
        if settings.r003 is not None and self._too_short(tender):
            partial.flag(ocid, "R003", 1.0)
        if settings.r018 is not None and _among(tender.procurement_method, self._single):
            number = tender.number_of_tenderers
            if type(number) is int and number == 1:
                partial.flag(ocid, "R018", 1.0)
        if release.bids is not None and release.bids.details is not None:
            self._bids(partial, release, tender, release.bids.details)
        if settings.r048 is not None and release.awards is not None:
            self._supplied(partial, release.awards, settings.r048.digits)

    def _too_short(self, tender: Tender) -> bool:
        section = self._settings.r003
        if section is None or tender.tender_period is None or not _among(tender.procurement_method, self._short):
            return False
        start, end = _moment(tender.tender_period.start_date), _moment(tender.tender_period.end_date)
        if start is None or end is None:
            return False
        threshold = section.threshold
        if tender.procurement_method_details is not None:
            threshold = self._settings.r003_days_by_details.get(tender.procurement_method_details, threshold)
        return int((end - start) / _DAY) < threshold  # whole days, towards zero

    def _bids(self, partial: Partial, release: Release, tender: Tender, bids: list[Bid]) -> None:
        settings, ocid = self._settings, release.ocid or ""
        submitted = [bid for bid in bids if bid.status is not None and bid.status not in {"invited", "withdrawn"}]
        details = tender.procurement_method_details
        compared = details in self._compared if self._compared else details is None or details not in self._not_compared
        if release.awards is not None:
            final = _final(release.awards)
            if final is not None:
                self._decided(partial, ocid, final, bids, compared=compared)
            if settings.r030 is not None and tender.tender_period is not None:
                self._late(partial, ocid, tender.tender_period.end_date, release.awards, bids)
            if settings.r036 is not None and compared and any(award.status == "active" for award in release.awards):
                _lowest(partial, ocid, submitted, settings.currency)
        if settings.r028 is not None and compared:
            self._identical(partial, ocid, submitted)
        if settings.r038 is not None and submitted:
            self._rejections(partial, release, submitted)
        if self._maps and (settings.r025 or settings.r038 or settings.r048):
            for bid in submitted:
                for identifier in _ids(bid.tenderers):
                    partial.map("ocid_tenderer", ocid, identifier)

    def _decided(self, partial: Partial, ocid: str, final: list[Award], bids: list[Bid], *, compared: bool) -> None:
        """What needs every award to be final: R024 and R058, R025, R035."""
        settings = self._settings
        winner = _only_supplier(final)
        if winner is not None:
            if compared and (settings.r024 is not None or settings.r058 is not None):
                _differences(partial, ocid, winner, bids, settings.currency)
            if settings.r025 is not None:
                for tenderer in dict.fromkeys(_alone(bid) for bid in bids if bid.status == "valid"):
                    if tenderer is not None:
                        _count(partial.wins, tenderer, int(tenderer == winner), 1)
        if settings.r035 is not None:
            suppliers = {identifier for award in final for identifier in _ids(award.suppliers)}
            valid = {one for bid in bids if bid.status == "valid" for one in _ids(bid.tenderers)}
            rejected = {one for bid in bids if bid.status == "disqualified" for one in _ids(bid.tenderers)}
            others = len(rejected - valid)
            if len(valid) == 1 and valid == suppliers and others >= max(settings.r035.threshold, 1):
                partial.flag(ocid, "R035", float(others))
                self._flag_tenderers(partial, ocid, valid, "R035", 0.0)

    def _flag_tenderers(self, partial: Partial, ocid: str, ids: Iterable[str], code: str, value: float) -> None:
        for identifier in ids:
            partial.tenderers.setdefault(identifier, {})[code] = value
            if self._maps:
                partial.map(f"ocid_tenderer_{code.lower()}", ocid, identifier)

    def _late(self, partial: Partial, ocid: str, end: str | None, awards: list[Award], bids: list[Bid]) -> None:
        if end is None:
            return
        suppliers = {one for award in awards if award.status == "active" for one in _ids(award.suppliers)}
        for bid in bids:
            if bid.status == "valid" and bid.date is not None and suppliers.intersection(_ids(bid.tenderers)):
                if not _after(bid.date, end):
                    continue
                partial.flag(ocid, "R030", 1.0)
                self._flag_tenderers(
                    partial, ocid, [one for one in _ids(bid.tenderers) if one in suppliers], "R030", 1.0
                )

    def _identical(self, partial: Partial, ocid: str, submitted: list[Bid]) -> None:
        prices: dict[tuple[float, str], frozenset[str]] = {}
        for bid in submitted:
            price, ids = _price(bid), frozenset(_ids(bid.tenderers))
            if price is None or not ids:
                continue
            other = prices.get(price)
            if other is not None and other != ids:
                partial.flag(ocid, "R028", 1.0)
                self._flag_tenderers(partial, ocid, sorted(ids | other), "R028", 1.0)
            prices[price] = ids

    def _rejections(self, partial: Partial, release: Release, submitted: list[Bid]) -> None:
        rejected = 0
        for bid in submitted:
            one = int(bid.status == "disqualified")
            rejected += one
            for identifier in _ids(bid.tenderers):
                _count(partial.rejected_of_tenderer, identifier, one, 1)
        entity = release.tender.procuring_entity if release.tender else None
        for who, counts, name in (
            (release.buyer, partial.rejected_by_buyer, "ocid_buyer_r038"),
            (entity, partial.rejected_by_entity, "ocid_procuringentity_r038"),
        ):
            if who is None or who.id is None:
                continue
            _count(counts, who.id, rejected, len(submitted))
            if self._maps and rejected:
                partial.maps.setdefault(name, {})[release.ocid or ""] = [who.id]

    @staticmethod
    def _supplied(partial: Partial, awards: list[Award], digits: int) -> None:
        seen = set()
        for award in awards:
            supplier = _only_supplier([award]) if award.status == "active" else None
            if supplier is None:
                continue
            for item in award.items or ():
                if item.classification is None or item.classification.id is None:
                    continue
                known = partial.supplied.setdefault(supplier, Kinds())
                if supplier not in seen:
                    seen.add(supplier)
                    known.processes += 1
                known.kinds.add(item.classification.id[:digits])


def _among(value: str | None, allowed: frozenset[str]) -> bool:
    return not allowed or value in allowed


def _ids(references: list[Reference] | None) -> Iterator[str]:
    return (one.id for one in references or () if one.id is not None)


def _alone(bid: Bid) -> str | None:
    """The tenderer of a bid that has one only."""
    return bid.tenderers[0].id if bid.tenderers is not None and len(bid.tenderers) == 1 else None


def _only_supplier(awards: list[Award]) -> str | None:
    """The supplier of the only award, if it has one only."""
    if len(awards) != 1 or awards[0].suppliers is None or len(awards[0].suppliers) != 1:
        return None
    return awards[0].suppliers[0].id


def _final(awards: list[Award]) -> list[Award] | None:
    """The active awards; None while any award is neither active, cancelled nor unsuccessful."""
    active = []
    for award in awards:
        if award.status == "active":
            active.append(award)
        elif award.status is not None and award.status not in {"cancelled", "unsuccessful"}:
            return None
    return active


def _price(bid: Bid) -> tuple[float, str] | None:
    value = bid.value
    if value is None or value.amount is None or value.currency is None:
        return None
    try:
        return float(value.amount), value.currency
    except OverflowError:
        return None


def _differences(partial: Partial, ocid: str, winner: str, bids: list[Bid], currency: str | None) -> None:
    """The difference of R024 and R058 in each currency there is (in the chosen one, if one was)."""
    best: dict[str, tuple[float, str] | None] = {}
    second: dict[str, tuple[float, str] | None] = {}
    for bid in bids:
        price, tenderer = _price(bid), _alone(bid)
        if bid.status != "valid" or price is None or tenderer is None:
            continue
        amount, unit = price
        partial.first_currency = partial.first_currency or unit
        side = best if tenderer == winner else second
        known = side.get(unit)
        if known is None or amount < known[0]:
            side[unit] = (amount, tenderer)
    for unit, lowest in best.items():
        other = second.get(unit)
        if lowest is None or other is None or other[0] < lowest[0] or (currency is not None and unit != currency):
            continue
        ratio = _divided(other[0] - lowest[0], lowest[0])
        partial.differences.setdefault(unit, {})[ocid] = Difference(ratio, winner, other[1])


def _divided(part: float, whole: float) -> float:
    """As floating point has it: by zero is infinite, nothing by nothing is not a number."""
    if whole:
        return part / whole
    return float("inf") if part > 0 else float("nan")


def _lowest(partial: Partial, ocid: str, submitted: list[Bid], currency: str | None) -> None:
    lowest: dict[str, tuple[float, bool]] = {}
    with_valid = set()
    for bid in submitted:
        price = _price(bid)
        if price is None:
            continue
        amount, unit = price
        partial.first_currency = partial.first_currency or unit
        if unit not in lowest or amount < lowest[unit][0]:
            lowest[unit] = (amount, bid.status == "disqualified")
        if bid.status == "valid":
            with_valid.add(unit)
    for unit, (_, rejected) in lowest.items():
        if rejected and unit in with_valid and currency in {None, unit}:
            partial.lowest_rejected.setdefault(unit, []).append(ocid)


def _moment(text: str | None) -> datetime | None:
    """A date-time of RFC 3339; None for anything else."""
    if text is None or len(text) > 64 or not _RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None


def _after(date: str, end: str) -> bool:
    """Whether a bid came after the deadline: as moments; where either is none (no zone, a date alone), as text."""
    first, last = _moment(date), _moment(end)
    return date > end if first is None or last is None else first > last
