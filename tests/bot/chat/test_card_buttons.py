"""The place where each part adds its button to a card."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.channels.base import Button
from alerts.i18n import LANGUAGES
from alerts.public_pages import PublicPages
from alerts.render import Renderer
from bot.chat import card_buttons
from bot.chat.card_buttons import CardButtons
from tests.alerts.invented import card

LARGEST = 2**63 - 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_of_a_card_fits_for_the_largest_number(language: str) -> None:
    tender = card(tender_id=LARGEST)
    made = CardButtons()
    rows = made.under_card(tender, language) + made.under_reasons(tender, language)
    assert rows
    for button in (button for row in rows for button in row):
        assert bool(button.data) != bool(button.url), button
        assert len(button.data.encode()) <= 64
        assert len(button.text) <= 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_evidence_page_stands_beside_the_portal_where_pages_are_public(language: str) -> None:
    made = CardButtons(PublicPages("https://baqylau.example"))
    for rows in (made.under_card(card(), language), made.under_reasons(card(), language)):
        (row,) = (row for row in rows if any(button.url for button in row))
        assert [button.url for button in row if button.url][1] == f"https://baqylau.example/{language}/t/7"
    without = made.under_card(card(link=""), language)
    assert [button.url for row in without for button in row if button.url] == [
        f"https://baqylau.example/{language}/t/7"
    ]
    assert not any("/t/" in button.url for row in CardButtons().under_card(card(), language) for button in row)


def test_a_part_that_offers_nothing_leaves_no_empty_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_buttons, "UNDER_CARD", ((lambda *_: None,), (lambda *_: Button("Tip", data="tip:7"),)))
    assert CardButtons().under_card(card(), "en") == ((Button("Tip", data="tip:7"),),)


def test_where_nobody_answers_only_links_are_offered(clock: Any) -> None:
    rows = Renderer(clock).alert(card(), "en", "Asia/Almaty").buttons
    assert [button.data for row in rows for button in row] == [""]
    assert Renderer(clock).page([card()], 1, "limit", "en", "Asia/Almaty").buttons == ()
