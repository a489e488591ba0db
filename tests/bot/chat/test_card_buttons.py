"""The place where each part adds its button to a card."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.channels.base import Button
from alerts.i18n import LANGUAGES
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


def test_a_part_that_offers_nothing_leaves_no_empty_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_buttons, "UNDER_CARD", ((lambda *_: None,), (lambda *_: Button("Tip", data="tip:7"),)))
    assert CardButtons().under_card(card(), "en") == ((Button("Tip", data="tip:7"),),)


def test_where_nobody_answers_only_links_are_offered(clock: Any) -> None:
    rows = Renderer(clock).alert(card(), "en", "Asia/Almaty").buttons
    assert [button.data for row in rows for button in row] == [""]
    assert Renderer(clock).page([card()], 1, "limit", "en", "Asia/Almaty").buttons == ()
