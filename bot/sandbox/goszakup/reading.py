"""What the API may read of a country: pages of each root, the fields of a record, and the records beneath it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.sandbox.goszakup import views, views_deals
from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.execute import Page, Reading
from bot.sandbox.goszakup.filters import keeper
from bot.sandbox.goszakup.records import Bid, Raw, Subject
from bot.sandbox.goszakup.refs import OF_TYPE, ref
from bot.sandbox.goszakup.schema import ROOTS

Record = Any

_SHELF_OF = {"PlnPoint": "Plans", "Subject": "Subjects"}
_SCALARS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "TrdBuy": views.tender_view,
    "Lots": views.lot_view,
    "PlnPoint": views.plan_view,
    "Subject": views.subject_view,
    "Contract": views_deals.contract_view,
    "TrdApp": views_deals.bid_view,
    "Acts": views_deals.act_view,
    "TreasuryPay": views_deals.payment_view,
    "Rnu": views_deals.unscrupulous_view,
    "ComplaintAppeal": views_deals.complaint_view,
}
_REF_FIELDS = {
    "RefTradeMethods": "refTradeMethodsId", "RefBuyTradeMethods": "refBuyTradeMethodsId",
    "RefSubjectType": "refSubjectTypeId", "RefBuyStatus": "refBuyStatusId", "RefTypeTrade": "refTypeTradeId",
    "RefLotsStatus": "refLotStatusId", "RefMonths": "refMonthsId", "RefPlnPointStatus": "refPlnPointStatusId",
    "RefContractStatus": "refContractStatusId", "RefContractType": "refContractTypeId",
    "FaktTradeMethods": "faktTradeMethodsId",
}  # fmt: skip
_LIST_OF = {"RefBuyTradeMethods": "ref_trade_methods", "FaktTradeMethods": "ref_trade_methods"}


class Reader:
    """Reads a country for GraphQL (`reading`) and REST (`page`, `whole`)."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self.renamed: dict[str, str] = {}

    def reading(self) -> Reading:
        """Return what `execute.answer` needs."""
        return Reading(self.page, self.scalars, self.child, self.renamed)

    def page(
        self, root: str, wanted: Mapping[str, Any], limit: int, after: int | None, after_index_date: str = ""
    ) -> Page:
        """Return a page of a root; those of the quasi-state module and others unknown here are empty."""
        if after_index_date:
            wanted = {**wanted, "indexDate": [after_index_date]}
        shelf = self.country.shelves.get(root)
        if shelf is None:
            return Page([], 0, False, 0)
        keep = keeper(ROOTS.get(root, root), wanted, self.scalars, ignoring=self.country.quirks.ignored_filters)
        narrowed = self._narrowed(root, wanted)
        if narrowed is None:
            rows, total, more = shelf.page(after, limit, keep)
        else:
            found = sorted({self._id(each): each for each in narrowed}.items(), reverse=True)
            chosen = [each for number, each in found if keep is None or keep(each)]
            left = [each for each in chosen if after is None or self._id(each) < after]
            rows, total, more = left[:limit], len(chosen), len(left) > limit
        return Page(rows, total, more, self._id(rows[-1], root) if rows else 0)

    def _id(self, record: Record, root: str = "") -> int:
        if root == "Plans" and not isinstance(record, Raw):
            return int(record.plan_id)
        return int(record.pid if isinstance(record, Subject) else record.id)

    def _narrowed(self, root: str, wanted: Mapping[str, Any]) -> Iterable[Record] | None:
        """Return the few records that can fit where the filter names ids; None where all must be looked at."""
        shelf = self.country.shelves[root]
        key = "pid" if root == "Subjects" else "id"
        if wanted.get(key):
            return filter(None, (shelf.get(int(number)) for number in _listed(wanted[key])))
        owner = {"Lots": "trdBuyId", "TrdApp": "buyId", "Contract": "trdBuyId"}.get(root)
        if owner is None or not wanted.get(owner):
            return None
        tenders = [self.country.shelves["TrdBuy"].get(int(number)) for number in _listed(wanted[owner])]
        if any(tender is None or isinstance(tender, Raw) for tender in tenders):
            return None
        return [each for tender in tenders for each in self._beneath(root, tender) if shelf.get(each.id) is not None]

    def _beneath(self, root: str, tender: Any) -> Iterable[Record]:
        if root == "Contract":
            return self.country.contracts_of.get(tender.id, [])
        beneath: list[Record] = tender.lots if root == "Lots" else tender.bids
        return beneath

    def scalars(self, kind: str, record: Record) -> Mapping[str, Any]:
        """Return a record's own fields with what was patched by hand."""
        shown = dict(record.fields) if isinstance(record, Raw) else _SCALARS[kind](record)
        if kind == "Lots" and not self.country.quirks.enstru_zero and not isinstance(record, Raw):
            shown["enstruList"] = [views.enstru_id(record.good)]
        shelf = _SHELF_OF.get(kind, kind)
        patch = self.country.patches.get((shelf, self._id(record, shelf))) if self.country.patches else None
        return shown | patch if patch else shown

    def child(self, kind: str, field: str, record: Record) -> Any:
        """Return what lies beneath a record under a field."""
        if field in _REF_FIELDS:
            name = _LIST_OF.get(field) or OF_TYPE[field]
            return ref(name, self.scalars(kind, record).get(_REF_FIELDS[field]))
        if isinstance(record, Raw):
            return self._beneath_raw(kind, field, record)
        beneath = getattr(self, f"_of_{kind.lower()}", None)
        return beneath(field, record) if beneath else None

    def _beneath_raw(self, kind: str, field: str, record: Raw) -> Any:
        """Find the lots of a hand-made announcement, or the announcement of a hand-made lot."""
        if (kind, field) == ("TrdBuy", "Lots"):
            lots = self.country.shelves["Lots"].older(None)
            return [lot for lot in lots if isinstance(lot, Raw) and lot.fields.get("trdBuyId") == record.id]
        if (kind, field) == ("Lots", "TrdBuy"):
            return self.country.shelves["TrdBuy"].get(int(record.fields.get("trdBuyId") or 0))
        return [] if field in {"Lots", "Plans", "Files", "ContractUnits", "AppLots"} else None

    def _of_trdbuy(self, field: str, tender: Any) -> Any:
        decisions = self.country.decisions_of.get(tender.id, {})
        made: dict[str, Callable[[], Any]] = {
            "Lots": lambda: tender.lots,
            "Organizer": lambda: tender.buyer,
            "Files": lambda: views.tender_files(tender),
            "Commission": lambda: views.tender_commission(tender),
            "Cancel": lambda: decisions.get("Cancel", []),
            "Pause": lambda: decisions.get("Pause"),
            "ComplaintAppeal": lambda: self.country.complaints_of.get(tender.id, []),
        }
        return made[field]() if field in made else None

    def _of_lots(self, field: str, lot: Any) -> Any:
        if field == "Plans":
            return [] if lot.plan_hidden else [lot]
        return {"TrdBuy": lot.tender, "Customer": lot.tender.buyer, "Files": []}.get(field)

    def _of_plnpoint(self, field: str, lot: Any) -> Any:
        return lot.tender.buyer if field in {"Customer", "Organizer"} else views.plan_parts(lot).get(field)

    def _of_contract(self, field: str, deal: Any) -> Any:
        if field == "ContractUnits":
            return views_deals.unit_views(deal)
        return {
            "Acts": deal.acts, "TreasuryPay": deal.payments, "TrdBuy": deal.tender, "Supplier": deal.supplier,
            "Customer": deal.buyer,
        }.get(field)  # fmt: skip

    def _of_trdapp(self, field: str, bid: Bid) -> Any:
        return {"TrdBuy": bid.tender, "Supplier": bid.supplier}.get(field)

    def _of_subject(self, field: str, who: Any) -> Any:
        return views.subject_address(who) if field == "Address" else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
