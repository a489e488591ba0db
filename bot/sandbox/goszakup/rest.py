"""OWS v3 by REST: lists with next_page and search_after, single records, code lists, the journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.goszakup.access import yii_error
from bot.sandbox.goszakup.moments import DAY, local_text, moment_of
from bot.sandbox.goszakup.reading import Reader
from bot.sandbox.goszakup.refs import code_lists
from bot.sandbox.goszakup.schema import ROOTS, rest_name

Answer = Callable[[web.Request], Awaitable[web.Response]]

USUAL_ROWS, MOST_ROWS = 50, 500
_LISTS = (
    ("/v3/trd-buy/number-anno/{numberAnno}", "TrdBuy"), ("/v3/trd-buy/bin/{orgBin}", "TrdBuy"),
    ("/v3/lots/number-anno/{trdBuyNumberAnno}", "Lots"), ("/v3/lots/bin/{customerBin}", "Lots"),
    ("/v3/plans/{subjectBiin:\\d{12}}", "Plans"),
    ("/v3/contract/number-anno/{trdBuyNumberAnno}", "Contract"), ("/v3/contract/customer/{customerBin}", "Contract"),
    ("/v3/contract/supplier/{supplierBiin}", "Contract"),
    ("/v3/trd-app", "TrdApp"), ("/v3/trd-app/all", "TrdApp"), ("/v3/trd-app/buy/{buyId}", "TrdApp"),
    ("/v3/acts", "Acts"), ("/v3/acts/contract/{contractId}", "Acts"), ("/v3/treasury-pay", "TreasuryPay"),
    ("/v3/treasury-pay/contract/{contractId}", "TreasuryPay"), ("/v3/rnu", "Rnu"),
    ("/v3/subject", "Subjects"), ("/v3/plans", "Plans"), ("/v3/trd-buy", "TrdBuy"), ("/v3/lots", "Lots"),
    ("/v3/contract", "Contract"), ("/v3/subject/all", "Subjects"), ("/v3/plans/all", "Plans"),
    ("/v3/trd-buy/all", "TrdBuy"), ("/v3/lots/all", "Lots"), ("/v3/contract/all", "Contract"),
)  # fmt: skip
_ONE = {"/v3/trd-buy": "TrdBuy", "/v3/lots": "Lots", "/v3/contract": "Contract", "/v3/acts": "Acts",
        "/v3/trd-app": "TrdApp", "/v3/plans/view": "Plans"}  # fmt: skip
_JOURNAL = {
    "TrdBuy": ("trd_buy", "Объявления", "trd-buy"),
    "Lots": ("lots", "Лоты", "lots"),
    "Contract": ("contract", "Договоры", "contract"),
    "Rnu": ("rnu", "Реестр недобросовестных", "rnu"),
}


class Rest:
    """The REST half over the same reader as GraphQL."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.extra: dict[str, Any] = {}
        """Fields added to every record by a schema drift."""

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; the more exact come first."""
        exact = [
            web.get("/v3/journal", self._journal),
            web.get("/v3/refs/{name}", self._list_of_refs),
            web.get("/v3/refs/{name}/{number}", self._one_ref),
            web.get("/v3/rnu/{biin}", self._unscrupulous),
            web.get("/v3/subject/biin/{biin}", self._subject),
            web.get("/v3/subject/{pid:\\d+}", self._subject),
            web.get("/v3/contract/number/", self._contract_by_number),
            web.get("/v3/contract/number-sys/", self._contract_by_number),
            web.get("/v3/contract/{id:\\d+}/units", self._units),
            web.get("/v3/trd-buy/{id:\\d+}/{part:commission|pause|cancel}", self._part),
        ]
        lists = [web.get(path, self._lister(root)) for path, root in _LISTS]
        ones = [web.get(f"{path}/{{id:\\d+}}", self._finder(root)) for path, root in _ONE.items()]
        return [*exact, *lists, *ones]

    def _lister(self, root: str) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            return self._page(request, root, dict(request.match_info))

        return answer

    def _finder(self, root: str) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            record = self._reader.country.shelves[root].get(int(request.match_info["id"]))
            return (
                yii_error(404, "Объект не найден") if record is None else web.json_response(self._whole(root, record))
            )

        return answer

    def _page(self, request: web.Request, root: str, wanted: Mapping[str, Any]) -> web.Response:
        try:
            limit = min(int(request.query.get("limit", USUAL_ROWS)), MOST_ROWS)
            after = int(request.query["search_after"]) if "search_after" in request.query else None
        except ValueError:
            return yii_error(400, "Неверный параметр")
        page = self._reader.page(root, wanted, limit, after)
        place = request.path
        if root == "Lots" and self._reader.country.quirks.stray_next_page:
            place = place.removeprefix("/v3")
        next_page = f"{place}?page=next&search_after={page.last_id}" if page.more else ""
        if page.more and "limit" in request.query:
            next_page += f"&limit={limit}"
        items = [self._whole(root, row) for row in page.rows]
        return web.json_response({"total": page.total, "limit": limit, "next_page": next_page, "items": items})

    def _whole(self, root: str, record: Any) -> dict[str, Any]:
        """Return a record with REST names; nested lists made of plain fields are kept, links to records are not."""
        kind = ROOTS.get(root, root)
        shown = _snake(self._reader.scalars(kind, record), self._reader.renamed, kind)
        if root == "Rnu" and isinstance(shown.get("detail"), list):
            shown |= {**shown.pop("detail")[0], "founders": None}
        return shown | self.extra

    async def _part(self, request: web.Request) -> web.Response:
        tender = self._reader.country.shelves["TrdBuy"].get(int(request.match_info["id"]))
        if tender is None:
            return yii_error(404, "Объект не найден")
        found = self._reader.child("TrdBuy", request.match_info["part"].capitalize(), tender)
        rows = found if isinstance(found, list) else [found] if found else []
        items = [_snake(row, {}, "") for row in rows]
        return web.json_response({"total": len(items), "limit": USUAL_ROWS, "next_page": "", "items": items})

    async def _units(self, request: web.Request) -> web.Response:
        deal = self._reader.country.shelves["Contract"].get(int(request.match_info["id"]))
        if deal is None:
            return yii_error(404, "Объект не найден")
        items = [_snake(unit, {}, "") for unit in self._reader.child("Contract", "ContractUnits", deal) or []]
        return web.json_response({"total": len(items), "limit": USUAL_ROWS, "next_page": "", "items": items})

    async def _contract_by_number(self, request: web.Request) -> web.Response:
        return self._page(request, "Contract", {"contractNumberSys": request.query.get("number", "-")})

    async def _unscrupulous(self, request: web.Request) -> web.Response:
        if not self._reader.page("Rnu", {"supplierBiin": request.match_info["biin"]}, 1, None).rows:
            return yii_error(404, "Поставщик не найден в реестре")
        return self._page(request, "Rnu", {"supplierBiin": request.match_info["biin"]})

    async def _subject(self, request: web.Request) -> web.Response:
        for record in self._reader.country.shelves["Subjects"]:
            shown = self._reader.scalars("Subject", record)
            given = request.match_info.get("biin")
            if given in {shown["bin"], shown["iin"]} if given else str(shown["pid"]) == request.match_info["pid"]:
                return web.json_response(_snake(shown, self._reader.renamed, "Subject") | self.extra)
        return yii_error(404, "Компания не найдена")

    async def _list_of_refs(self, request: web.Request) -> web.Response:
        rows = code_lists().get(request.match_info["name"])
        if rows is None:
            return web.json_response({"error": "Справочник не найден"})
        items = [_snake(row, {}, "") for row in rows.values()]
        return web.json_response({"total": len(items), "limit": 100, "next_page": "", "items": items})

    async def _one_ref(self, request: web.Request) -> web.Response:
        rows = code_lists().get(request.match_info["name"])
        if rows is None:
            return web.json_response({"error": "Справочник не найден"})
        row = rows.get(request.match_info["number"])
        return yii_error(404, "Объект не найден") if row is None else web.json_response(_snake(row, {}, ""))

    async def _journal(self, request: web.Request) -> web.Response:
        country = self._reader.country
        try:
            begin = moment_of(request.query.get("date_from", "1970-01-02"))
            end = moment_of(request.query["date_to"]) + DAY if "date_to" in request.query else country.now
        except ValueError:
            return yii_error(400, "Неверный параметр")
        rows = [each for each in country.ledger.entries if begin <= each.at <= end and each.kind in _JOURNAL]
        items = []
        for entry in reversed(rows[-MOST_ROWS:]):
            name, title, path = _JOURNAL[entry.kind]
            items.append(
                {
                    "object_id": str(entry.id), "action": "U", "date_action": local_text(entry.at),
                    "service_name": name, "service_title": title,
                    "url": f"https://ows.goszakup.gov.kz/v3/{path}/{entry.id}",
                }
            )  # fmt: skip
        return web.json_response({"total": len(rows), "limit": MOST_ROWS, "next_page": "", "items": items})


def _snake(shown: Mapping[str, Any], renamed: Mapping[str, str], kind: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in shown.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = [_snake(each, {}, "") for each in value]  # noqa: PLW2901 - the same value, renamed inside
        elif isinstance(value, dict):
            continue
        out[rest_name(renamed.get(f"{kind}.{name}", name))] = value
    return out
