"""Everything about tips that handlers need, put together from the configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.config_sections import Tips as Settings
from bot.tips.desk import Desk
from bot.tips.drafts import Drafts
from bot.tips.sealing import Recipient
from bot.tips.secret import Secret
from watchers.database import Database

__all__ = ["TipService", "open_tips"]


@dataclass(frozen=True)
class TipService:
    """`settings` is the section [tips]."""

    settings: Settings
    desk: Desk
    drafts: Drafts

    @property
    def taking(self) -> bool:
        """Whether somebody can read what is told; otherwise nothing may be asked for."""
        return bool(self.drafts.recipients)


def open_tips(
    settings: Settings, database: Database, clock: Callable[[], datetime], *, fallback_secret: str
) -> TipService:
    """The service. `fallback_secret` stands in for `tips.secret`. Raises BadKey for a public key that is none."""
    secret = Secret(settings.secret.get_secret_value() or fallback_secret)
    drafts = Drafts(database, clock, secret, [Recipient.read(key) for key in settings.keys])
    return TipService(settings, Desk(database, clock, secret, drafts), drafts)
