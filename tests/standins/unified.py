"""The Unified Procurement Platform (zakup.gov.kz) on loopback: lots, announcements, files, as the real one shows them.

The listing shows lots, the highest announcement id first; no more than `window` rows can be reached by offset; the
listing, an announcement's own lots and its files are lists with `count` and `results`. Switches: `ignores` are filters
it takes no notice of, `most` the largest page it gives.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.standins.serving import StandIn

Row = dict[str, Any]
BASE = "/api/core/api/core"
SYSTEMS = {1: "GoszakupRK", 2: "MITWORK", 3: "Самрук-Казына"}
OPEN = {"id": 7, "name": "Опубликован (прием заявок)", "is_active": True, "code": None}


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class UnifiedStandIn(StandIn):
    """Serves what was published; `publish` shows an announcement with its lots, or shows it otherwise."""

    def __init__(self, *, window: int = 10_000, most: int = 1000, ignores: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.window, self.most, self.ignores = window, most, set(ignores)
        self.announcements: dict[int, Row] = {}
        self.lots: dict[int, list[Row]] = {}
        self.files: dict[int, list[Row]] = {}
        self.asked: list[str] = []

    @property
    def base_url(self) -> str:
        return f"{self.url}{BASE}"

    def publish(
        self,
        key: int,
        number: str,
        *,
        published: datetime,
        closes: datetime,
        system: int = 1,
        title: str = "Ремонт кровли школы",
        method: str = "Открытый конкурс",
        buyer: tuple[str, str] = ("990040002117", "ГУ «Отдел образования Алгабасского района»"),
        lots: int = 1,
        status: Row | None = None,
        price: float = 1_000_000.0,
        enstru: str = "439111.100.000000",
        external: int | None = None,
        **more: Any,
    ) -> None:
        status = status or OPEN
        self.announcements[key] = {
            "id": key, "external_id": external or 17_000_000 + key, "announcement_number": number, "name": title,
            "publish_date": int(published.timestamp()), "offer_start_date": int(published.timestamp()),
            "offer_end_date": int(closes.timestamp()), "total_price": price * lots, "status": status,
            "purchase_method": {"id": 2, "name": method, "name_kk": None, "code": None},
            "purchase_subject": {"id": 2, "code": "works", "name": "Работы"},
            "organizer": {"id": 1, "iin_bin": buyer[0], "name": buyer[1], "address": "г. Астана"}, "lot_count": lots,
        } | more  # fmt: skip
        self.lots[key] = [
            {
                "id": key * 1000 + place, "external_id": 43_000_000 + key * 1000 + place, "announcement_id": key,
                "announcement_number": number, "lot_number": str(place + 1), "name_ru": f"{title}, часть {place + 1}",
                "name_kk": "Мектеп шатырын жөндеу", "description_ru": "Работы по ремонту кровли",
                "description_kk": None, "total_price": price, "dumping_price": None, "quantity": 1.0,
                "organization_name": buyer[1],
                "delivery_addresses": [{"id": 1, "code": "711310000", "name_ru": "г. Астана", "name_kk": None}],
                "purchase_method_name": method, "purchase_method_id": 2, "purchase_subject_id": [2],
                "offer_start_date": iso(published), "offer_end_date": iso(closes),
                "announcement_publish_date": iso(published), "status": status,
                "system": {"id": system, "name": SYSTEMS[system]}, "psd_sign": None, "plan_items": [],
                "enstrus": [{"id": 1, "code": enstru, "name_ru": "Работы по ремонту кровли", "name_kk": None}],
            }
            for place in range(lots)
        ]  # fmt: skip
        self.files.setdefault(key, [{"id": 5, "name": "Техническая спецификация.pdf", "file": None}])

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{BASE}/_lots/", self._listing),
            web.get(f"{BASE}/announcements/{{id}}/", self._announcement),
            web.get(f"{BASE}/announcements/{{id}}/lots/", self._lots_of),
            web.get(f"{BASE}/announcements/{{id}}/general-files/", self._files_of),
        ]

    async def _listing(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        rows = [row for key in sorted(self.lots, reverse=True) for row in self.lots[key]]
        query = {name: value for name, value in request.query.items() if name not in self.ignores}
        if "system_id__in" in query:
            wanted = {int(part) for part in query["system_id__in"].split("__")}
            rows = [row for row in rows if row["system"]["id"] in wanted]
        if "offer_end_date__gte" in query:
            rows = [row for row in rows if row["offer_end_date"] >= query["offer_end_date__gte"]]
        if "offer_end_date__lte" in query:
            rows = [row for row in rows if row["offer_end_date"] <= query["offer_end_date__lte"]]
        return self._page(request, rows)

    def _page(self, request: web.Request, rows: list[Row]) -> web.Response:
        offset = 0 if "offset" in self.ignores else int(request.query.get("offset", 0))
        limit = min(int(request.query.get("limit", 50)), self.most)
        if offset + limit > self.window:
            return web.json_response({"detail": "Result window is too large"}, status=400)
        more = f"{self.url}{request.path}?offset={offset + limit}" if offset + limit < len(rows) else None
        body = {"count": len(rows), "next": more, "previous": None, "results": rows[offset : offset + limit]}
        return web.json_response(body | {"facets": {}})

    def _of(self, request: web.Request) -> int:
        key = int(request.match_info["id"])
        if key not in self.announcements:
            raise web.HTTPNotFound(text='{"detail": "Не найдено."}', content_type="application/json")
        return key

    async def _announcement(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        return web.json_response(self.announcements[self._of(request)])

    async def _lots_of(self, request: web.Request) -> web.Response:
        return self._page(request, self.lots[self._of(request)])

    async def _files_of(self, request: web.Request) -> web.Response:
        return web.json_response(self.files[self._of(request)])
