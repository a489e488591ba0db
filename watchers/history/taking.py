"""Takes from a release what history keeps of it. Pure: no clock, no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

from watchers.history.asking import Moments
from watchers.history.rows import PastBid, PastContract, PastLot, PastTerms, Rows
from watchers.indicators.bidding import outcome
from watchers.indicators.procedure import COMPETITIVE, procedure_of, published
from watchers.ocds import Award, Contract, Item, Lot, Organization, Release, Tender, Unit, Value, parse_datetime
from watchers.rules import Rules
from watchers.summary import organization_id

__all__ = ["moments_of", "rows_of"]

_DEAD = frozenset({"cancelled", "withdrawn"})
_SINGLE = frozenset({"single_source_after_failure", "direct"})
_ROOT = re.compile(r"(\d+)-\D")
_CENT = Decimal("0.01")
_LARGEST = Decimal(10) ** 15
_LONGEST = 200


def moments_of(release: Release) -> Moments | None:
    """When a release was announced and its newest moment; None for one without any date."""
    announced, newest = _second(published(release)), _second(release.released)
    for contract in release.contracts:
        announced = announced or _second(_moment(contract.date_signed))
    if announced is None:
        return None
    return Moments(announced, max(announced, newest or announced))


def rows_of(release: Release, rules: Rules, link: str = "") -> Rows:
    """Everything of a release that later ones are compared with. `link` is the page a person can open."""
    return _Taking(release, rules, link).rows()


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def _second(moment: datetime | None) -> datetime | None:
    """The moment in UTC without a fraction: as it is stored."""
    if moment is None:
        return None
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return None


def _sum(value: Value | None) -> Decimal | None:
    amount = value.amount if value else None
    return None if amount is None or abs(amount) >= _LARGEST else amount.quantize(_CENT)


def _code(item: Any) -> str:
    kind = item.classification
    if kind is None or not kind.key:
        return ""
    return kind.key if (kind.scheme or "").upper() == "ENSTRU" else f"{kind.scheme or ''}:{kind.key}"


@lru_cache(maxsize=1024)
def _unit_key(code: str, name: str) -> str:
    return code or " ".join(name.split()).casefold()


def _unit(unit: Unit | None) -> str:
    return _unit_key(unit.key, unit.name or "")[:64] if unit else ""


def _price(unit: Unit | None, amount: Decimal | None, quantity: Decimal | None) -> float | None:
    """The price of one unit: as stated, else the sum by the quantity."""
    stated = unit.value.amount if unit and unit.value else None
    if stated is not None and stated > 0:
        return float(stated)
    return float(amount / quantity) if amount and quantity and quantity > 0 else None


def _many(quantity: Decimal | None) -> float | None:
    return None if quantity is None else float(quantity)


class _Taking:
    """One release being read; what all its lots share is worked out once."""

    def __init__(self, release: Release, rules: Rules, link: str) -> None:
        self.release, self.rules, self.link = release, rules, link
        self.tender = release.tender or Tender()
        procedure = procedure_of(release, rules)
        self.jurisdiction, self.purchase_type = procedure.jurisdiction, procedure.purchase_type
        self.group = procedure.group or self.tender.procurement_method or ""
        self.moments = moments_of(release)
        self.names = {party.key: party.name_ru or party.name or party.name_kk or "" for party in release.parties}
        self.customer = organization_id(release.buyer) or organization_id(self.tender.procuring_entity)
        self.lots = {lot.key: lot for lot in self.tender.lots}
        self.years = tuple(sorted(self.tender.budget_years))
        self.parent = next(
            (str(one.identifier) for one in release.related_processes if "unsuccessfulProcess" in one.relationship), ""
        )
        self.items: dict[str, list[Item]] = {}
        for item in self.tender.items:
            self.items.setdefault("" if item.related_lot is None else str(item.related_lot), []).append(item)

    def rows(self) -> Rows:
        """All of them; none for a release without any date."""
        if self.moments is None:
            return Rows()
        lots = tuple(self._lots()) if self.release.tender is not None else ()
        bids = tuple(self._bids())
        return Rows(lots, tuple(self._contracts()), bids, self._terms())

    def _competitive(self, group: str) -> bool:
        return group in COMPETITIVE or group in {"open", "selective", "catering", "housing"}

    def _lots(self) -> Iterable[PastLot]:
        cancelled_at, cancelled_by = self._cancelled()
        for lot in self.tender.lots or (None,):
            things = self.items.get(lot.key if lot else "", [])
            for item in things or (None,):
                yield self._lot(lot, item, alone=len(things) <= 1, cancelled=(cancelled_at, cancelled_by))

    def _lot(
        self, lot: Lot | None, item: Item | None, *, alone: bool, cancelled: tuple[datetime | None, str]
    ) -> PastLot:
        assert self.moments is not None  # noqa: S101 - rows() has looked
        whole = _sum(lot.value) if lot else _sum(self.tender.value)
        quantity = item.quantity if item else None
        price = _price(item.unit if item else None, whole if alone else None, quantity)
        own = Decimal(str(price)) * quantity if price is not None and quantity else None
        amount = whole if alone and whole is not None else None if own is None else own.quantize(_CENT)
        customer = organization_id(lot.customer) if lot and lot.customer else ""
        customer = customer or self.customer
        status = (lot.status if lot else None) or self.tender.status or ""
        dead = status in _DEAD or (self.tender.status or "") in _DEAD
        won = self._won(lot.key if lot else "")
        group = self._lot_group(lot)
        address = item.delivery_address if item else None
        point = item.plan_point if item else None
        bidders, rejected = self._counts(lot.key if lot else "")
        decided_at = self._decided_at(won) if won or bidders is not None or status == "unsuccessful" else None
        return PastLot(
            ocid=self.release.ocid,
            tender_id=self.tender.key,
            lot=lot.key if lot else "",
            customer=customer,
            organiser=organization_id(self.tender.procuring_entity),
            buyer_kind=self.rules.buyer_kind(self.jurisdiction, self._name(customer, lot)),
            years=self.years,
            code=_code(item) if item else "",
            unit=_unit(item.unit) if item else "",
            quantity=_many(quantity),
            amount=amount,
            currency=self._currency(lot),
            unit_price=price,
            category=self.tender.main_procurement_category or "",
            group=group,
            purchase_type=self.purchase_type,
            competitive=self._competitive(group),
            region=(address.region_code if address else "") or "",
            place=(address.region if address else "") or "",
            funding=(point.funding if point else "") or "",
            plan_root=self._root(point.root_id if point else None, lot),
            parent=self.parent,
            published_at=self.moments.announced,
            closes_at=_second(self.tender.tender_period.end) if self.tender.tender_period else None,
            decided_at=decided_at,
            outcome="cancelled" if dead else "awarded" if won else "unsuccessful" if status == "unsuccessful" else "",
            cancelled_at=(cancelled[0] or self.moments.newest) if dead else None,
            cancelled_by=cancelled[1] if dead else "",
            bidders=bidders,
            rejected=rejected,
            winner=organization_id(won.suppliers[0]) if won else "",
        )

    def _name(self, customer: str, lot: Lot | None) -> str:
        stated = lot.customer if lot and lot.customer else self.release.buyer
        for one in (stated, self.release.buyer, self.tender.procuring_entity):
            if one is not None and organization_id(one) == customer and (name := one.name_ru or one.name):
                return name
        return self.names.get(customer, "")

    def _lot_group(self, lot: Lot | None) -> str:
        method = self.rules.method(self.jurisdiction, lot.method_details) if lot and lot.method_details else None
        return method.group if method else self.group

    def _root(self, root: str | int | None, lot: Lot | None) -> str:
        """The plan point that stays; the portal's lot numbers begin with it (84492164-ОК1)."""
        if root is not None:
            return str(root)
        match = _ROOT.match(lot.public_number or "") if lot else None
        return match[1] if match else ""

    def _currency(self, lot: Lot | None) -> str:
        for value in (lot.value if lot else None, self.tender.value):
            if value is not None and value.currency:
                return value.currency
        return ""

    def _cancelled(self) -> tuple[datetime | None, str]:
        """When the tender was stopped, and what is said of who did it and why."""
        said = [one for one in self.tender.official_decisions if one.kind == "cancelled"]
        moments = [moment for one in said if (moment := _second(_moment(one.date)))]
        words = " ".join(text for one in said for text in (one.authority, one.ground) if text)
        return min(moments, default=None), " ".join(words.casefold().split())[:_LONGEST]

    def _won(self, lot: str) -> Award | None:
        active = outcome(self.release).active
        return next(
            (
                award
                for award in active
                if award.suppliers and (not award.related_lots or lot in map(str, award.related_lots))
            ),
            None,
        )

    def _decided_at(self, award: Award | None) -> datetime | None:
        """When the results were known."""
        period = self.tender.award_period
        moment = _second(award.decided if award else None) or _second(period.start if period else None)
        return moment or (self.moments.newest if self.moments else None)

    def _counts(self, lot: str) -> tuple[int | None, int | None]:
        """How many bid for a lot and how many were rejected, where the bids are opened."""
        if self.release.bids is not None and self.release.bids.details:
            own = [
                bid for bid in self.release.bids.details if not bid.related_lots or lot in map(str, bid.related_lots)
            ]
            own = [bid for bid in own if bid.status not in {"withdrawn", "invited"}]
            bidders = {organization_id(one) for bid in own for one in bid.tenderers}
            out = {organization_id(one) for bid in own if bid.status == "disqualified" for one in bid.tenderers}
            return len(bidders), len(out)
        return (self.tender.number_of_tenderers, None) if len(self.lots) < 2 else (None, None)

    def _bids(self) -> Iterable[PastBid]:
        for bid in self.release.bids.details if self.release.bids else ():
            if bid.status in {"withdrawn", "invited"}:
                continue
            for key in map(str, bid.related_lots) if bid.related_lots else ("",):
                yield from self._bid(bid.tenderers, key, bid.status or "", bid.value, _second(bid.submitted))

    def _bid(
        self,
        tenderers: tuple[Organization, ...],
        key: str,
        status: str,
        value: Value | None,
        submitted: datetime | None,
    ) -> Iterable[PastBid]:
        lot, item = self.lots.get(key), next(iter(self.items.get(key, ())), None)
        won, group = self._won(key), self._lot_group(self.lots.get(key))
        decided_at = self._decided_at(won)
        customer = organization_id(lot.customer) if lot and lot.customer else ""
        winners = {organization_id(one) for one in won.suppliers} if won else set()
        for tenderer in tenderers:
            bidder = organization_id(tenderer)
            if not bidder or decided_at is None:
                continue
            yield PastBid(
                ocid=self.release.ocid,
                tender_id=self.tender.key,
                lot=key,
                customer=customer or self.customer,
                code=_code(item) if item else "",
                amount=_sum(value),
                currency=(value.currency if value else None) or "",
                category=self.tender.main_procurement_category or "",
                group=group,
                competitive=self._competitive(group),
                bidder=bidder,
                submitted_at=submitted,
                decided_at=decided_at,
                won=bidder in winners,
                rejected=status == "disqualified",
            )

    def _contracts(self) -> Iterable[PastContract]:
        awards = {award.key: award for award in self.release.awards}
        for contract in self.release.contracts:
            signed = _second(_moment(contract.date_signed))
            award = awards.get(str(contract.award_id)) if contract.award_id is not None else None
            if signed is None or contract.status == "cancelled" or award is None or not award.suppliers:
                continue
            yield from self._contract(contract, award, signed)

    def _contract(self, contract: Contract, award: Award, signed: datetime) -> Iterable[PastContract]:
        lots = [str(lot) for lot in award.related_lots]
        planned = [item for lot in lots for item in self.items.get(lot, ())] or list(self.tender.items)
        stated = contract.items or award.items
        things = stated or tuple(planned)
        method = self.rules.method(self.jurisdiction, contract.method_details) if contract.method_details else None
        group, total = method.group if method else self.group, _sum(contract.value)
        for thing in things or (None,):
            code = _code(thing) if thing else ""
            twin = next((item for item in planned if _code(item) == code), planned[0] if len(planned) == 1 else None)
            code = code or (_code(twin) if twin else "")
            alone, quantity = len(things) <= 1, thing.quantity if thing else None
            price = _price(thing.unit if thing and stated else None, total if alone else None, quantity)
            lot = self.lots.get(str(twin.related_lot)) if twin and twin.related_lot is not None else None
            address = twin.delivery_address if twin else None
            customer = organization_id(lot.customer) if lot and lot.customer else ""
            own = Decimal(str(price)) * quantity if price is not None and quantity else None
            yield PastContract(
                ocid=self.release.ocid,
                tender_id=self.tender.key,
                lot=lot.key if lot else "",
                customer=customer or self.customer,
                code=code,
                unit=(_unit(thing.unit) if thing else "") or (_unit(twin.unit) if twin else ""),
                quantity=_many(quantity),
                amount=total if alone else None if own is None else own.quantize(_CENT),
                currency=(contract.value.currency if contract.value else None) or "",
                unit_price=price,
                category=self.tender.main_procurement_category or "",
                group=group,
                region=(address.region_code if address else "") or "",
                place=(address.region if address else "") or "",
                contract=contract.key,
                supplier=organization_id(award.suppliers[0]),
                total=total,
                competitive=self._competitive(group),
                direct=group in _SINGLE or group in {"direct", "limited"},
                signed_at=signed,
                years=self.years or (signed.year,),
                link=self.link,
            )

    def _terms(self) -> PastTerms | None:
        if self.release.tender is None or self.moments is None:
            return None
        tender = self.tender
        parts: dict[str, Any] = {
            "sum": tender.value,
            "method": (tender.procurement_method_details, tender.procurement_method_rationale),
            "things": [
                (item.classification, item.raw_quantity, item.unit, item.related_lot, item.delivery_address)
                for item in tender.items
            ],
            "specification": [
                (tender.description, tender.award_criteria),
                [(lot.key, lot.title, lot.description, lot.description_ru, lot.description_kk) for lot in tender.lots],
                [(item.description, item.description_ru, item.description_kk) for item in tender.items],
            ],
            "delivery": [item.plan_point.delivery_term for item in tender.items if item.plan_point],
            "documents": sorted({(one.document_type or "", one.title or "") for one in tender.documents}),
            "lots": [(lot.key, lot.value, lot.features) for lot in tender.lots],
        }
        period = tender.tender_period
        return PastTerms(
            ocid=self.release.ocid,
            released_at=self.moments.newest,
            closes_at=_second(period.end) if period else None,
            amount=_sum(tender.value),
            digests={name: _digest(part) for name, part in parts.items()},
        )


def _digest(part: Any) -> str:
    return blake2b(msgspec.json.encode(part), digest_size=8).hexdigest()
