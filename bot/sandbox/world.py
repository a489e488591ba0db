"""The world behind the Bot API: who is there, what was said, and what the server knows of the bot."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.errors import NOT_MODIFIED, QUERY_TOO_OLD, ApiError, bad_request, forbidden, migrated
from bot.sandbox.feed import Feed
from bot.sandbox.files import FileStore
from bot.sandbox.people import Chat, Message, Person, bot_user, first_people
from bot.sandbox.updates import UpdateQueue

QUERY_LIFE = timedelta(seconds=60)


@dataclass
class Query:
    """A pressed button that waits for its answer."""

    person: Person
    chat: Chat
    message_id: int
    pressed_at: datetime


class World:
    """Everything the two sides share. The bot's side changes it through `methods`, people's through `Crowd`."""

    def __init__(self, *, clock: Callable[[], datetime], people: list[Person] | None = None) -> None:
        self.clock = clock
        self.feed = Feed()
        self.files = FileStore()
        self.updates = UpdateQueue()
        self.bot = bot_user()
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.inline_asked: dict[str, tuple[Person, datetime]] = {}
        self.offers: dict[str, list[dict[str, Any]]] = {}  # by inline query: title, description and the message of each
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self._message_ids = itertools.count(1)
        self._group_message_ids: dict[int, itertools.count[int]] = {}
        self._query_ids = itertools.count(1)
        for person in first_people() if people is None else people:
            self.add_person(person)

    def add_person(self, person: Person) -> Person:
        """Let somebody in; their private chat with the bot exists for the bot once they have started it."""
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, "private", members={person.id})
        return person

    def chat(self, chat_id: int) -> Chat:
        """Return a chat the bot knows. Raises ApiError "chat not found"."""
        chat = self.chats.get(chat_id)
        if chat is None or (chat.kind == "private" and not self.people[chat_id].started):
            raise bad_request("chat not found")
        return chat

    def chat_to_write_to(self, chat_id: int) -> Chat:
        """Return a chat the bot may write to. Raises ApiError with the reason it may not."""
        chat = self.chat(chat_id)
        if chat.migrated_to:
            raise migrated(chat.migrated_to)
        if chat.kind == "private":
            person = self.people[chat_id]
            if person.deactivated:
                raise forbidden("user is deactivated")
            if person.blocked:
                raise forbidden("bot was blocked by the user")
        elif chat.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {chat.named}")
        elif chat.bot_status == "left":
            raise forbidden(f"bot is not a member of the {chat.named}")
        elif not chat.can_write or chat.bot_status == "restricted":
            raise bad_request(f"not enough rights to send text messages to the {chat.kind}")
        return chat

    def chat_json(self, chat: Chat) -> dict[str, Any]:
        """Return the Chat object."""
        if chat.kind != "private":
            return {"id": chat.id, "type": chat.kind, "title": chat.title} | ({"is_forum": True} if chat.forum else {})
        person = self.people[chat.id].as_json()
        return {"id": chat.id, "type": "private"} | {k: person[k] for k in ("first_name", "username") if k in person}

    def post(self, chat: Chat, sender: dict[str, Any], **content: Any) -> Message:
        """Put a message into a chat and tell the pages. `content` holds the Message's further fields."""
        message: Message = {
            "message_id": self._next_message_id(chat),
            "date": int(self.clock().timestamp()),
            "chat": self.chat_json(chat),
            "from": sender,
        }
        message |= {name: value for name, value in content.items() if value not in (None, [], "")}
        chat.messages[message["message_id"]] = message
        self.feed.publish("message", chat_id=chat.id, message=message, keyboard=chat.reply_keyboard)
        return message

    def message(self, chat: Chat, message_id: int, purpose: str) -> Message:
        """Return a message. Raises ApiError "message to `purpose` not found"."""
        if not message_id:
            raise bad_request("message identifier is not specified")
        if message_id not in chat.messages:
            raise bad_request(f"message to {purpose} not found")
        return chat.messages[message_id]

    def edit(self, chat: Chat, message_id: int, **changes: Any) -> Message:
        """Change the bot's own message. Raises ApiError: not found, not the bot's, or not modified."""
        message = self.message(chat, message_id, "edit")
        if message["from"]["id"] != self.bot["id"]:
            raise bad_request("message can't be edited")
        wanted = {name: value for name, value in (message | changes).items() if value not in (None, [], "")}
        if wanted == message:
            raise bad_request(NOT_MODIFIED)
        if changes.keys() - {"reply_markup"}:
            wanted["edit_date"] = int(self.clock().timestamp())
        chat.messages[message_id] = wanted
        self.feed.publish("edited", chat_id=chat.id, message=wanted)
        return wanted

    def delete(self, chat: Chat, message_id: int) -> None:
        """Take a message out of a chat. Raises ApiError where it is not there."""
        self.message(chat, message_id, "delete")
        del chat.messages[message_id]
        self.feed.publish("deleted", chat_id=chat.id, message_id=message_id)

    def add_query(self, person: Person, chat: Chat, message_id: int) -> str:
        """Remember a pressed button and return its query id."""
        query_id = str(4_300_000_000_000_000 + next(self._query_ids))
        self.queries[query_id] = Query(person, chat, message_id, self.clock())
        return query_id

    def answer_query(self, query_id: str, **answer: Any) -> Query:
        """Answer a pressed button, once and in time. Raises ApiError "query is too old..."."""
        query = self.queries.pop(query_id, None)
        if query is None or self.clock() - query.pressed_at > QUERY_LIFE:
            raise bad_request(QUERY_TOO_OLD)
        self.feed.publish("answer", query_id=query_id, person_id=query.person.id, chat_id=query.chat.id, **answer)
        return query

    def add_inline(self, person: Person) -> str:
        """Remember that somebody types after the bot's name and return the query's id."""
        query_id = str(4_400_000_000_000_000 + next(self._query_ids))
        self.inline_asked[query_id] = (person, self.clock())
        return query_id

    def offer(self, query_id: str, offered: list[dict[str, Any]]) -> None:
        """Answer somebody who types, once and in time. Raises ApiError "query is too old..."."""
        asked = self.inline_asked.pop(query_id, None)
        if asked is None or self.clock() - asked[1] > QUERY_LIFE:
            raise bad_request(QUERY_TOO_OLD)
        self.offers[query_id] = offered

    def migrate(self, chat: Chat, new_id: int = 0) -> Chat:
        """Turn a group into a supergroup with a new id; both service messages are sent, as on the real server."""
        new_id = new_id or -(1_000_000_000_000 + abs(chat.id) % 1_000_000_000_000)
        grown = self.chats.setdefault(new_id, Chat(new_id, "supergroup", chat.title, set(chat.members)))
        grown.owner = chat.owner
        if not chat.migrated_to:
            chat.migrated_to = new_id
            for place, field, value in (
                (chat, "migrate_to_chat_id", new_id),
                (grown, "migrate_from_chat_id", chat.id),
            ):
                self.updates.add("message", self.post(place, self.bot, **{field: value}))
            self.feed.publish("chats")
        return grown

    def move_on_fault(self, chat_id: int | None, new_id: int) -> None:
        """Make the supergroup an injected migration names, so that sending again works."""
        chat = self.chats.get(chat_id or 0)
        if chat is not None and chat.kind in ("group", "supergroup"):
            self.migrate(chat, new_id)
        else:
            members = set(chat.members) if chat else set()
            self.chats.setdefault(new_id, Chat(new_id, "supergroup", "Supergroup", members))

    def resolve(self, chat_id: str) -> int:
        """Return the id of a chat given as a number or as @username. Raises ApiError."""
        if not chat_id:
            raise bad_request("chat_id is empty")
        if chat_id.startswith("@"):
            for person in self.people.values():
                if person.username and person.username.lower() == chat_id[1:].lower():
                    return person.id
        try:
            return int(chat_id)
        except ValueError:
            raise ApiError(400, "Bad Request: chat not found") from None

    def _next_message_id(self, chat: Chat) -> int:
        if chat.kind in ("supergroup", "channel"):
            return next(self._group_message_ids.setdefault(chat.id, itertools.count(1)))
        return next(self._message_ids)
