"""The people and chats of the sandbox. All are invented; ids are as wide as Telegram's (up to 52 bits)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]

BOT_ID = 7_000_000_001
BOT_TOKEN = f"{BOT_ID}:sandbox-token-for-this-machine-only"
BOT_USERNAME = "baqylau_sandbox_bot"


@dataclass
class Person:
    """Somebody with a Telegram. `language` is the language_code their client sends (kk, ru, en)."""

    id: int
    first_name: str
    language: str
    username: str = ""
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    read: dict[int, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the User object."""
        user = {"id": self.id, "is_bot": False, "first_name": self.first_name, "language_code": self.language}
        return user | ({"username": self.username} if self.username else {})


@dataclass
class Chat:
    """A private chat (its id is the person's), a group, a supergroup or a channel, with all its messages."""

    id: int
    kind: str
    title: str = ""
    members: set[int] = field(default_factory=set)
    owner: int = 0  # who made the group
    bot_status: str = "member"
    can_write: bool = True
    forum: bool = False  # a supergroup with topics
    migrated_to: int = 0
    messages: dict[int, Message] = field(default_factory=dict)
    reply_keyboard: dict[str, Any] | None = None

    @property
    def named(self) -> str:
        """Return the kind as the server's sentences name it."""
        return f"{self.kind} chat"

    def unread(self, person: Person) -> int:
        """Count the messages newer than what `person` has seen, other than their own."""
        seen = person.read.get(self.id, 0)
        count = 0
        for message_id in reversed(self.messages):
            if message_id <= seen:
                break
            count += self.messages[message_id].get("from", {}).get("id") != person.id
        return count


def first_people() -> list[Person]:
    """Return who is there from the start: one person a language, one of them with a 52-bit id."""
    return [
        Person(5_000_000_101, "Айжан", "kk", "aizhan_sandbox"),
        Person(4_503_599_627_370_002, "Тимур", "ru"),
        Person(5_000_000_103, "Emma", "en", "emma_sandbox"),
    ]


def bot_user() -> dict[str, Any]:
    """Return the bot's own User object."""
    return {"id": BOT_ID, "is_bot": True, "first_name": "Baqylau", "username": BOT_USERNAME}
