"""Announcements, lots, plan points and subjects as the API shows them: each view is the fields of one GraphQL type."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from bot.sandbox.goszakup.moments import day_of, local_text
from bot.sandbox.goszakup.records import Good, Lot, Subject, Tender
from bot.sandbox.goszakup.refs import ref, symbol
from bot.sandbox.goszakup.terms import budget_year, delivery_texts, disabled_only, is_construction, prepares_design

SYSTEM = 3
FILES_BASE = "https://ows.goszakup.gov.kz/download/trd_buy"
_TECHNICAL_SPEC = ("Техническая спецификация", "Техникалық ерекшелік")
_LIST_OF_LOTS = ("Перечень лотов", "Лоттар тізбесі")
_ESTIMATE = ("ПСД с заключением экспертизы", "Сараптама қорытындысы бар ЖСҚ")
_DRAFT_CONTRACT = ("Проект договора", "Шарт жобасы")


def subject_view(who: Subject) -> dict[str, Any]:
    """Return the fields of `Subject`."""
    kind = 3 if who.sole_trader else 1
    return {
        "pid": who.pid, "bin": "" if who.sole_trader else who.bin, "iin": who.bin if who.sole_trader else "",
        "inn": "", "unp": "", "regdate": local_text(who.registered), "crdate": day_of(who.registered).year,
        "indexDate": local_text(who.registered), "nameRu": who.name_ru, "nameKz": who.name_kk,
        "fullNameRu": who.name_ru, "fullNameKz": who.name_kk, "email": f"mail@{who.pid}.example",
        "phone": f"+7 700 000 {who.pid % 10000:04}", "website": None, "lastUpdateDate": local_text(who.registered),
        "countryCode": "398", "katoList": [who.place.kato], "qvazi": 0, "customer": int(not who.supplier),
        "organizer": int(not who.supplier), "supplier": int(who.supplier), "markNationalCompany": 0,
        "markResident": 1, "systemId": SYSTEM, "typeSupplier": kind, "branches": [], "parentSubject": 0,
        "markSmallEmployer": int(who.sole_trader), "isSingleOrg": 0, "year": day_of(who.registered).year,
    }  # fmt: skip


def subject_address(who: Subject) -> list[dict[str, Any]]:
    """Return the one address of a subject."""
    return [{"address": who.place.gen_ru, "addressType": 1, "katoCode": who.place.kato, "phone": ""}]


def tender_view(tender: Tender) -> dict[str, Any]:
    """Return the fields of `TrdBuy`. The customer is null, as it often is: lots carry it."""
    buyer = tender.buyer
    status = tender.status if tender.shown_status is None else tender.shown_status
    return {
        "id": tender.id, "numberAnno": tender.number_anno, "nameRu": tender.title_ru, "nameKz": tender.title_kk,
        "totalSum": plain(tender.total), "countLots": len(tender.lots), "refTradeMethodsId": tender.method,
        "refSubjectTypeId": tender.subject, "customerBin": None, "customerPid": 0, "customerNameKz": None,
        "customerNameRu": None, "orgBin": buyer.bin, "orgPid": buyer.pid, "orgNameKz": buyer.name_kk,
        "orgNameRu": buyer.name_ru, "refBuyStatusId": status, "startDate": local_text(tender.start),
        "repeatStartDate": local_text(tender.repeat_start), "repeatEndDate": local_text(tender.repeat_end),
        "endDate": local_text(tender.end), "publishDate": local_text(tender.published),
        "itogiDatePublic": local_text(tender.results), "refTypeTradeId": tender.type_trade,
        "disablePersonId": int(all(map(disabled_only, tender.lots))),
        "discusStartDate": local_text(tender.discuss_start), "discusEndDate": local_text(tender.discuss_end),
        "idSupplier": tender.invited.pid if tender.invited else 0,
        "biinSupplier": tender.invited.bin if tender.invited else None, "parentId": tender.parent, "singlOrgSign": 0,
        "isLightIndustry": int(tender.group in {"clothes", "textile"}),
        "isConstructionWork": int(is_construction(tender)), "refSpecPurchaseTypeId": tender.special,
        "lastUpdateDate": local_text(tender.updated), "finYear": [budget_year(tender)],
        "kato": [buyer.place.kato], "systemId": SYSTEM, "indexDate": local_text(tender.indexed),
        "Attrs": [],
    }  # fmt: skip


def tender_files(tender: Tender) -> list[dict[str, Any]]:
    """Return the documents of an announcement: a specification for each of the first lots, and the draft contract."""
    if tender.bare:
        return [_document(f"os_zcp_lots_{tender.id}.pdf", tender.id, _LIST_OF_LOTS)]
    specs = [_document(f"techspec_{tender.id}_{lot.id}.pdf", tender.id, _TECHNICAL_SPEC) for lot in tender.lots[:5]]
    if is_construction(tender):
        specs.append(_document(f"estimate_{tender.id}.zip", tender.id, _ESTIMATE))
    return [*specs, _document(f"contract_project_{tender.id}.pdf", tender.id, _DRAFT_CONTRACT)]


def tender_commission(tender: Tender) -> list[dict[str, Any]]:
    """Return the commission; there is none for a price quotation. Names are left out: they would be persons'."""
    if tender.method in {3, 6, 60}:
        return []
    return [
        {"id": tender.id * 10 + role, "fio": "", "refCommRolesId": role, "active": 1, "bin": tender.buyer.bin}
        for role in (1, 2, 3)
    ]


def enstru_id(good: Good) -> int:
    """Return an invented number for a code; never 0, which stands for none."""
    return int(good.enstru.replace(".", "")) % 999_999_937


def _document(name: str, owner: int, names: tuple[str, str]) -> dict[str, Any]:
    digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    return {
        "filePath": f"{FILES_BASE}/{digest}", "originalName": name, "objectId": [owner], "nameRu": names[0],
        "nameKz": names[1],
    }  # fmt: skip


def lot_number(lot: Lot) -> str:
    """Return a lot's public number, "87361886-ЗЦП2"."""
    return f"{lot.plan_root}-{symbol(lot.tender.method)}{lot.turn}"


def lot_view(lot: Lot) -> dict[str, Any]:
    """Return the fields of `Lots`; the ENS TRU list is [0], as nearly always."""
    tender, good = lot.tender, lot.good
    return {
        "id": lot.id, "lotNumber": lot_number(lot), "refLotStatusId": lot.status,
        "lastUpdateDate": local_text(lot.updated), "unionLots": 0, "count": plain(lot.quantity),
        "amount": plain(lot.amount), "nameRu": good.name_ru, "nameKz": good.name_kk,
        "descriptionRu": lot.description_ru, "descriptionKz": lot.description_kk, "customerId": tender.buyer.pid,
        "customerBin": tender.buyer.bin, "customerNameRu": tender.buyer.name_ru,
        "customerNameKz": tender.buyer.name_kk, "trdBuyNumberAnno": tender.number_anno, "trdBuyId": tender.id,
        "dumping": int(tender.subject == 2), "dumpingLotPrice": 0, "refTradeMethodsId": lot.planned_method,
        "refBuyTradeMethodsId": tender.method, "psdSign": 2 if prepares_design(lot) else int(is_construction(tender)),
        "consultingServices": 0,
        "pointList": [lot.plan_id], "enstruList": [0],
        "plnPointKatoList": [] if lot.id % 11 == 0 else [tender.buyer.place.kato], "singlOrgSign": 0,
        "isLightIndustry": int(tender.group in {"clothes", "textile"}),
        "isConstructionWork": int(is_construction(tender)), "disablePersonId": int(disabled_only(lot)),
        "isDeleted": 0, "systemId": SYSTEM, "indexDate": local_text(lot.updated),
    }  # fmt: skip


def plan_view(lot: Lot) -> dict[str, Any]:
    """Return the fields of `PlnPoint` for the plan point of a lot."""
    good, tender = lot.good, lot.tender
    buyer, (term_ru, term_kk) = tender.buyer, delivery_texts(lot)
    return {
        "id": lot.plan_id, "rootrecordId": lot.plan_root, "idc": 0, "sysSubjectsId": buyer.pid,
        "sysOrganizatorId": buyer.pid, "subjectBiin": buyer.bin, "subjectNameRu": buyer.name_ru,
        "subjectNameKz": buyer.name_kk, "nameRu": good.name_ru, "nameKz": good.name_kk,
        "refTradeMethodsId": lot.planned_method, "refUnitsCode": good.unit, "codeGu": None,
        "count": plain(lot.quantity), "price": plain(lot.price), "amount": plain(lot.amount),
        "refMonthsId": day_of(tender.created).month, "refPlnPointStatusId": 5 if tender.published else 2,
        "plnPointYear": budget_year(tender), "refSubjectTypeId": tender.subject, "refEnstruCode": good.enstru,
        "refEnstruId": enstru_id(good), "refFinsourceId": 1, "refAbpCode": "464",
        "isQvazi": 0, "dateCreate": local_text(lot.plan_created), "timestamp": local_text(lot.plan_created + 240),
        "refPointTypeId": 1, "descRu": lot.description_ru, "descKz": lot.description_kk,
        "extraDescRu": lot.description_ru, "extraDescKz": lot.description_kk, "sum1": plain(lot.amount), "sum2": 0,
        "sum3": 0, "supplyDateRu": term_ru, "supplyDateKz": term_kk, "prepayment": lot.prepayment,
        "refJustificationId": 0,
        "refAmendmentAgreemTypeId": 0, "refAmendmAgreemJustifId": 0, "contractPrevPointId": 0,
        "disablePersonId": int(disabled_only(lot)),
        "refBudgetTypeId": 2, "createdinActId": 0, "isActive": 1, "isDeleted": 0, "systemId": SYSTEM,
        "indexDate": local_text(lot.plan_created + 300),
    }  # fmt: skip


def plan_parts(lot: Lot) -> Mapping[str, Any]:
    """Return the objects under `PlnPoint` that are made from the lot itself."""
    place, good = lot.tender.buyer.place, lot.good
    act = {
        "planActNumber": str(lot.plan_id % 97 + 1), "refPlanStatusId": 3, "planPreliminary": 0,
        "planFinYear": budget_year(lot.tender), "dateApproved": local_text(lot.plan_created + 240),
    }  # fmt: skip
    where = {
        "refKatoCode": place.kato, "refCountriesCode": "398", "count": plain(lot.quantity),
        "fullDeliveryPlaceNameRu": f"{place.gen_ru} {place.region_ru_gen}".strip(),
        "fullDeliveryPlaceNameKz": place.gen_kk,
    }  # fmt: skip
    spec = {
        "ekrbCode": "149", "ekrbNameRu": "Приобретение прочих запасов", "fkrbProgramCode": "001", "abpCode": "464",
        "amount": plain(lot.amount), "price": plain(lot.price), "count": plain(lot.quantity),
    }  # fmt: skip
    enstru = {"id": 1, "code": good.enstru, "nameRu": good.name_ru, "nameKz": good.name_kk}
    return {
        "PlanActs": act, "PlansKato": [where], "PlansSpec": [spec], "RefEnstru": enstru,
        "RefUnits": ref("ref_units", good.unit), "RefFinsource": ref("ref_finsource", 1),
        "RefBudgetType": ref("ref_budget_type", 2), "RefJustification": ref("ref_justification", 0),
    }  # fmt: skip


def plain(number: float) -> int | float:
    """Whole sums are integers in the API's JSON."""
    return int(number) if number == int(number) else round(number, 2)
