"""Every screen that buttons lead to: it can be read, its buttons work, and there is a way back."""

from __future__ import annotations

import re
from collections import deque
from typing import Any

import pytest

from alerts.filters import Criteria
from alerts.preferences import MuteKind
from bot.chat.texts import COMMANDS, out_of_date
from tests.bot.chat.bodies import BUYER, store_year
from tests.bot.chat.talking import LANGUAGES, parse, services_on
from tests.bot.chat.walking import Screen, Walker, kind_of
from watchers.database import Database

ROOTS = (
    *(f"/{name}" for name in COMMANDS if name not in {"tender", "buyer", "supplier"}),
    "/tender 17379608-1", "/buyer 100640000017", "/buyer алгабас", "/supplier 150340000011", "asdf",
)  # fmt: skip


@pytest.fixture
def dialect() -> str:
    return "sqlite"


def walker_on(database: Database, clock: Any, language: str, *, group: bool = False) -> Walker:
    services = services_on(database, clock)
    object.__setattr__(services.flood, "_burst", 10**9)

    async def prepare(chat: int) -> None:
        one = await services.subscriptions.get_or_create("telegram", str(chat), language)
        await services.subscriptions.add(one.id, Criteria(min_weight=3, regions=("KZ-61",)))
        await services.preferences.mute(one.id, MuteKind.BUYER, BUYER, days=30)
        await services.follows.follow(one.id, 8, 8)

    return Walker(services, prepare, group=group)


async def walk(walker: Walker, language: str) -> dict[tuple[str, ...], Screen]:
    """Every screen by the path to it; a button of each kind is pressed where it is first seen."""
    waiting, seen = deque((root,) for root in ROOTS), set()
    found: dict[tuple[str, ...], Screen] = {}
    while waiting:
        path = waiting.popleft()
        screen = found[path] = await walker.go(path)
        check_looks(screen)
        if len(path) > 1:
            check_alive(screen, found[path[:-1]], language)
        for way in walker.ways(screen):
            if way not in seen and not way.startswith("language:"):
                seen.add(way)
                waiting.append((*path, way))
    return found


def check_looks(screen: Screen) -> None:
    """Telegram takes it, and no link and no button is lost."""
    if screen.text:
        parsed = parse(screen.text)
        assert parsed["@type"] == "formattedText", (screen.path, parsed)
        links = [one for one in parsed["entities"] if one["type"]["@type"] == "textEntityTypeTextUrl"]
        assert len(links) == len(re.findall("<a href=", screen.text)), screen.path
    for button in screen.buttons:
        assert 1 <= len(button["text"]) <= 64, (screen.path, button)
        data, url = button.get("callback_data", ""), button.get("url", "")
        assert url.startswith("https://") if url else 1 <= len(data.encode()) <= 64, (screen.path, button)


def check_alive(screen: Screen, before: Screen, language: str) -> None:
    """The press did something, or said what it did."""
    assert screen.toast != out_of_date(language), screen.path
    did = (screen.text, screen.rows) != (before.text, before.rows) or screen.files or screen.anew
    assert did or screen.toast, screen.path


def no_way_back(found: dict[tuple[str, ...], Screen]) -> list[tuple[str, ...]]:
    """The screens in place of another without a button to one before it, or to one that a command opens."""
    leads: dict[str, set[str]] = {}
    for path, screen in found.items():
        leads.setdefault(path[-1], set()).add(screen.heading)
    roots = {screen.heading for path, screen in found.items() if len(path) == 1}
    lost = []
    for path, screen in found.items():
        before = roots | {found[path[:step]].heading for step in range(1, len(path))}
        ways = {kind_of(data) for data in screen.datas}
        back = any(way.startswith("go:") or leads.get(way, set()) & before for way in ways)
        if len(path) > 1 and not screen.anew and screen.heading not in before and not back:
            lost.append(path)
    return lost


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_button_leads_somewhere_and_every_screen_back(
    database: Database, clock: Any, language: str
) -> None:
    walker = walker_on(database, clock, language)
    await store_year(services_on(database, clock).store)
    found = await walk(walker, language)
    assert len(found) > 120
    assert no_way_back(found) == [("/delete_me", "erase:1")], "and who erased everything is told of /start"
    assert "/start" in found["/delete_me", "erase:1"].text


async def test_in_a_group_too(database: Database, clock: Any) -> None:
    walker = walker_on(database, clock, "kk", group=True)
    await store_year(services_on(database, clock).store)
    found = await walk(walker, "kk")
    assert len(found) > 100
    assert no_way_back(found) == [("/delete_me", "erase:1")]
