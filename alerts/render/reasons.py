"""Why a check could not be made, in people's words: a finding names an OCDS field, people read what it means."""

from __future__ import annotations

import re

from alerts.i18n import mark, translator

__all__ = ["reason_text"]

_PATH = re.compile(r"\b(?:tender|bids|awards|contracts|buyer|parties|planning)\b(?:[./\[][\w\[\]/.]*)?")
# Reasons that are no missing field, by a part of the indicator's sentence; the first that is found decides.
_PHRASES = (
    ("endDate is before", mark("the deadline in the data is before the day bids open")),
    ("not a known method", mark("the method is not one we know")),
    ("is missing or unknown", mark("the method is not one we know")),
    ("no minimum is known", mark("no minimum time is known for this method")),
    ("bids were still accepted", mark("bids were still being taken")),
    ("no time zone", mark("the times in the data have no time zone")),
    ("still pending", mark("the decision was still pending")),
    ("different currencies", mark("the prices are in different currencies")),
    ("a placeholder or a mistake", mark("the estimated sum looks like a mistake")),
    ("value added tax", mark("the data do not say whether prices include VAT")),
    ("files may still come", mark("the files may still be on their way")),
    ("did not list the files", mark("the list of files was not read")),
    ("cannot be read as a term", mark("the term of delivery cannot be read")),
    ("names no number of days", mark("deliveries go by orders, without a number of days")),
    ("(MRP) is known", mark("the MRP of that year is not known")),
    ("no rule is known", mark("no rule is known for this method on that day")),
    ("no limit is known", mark("no limit is known for this method on that day")),
    ("within a united lot", mark("different things share one lot")),
    ("purchase that failed is not known", mark("the failed purchase before it is not known")),
    ("was a repeat is not known", mark("it is not known whether the failed purchase was a repeat")),
    ("failed is not known", mark("it is not known why the purchase before it failed")),
    ("of district significance", mark("the rank of the town is not known")),
    ("no history at hand", mark("earlier purchases were not at hand")),
    ("to compare with", mark("too few earlier purchases are known to compare with")),
    ("what kind of body", mark("the buyer's name does not tell what kind of body it is")),
    ("the log says where", mark("a fault on our side")),
)
_FIELDS = {
    "tender.tenderPeriod.endDate": mark("the deadline for bids"),
    "tender.tenderPeriod.startDate": mark("the day bids open"),
    "tender.tenderPeriod": mark("the dates for bids"),
    "tender.enquiryPeriod": mark("the dates for questions"),
    "tender.awardPeriod": mark("the dates of the decision"),
    "tender.contractPeriod": mark("the dates of the contract"),
    "tender.datePublished": mark("the day of the announcement"),
    "tender.procurementMethodDetails": mark("the method"),
    "tender.procurementMethodRationale": mark("the grounds for the method"),
    "tender.procurementMethod": mark("the method"),
    "tender.title": mark("the title"),
    "tender.description": mark("the description"),
    "tender.documents": mark("documents"),
    "tender.items.planPoint.deliveryTerm": mark("the term of delivery"),
    "tender.items.planPoint.method": mark("the planned method"),
    "tender.items.planPoint.justification": mark("the ground of the direct contract"),
    "tender.items.unit.value": mark("the unit prices"),
    "tender.items.planPoint.prepayment": mark("the advance"),
    "tender.items.classification": mark("the codes of what is bought"),
    "tender.lots.value": mark("the sums of the lots"),
    "tender.budgetYears": mark("the financial years"),
    "tender.mainProcurementCategory": mark("whether goods, works or services are bought"),
    "tender.items": mark("the list of goods and works"),
    "tender.lots": mark("lots"),
    "tender.value": mark("the estimated sum"),
    "tender.minValue": mark("the estimated sum"),
    "tender.numberOfTenderers": mark("the number of bidders"),
    "tender.tenderers": mark("the bidders"),
    "tender.procuringEntity": mark("the buyer"),
    "tender.status": mark("the state of the purchase"),
    "tender.amendments": mark("the changes"),
    "tender": mark("the announcement"),
    "bids.details.value": mark("the prices of bids"),
    "bids.details.tenderers": mark("the bidders"),
    "bids.details.status": mark("the state of bids"),
    "bids.details.date": mark("the time of bids"),
    "bids": mark("the bids"),
    "awards.suppliers": mark("the winner"),
    "awards.value": mark("the winning price"),
    "awards.date": mark("the day of the decision"),
    "awards": mark("the decision"),
    "contracts.dateSigned": mark("the day the contract was signed"),
    "contracts.value": mark("the contract sum"),
    "contracts.due": mark("the day the contract is due"),
    "contracts.performed": mark("the day the contract was performed"),
    "contracts.amendments": mark("the addenda"),
    "contracts.implementation": mark("the payments"),
    "contracts.awardID": mark("the decision"),
    "contracts.items": mark("what the contract buys"),
    "contracts": mark("the contract"),
    "buyer": mark("the buyer"),
    "parties": mark("the organisations"),
    "planning": mark("the plan"),
}


def _field(path: str) -> str:
    """The name of the longest known part of a path; '' if no part is known."""
    path = re.sub(r"\[[^\]]*\]?|/\d+(?=/|$)", "", path).replace("/", ".").strip(".")
    while path:
        if path in _FIELDS:
            return _FIELDS[path]
        path = path.rpartition(".")[0]
    return ""


def reason_text(reason: str, language: str) -> str:
    """What stood in the way of a check, as a short phrase: "not in the data: the deadline for bids"."""
    texts = translator(language)
    for part, phrase in _PHRASES:
        if part in reason:
            return texts.gettext(phrase)
    fields = dict.fromkeys(filter(None, (_field(path) for path in _PATH.findall(reason))))
    if not fields:
        return texts.gettext("not in the data: something this check needs")
    names = ", ".join(texts.gettext(name) for name in fields)
    return texts.gettext("not in the data: %(names)s") % {"names": names}
