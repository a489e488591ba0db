"""The questions: which fields of which root.

Names of codes are asked where our lists are not complete; participants apart, each once, from their register. An IIN is
not asked for where the participant's number will do: what is not here cannot leak.
"""

from __future__ import annotations

from watchers.sources.goszakup.model import Announcement, Application, Deal, Entry, Lot, Plan, Subject
from watchers.sources.goszakup.selection import Branch, branch_of

__all__ = [
    "ANNOUNCEMENT", "APPLICATION", "DEAL", "DEAL_PIECES", "DIRECT_DEAL", "ENTRY", "FEEDS", "LOT", "LOT_PIECES",
    "PIECES", "PLAN", "PLAN_PIECES", "SUBJECT",
]  # fmt: skip

PLAN = branch_of("PlnPoint", Plan).without("RefTradeMethods", "RefSubjectType")
_FLAT_PLAN = PLAN.without("PlanActs", "PlansKato", "PlansSpec", "RefPlnPointStatus", "RefFinsource", "RefJustification")
LOT = branch_of("Lots", Lot).without("RefLotsStatus", "RefTradeMethods", "Plans", "Customer")
ANNOUNCEMENT = branch_of("TrdBuy", Announcement).without("Plans", "RefSubjectType", "Organizer").replacing(
    Lots=LOT.replacing(Plans=PLAN)
)  # fmt: skip
APPLICATION = branch_of("TrdApp", Application, "buyId")
APPLICATION = APPLICATION.replacing(Supplier=Branch("Subject", dict.fromkeys(("pid", "bin", "nameRu", "nameKz"))))
_DEAL = branch_of("Contract", Deal).without("Supplier", "Customer")
_UNITS = _DEAL.fields["ContractUnits"] or Branch("ContractUnits", {})
DEAL = _DEAL.replacing(ContractUnits=_UNITS.without("Plans"))
DIRECT_DEAL = _DEAL.replacing(ContractUnits=_UNITS.replacing(Plans=_FLAT_PLAN))
ENTRY = branch_of("Rnu", Entry)
SUBJECT = branch_of("Subject", Subject).without("iin")

PIECES = (("Commission", "Cancel", "Pause", "ComplaintAppeal", "RefTypeTrade", "RefTradeMethods", "RefBuyStatus"),
          ("Files",))  # fmt: skip
LOT_PIECES = (("RefBuyTradeMethods", "Files"),)
PLAN_PIECES = (("PlanActs", "PlansKato", "PlansSpec"), ("RefEnstru", "RefUnits", "RefPlnPointStatus", "RefFinsource",
               "RefJustification"))  # fmt: skip
DEAL_PIECES = (("ContractUnits",), ("Acts",), ("TreasuryPay",), ("FaktTradeMethods",))

FEEDS = {
    "TrdBuy": Branch("TrdBuy", dict.fromkeys(("id", "publishDate", "lastUpdateDate"))),
    "Lots": Branch("Lots", dict.fromkeys(("id", "trdBuyId", "lastUpdateDate"))),
    "Contract": Branch("Contract", dict.fromkeys(("id", "rootId", "parentId", "trdBuyId", "lastUpdateDate"))),
}
"""What the lists of changes are looked through for."""
