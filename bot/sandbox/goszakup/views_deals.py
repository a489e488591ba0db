"""Bids, contracts, acts, payments, complaints and the register of unscrupulous suppliers as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.sandbox.goszakup.moments import ZONE, day_of, local_text
from bot.sandbox.goszakup.records import Act, Bid, Complaint, Contract, Payment, Unit, Unscrupulous
from bot.sandbox.goszakup.refs import ref
from bot.sandbox.goszakup.terms import budget_year
from bot.sandbox.goszakup.views import SYSTEM, plain

VAT = 1.16
"""With the tax of 2026."""


def bid_view(bid: Bid) -> dict[str, Any]:
    """Return the fields of `TrdApp`; its parts are made at once, they are few."""
    applied = datetime.fromtimestamp(bid.applied, ZONE).strftime("%Y-%m-%d %H:%M:%S.%f")
    return {
        "id": bid.id, "buyId": bid.tender.id, "supplierId": bid.supplier.pid, "crFio": "", "modFio": "",
        "supplierBinIin": bid.supplier.bin, "protId": 0, "protNumber": "", "dateApply": applied, "systemId": SYSTEM,
        "indexDate": local_text(bid.tender.results), "AppLots": _app_lots(bid),
    }  # fmt: skip


def _app_lots(bid: Bid) -> list[dict[str, Any]]:
    out = []
    for offer in bid.offers:
        lot, amount = offer.lot, plain(offer.price * offer.lot.quantity)
        row: dict[str, Any] = {
            "id": offer.id, "appId": bid.id, "lotId": lot.id, "pointList": [str(lot.plan_id)],
            "statusId": offer.status, "price": plain(offer.price), "amount": amount, "discountValue": 0,
            "discountPrice": 0, "RefAppStatus": ref("ref_app_status", offer.status), "Plans": [],
        }  # fmt: skip
        row["Offers"] = [
            {
                "id": offer.id + 1, "pointId": lot.plan_id, "lotId": lot.id, "appLotId": offer.id,
                "price": plain(offer.price), "amount": amount,
            }
        ]  # fmt: skip
        out.append(row)
    return out


def contract_view(deal: Contract) -> dict[str, Any]:
    """Return the fields of `Contract`; `contractSum` is without VAT, announcement and lots are 0 for a direct one."""
    tender, number = deal.tender, f"{deal.buyer.bin}/{day_of(deal.created):%y}{deal.serial:04}/{deal.version:02}"
    total = deal.total
    return {
        "id": deal.id, "parentId": deal.parent, "rootId": deal.root, "trdBuyId": tender.id if tender else 0,
        "trdBuyNumberAnno": tender.number_anno if tender else "", "trdBuyNameRu": deal.title_ru if tender else None,
        "trdBuyNameKz": deal.title_kk if tender else None, "refAmendmAgreemJustifId": [deal.cause],
        "refContractStatusId": deal.status, "deleted": 0, "crdate": local_text(deal.created),
        "lastUpdateDate": local_text(deal.updated), "supplierId": deal.supplier.pid,
        "supplierBiin": deal.supplier.bin, "supplierFio": "", "contractNumber": number,
        "signReasonDocName": "Протокол об итогах" if tender else "Решение первого руководителя",
        "signReasonDocDate": local_text(tender.results if tender else deal.created),
        "trdBuyItogiDatePublic": local_text(tender.results) if tender else None, "customerId": deal.buyer.pid,
        "customerBin": deal.buyer.bin, "contractNumberSys": number,
        "paymentsTermsRu": "по факту поставки", "paymentsTermsKz": "жеткізілгеннен кейін",
        "refSubjectTypeId": deal.subject, "isGu": 1,
        "finYear": budget_year(deal.tender) if deal.tender else day_of(deal.created).year,
        "refContractAgrFormId": 1, "refContractYearTypeId": 1, "refFinsourceId": 1, "refCurrencyCode": "KZT",
        "exchangeRate": 1, "contractSum": plain(total), "contractSumWnds": plain(total * (VAT if deal.with_vat else 1)),
        "signDate": local_text(deal.signed), "ecEndDate": local_text(deal.due), "planExecDate": local_text(deal.due),
        "faktExecDate": local_text(deal.executed), "faktSum": plain(deal.paid),
        "faktSumWnds": plain(deal.paid * (VAT if deal.with_vat else 1)), "contractEndDate": local_text(deal.ended),
        "refContractCancelId": 0, "refContractTypeId": 2 if deal.version else 1, "descriptionKz": deal.title_kk,
        "descriptionRu": deal.title_ru, "faktTradeMethodsId": deal.method, "ecCustomerApprove": 1,
        "ecSupplierApprove": 1, "contractMs": 0, "withNds": int(deal.with_vat), "enforcement": 1,
        "systemId": SYSTEM, "indexDate": local_text(deal.updated),
    }  # fmt: skip


def unit_views(deal: Contract) -> list[dict[str, Any]]:
    """Return the fields of each `ContractUnits` of a contract, and the lot its plan point comes from under `lot`."""
    return [_unit_view(deal, unit) for unit in deal.units]


def _unit_view(deal: Contract, unit: Unit) -> dict[str, Any]:
    total, tax = unit.price * unit.quantity, VAT if deal.with_vat else 1
    return {
        "id": unit.id, "lotId": unit.lot.id if unit.lot else 0, "plnPointId": unit.plan_id,
        "itemPrice": plain(unit.price), "itemPriceWnds": plain(unit.price * tax), "quantity": plain(unit.quantity),
        "totalSum": plain(total), "totalSumWnds": plain(total * tax), "contractSum": plain(total),
        "contractSumWnds": plain(total * tax), "factSum": plain(deal.paid), "factSumWnds": plain(deal.paid * tax),
        "ksProc": 0, "ksSum": 0, "deleted": 0, "trdBuyId": deal.tender.id if deal.tender else 0,
        "contractRegistryId": deal.id, "crdate": local_text(deal.created), "execFaktDate": local_text(deal.executed),
        "execPlanDate": local_text(deal.due), "executed": int(deal.executed > 0), "parentId": deal.parent,
        "rootId": deal.root, "refContractStatusId": deal.status, "crDeleted": 0, "refAmendmAgreemJustifId": [0],
        "refEnstruCode": [unit.good.enstru], "systemId": SYSTEM, "indexDate": local_text(deal.updated),
        "Plans": None,
    }  # fmt: skip


def _gross(deal: Contract, amount: float) -> float:
    """What is accepted and paid holds the tax of a supplier who pays it."""
    return amount * (VAT if deal.with_vat else 1)


def act_view(act: Act) -> dict[str, Any]:
    """Return the fields of `Acts`."""
    return {
        "id": act.id, "aktDate": local_text(act.dated), "numberAct": str(act.id % 1000),
        "approveDate": local_text(act.approved), "contractId": act.contract.id, "contractRootId": act.contract.root,
        "statusId": 1, "sumTransfer": plain(_gross(act.contract, act.amount)),
        "sumFine": 0, "dayOverdue": act.overdue, "isGu": 1,
        "typeAct": 1, "systemId": SYSTEM, "indexDate": local_text(act.approved),
    }  # fmt: skip


def payment_view(payment: Payment) -> dict[str, Any]:
    """Return the fields of `TreasuryPay`."""
    buyer = payment.contract.buyer
    return {
        "id": payment.id, "contractId": payment.contract.id, "dtReg": local_text(payment.paid),
        "payAmount": plain(_gross(payment.contract, payment.amount)),
        "payDate": local_text(payment.paid), "budgetNameRu": "Районный бюджет",
        "kato": buyer.place.kato, "func": "464001", "espk": "149", "gu": buyer.bin,
    }  # fmt: skip


def unscrupulous_view(entry: Unscrupulous) -> dict[str, Any]:
    """Return the fields of `Rnu`, whose id is text."""
    who = entry.supplier
    times = {"startDate": local_text(entry.begin), "endDate": local_text(entry.end)}
    detail = {
        "customerNameRu": entry.buyer.name_ru, "customerNameKz": entry.buyer.name_kk,
        "customerBiin": entry.buyer.bin, "supplierNameRu": who.name_ru, "supplierNameKz": who.name_kk,
        "supplierBiin": who.bin, "courtDecision": f"{entry.id % 9000}-26-00-2/{entry.id % 700}",
        "courtDecisionDate": local_text(entry.begin), "sendDate": local_text(entry.begin),
        "approveDate": local_text(entry.begin), "refReasonId": 1, **times,
    }  # fmt: skip
    return {
        "id": str(entry.id), "pid": who.pid, "supplierNameRu": who.name_ru, "supplierNameKz": who.name_kk,
        "supplierBiin": who.bin, "supplierInnunp": None, "systemId": SYSTEM, "katoList": [int(who.place.kato)],
        "indexDate": local_text(entry.begin), "Detail": [detail], **times,
    }  # fmt: skip


def complaint_view(complaint: Complaint) -> dict[str, Any]:
    """Return the fields of `ComplaintAppeal`."""
    open_, upheld = complaint.decided == 0, complaint.upheld
    state = ("На рассмотрении", "Қаралуда") if open_ else ("Рассмотрена", "Қаралды")
    decision = ("Удовлетворена", "Қанағаттандырылды") if upheld else ("Отказано", "Бас тартылды")
    return {
        "id": complaint.id, "trdBuyId": complaint.tender.id, "lotId": complaint.lot.id,
        "dateApply": local_text(complaint.filed), "statusId": 1 if open_ else 2, "statusNameRu": state[0],
        "statusNameKz": state[1], "subjectRu": "Требования технической спецификации",
        "subjectKz": "Техникалық ерекшелік талаптары", "decisionRu": None if open_ else decision[0],
        "decisionKz": None if open_ else decision[1], "dateDecision": local_text(complaint.decided),
        "indexDate": local_text(complaint.decided or complaint.filed),
    }  # fmt: skip
