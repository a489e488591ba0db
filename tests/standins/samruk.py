"""Samruk-Kazyna's portal (zakup.sk.kz) on loopback: adverts by POST, the last changed first, with their lots."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.standins.serving import StandIn

Row = dict[str, Any]
SEARCH = "/eprocsearch/api/external/4dv3rts"


class SamrukStandIn(StandIn):
    """Serves what was published. It gives ten rows a page, however many are asked for; `shows_changes`: rows say when
    they were last changed, as some answers do.
    """

    def __init__(self, *, shows_changes: bool = True) -> None:
        super().__init__()
        self.shows_changes = shows_changes
        self.sticks = False
        self.adverts: dict[int, Row] = {}
        self.lots: dict[int, list[Row]] = {}
        self._changed: dict[int, datetime] = {}

    def publish(self, key: int, at: datetime, *, closes: datetime, lots: int = 1, **more: Any) -> None:
        self._changed[key] = at
        buyer = {"id": 1, "bin": "990140002117", "nameRu": "АО «Сарыбел Энерго»", "nameKk": "«Сарыбел Энерго» АҚ"}
        self.adverts[key] = {
            "id": key, "number": str(key), "nameRu": "Ремонт сетей", "nameKk": "Желілерді жөндеу", "nameEn": None,
            "acceptanceBeginDateTime": at.astimezone(UTC).isoformat(), "acceptanceEndDateTime": closes.isoformat(),
            "customer": buyer | {"phone": "+7 700 000 0000", "email": "mail@example.org"}, "organizer": buyer,
            "tenderType": "OTP", "sumTruNoNds": 500_000.5 * lots, "simpleStatus": "ACTIVE",
            "advertStatus": "PUBLISHED",
            "documents": [{"documentCategory": "TENDER_DOCUMENTATION_ATTACHMENT", "fileUid": f"uid-{key}",
                           "fileName": "Тендерная документация.pdf"}],
        } | more  # fmt: skip
        self.lots[key] = [
            {
                "id": key * 100 + place, "number": str(key * 100 + place), "nameRu": "Ремонт сетей", "nameKk": None,
                "truHistory": {"code": "410040.300.000012", "ru": "Работы по ремонту сетей", "category": "WORKS"},
                "customer": buyer, "tenderSubjectType": "WORKS", "lotStatus": "PUBLISHED", "count": 2.0,
                "deliveryKato": {"code": "750000000", "ru": "г.Алматы"}, "price": 250_000.25,
                "sumTruNoNds": 500_000.5, "lotDocuments": None,
            }
            for place in range(lots)
        ]  # fmt: skip

    def change(self, key: int, at: datetime, **fields: Any) -> None:
        self.adverts[key] |= fields
        self._changed[key] = at

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{SEARCH}/filter", self._filter),
            web.get(f"{SEARCH}/lots/{{id}}", self._lots_of),
            web.get(f"{SEARCH}/{{id}}", self._advert),
        ]

    async def _filter(self, request: web.Request) -> web.Response:
        body = await request.json()
        size = min(int(request.query.get("size", 10)), 10)
        first = 0 if self.sticks else int(request.query.get("page", 0)) * size
        keys = sorted(self.adverts, key=lambda key: (self._changed[key], key), reverse=True)
        found = [self.adverts[key] for key in keys if self.adverts[key]["advertStatus"] == body["advertStatus"]]
        rows = [self._row(row) for row in found[first : first + size]]
        return web.json_response(rows)

    def _row(self, advert: Row) -> Row:
        row = {name: value for name, value in advert.items() if name not in {"customer", "organizer", "documents"}}
        changed = self._changed[advert["id"]].astimezone(UTC).isoformat()
        return row | ({"lastModifiedDate": changed} if self.shows_changes else {})

    def _of(self, request: web.Request) -> int:
        key = int(request.match_info["id"])
        if key not in self.adverts:
            raise web.HTTPNotFound
        return key

    async def _advert(self, request: web.Request) -> web.Response:
        return web.json_response(self.adverts[self._of(request)])

    async def _lots_of(self, request: web.Request) -> web.Response:
        return web.json_response(self.lots[self._of(request)])
