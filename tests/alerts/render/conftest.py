from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alerts.render import Renderer
from alerts.render.pages import IndicatorPages
from alerts.render.sentences import Sentences
from bot.chat.card_buttons import CardButtons
from tests.alerts.invented import write_pages
from watchers.rules import load_rules


@pytest.fixture(scope="session")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Sentences:
    return Sentences(IndicatorPages(write_pages(tmp_path_factory.mktemp("indicators"))))


@pytest.fixture
def renderer(sentences: Sentences) -> Renderer:
    """A renderer on the day before the invented tender closes, 09:00 in Almaty."""
    return Renderer(
        lambda: datetime(2026, 11, 26, 4, tzinfo=UTC), load_rules(), sentences=sentences, actions=CardButtons()
    )
