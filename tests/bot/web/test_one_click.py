"""Leaving as mail providers do it: read from the bytes that arrived, signed; scanners that open everything first."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import dkim
import pytest
from sqlalchemy import func, select

from alerts.channels.email.composing import Composer
from alerts.channels.email.signing import DkimKey
from alerts.tables import Standing, outbox
from bot.web import assets
from bot.web.evidence import Evidence
from bot.web.leaving import Leave, Manage
from bot.web.listing import Listing
from bot.web.mailroom import Mailroom
from bot.web.subscribing import Subscribing
from tests.alerts.channels.email.rsa import dkim_key
from tests.alerts.conftest import World, world  # noqa: F401 - a fixture
from tests.alerts.mail.conftest import ROOFS, Post, mailing, post  # noqa: F401 - fixtures
from tests.alerts.mail.test_posting import ARU, Road, road  # noqa: F401 - a fixture
from tests.bot.web.serving import Served, served
from tests.bot.web.test_evidence import site_of
from watchers.rules import load_rules

OURS = "https://baqylau.example"


@pytest.fixture
async def pages(road: Road) -> AsyncIterator[Served]:  # noqa: F811
    async def its_mailing() -> Any:
        return road.post.mailing

    site, room, world_ = site_of(road.clock, mail=True), Mailroom(its_mailing, enabled=True), road.world
    routes = [
        *assets.routes(), *Evidence(site, world_.store, load_rules()).routes(), *Leave(site, room).routes(),
        *Listing(site, world_.store, load_rules()).routes(), *Subscribing(site, world_.store, room).routes(),
        *Manage(site, world_.store, room, world_.subscriptions).routes(),
    ]  # fmt: skip
    async with served(site, routes) as pages:
        yield pages


async def digest(road: Road) -> bytes:  # noqa: F811
    """A digest as it arrived, signed."""
    road.channel._composer = Composer(
        "Baqylau <digest@baqylau.example>", key=DkimKey(dkim_key()[0], "s1", "baqylau.example")
    )
    await road.post.member(ARU, criteria=[ROOFS], language="en")
    await road.send()
    await road.happen()
    await road.nine()
    await road.send()
    return bytes(road.digests()[0].raw)


def header(raw: bytes, name: str) -> str:
    """A header as it travelled, unfolded and not decoded: nobody decodes these."""
    head = raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").decode("ascii")
    (value,) = [line.partition(": ")[2] for line in head.split("\r\n") if line.startswith(f"{name}: ")]
    return value


@pytest.mark.parametrize("kind", ["multipart", "urlencoded"])
async def test_a_provider_finds_the_link_in_the_signed_bytes_and_leaves_by_it(
    road: Road,  # noqa: F811
    pages: Served,
    kind: str,
) -> None:
    raw = await digest(road)
    record = b"v=DKIM1; k=rsa; p=" + dkim_key()[1].encode()
    assert dkim.verify(raw, dnsfunc=lambda _name, timeout=5: record)
    covered = re.split(r"\s*:\s*", re.search(r" h=([^;]+);", header(raw, "DKIM-Signature"))[1])  # type: ignore[index]
    assert {"list-unsubscribe", "list-unsubscribe-post", "from", "subject", "message-id"} <= set(covered)
    assert header(raw, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    (link,) = re.findall(rf"<({re.escape(OURS)}/[^>]+)>", header(raw, "List-Unsubscribe"))
    body = {"List-Unsubscribe": "One-Click"}
    data = aiohttp.FormData(body, default_to_multipart=True) if kind == "multipart" else body
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as provider:
        url = link.replace(OURS, pages.base)
        async with provider.post(url, data=data, allow_redirects=False) as answer:
            assert (answer.status, "Set-Cookie" in answer.headers) == (200, False)
    assert (await road.post.who(ARU)).state is Standing.STOPPED
    await road.happen()
    await road.nine()
    await road.send()
    assert len(road.digests()) == 1


async def test_a_scanner_that_opens_every_link_changes_nothing(road: Road, pages: Served) -> None:  # noqa: F811
    raw = await digest(road)
    mail = road.digests()[0]
    texts = mail.body("plain") + mail.body("html").replace("&amp;", "&") + raw.decode("ascii")
    links = set(re.findall(rf"{re.escape(OURS)}[^\s\"<>]*", texts))
    assert {link.split("/")[3].partition("?")[0] for link in links} >= {"t", "manage", "unsubscribe", "subscribe"}

    async def stands() -> tuple[Any, ...]:
        async with road.world.database.read() as connection:
            count = (await connection.execute(select(func.count()).select_from(outbox))).scalar_one()
        who = await road.post.who(ARU)
        kept = await road.world.subscriptions.filters(who.id)
        return who, kept, await road.post.mailing.boxes.view(who.id), count

    before = await stands()
    for link in sorted(links):
        for method in ("GET", "HEAD", "OPTIONS", "PROPFIND"):
            await pages.get(link.replace(OURS, pages.base).removeprefix(pages.base), method=method, Purpose="prefetch")
    assert await stands() == before
