"""What handlers are given. Nothing of the conversation is global."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.announcing import Announcements
from alerts.bans import Bans
from alerts.follows import Follows
from alerts.learning import Learning
from alerts.mail.mailing import Mailing
from alerts.messages import Messages
from alerts.opinions import Opinions
from alerts.preferences import Preferences
from alerts.preview import Foresight, Recent
from alerts.render import Renderer, TenderCard
from alerts.sharing import Sharing
from alerts.subscriptions import Subscriber, Subscriptions
from bot.chat.flood import FloodGuard
from bot.chat.rights import Rights
from bot.fsm import SqlStorage
from bot.kept import Kept
from bot.learn.library import GOOD_FOR, Lessons
from watchers.database import Database
from watchers.names import Names
from watchers.profiles import BuyerProfile, SupplierProfile
from watchers.store import Store
from watchers.tables import suppliers

if TYPE_CHECKING:
    from bot.tips.service import TipService
    from bot.web.health import Health

__all__ = ["CHANNEL", "Person", "Services"]

CHANNEL = "telegram"


@dataclass(frozen=True)
class Services:
    """`countries`: ISO 3166-1 codes with a source that is switched on. `kept`: how long a handled update's id stays.
    `per_day`: alerts at once for who chose no number; `mute_days`: how long a mute lasts.
    `lessons_folder`: the operator's own lessons; `rules_good_for`: how long a rule they quote counts as checked.
    `typing`: how fast somebody may type after the bot's name, each letter a question.
    `public_url`: where our web pages are reached, '' where they are not.
    `admins`: the operator's own numbers; `secret` keys what is stored of whom they ban; `health` is this process's.
    """

    database: Database
    subscriptions: Subscriptions
    store: Store
    renderer: Renderer
    storage: SqlStorage
    clock: Callable[[], datetime]
    countries: frozenset[str]
    kept: timedelta = timedelta(days=2)
    per_day: int = 5
    mute_days: int = 30
    tips: TipService | None = None
    open_mailing: Callable[[], Awaitable[Mailing]] | None = None  # None: this bot sends no mail
    flood: FloodGuard = field(default_factory=FloodGuard)
    typing: FloodGuard = field(default_factory=lambda: FloodGuard(burst=60, every=0.5))
    lessons_folder: Path | None = None
    rules_good_for: timedelta = GOOD_FOR
    public_url: str = ""
    admins: frozenset[int] = frozenset()
    secret: str = ""
    health: Health | None = None

    @cached_property
    def lessons(self) -> Lessons:
        """The lessons there are."""
        return Lessons(self.clock, self.lessons_folder, good_for=self.rules_good_for)

    @cached_property
    def bans(self) -> Bans:
        """Whom the operator keeps out."""
        return Bans(self.database, self.clock, self.secret)

    @cached_property
    def rights(self) -> Rights:
        """Who may change what in groups and channels."""
        return Rights(self.clock)

    @property
    def announcements(self) -> Announcements:
        """What the operator says to those who agreed."""
        return Announcements(self.database, self.clock)

    @property
    def learning(self) -> Learning:
        """What subscribers learned."""
        return Learning(self.database, self.clock)

    @property
    def follows(self) -> Follows:
        """Which purchases subscribers follow."""
        return Follows(self.database, self.clock)

    @cached_property
    def opinions(self) -> Opinions:
        """What subscribers say of flags."""
        return Opinions(self.database, self.clock)

    @property
    def preferences(self) -> Preferences:
        """The settings and mutes of subscribers."""
        return Preferences(self.database, self.clock)

    @property
    def messages(self) -> Messages:
        """What makes a message of a row of the outbox."""
        return Messages(self.store, self.subscriptions, self.renderer)

    @cached_property
    def recent(self) -> Recent:
        """The purchases of the last days, for previews."""
        return Recent(self.store, self.clock)

    @cached_property
    def foresight(self) -> Foresight:
        """What filters would have sent."""
        return Foresight(self.recent)

    @cached_property
    def names(self) -> Names:
        """Buyers by words of their names."""
        return Names(self.database)

    @cached_property
    def supplier_names(self) -> Names:
        """Suppliers by words of their names."""
        return Names(self.database, suppliers)

    @cached_property
    def profiles(self) -> Kept[BuyerProfile | SupplierProfile]:
        """Profiles that were asked for lately."""
        return Kept(self.clock, 200)

    @cached_property
    def called(self) -> Kept[str]:
        """What buyers are called in a language, '' where they are told in none but the kept name."""
        return Kept(self.clock, 2000)

    @cached_property
    def pictures(self) -> Kept[bytes]:
        """Their pictures, some 80 kB each."""
        return Kept(self.clock, 60)

    @cached_property
    def offers(self) -> Kept[list[TenderCard]]:
        """What was found for words typed after the bot's name, for a minute."""
        return Kept(self.clock, 200, timedelta(minutes=1))

    @property
    def sharing(self) -> Sharing:
        """Filters shared by links."""
        return Sharing(self.database, self.clock)


@dataclass(frozen=True)
class Person:
    """Who an update is from, as far as we know them: the chat is the subscriber, in a group for all its members.

    `user_id` is 0 where nobody in particular acted. `forum`: the group has topics; `topic`: the one it was said in.
    `language` is the subscriber's, else that of their client.
    """

    chat_id: int
    user_id: int
    group: bool
    language: str
    subscriber: Subscriber | None
    forum: bool = False
    topic: int = 0

    @property
    def address(self) -> str:
        """The chat as the subscriptions know it."""
        return str(self.chat_id)
