"""Everything about tips that handlers need, put together from the configuration."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from bot.config_sections import Tips as Settings
from bot.tips.casework import Casework
from bot.tips.desk import Desk
from bot.tips.drafts import Drafts
from bot.tips.limits import Limits
from bot.tips.reviewer.group import MonitorsGroup
from bot.tips.roles import Team
from bot.tips.sealing import Recipient
from bot.tips.secret import Purpose, Secret
from watchers.database import Database

__all__ = ["TipService", "open_tips"]


@dataclass(frozen=True)
class TipService:
    """`settings` is the section [tips]."""

    settings: Settings
    desk: Desk
    drafts: Drafts
    limits: Limits
    casework: Casework
    group: MonitorsGroup

    def print_of(self, content: bytes) -> str:
        """A keyed hash of what was sent, to see the same again."""
        return self.desk.secret.mark(Purpose.REPEAT, content)[:16]

    @property
    def taking(self) -> bool:
        """Whether somebody can read what is told; otherwise nothing may be asked for."""
        return bool(self.group.chat_id if self.forwarded else self.drafts.recipients)

    @property
    def forwarded(self) -> bool:
        """Whether what is told is passed on readable: the less safe mode."""
        return self.drafts.forwarded

    async def confiding(self, chats: Collection[int]) -> set[int]:
        """Which of these chats are to be sealed on arrival: those that write a tip, and the monitors' group."""
        return await self.drafts.writing(chats) | ({self.group.chat_id} & set(chats))


def open_tips(
    settings: Settings,
    database: Database,
    clock: Callable[[], datetime],
    *,
    fallback_secret: str,
    admins: tuple[int, ...] = (),
    language: str = "ru",
    zone: str = "Asia/Almaty",
) -> TipService:
    """The service. `fallback_secret` stands in for `tips.secret`; the group is spoken to in `language`.

    Raises BadKey for a public key that is none.
    """
    secret = Secret(settings.secret.get_secret_value() or fallback_secret)
    recipients = [Recipient.read(key) for key in settings.keys]
    drafts = Drafts(database, clock, secret, recipients, forwarded=settings.mode == "forward")
    desk = Desk(database, clock, secret, drafts)
    team = Team(intake=settings.intake, reviewers=settings.reviewers, leads=settings.leads, admins=admins)
    limits = Limits(database, clock, secret, per_day=settings.per_day)
    group = MonitorsGroup(desk, settings.group, language, zone)
    return TipService(settings, desk, drafts, limits, Casework(desk, team), group)
