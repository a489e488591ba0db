"""Every purchase of the demo as it is told in chat: read from its portal, judged, put through TDLib's parser."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial

import pytest

from alerts.channels.base import Message
from alerts.channels.telegram.text import utf16
from alerts.i18n import LANGUAGES
from alerts.render import Renderer, TenderCard
from bot.chat.card_buttons import CardButtons
from bot.demo.country import DAYS, young_country
from bot.sandbox.goszakup.moments import DAY, ZONE
from bot.sandbox.goszakup.server import Goszakup
from tests.alerts.telegram_parser import parsed
from watchers.database import Database
from watchers.history import History
from watchers.history.histories import Histories
from watchers.indicators.base import Context, Finding
from watchers.indicators.registry import judge_release, load_indicators
from watchers.ocds import Release
from watchers.poll import Watcher
from watchers.rules import load_rules
from watchers.sources.base import open_source
from watchers.store import Store

NOW = datetime(2026, 11, 24, 11, tzinfo=ZONE)
ZONE_NAME = "Asia/Almaty"


@pytest.fixture
def dialect() -> str:
    """Words do not depend on the database."""
    return "sqlite"


def clock() -> datetime:
    return NOW.astimezone(UTC)


@pytest.fixture
async def cards(database: Database) -> list[TenderCard]:
    """All that the demo has to tell at its beginning."""
    rules, indicators, store = load_rules(), load_indicators(), Store(database, clock)

    def judge(release: Release, history: History | None = None) -> list[Finding]:
        return judge_release(release, Context(rules=rules, history=history, seen_at=clock()), indicators)

    async with Goszakup(young_country(NOW), speed=0.0) as interface:
        settings = {
            "kind": "goszakup", "base_url": interface.url, "token": interface.token, "sweep_pages": 0,
            "start": datetime.fromtimestamp(NOW.timestamp() - DAYS * DAY, UTC).isoformat(),
            "requests_per_second": 100_000.0, "link_base": "https://portal.example",
        }  # fmt: skip
        source = open_source("goszakup", settings, clock)
        watcher = Watcher(source, store, judge, clock, histories=Histories(database, rules))
        while await watcher.do_one():
            pass
        await source.close()
    known = await store.recent_tenders(10_000)
    snapshots = await store.snapshots(one.snapshot_id for one in known)
    return [TenderCard.of(one) for one in snapshots.values()]


def check(message: Message) -> None:
    """Telegram takes it whole: no link is dropped, and no address of a button."""
    text, entities = parsed(message.html)
    links = [one for one in entities if one["type"]["@type"] == "textEntityTypeTextUrl"]
    assert len(links) == len(re.findall(r"<a href=", message.html)), message.html
    assert 0 < utf16(text) <= 4096
    for button in (one for row in message.buttons for one in row):
        assert button.data or button.url.startswith("https://"), button


async def test_every_purchase_of_the_demo_is_told_in_every_language(cards: list[TenderCard]) -> None:
    assert len(cards) > 150
    codes = {flag.indicator for card in cards for flag in card.flags}
    assert len(codes) > 10, "the demo has many kinds of flags to show"
    renderer = Renderer(clock, actions=CardButtons())
    for language in LANGUAGES:
        for card in cards:
            alert = partial(renderer.alert, card, language, ZONE_NAME)
            for message in (alert(), alert(["Мектептер <b>"], short=True), alert(again=True)):
                check(message)
            check(renderer.why(card, language, ZONE_NAME))
        for start in range(0, len(cards), 6):
            check(renderer.found(cards[start : start + 6], "<b>", language, ZONE_NAME, first=start + 1))
