"""`/b/<buyer>`: a buyer's year in figures, each with the list behind it, a picture of them, and all its purchases."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from datetime import timedelta
from urllib.parse import quote, urlencode

from aiohttp import web
from babel.dates import format_skeleton

from alerts.filters import Criteria
from alerts.format import money, number
from alerts.i18n import translator
from alerts.render import view
from alerts.render.figures import body_name, buyer_lines, largest, period
from alerts.search import Place
from bot.kept import Kept
from bot.web.facts import theirs
from bot.web.finding import ON_A_PAGE, Finder, further
from bot.web.site import HEADERS, Page, Site
from watchers.behind import MOST_BEHIND, Side, What, behind
from watchers.profiles import LEAST, BuyerProfile, buyer_profile
from watchers.store import Store

__all__ = ["Buyers"]

_BUYER = r"/b/{buyer:[^/]{1,255}}"
_KEPT_PROFILES, _KEPT_PICTURES = 500, 100
_LASTING = timedelta(minutes=10)
_TEN_MINUTES = "public, max-age=600"
_LISTS = (What.ALL, What.DIRECT, What.OPENED, What.ONE, What.CANCELLED, What.FLAGGED, What.CONTRACTS, What.WITH)


class Buyers:
    """Answers with pages of buyers. What a year comes to is counted once in ten minutes for all who ask."""

    def __init__(self, site: Site, store: Store, finder: Finder) -> None:
        self._site = site
        self._store = store
        self._finder = finder
        self._profiles: Kept[BuyerProfile] = Kept(site.clock, _KEPT_PROFILES, _LASTING)
        self._pictures: Kept[bytes] = Kept(site.clock, _KEPT_PICTURES, _LASTING)
        self._drawing, self._counting = asyncio.Semaphore(1), asyncio.Semaphore(2)

    def routes(self) -> list[web.AbstractRouteDef]:
        """The page, the lists behind its numbers, its pictures."""
        which = "|".join(what.value for what in _LISTS)
        return [
            *self._site.get(_BUYER, self.buyer),
            *self._site.get(f"{_BUYER}/{{what:{which}}}", self.behind),
            *self._site.get(f"{_BUYER}/year{{dark:(?:-dark)?}}.png", self.picture),
        ]

    async def buyer(self, page: Page) -> web.StreamResponse:
        """What a buyer announced, flagged or not; on the first page, what its year comes to."""
        profile = await self._profile(page)
        after = Place.read(page.request.query.get("after", ""))
        flagged = page.request.query.get("flagged") == "1"
        criteria = Criteria(buyers=(profile.id,), min_weight=1 if flagged else 0)
        found = await self._finder.find(criteria, after, ON_A_PAGE)
        path, query = _path(profile), "flagged=1" if flagged else ""
        return page.render(
            "buyer",
            name=(view.buyer_name(found.cards[0], page.language) if found.cards else "") or theirs(profile.name),
            buyer_id=profile.id,
            entries=self._finder.entries(found.cards, page.language),
            first=after is None,
            flagged=flagged,
            path=path,
            query=urlencode([("buyer", profile.id), ("min_weight", "1" if flagged else "0")]),
            full=found.full,
            further=further(page, path, query, found),
            address=self._site.public.buyer(profile.id),
            year=_year(profile, page.language) if after is None and not flagged else None,
        )

    async def behind(self, page: Page) -> web.StreamResponse:
        """The purchases that one number of a year counts."""
        profile = await self._profile(page)
        what = What(page.request.match_info["what"])
        supplier = page.request.query.get("supplier", "") if what is What.WITH else ""
        partner = next((one for one in largest(profile, page.language) if one.id == supplier), None)
        if what is What.WITH and partner is None:
            raise web.HTTPNotFound
        ids = await behind(self._store.database, Side.BUYER, profile.id, what, profile.until, partner=supplier)
        start = _start(page.request.query.get("from", ""))
        shown, last = ids[start : start + ON_A_PAGE], start + ON_A_PAGE
        path, query = f"{_path(profile)}/{what.value}", [("supplier", supplier)] if supplier else []
        return page.render(
            "behind",
            title=partner.name if partner is not None else _titles(page.language)[what],
            name=body_name(profile.name),
            period=period(profile, page.language),
            entries=self._finder.entries(await self._finder.cards(shown), page.language),
            count=len(ids),
            cut=len(ids) >= MOST_BEHIND,
            back=page.link(_path(profile)),
            further=f"{page.link(path)}?{urlencode([*query, ('from', str(last))])}" if last < len(ids) else "",
        )

    async def picture(self, page: Page) -> web.StreamResponse:
        """The year as PNG, light or dark. One is drawn at a time; whoever asks for it again gets the same."""
        profile, dark = await self._profile(page), bool(page.request.match_info["dark"])
        key: Hashable = (profile.id, page.language, dark)
        async with self._pictures.lock(key):
            body = self._pictures.get(key)
            if body is None:
                from bot.charts import draw  # noqa: PLC0415 - nobody pays for pictures who asks for none

                async with self._drawing:
                    body = self._pictures.put(key, await asyncio.to_thread(draw, profile, page.language, dark=dark))
        headers = {**HEADERS, "Cache-Control": _TEN_MINUTES, "X-Robots-Tag": "noindex"}
        return web.Response(body=body, content_type="image/png", headers=headers)

    async def _profile(self, page: Page) -> BuyerProfile:
        """The year of the buyer asked for. Raises HTTPNotFound for one nobody told of."""
        buyer_id = page.request.match_info["buyer"]
        async with self._profiles.lock(buyer_id):
            found = self._profiles.get(buyer_id)
            if found is None:
                async with self._counting:
                    found = await buyer_profile(self._store.database, buyer_id, self._site.clock())
                if found is None:
                    raise web.HTTPNotFound
                self._profiles.put(buyer_id, found)
        return found


def _path(profile: BuyerProfile) -> str:
    return f"/b/{quote(profile.id, safe='')}"


def _start(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _titles(language: str) -> dict[What, str]:
    _ = translator(language).gettext
    return {
        What.ALL: _("All purchases"), What.DIRECT: _("Without competition"), What.ONE: _("One bidder only"),
        What.OPENED: _("Bids opened"), What.CANCELLED: _("Lots cancelled"),
        What.FLAGGED: _("With a flag"), What.CONTRACTS: _("Contracts"),
    }  # fmt: skip


def _year(profile: BuyerProfile, language: str) -> dict[str, object]:
    """The figures as the page lays them out."""
    lines = buyer_lines(profile, language)
    return {
        "period": period(profile, language),
        "purchases": number(profile.purchases, language),
        "lots": number(profile.lots, language),
        "lines": lines,
        "few": any(not line.value for line in lines),
        "least": LEAST,
        "contracts": profile.contracts,
        "amount": money(profile.amount, profile.currency, language),
        "suppliers": number(profile.suppliers, language),
        "top": largest(profile, language),
        "months": [
            (format_skeleton("yMMM", one.first, locale=language), one.purchases, one.flagged) for one in profile.months
        ],
    }
