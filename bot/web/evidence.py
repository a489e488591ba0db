"""`/t/<tender>`: what is known of a tender, what about it deserves a look, and every version of it with its proof.

`/t/<tender>/<n>` is version n for good: it is told as of the moment it was read, so that who cites it finds the same
words again. `/raw` and `/release.json` under it hand out what it was made from.
"""

from __future__ import annotations

import asyncio
import base64
from datetime import datetime

from aiohttp import web

from alerts.channels.telegram.text import safe_link
from alerts.format import zone_of
from alerts.render import TenderCard, view
from alerts.render.sentences import Sentences
from bot.web.evidence_view import flags_of, timeline, unchecked
from bot.web.facts import Telling, facts_of, parts_of
from bot.web.site import HEADERS, Page, Site
from watchers.rules import Rules
from watchers.showing import shown
from watchers.store import Store
from watchers.versions import look, raw_answer, release_json, snapshot_id

__all__ = ["Evidence"]

_ADDRESS = r"/t/{tender:[1-9]\d{0,18}}"
_VERSION = _ADDRESS + r"/{version:[1-9]\d{0,9}}"
_UNPACKED_AT_ONCE = 2
_A_DAY = "public, max-age=86400"


class Evidence:
    """Answers for tenders."""

    def __init__(self, site: Site, store: Store, rules: Rules, sentences: Sentences | None = None) -> None:
        self._site = site
        self._store = store
        self._rules = rules
        self._sentences = sentences or Sentences()
        self._unpacking = asyncio.Semaphore(_UNPACKED_AT_ONCE)

    def routes(self) -> list[web.AbstractRouteDef]:
        """The pages of a tender and its versions, and what they were made from."""
        return [
            *self._site.get(_ADDRESS, self.tender),
            *self._site.get(_VERSION, self.tender),
            *self._site.get(_VERSION + "/raw", self.raw),
            *self._site.get(_VERSION + "/release.json", self.release),
        ]

    async def tender(self, page: Page) -> web.StreamResponse:
        """A tender as it stands, or as one version of it stood."""
        key, sequence = _asked(page)
        found = await look(self._store, key, sequence)
        if found is None:
            raise web.HTTPNotFound
        snapshot, known = found
        language, zone = page.language, self._site.zone
        now = self._site.clock() if sequence is None else snapshot.seen_at
        card = TenderCard.of(snapshot)
        telling = Telling(
            card=card, release=snapshot.release, rules=self._rules, language=language, zone=zone, now=now
        )  # fmt: skip
        parts, more_parts = parts_of(snapshot.release, language)
        left = view.remaining(card, self._rules, now, language, zone)
        moments = [known[0].seen_at, self._site.since, *([] if sequence else self._turns(card, now))]
        return page.render(
            "evidence",
            modified=max(moment for moment in moments if moment is not None),
            card=card,
            sequence=snapshot.sequence,
            fixed=sequence is not None,
            newest=known[0].sequence,
            title=view.heading(card, language),
            place=view.place(card, language),
            terms=view.terms(card, self._rules, language, zone, now, left=left),
            flags=flags_of(card, self._sentences, language, zone, now),
            unchecked=unchecked(card, self._sentences, language),
            coverage=view.coverage(card, language),
            seen=view.seen(card, language, zone, now),
            facts=facts_of(telling),
            parts=parts,
            more_parts=more_parts,
            steps=timeline(known, self._sentences, language, zone, self._site.clock()),
            portal=safe_link(card.link),
            address=self._site.public.tender(key),
            cited=self._site.public.snapshot(key, snapshot.sequence),
        )

    def _turns(self, card: TenderCard, now: datetime) -> list[datetime]:
        """When what the page says of time last turned: at midnight, and at the deadline."""
        midnight = now.astimezone(zone_of(self._site.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        closes_at = card.summary.closes_at
        return [midnight, closes_at] if closes_at is not None and closes_at <= now else [midnight]

    async def raw(self, page: Page) -> web.StreamResponse:
        """What the publisher answered, byte for byte; what names persons is hidden where there is any."""
        key, sequence = _asked(page)
        async with self._unpacking:
            answer = await raw_answer(self._store.database, await self._snapshot(key, sequence))
            if answer is None:
                raise web.HTTPNotFound
            safe = await asyncio.to_thread(shown, answer.body)
        headers = {"X-Record": "whole" if safe.whole else "persons hidden"}
        if safe.whole:
            digest = base64.b64encode(bytes.fromhex(answer.sha256)).decode()
            headers["Repr-Digest"] = f"sha-256=:{digest}:"
        return _file(page, safe.body, f"tender-{key}-{sequence}-record", headers)

    async def release(self, page: Page) -> web.StreamResponse:
        """The OCDS release the checks were made on."""
        key, sequence = _asked(page)
        found = await release_json(self._store.database, await self._snapshot(key, sequence))
        if found is None:
            raise web.HTTPNotFound
        safe = await asyncio.to_thread(shown, found)
        return _file(page, safe.body, f"tender-{key}-{sequence}-release", {})

    async def _snapshot(self, key: int, sequence: int | None) -> int:
        found = await snapshot_id(self._store.database, key, sequence) if sequence is not None else None
        if found is None:
            raise web.HTTPNotFound
        return found


def _asked(page: Page) -> tuple[int, int | None]:
    named = page.request.match_info
    return int(named["tender"]), int(named["version"]) if "version" in named else None


def _file(page: Page, body: bytes, name: str, headers: dict[str, str]) -> web.Response:
    """A download that no browser shows as a page of ours."""
    is_json = body.lstrip()[:1] in {b"{", b"["}
    return page.download(
        body,
        name=f"{name}.json" if is_json else f"{name}.bin",
        content_type="application/json" if is_json else "application/octet-stream",
        cache=_A_DAY,
        headers={**HEADERS, "Content-Security-Policy": "sandbox; default-src 'none'", **headers},
    )
