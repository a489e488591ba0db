"""Subscribing, confirming, leaving by one click and managing, over real HTTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from alerts.filters import Criteria
from alerts.mail.mailing import Mailing, open_mailing
from alerts.mail.tokens import Purpose
from alerts.outbox import Outbox
from alerts.subscriptions import Subscriptions
from alerts.tables import Standing, outbox, subscribers
from bot.web import assets
from bot.web.forms import Taps
from bot.web.leaving import Leave, Manage
from bot.web.mailroom import Mailroom
from bot.web.subscribing import Subscribing
from tests.bot.web.serving import Served, served
from tests.bot.web.test_evidence import site_of
from watchers.database import Database
from watchers.store import Store

WANTED = {"email": "Aru@Example.kz", "words": "кровл", "frequency": "weekly", "language": "kk", "min_weight": "1"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class Mail:
    """The parts of mail of a test, and what is owed."""

    def __init__(self, database: Database, clock: Any, pages: Served, mailing: Mailing) -> None:
        self.database = database
        self.pages = pages
        self.mailing = mailing
        self.subscriptions = Subscriptions(database, clock)

    async def standing(self, address: str) -> str:
        query = select(subscribers.c.state).where(subscribers.c.address == address)
        async with self.database.read() as connection:
            return str((await connection.execute(query)).scalar_one_or_none())

    async def letters(self) -> list[str]:
        async with self.database.read() as connection:
            return list((await connection.execute(select(outbox.c.event).order_by(outbox.c.id))).scalars())

    async def confirm_path(self) -> str:
        ask = await self.mailing.asks.find(int((await self.letters())[-1].partition(":")[2]))
        assert ask is not None
        return f"/confirm/{self.mailing.asks.token_of(ask)}"

    async def member(self, address: str, **changed: str) -> int:
        """Someone who asked on the page and confirmed by the letter."""
        assert (await self.pages.post("/subscribe", WANTED | {"email": address} | changed)).status == 303
        assert (await self.pages.post(await self.confirm_path())).status == 200
        found = await self.subscriptions.subscriber("email", address)
        assert found is not None
        return found.id

    def leave_path(self, id_: int, address: str) -> str:
        return f"/unsubscribe/{self.mailing.boxes.leave_token(id_, address)}"

    def manage_path(self, id_: int, address: str) -> str:
        return f"/manage/{self.mailing.boxes.manage_token(id_, address)}"


@pytest.fixture
async def mail(database: Database, clock: Any) -> AsyncIterator[Mail]:
    store, site = Store(database, clock), site_of(clock, mail=True)
    subscriptions, ledger = Subscriptions(database, clock), Outbox(database, clock)
    room = Mailroom(lambda: open_mailing(database, clock, subscriptions, ledger), enabled=True)
    routes = [
        *assets.routes(), *Leave(site, room).routes(), *Manage(site, store, room, subscriptions).routes(),
        *Subscribing(site, store, room).routes(),
    ]  # fmt: skip
    async with served(site, routes) as pages:
        yield Mail(database, clock, pages, await room.mailing())


async def test_whoever_asks_is_sent_a_letter_and_nothing_before_the_mailbox_says_yes(mail: Mail) -> None:
    form = await mail.pages.get("/subscribe?words=кровл&min_weight=3")
    assert 'name="words" value="кровл"' in form.text
    assert (await mail.pages.post("/subscribe", WANTED)).headers["Location"] == "/subscribed"
    assert [event.partition(":")[0] for event in await mail.letters()] == ["confirm"]
    path = await mail.confirm_path()
    for _ in range(3):  # a scanner of links opens them all
        looked = await mail.pages.get(path)
        assert (looked.status, "aru@example.kz" in looked.text) == (200, True)
        assert (await mail.pages.get(path, method="HEAD")).status == 200
    assert looked.headers["Content-Language"] == "kk"
    assert await mail.standing("aru@example.kz") == Standing.PENDING
    done = await mail.pages.post(path)
    assert (done.status, "/manage/" in done.text) == (200, True)
    assert await mail.standing("aru@example.kz") == Standing.ACTIVE
    found = await mail.subscriptions.subscriber("email", "aru@example.kz")
    assert found is not None
    (kept,) = await mail.subscriptions.filters(found.id)
    assert kept.criteria == Criteria(words=("кровл",), min_weight=1)
    assert (await mail.pages.post(path)).status == 200  # twice is as once
    assert len(await mail.subscriptions.filters(found.id)) == 1


async def test_the_answer_is_the_same_whether_or_not_an_address_is_known(mail: Mail) -> None:
    await mail.member("aru@example.kz")
    answers = []
    for path in ("/subscribe", "/manage"):
        for address in ("aru@example.kz", "stranger@example.kz"):
            answer = await mail.pages.post(path, WANTED | {"email": address})
            answers.append((path, answer.status, answer.headers.get("Location"), answer.text))
    assert len(set(answers)) == 2


async def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(mail: Mail) -> None:
    answer = await mail.pages.post("/subscribe", WANTED | {"email": "<b>no address", "supplier": "two words"})
    assert answer.status == 422
    assert "This was not understood: two words" in answer.text
    answer = await mail.pages.post("/subscribe", WANTED | {"email": "<b>no address"})
    assert (answer.status, "This is no mail address" in answer.text) == (422, True)
    assert 'value="&lt;b&gt;no address"' in answer.text
    assert 'name="words" value="кровл"' in answer.text
    assert await mail.letters() == []


@pytest.mark.parametrize("kind", ["urlencoded", "multipart", "empty", "rubbish"])
async def test_one_click_leaves_without_cookie_or_redirect_whatever_the_body(mail: Mail, kind: str) -> None:
    id_ = await mail.member("aru@example.kz")
    path = mail.leave_path(id_, "aru@example.kz")
    for _ in range(2):
        looked = await mail.pages.get(path)
        assert (looked.status, 'method="post"' in looked.text) == (200, True)
    assert await mail.standing("aru@example.kz") == Standing.ACTIVE
    multipart = aiohttp.FormData(ONE_CLICK, default_to_multipart=True)
    bodies: dict[str, Any] = {"urlencoded": ONE_CLICK, "multipart": multipart, "empty": None, "rubbish": b"\xff" * 9}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as provider:
        url, hostile = mail.pages.base + path, {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
        async with provider.post(url, data=bodies[kind], headers=hostile, allow_redirects=False) as answer:
            assert (answer.status, "Set-Cookie" in answer.headers) == (200, False)
    assert await mail.standing("aru@example.kz") == Standing.STOPPED
    again = await mail.pages.post(path, ONE_CLICK)
    assert (again.status, await mail.standing("aru@example.kz")) == (200, Standing.STOPPED)
    assert (await mail.pages.get(f"{path}/undo")).status == 405
    back = await mail.pages.post(f"{path}/undo")
    assert (back.status, await mail.standing("aru@example.kz")) == (200, Standing.ACTIVE)


async def test_a_forged_an_expired_and_anothers_token_change_and_reveal_nothing(mail: Mail, clock: Any) -> None:
    aru, ben = await mail.member("aru@example.kz"), await mail.member("ben@example.kz")
    boxes, tokens = mail.mailing.boxes, mail.mailing.tokens
    leave, manage = boxes.leave_token(aru, "aru@example.kz"), boxes.manage_token(aru, "aru@example.kz")
    forged = [
        leave[:20] + ("A" if leave[20] != "A" else "B") + leave[21:], leave[:20], "x", "A" * 38, leave + "A", manage,
        boxes.leave_token(aru, "ben@example.kz"), tokens.make(Purpose.UNSUBSCRIBE, ben, "aru@example.kz", "digest"),
        tokens.make(Purpose.UNSUBSCRIBE, aru, "aru@example.kz"), tokens.make(Purpose.UNSUBSCRIBE, 2**40, ""),
    ]  # fmt: skip
    paths = [f"/unsubscribe/{token}" for token in forged]
    paths += [f"/{page}/{leave}" for page in ("manage", "confirm")] + [f"/confirm/{manage}"]
    for path in paths:
        for answer in (await mail.pages.get(path), await mail.pages.post(path, {"save": "1"})):
            assert answer.status == 404, path
            assert "This link is not one of ours" in answer.text
            assert "example.kz" not in answer.text
            assert answer.headers["Cache-Control"] == "no-store"
    clock.advance(days=61)
    for answer in (
        await mail.pages.get(f"/manage/{manage}"),
        await mail.pages.post(f"/manage/{manage}", {"save": "1"}),
    ):
        assert (answer.status, "no longer good" in answer.text) == (410, True)
        assert "example.kz" not in answer.text
    assert await mail.standing("aru@example.kz") == await mail.standing("ben@example.kz") == Standing.ACTIVE
    assert (await mail.pages.get(f"/unsubscribe/{leave}")).status == 200  # good for ever


async def test_an_address_sees_and_changes_its_own_and_nobody_elses(mail: Mail) -> None:
    aru, ben = await mail.member("aru@example.kz"), await mail.member("ben@example.kz")
    path = mail.manage_path(aru, "aru@example.kz")
    page = await mail.pages.get(path)
    assert (page.status, "aru@example.kz" in page.text, "ben@" in page.text) == (200, True, False)
    changed = {"frequency": "daily", "attach": "xlsx", "language": "ru", "all_quiet": "1", "save": "1"}
    assert (await mail.pages.post(path, changed)).status == 303
    box = await mail.mailing.boxes.view(aru)
    assert (box.frequency, box.attach, box.language, box.all_quiet) == ("daily", "xlsx", "ru", True)
    for rubbish in ({"frequency": "hourly", "attach": "exe", "language": "xx"}, {"drop": "x"}, {"drop": "9" * 30}, {}):
        assert (await mail.pages.post(path, rubbish)).status in {303, 400}
    (theirs,) = await mail.subscriptions.filters(ben)
    assert (await mail.pages.post(path, {"drop": str(theirs.id)})).status == 404
    assert len(await mail.subscriptions.filters(ben)) == 1
    (own,) = await mail.subscriptions.filters(aru)
    assert (await mail.pages.post(path, {"drop": str(own.id)})).status == 303
    assert await mail.subscriptions.filters(aru) == []
    assert "Жоқ." not in (await mail.pages.get(path)).text
    assert "Нет." in (await mail.pages.get(path)).text


async def test_the_link_to_the_settings_is_sent_to_the_mailbox_alone(mail: Mail, clock: Any) -> None:
    await mail.member("aru@example.kz")
    clock.advance(minutes=10)
    answer = await mail.pages.post("/manage", {"email": "aru@example.kz"})
    assert answer.status == 200
    assert not re.search(r"/manage/[A-Za-z0-9_-]{20}", answer.text)
    assert (await mail.letters())[-1].startswith("manage")
    assert (await mail.pages.post("/manage", {"email": "no address"})).status == 422


async def test_forms_are_taken_from_our_own_pages_within_limits(mail: Mail) -> None:
    post = mail.pages.post
    assert (await post("/subscribe", WANTED, Origin="https://evil.example")).status == 403
    assert (await post("/subscribe", WANTED, Sec_Fetch_Site="cross-site")).status == 403
    assert (await post("/subscribe", WANTED, Origin=mail.pages.base, Sec_Fetch_Site="same-origin")).status == 303
    assert (await post("/subscribe", {"email": "x" * 70_000})).status == 413
    assert (await post("/subscribe", b"x" * 2_000_000)).status == 413
    assert (await post("/subscribe", {str(n): "1" for n in range(500)})).status == 400
    assert (await post("/subscribe", b"{}", Content_Type="application/json")).status == 400
    assert (
        await post("/subscribe", b"email=%ff%fe&words=%00", Content_Type="application/x-www-form-urlencoded")
    ).status == 422
    assert len(await mail.letters()) == 1


async def test_one_peer_may_ask_so_often_and_no_more(mail: Mail) -> None:
    statuses = [
        (await mail.pages.post("/manage", {"email": "a@example.kz"}, X_Forwarded_For=f"evil, {peer}")).status
        for peer in ["198.51.100.7"] * 12 + ["198.51.100.8"] + ["2001:db8::1", "2001:db8::2"]
    ]
    assert statuses == [200] * 10 + [429] * 2 + [200] * 3


def test_taps_fill_up_again_and_remember_few() -> None:
    class Asked:
        remote, headers = "", dict[str, str]()

    now = 0.0
    taps, asked = Taps(2, 10.0, most=3, monotonic=lambda: now), Asked()

    def taken(peer: str) -> bool:
        asked.remote = peer
        try:
            taps.take(asked)  # type: ignore[arg-type]
        except aiohttp.web.HTTPTooManyRequests as refused:
            return not 1 <= int(refused.headers["Retry-After"]) <= 11
        return True

    assert [taken("198.51.100.7") for _ in range(3)] == [True, True, False]
    now = 10.5
    assert [taken("198.51.100.7") for _ in range(2)] == [True, False]
    for last in range(5):
        assert taken(f"203.0.113.{last}")
    assert taken("198.51.100.7")  # forgotten


async def test_without_a_mail_server_the_page_says_so(database: Database, clock: Any) -> None:
    site, store = site_of(clock), Store(database, clock)
    subscriptions, ledger = Subscriptions(database, clock), Outbox(database, clock)
    room = Mailroom(lambda: open_mailing(database, clock, subscriptions, ledger), enabled=False)
    async with served(site, Subscribing(site, store, room).routes()) as pages:
        answer = await pages.get("/subscribe")
        assert (answer.status, "Mail is not set up" in answer.text) == (404, True)
        assert (await pages.post("/subscribe", WANTED)).status == 404
