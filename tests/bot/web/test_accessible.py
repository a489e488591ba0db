"""Every page in a real Chromium: WCAG AA by axe, phone and desktop, light and dark; without a script; by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.async_api import Browser, Page, expect

from alerts.i18n import LANGUAGES
from alerts.mail.mailing import open_mailing
from alerts.outbox import Outbox
from alerts.subscriptions import Subscriptions
from bot.learn.library import Lessons
from bot.web import assets
from bot.web.evidence import Evidence
from bot.web.indicator_page import IndicatorPage
from bot.web.leaving import Leave, Manage
from bot.web.lesson_pages import LessonPages
from bot.web.listing import Listing
from bot.web.mailroom import Mailroom
from bot.web.subscribing import Subscribing
from tests.bot.chat.bodies import BUYER, store_year
from tests.bot.sandbox.conftest import browser as browser  # noqa: PLC0414 - a fixture
from tests.bot.web.serving import served
from tests.bot.web.test_evidence import HOSTILE, SHORT, UNCHECKED, site_of
from tests.bot.web.test_mail_pages import Mail
from tests.watchers.tenders import batch, finding, judged, release
from watchers.database import Database
from watchers.rules import load_rules
from watchers.store import Store

pytestmark = pytest.mark.chromium

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WORDED = ["color-contrast", "target-size", "html-has-lang", "valid-lang", "link-name", "button-name", "label"]
DESKTOP, PHONE = {"width": 1200, "height": 900}, {"width": 360, "height": 740}
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def dialect() -> str:
    """What a page looks like does not depend on the database."""
    return "sqlite"


@pytest.fixture
async def mail(database: Database, clock: Any) -> AsyncIterator[Mail]:
    """All pages, with something on each."""
    store, site = Store(database, clock), site_of(clock, mail=True)
    subscriptions = Subscriptions(database, clock)
    room = Mailroom(
        lambda: open_mailing(database, clock, subscriptions, Outbox(database, clock)), enabled=True
    )  # fmt: skip
    lots = [
        {"id": str(n), "title": "Кровельный материал " * 5, "value": {"amount": 9e9, "currency": "KZT"}}
        for n in range(3)
    ]
    ones = [
        judged(
            release(lots=lots),
            SHORT,
            UNCHECKED,
            finding("KZ-16", weight=2, facts={"a": HOSTILE, "b": [1, 2], "often": True}),
        ),
        judged(release("ocds-demo-2", title=HOSTILE + "Ы" * 500)),
    ]
    await store.save("portal", batch(*ones), ones, cursor="1")
    await store_year(store)
    routes = [
        *assets.routes(), *Evidence(site, store, load_rules()).routes(), *Listing(site, store, load_rules()).routes(),
        *IndicatorPage(site).routes(), *Leave(site, room).routes(), *Subscribing(site, store, room).routes(),
        *Manage(site, store, room, subscriptions).routes(), *LessonPages(site, Lessons(clock)).routes(),
    ]  # fmt: skip
    async with served(site, routes) as pages:
        yield Mail(database, clock, pages, await room.mailing())


async def paths(mail: Mail) -> list[str]:
    aru = await mail.member("aru@example.kz")
    confirmed = await mail.confirm_path()
    await mail.pages.post("/subscribe", {"email": "new@example.kz", "min_weight": "1"})
    return [
        "/", "/?min_weight=0&region=KZ-61&min_amount=abc", "/?words=nothing", "/t/1", "/t/1/1", "/t/2", "/i/R003",
        "/b/KZ-BIN-000000000007", "/b/KZ-BIN-000000000007?flagged=1", "/b/KZ-BIN-000000000007/all", f"/b/{BUYER}",
        f"/b/{BUYER}/one", "/nowhere", "/subscribe?supplier=two words",
        "/subscribed", confirmed, await mail.confirm_path(), mail.leave_path(aru, "aru@example.kz"),
        mail.manage_path(aru, "aru@example.kz"), "/manage", "/manage/forged", "/learn", "/learn/too-little-time",
    ]  # fmt: skip


async def faults(page: Page, **chosen: Any) -> list[str]:
    found = await page.evaluate("options => axe.run(document, options)", {"resultTypes": ["violations"], **chosen})
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_keeps_wcag_aa(browser: Browser, mail: Mail, language: str) -> None:
    context = await browser.new_context(viewport=DESKTOP, bypass_csp=True)  # axe is a script, and pages allow none
    page, asked, wrong = await context.new_page(), list[str](), dict[str, list[str]]()
    page.on("request", lambda request: asked.append(request.url))
    turn = LANGUAGES.index(language)  # all rules for each page in one of the languages, what words can change in every
    for number, path in enumerate(await paths(mail)):
        await page.emulate_media(color_scheme="light")
        await page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        await page.goto(f"{mail.pages.base}/{language}{path}")
        for folded in await page.query_selector_all("details:not([open]) > summary"):
            await folded.evaluate("node => { node.parentElement.open = true }")
        await page.evaluate(AXE)
        found = []
        if number % len(LANGUAGES) == turn:
            found = await faults(page, runOnly={"type": "tag", "values": STANDARDS})
        await page.emulate_media(color_scheme="dark")
        await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        found += await faults(page, runOnly={"type": "rule", "values": WORDED})
        found += ["wider than the phone"] if await page.evaluate(WIDE) else []
        wrong |= {path: found} if found else {}
    await context.close()
    assert not wrong
    assert {url for url in asked if not url.startswith(mail.pages.base)} == set()


async def test_pages_work_by_keys_without_a_script(browser: Browser, mail: Mail) -> None:
    context = await browser.new_context(java_script_enabled=False, locale="en-GB")
    page, served_ = await context.new_page(), mail.pages
    await page.goto(f"{served_.base}/")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # the first thing reached skips to the content
    await page.wait_for_url("**/#main")
    await page.get_by_text("Search and filters").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Words", exact=True).fill("roof")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**words=roof**")
    await page.get_by_role("link", name="Roof repair, school No. 12").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/t/1")
    await page.get_by_text("How it was computed, and how to check it").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="How it is computed").first).to_be_visible()
    await page.goto(f"{served_.base}/subscribe")
    await page.get_by_label("Mail address").fill("keys@example.kz")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/subscribed")
    await page.goto(served_.base + await mail.confirm_path())
    await page.get_by_role("button", name="Confirm").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="The digest is on").wait_for()
    await context.close()


async def test_a_printed_page_shows_all_of_it(browser: Browser, mail: Mail) -> None:
    page = await browser.new_page()
    await page.goto(f"{mail.pages.base}/en/t/1")
    await page.emulate_media(media="print")
    assert not await page.get_by_role("navigation", name="Language").is_visible()
    assert await page.get_by_text("Short time to bid").first.is_visible()
    folded = page.get_by_role("heading", name="How it is computed").first
    assert (await folded.bounding_box() or {}).get("height", 0) > 0
    await page.close()
