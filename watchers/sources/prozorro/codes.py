"""Prozorro's codes and what they are in OCDS. What is not here is kept as it is and reported once.

Source: ProzorroUKR/openprocurement.api (documentation of the tender, bid, award, contract and document models).
"""

from __future__ import annotations

import structlog

__all__ = [
    "AWARD_CRITERIA", "AWARD_STATUSES", "BID_STATUSES", "CONTRACT_STATUSES", "DOCUMENT_TYPES", "LOT_STATUSES",
    "METHODS", "TENDER_STATUSES", "translate",
]  # fmt: skip

log = structlog.get_logger("watchers.sources")

TENDER_STATUSES = {
    "draft": "planned",
    "draft.pending": "planned",
    "draft.publishing": "planned",
    "draft.stage2": "planned",
    "draft.unsuccessful": "unsuccessful",
    "active": "active",
    "active.enquiries": "active",
    "active.tendering": "active",
    "active.pre-qualification": "active",
    "active.pre-qualification.stand-still": "active",
    "active.auction": "active",
    "active.qualification": "active",
    "active.qualification.stand-still": "active",
    "active.awarded": "active",
    "active.stage2.pending": "active",
    "active.stage2.waiting": "active",
    "complete": "complete",
    "cancelled": "cancelled",
    "unsuccessful": "unsuccessful",
}

LOT_STATUSES = {
    "active": "active",
    "cancelled": "cancelled",
    "unsuccessful": "unsuccessful",
    "complete": "complete",
}

# `invalid` is no judgement on the bidder: the lot was cancelled, or the terms changed and the bid was not renewed.
BID_STATUSES = {
    "draft": "pending",
    "pending": "pending",
    "active": "valid",
    "unsuccessful": "disqualified",
    "invalid": "withdrawn",
    "invalid.pre-qualification": "withdrawn",
    "deleted": "withdrawn",
}

AWARD_STATUSES = {
    "pending": "pending",
    "active": "active",
    "cancelled": "cancelled",
    "unsuccessful": "unsuccessful",
}

CONTRACT_STATUSES = {
    "pending": "pending",
    "pending.winner-signing": "pending",
    "active": "active",
    "cancelled": "cancelled",
    "terminated": "terminated",
}

# A report of a contract signed without any procedure asks one supplier only: OCDS calls that direct, Prozorro limited.
METHODS = {
    "aboveThreshold": "open",
    "aboveThresholdUA": "open",
    "aboveThresholdEU": "open",
    "aboveThresholdUA.defense": "open",
    "simple.defense": "open",
    "belowThreshold": "open",
    "requestForProposal": "open",
    "esco": "open",
    "closeFrameworkAgreementUA": "open",
    "competitiveDialogueUA": "open",
    "competitiveDialogueEU": "open",
    "competitiveDialogueUA.stage2": "selective",
    "competitiveDialogueEU.stage2": "selective",
    "closeFrameworkAgreementSelectionUA": "selective",
    "competitiveOrdering": "selective",
    "priceQuotation": "selective",
    "negotiation": "limited",
    "negotiation.quick": "limited",
    "reporting": "direct",
}

AWARD_CRITERIA = {
    "lowestCost": "priceOnly",
    "lifeCycleCost": "costOnly",
    "bestProposal": "ratedCriteria",
    "bestValueToGovernment": "ratedCriteria",
    "ratedCriteria": "ratedCriteria",
}

DOCUMENT_TYPES = {
    "notice": "tenderNotice",
    "biddingDocuments": "biddingDocuments",
    "technicalSpecifications": "technicalSpecifications",
    "evaluationCriteria": "evaluationCriteria",
    "eligibilityCriteria": "eligibilityCriteria",
    "clarifications": "clarifications",
    "contractProforma": "contractDraft",
    "contractSigned": "contractSigned",
    "contractAnnexe": "contractAnnexe",
    "contractSchedule": "contractSchedule",
    "contractArrangements": "contractArrangements",
    "contractGuarantees": "contractGuarantees",
    "awardNotice": "awardNotice",
    "billOfQuantity": "billOfQuantity",
    "evaluationReports": "evaluationReports",
    "shortlistedFirms": "shortlistedFirms",
    "riskProvisions": "riskProvisions",
    "subContract": "subContract",
    "conflictOfInterest": "conflictOfInterest",
    "commercialProposal": "x_commercialProposal",
    "qualificationDocuments": "x_qualificationDocuments",
    "winningBid": "winningBid",
    "proposal": "submissionDocuments",
    "registerExtract": "x_registerExtract",
    "registerFiscal": "x_registerFiscal",
    "registerFop": "x_registerFop",
}

_reported: set[tuple[str, str]] = set()


def translate(table: dict[str, str], code: str | None, what: str) -> str | None:
    """The OCDS code; an unknown one is kept as it is, and logged the first time it is met."""
    if not code:
        return None
    if code not in table and (what, code) not in _reported:
        _reported.add((what, code))
        log.warning("prozorro_code_unknown", what=what, code=code, consequence="kept as it is")
    return table.get(code, code)
