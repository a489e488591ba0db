"""Profiles and lists in words: hostile names, largest numbers, every text past Telegram's own parser."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from alerts.channels.telegram.text import MESSAGE_LIMIT, utf16
from alerts.render import Renderer
from bot.charts import draw
from bot.chat.card_buttons import CardButtons
from bot.chat.profiles import buyer_page, supplier_page
from tests.alerts.invented import card, summary
from tests.alerts.telegram_parser import parsed
from tests.bot.chat.talking import LANGUAGES
from watchers.profiles import BuyerProfile, Month, Partner, Share, SupplierProfile

NOW = datetime(2026, 11, 26, 4, tzinfo=UTC)
NAMES = ["", "<b>&amp;</b> $x_1$ {{ name }}", "слово " * 200, "שלום \u202eabc\u202c" * 20, "a\u0301" * 300, "А" * 2000]
MONTHS = tuple(Month(datetime(2026, month, 1, tzinfo=UTC), 10**6, 10**6) for month in range(1, 13))


def shared(name: str) -> dict[str, Any]:
    whole = Share(10**6, 10**6)
    top = tuple(Partner(f"KZ-BIN-{place:012}", name, Decimal(10) ** 15, 10**6) for place in range(5))
    return {
        "id": "KZ-BIN-100640000017", "name": name, "since": MONTHS[0].first, "until": NOW, "currency": "KZT",
        "amount": Decimal(10) ** 16, "contracts": 10**6, "top": top, "flagged": whole, "months": MONTHS,
    }  # fmt: skip


def of_buyer(name: str) -> BuyerProfile:
    whole = Share(10**6, 10**6)
    return BuyerProfile(
        **shared(name), purchases=10**6, lots=10**6, uncompetitive=whole, cancelled=whole, single=whole,
        bidders=(10**6,) * 10, suppliers=10**6,
    )  # fmt: skip


def of_supplier(name: str) -> SupplierProfile:
    return SupplierProfile(**shared(name), buyers=10**6, direct=Share(1, 9), won=Share(0, 0))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_profile_passes_telegrams_parser_whatever_the_name(language: str) -> None:
    for name in NAMES:
        for page in (buyer_page(of_buyer(name), language), supplier_page(of_supplier(name), language)):
            text, _ = parsed(page.html)
            assert utf16(page.html) <= MESSAGE_LIMIT
            assert "None" not in text
            assert all(len(button.text) <= 60 for row in page.buttons for button in row)


def test_too_few_cases_show_no_share() -> None:
    text = parsed(supplier_page(of_supplier("X"), "en").html)[0]
    assert "Contracts without competition: — (1 of 9 contracts)" in text
    assert "fewer than 10 cases" in text


def test_an_id_that_no_button_holds_leaves_no_button() -> None:
    for id_ in ("a:b", "x" * 200):
        profile = msgspec.structs.replace(of_buyer("X"), id=id_)
        assert buyer_page(profile, "en").buttons == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_name_makes_a_picture(language: str) -> None:
    for name in (NAMES[1], NAMES[5]):
        assert draw(of_buyer(name), language, dark=True).startswith(b"\x89PNG")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_found_list_of_hostile_tenders_fits_a_message(language: str) -> None:
    renderer = Renderer(lambda: NOW, actions=CardButtons())
    cards = [card(tender_id=n, summary=summary(title=NAMES[1] * 40, titles={}, buyer_name=NAMES[2])) for n in range(6)]
    message = renderer.found(cards, "<Closing> & soon", language, "Asia/Almaty", first=9995, note=NAMES[1])
    text, _ = parsed(message.html)
    assert "10000. " in text
    assert "<Closing> & soon" in text
