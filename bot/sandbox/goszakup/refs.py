"""The portal's code lists, as `Ref*` objects in GraphQL and as /v3/refs/* in REST. Data: `data/refs.csv`.

The numbers of methods and of the statuses of announcements, lots and contracts are the portal's (recorded 2026-07).
Those of ref_type_trade, of ref_app_status but 360, and of ref_amendm_agreem_justif are our own: no list was found.
"""

from __future__ import annotations

import csv
import functools
from importlib.resources import files
from typing import Any

OF_TYPE = {
    "RefBuyStatus": "ref_buy_status", "RefLotsStatus": "ref_lots_status", "RefContractStatus": "ref_contract_status",
    "RefTradeMethods": "ref_trade_methods", "RefSubjectType": "ref_subject_type", "RefTypeTrade": "ref_type_trade",
    "RefContractType": "ref_contract_type", "RefAppStatus": "ref_app_status", "RefMonths": "ref_months",
    "RefPlnPointStatus": "ref_pln_point_status", "RefFinsource": "ref_finsource", "RefBudgetType": "ref_budget_type",
    "RefUnits": "ref_units", "RefJustification": "ref_justification",
}  # fmt: skip
_NOT_UNDER_LAW = frozenset({55, 105, 123, 124, 125, 126, 160, 177, 178, 190, 200, 202})


@functools.cache
def code_lists() -> dict[str, dict[str, dict[str, Any]]]:
    """Return list name -> id as text -> the row as GraphQL shows it."""
    text = files("bot.sandbox.goszakup").joinpath("data", "refs.csv").read_text(encoding="utf-8")
    out: dict[str, dict[str, dict[str, Any]]] = {}
    for row in csv.DictReader(text.splitlines(), delimiter="|"):
        shown: dict[str, Any] = {"nameRu": row["name_ru"], "nameKz": row["name_kk"] or row["name_ru"]}
        if row["ref"] == "ref_units":
            shown |= {"code": row["id"], "code2": row["code"], "alphaCode": row["code"]}
        else:
            shown |= {"id": int(row["id"]), "code": row["code"]}
        if row["ref"] == "ref_trade_methods":
            kind = 9 if row["id"] == "132" else 2 if int(row["id"]) in _NOT_UNDER_LAW else 1
            shown |= {"symbolCode": row["code"], "type": kind}
        out.setdefault(row["ref"], {})[row["id"]] = shown
    return out


def ref(name: str, number: object) -> dict[str, Any] | None:
    """Return a row of a list as GraphQL shows it, None where there is none."""
    return code_lists()[name].get(str(number))


def symbol(method: int) -> str:
    """Return the letters of a method in lot numbers, as "ЗЦП" for 3."""
    return str(code_lists()["ref_trade_methods"][str(method)]["symbolCode"])
