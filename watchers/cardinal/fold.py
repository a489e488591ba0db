"""The first half of Cardinal's work: what each process says by itself, summed up over a stretch of them.

The main currency may be known only once the whole set was seen (it is the first one met), so whatever depends on it is
kept apart by currency until then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from watchers.cardinal.model import Award, Bid, Release, Tender, read_release
from watchers.cardinal.partial import Difference, Kinds, Partial, count
from watchers.cardinal.settings import Settings, split
from watchers.cardinal.values import alone, among, final_awards, ids_of, is_after, moment, only_supplier, price_of

__all__ = ["Folding"]

_DAY = timedelta(days=1)


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
        if settings.r018 is not None and among(tender.procurement_method, self._single):
            number = tender.number_of_tenderers
            if type(number) is int and number == 1:
                partial.flag(ocid, "R018", 1.0)
        if release.bids is not None and release.bids.details is not None:
            self._bids(partial, release, tender, release.bids.details)
        if settings.r048 is not None and release.awards is not None:
            self._supplied(partial, release.awards, settings.r048.digits)

    def _too_short(self, tender: Tender) -> bool:
        section = self._settings.r003
        if section is None or tender.tender_period is None or not among(tender.procurement_method, self._short):
            return False
        start, end = moment(tender.tender_period.start_date), moment(tender.tender_period.end_date)
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
            final = final_awards(release.awards)
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
                for identifier in ids_of(bid.tenderers):
                    partial.map("ocid_tenderer", ocid, identifier)

    def _decided(self, partial: Partial, ocid: str, final: list[Award], bids: list[Bid], *, compared: bool) -> None:
        """What needs every award to be final: R024 and R058, R025, R035."""
        settings = self._settings
        winner = only_supplier(final)
        if winner is not None:
            if compared and (settings.r024 is not None or settings.r058 is not None):
                _differences(partial, ocid, winner, bids, settings.currency)
            if settings.r025 is not None:
                for tenderer in dict.fromkeys(alone(bid) for bid in bids if bid.status == "valid"):
                    if tenderer is not None:
                        count(partial.wins, tenderer, int(tenderer == winner), 1)
        if settings.r035 is not None:
            suppliers = {identifier for award in final for identifier in ids_of(award.suppliers)}
            valid = {one for bid in bids if bid.status == "valid" for one in ids_of(bid.tenderers)}
            rejected = {one for bid in bids if bid.status == "disqualified" for one in ids_of(bid.tenderers)}
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
        suppliers = {one for award in awards if award.status == "active" for one in ids_of(award.suppliers)}
        for bid in bids:
            if bid.status == "valid" and bid.date is not None and suppliers.intersection(ids_of(bid.tenderers)):
                if not is_after(bid.date, end):
                    continue
                partial.flag(ocid, "R030", 1.0)
                self._flag_tenderers(
                    partial, ocid, [one for one in ids_of(bid.tenderers) if one in suppliers], "R030", 1.0
                )

    def _identical(self, partial: Partial, ocid: str, submitted: list[Bid]) -> None:
        prices: dict[tuple[float, str], frozenset[str]] = {}
        for bid in submitted:
            price, ids = price_of(bid), frozenset(ids_of(bid.tenderers))
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
            for identifier in ids_of(bid.tenderers):
                count(partial.rejected_of_tenderer, identifier, one, 1)
        entity = release.tender.procuring_entity if release.tender else None
        for who, counts, name in (
            (release.buyer, partial.rejected_by_buyer, "ocid_buyer_r038"),
            (entity, partial.rejected_by_entity, "ocid_procuringentity_r038"),
        ):
            if who is None or who.id is None:
                continue
            count(counts, who.id, rejected, len(submitted))
            if self._maps and rejected:
                partial.maps.setdefault(name, {})[release.ocid or ""] = [who.id]

    @staticmethod
    def _supplied(partial: Partial, awards: list[Award], digits: int) -> None:
        seen = set()
        for award in awards:
            supplier = only_supplier([award]) if award.status == "active" else None
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


def _differences(partial: Partial, ocid: str, winner: str, bids: list[Bid], currency: str | None) -> None:
    """The difference of R024 and R058 in each currency there is (in the chosen one, if one was)."""
    best: dict[str, tuple[float, str] | None] = {}
    second: dict[str, tuple[float, str] | None] = {}
    for bid in bids:
        price, tenderer = price_of(bid), alone(bid)
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
        price = price_of(bid)
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
