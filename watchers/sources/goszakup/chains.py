"""Contracts with their addenda: which records are versions of one contract, and in which order.

Every version is a record of its own. `rootId` names the first one, `parentId` the one before, and the system number
"BIN/YYNNNN/VV" ends with the version; any of them may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from watchers.sources.goszakup.model import Deal

__all__ = ["Chain", "chains", "system_number"]

_SUPPLEMENT = 2


class Chain(msgspec.Struct, frozen=True):
    """A contract with its addenda, the oldest first; `whole` where the first version is among them."""

    key: str
    deals: tuple[Deal, ...]
    whole: bool

    @property
    def first(self) -> Deal:
        """The first version, or the oldest known."""
        return self.deals[0]

    @property
    def last(self) -> Deal:
        """The newest version that is signed, else the newest."""
        signed = [deal for deal in self.deals if deal.sign_date]
        return signed[-1] if signed else self.deals[-1]


def system_number(text: str | None) -> tuple[str, int | None]:
    """A system number "BIN/YYNNNN/VV" without its version, and the version."""
    parts = (text or "").strip().split("/")
    if len(parts) == 3 and parts[2].isdigit():
        return "/".join(parts[:2]), int(parts[2][:6])
    return (text or "").strip(), None


def _version(deal: Deal) -> int:
    """Where a deal stands in its chain: by the suffix of its number, else addenda after the main contract."""
    version = system_number(deal.contract_number_sys)[1]
    return version if version is not None else int(deal.ref_contract_type_id == _SUPPLEMENT)


def _is_first(deal: Deal) -> bool:
    if deal.root_id and deal.id and deal.root_id == deal.id:
        return True
    return _version(deal) == 0 and deal.ref_contract_type_id != _SUPPLEMENT and not deal.parent_id


def chains(deals: Iterable[Deal]) -> tuple[Chain, ...]:
    """Contracts with their addenda, by the number of the chain: `rootId`, else the system number, else `parentId`."""
    alive = [deal for deal in deals if deal.deleted != 1]
    roots: dict[str, str] = {}
    for deal in alive:
        number_sys = system_number(deal.contract_number_sys)[0]
        if deal.root_id and number_sys:
            roots.setdefault(number_sys, str(deal.root_id))
    grouped: dict[str, dict[int | None, Deal]] = {}
    for deal in alive:
        number_sys = system_number(deal.contract_number_sys)[0]
        key = str(deal.root_id or "") or roots.get(number_sys) or number_sys or str(deal.parent_id or deal.id or "")
        known = grouped.setdefault(key, {})
        place = deal.id if deal.id is not None else -len(known) - 1
        if place not in known or (deal.last_update_date or "") >= (known[place].last_update_date or ""):
            known[place] = deal
    found = []
    for key in sorted(grouped):
        ordered = tuple(sorted(grouped[key].values(), key=lambda deal: (_version(deal), deal.id or 0)))
        found.append(Chain(key, ordered, _is_first(ordered[0])))
    return tuple(found)
