"""What can be pressed under our messages: told by whoever answers the presses, so that rendering knows no dialogue."""

from __future__ import annotations

from typing import Protocol

from alerts.channels.base import Button
from alerts.channels.telegram.text import safe_link
from alerts.i18n import translator
from alerts.render.card import TenderCard

__all__ = ["Actions", "LinkOnly", "Rows", "portal"]

Rows = tuple[tuple[Button, ...], ...]


class Actions(Protocol):
    """Rows of buttons. They depend on the tender and the language only: a card is rendered once for all its readers."""

    def under_card(self, tender: TenderCard, language: str) -> Rows:
        """Under an alert, and under a tender that was looked up."""
        ...

    def under_reasons(self, tender: TenderCard, language: str) -> Rows:
        """Under the answer to "Why?"."""
        ...

    def under_change(self, tender: TenderCard, language: str) -> Rows:
        """Under what is told of a change."""
        ...

    def open(self, label: str, tender: TenderCard) -> Button | None:
        """Opens one tender of a list."""
        ...

    def turn(self, label: str, list_id: int, page: int) -> Button | None:
        """Opens another page of a list of alerts."""
        ...


def portal(tender: TenderCard, language: str) -> Button | None:
    """The publisher's own page; None for a link that Telegram would not keep."""
    link = safe_link(tender.link)
    return Button(text=translator(language).gettext("On the portal"), url=link) if link else None


class LinkOnly:
    """Where nobody answers a press: the publisher's page, and nothing else."""

    def under_card(self, tender: TenderCard, language: str) -> Rows:
        """The publisher's page."""
        button = portal(tender, language)
        return ((button,),) if button else ()

    under_reasons = under_card
    under_change = under_card

    def open(self, label: str, tender: TenderCard) -> Button | None:  # noqa: ARG002
        """Nothing opens."""
        return None

    def turn(self, label: str, list_id: int, page: int) -> Button | None:  # noqa: ARG002
        """Nothing turns."""
        return None
