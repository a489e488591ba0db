"""The second half of Cardinal's work: fences over the whole set, and the results object."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from watchers.cardinal.partial import Count, Partial
from watchers.cardinal.settings import Settings
from watchers.history.bands import quantile

__all__ = ["MAPS", "results_of"]

MAPS = (
    "ocid_buyer_r038", "ocid_procuringentity_r038", "ocid_tenderer", "ocid_tenderer_r024", "ocid_tenderer_r028",
    "ocid_tenderer_r030", "ocid_tenderer_r035", "ocid_tenderer_r058",
)  # fmt: skip
_ONE_EACH = {"ocid_buyer_r038", "ocid_procuringentity_r038"}


def results_of(whole: Partial, settings: Settings, *, meta: bool = True, maps: bool = False) -> dict[str, Any]:
    """Cardinal's results: {"OCID": {ocid: {code: value}}, "Buyer": ..., "ProcuringEntity": ..., "Tenderer": ...}.

    A group without a result is left out. `meta` adds "Meta", the quartiles and fences, rounded to four places; `maps`
    adds "Maps". What is not a finite number is null, as JSON has no word for it.
    """
    finish = _Finish(whole, settings, maps=maps)
    groups = {
        "OCID": whole.processes,
        "Buyer": finish.buyers,
        "ProcuringEntity": finish.entities,
        "Tenderer": whole.tenderers,
    }
    results: dict[str, Any] = {name: group for name, group in groups.items() if group}
    if meta:
        results["Meta"] = {code: {k: _rounded(v) for k, v in values.items()} for code, values in finish.meta.items()}
    if maps:
        results["Maps"] = {name: _as_map(name, whole.maps.get(name, {})) for name in MAPS}
    return results


def _as_map(name: str, pairs: Mapping[str, list[str]]) -> dict[str, Any]:
    return {ocid: ids[0] for ocid, ids in pairs.items()} if name in _ONE_EACH else dict(pairs)


def _rounded(value: float) -> float:
    """To four places, halves away from zero."""
    return math.copysign(math.floor(abs(value) * 10_000 + 0.5) / 10_000, value) if math.isfinite(value) else value


class _Finish:
    """Works out the fences and adds what lies beyond them to the results of `whole`."""

    def __init__(self, whole: Partial, settings: Settings, *, maps: bool) -> None:
        self.meta: dict[str, dict[str, float]] = {}
        self.buyers: dict[str, dict[str, float]] = {}
        self.entities: dict[str, dict[str, float]] = {}
        self._whole = whole
        self._maps = maps
        currency = settings.currency or whole.first_currency or ""
        self._differences = whole.differences.get(currency, {})
        if settings.r036 is not None:
            for ocid in whole.lowest_rejected.get(currency, ()):
                whole.flag(ocid, "R036", 1.0)
        if settings.r024 is not None:
            self._close(settings.r024.threshold)
        if settings.r025 is not None:
            self._unsuccessful(settings.r025.percentile, settings.r025.threshold)
        if settings.r038 is not None:
            least, fence = settings.r038.minimum_contracting_processes, settings.r038.threshold
            self._rejected(whole.rejected_by_buyer, self.buyers, "Buyer", least, fence)
            self._rejected(whole.rejected_by_entity, self.entities, "ProcuringEntity", least, fence)
            least = settings.r038.minimum_submitted_bids
            self._rejected(whole.rejected_of_tenderer, whole.tenderers, "Tenderer", least, fence)
        if settings.r048 is not None:
            self._heterogeneous(settings.r048.minimum_contracting_processes, settings.r048.threshold)
        if settings.r058 is not None:
            self._discounted(settings.r058.threshold)

    def _fence(self, code: str, numbers: Collection[float], times: float, prefix: str = "") -> float:
        """Q1 or Q3 and so many times the distance between them; the quartiles go into Meta."""
        ordered = sorted(number for number in numbers if not math.isnan(number))
        q1, q3 = (quantile(ordered, 0.25), quantile(ordered, 0.75)) if ordered else (math.nan, math.nan)
        self.meta.setdefault(code, {}).update({f"{prefix}q1": q1, f"{prefix}q3": q3})
        return _fused(q3 - q1, times, q1 if times < 0 else q3)

    def _flag_tenderers(self, ocid: str, ids: Collection[str], code: str) -> None:
        for identifier in ids:
            self._whole.tenderers.setdefault(identifier, {})[code] = 0.0
            if self._maps:
                self._whole.map(f"ocid_tenderer_{code.lower()}", ocid, identifier)

    def _close(self, threshold: float | None) -> None:
        ratios = [one.ratio for one in self._differences.values()]
        fence = self._fence("R024", ratios, -1.5) if threshold is None else threshold
        self.meta.setdefault("R024", {})["lower_fence"] = fence
        if fence > 0:  # else most processes have no difference at all, and most would be flagged
            for ocid, one in self._differences.items():
                if one.ratio <= fence:
                    self._whole.flag(ocid, "R024", one.ratio)
                    self._flag_tenderers(ocid, (one.winner, one.second), "R024")

    def _discounted(self, threshold: float | None) -> None:
        ratios = [one.ratio for one in self._differences.values()]
        fence = self._fence("R058", ratios, 1.5) if threshold is None else threshold
        self.meta.setdefault("R058", {})["upper_fence"] = fence
        if fence > 0:
            for ocid, one in self._differences.items():
                if one.ratio >= fence:
                    self._whole.flag(ocid, "R058", one.ratio)
                    self._flag_tenderers(ocid, (one.winner,), "R058")

    def _unsuccessful(self, percentile: int, threshold: float | None) -> None:
        wins = self._whole.wins
        bids = sorted(of for _, of in wins.values())
        many = quantile(bids, percentile / 100) if bids and percentile <= 100 else math.nan
        ratios = [won / of for won, of in wins.values()]
        fence = self._fence("R025", ratios, -1.5) if threshold is None else threshold
        self.meta.setdefault("R025", {}).update({"upper_fence": many, "lower_fence": fence})
        if fence > 0:
            for tenderer, (won, of) in wins.items():
                if of >= many and won / of <= fence:
                    self._whole.tenderers.setdefault(tenderer, {})["R025"] = won / of

    def _rejected(
        self,
        counts: Mapping[str, Count],
        group: dict[str, dict[str, float]],
        name: str,
        least: int,
        threshold: float | None,
    ) -> None:
        """`least` is held against the number of bids for all three groups, as in Cardinal."""
        ratios = {key: some / of for key, (some, of) in counts.items() if of >= least}
        if not ratios:
            return
        fence = self._fence("R038", ratios.values(), 1.5, f"{name}_") if threshold is None else threshold
        self.meta.setdefault("R038", {})[f"{name}_upper_fence"] = fence
        if fence > 0:
            for key, ratio in ratios.items():
                if ratio >= fence:
                    group.setdefault(key, {})["R038"] = ratio

    def _heterogeneous(self, least: int, threshold: int | None) -> None:
        many = {key: float(len(one.kinds)) for key, one in self._whole.supplied.items() if one.processes >= least}
        fence = self._fence("R048", many.values(), 1.5) if threshold is None else float(threshold)
        self.meta.setdefault("R048", {})["upper_fence"] = fence
        for key, kinds in many.items():
            if kinds >= fence:
                self._whole.tenderers.setdefault(key, {})["R048"] = kinds


def _fused(number: float, times: float, plus: float) -> float:
    """number * times + plus, rounded once: a value at the very fence must fall on the same side as in Cardinal."""
    if not (math.isfinite(number) and math.isfinite(plus)):
        return number * times + plus
    return float(Fraction(number) * Fraction(times) + Fraction(plus))
