"""What people do: write, press, send files, block and come back. The page and the tests both act through this."""

from __future__ import annotations

import itertools
from typing import Any

from bot.sandbox.files import picture_size
from bot.sandbox.links import found_entities
from bot.sandbox.people import BOT_USERNAME, Chat, Message, Person
from bot.sandbox.world import World

MEMBER_RIGHTS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
ADMINISTRATOR_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)


class NotPossible(ValueError):  # noqa: N818 - a person is told, nothing failed
    """A person cannot do this. Raised with a sentence the page shows."""


class Crowd:
    """The people of one world and their hands."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._group_ids = itertools.count(4_000_000_001)
        self._person_ids = itertools.count(5_100_000_001)

    def add(self, first_name: str, language: str = "en", *, person_id: int = 0, started: bool = False) -> Person:
        """Let one more person in. `started` people can be written to without having said anything."""
        person = Person(person_id or next(self._person_ids), first_name, language, started=started)
        self.world.add_person(person)
        self.world.feed.publish("chats")
        return person

    def add_group(self, title: str, members: list[Person] | None = None, *, kind: str = "group") -> Chat:
        """Make a group, supergroup or channel with these people (everybody by default) and the bot in it."""
        people = list(self.world.people.values()) if members is None else members
        number = next(self._group_ids)
        chat = Chat(-number if kind == "group" else -(1_000_000_000_000 + number), kind, title)
        chat.members = {person.id for person in people}
        chat.owner = people[0].id
        chat.bot_status = "left"
        self.world.chats[chat.id] = chat
        self.world.feed.publish("chats")
        self.set_bot_status(people[0], chat, "administrator" if kind == "channel" else "member")
        return chat

    def send(self, person: Person, text: str, chat: Chat | None = None, *, reply_to: int = 0) -> Message:
        """Write a text. A private chat starts by this; a group tells the bot only what is meant for it."""
        if not text.strip():
            raise NotPossible("An empty message cannot be sent.")
        place = self._place(person, chat)
        body = text.strip()[:4096]
        content: dict[str, Any] = {"text": body, "entities": found_entities(body, [])}
        return self._say(person, place, content, reply_to)

    def start(self, person: Person, payload: str = "") -> Message:
        """Press Start, or follow a deep link with a payload."""
        if person.blocked:
            self.unblock(person)
        return self.send(person, f"/start {payload}".strip())

    def send_file(
        self, person: Person, name: str, content: bytes, chat: Chat | None = None, *, caption: str = "", mime: str = ""
    ) -> Message:
        """Send a document."""
        place = self._place(person, chat)
        stored = self.world.files.add(name, content, folder="documents", mime_type=mime)
        document = stored.as_json() | {"file_name": stored.name, "mime_type": stored.mime_type}
        return self._say(person, place, {"document": document, "caption": caption.strip()[:1024]})

    def send_photo(
        self, person: Person, name: str, content: bytes, chat: Chat | None = None, *, caption: str = ""
    ) -> Message:
        """Send a picture. Raises ApiError where it is none."""
        place = self._place(person, chat)
        width, height = picture_size(content)
        stored = self.world.files.add(name, content, folder="photos")
        photo = [stored.as_json() | {"width": width, "height": height}]
        return self._say(person, place, {"photo": photo, "caption": caption.strip()[:1024]})

    def press(self, person: Person, chat: Chat, message_id: int, data: str) -> str:
        """Press a callback button and return the query's id; the answer comes over the feed."""
        message = chat.messages.get(message_id, {})
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == data for row in rows for button in row):
            raise NotPossible("This button is no longer under the message.")
        query_id = self.world.add_query(person, chat, message_id)
        query = {
            "id": query_id,
            "from": person.as_json(),
            "message": message,
            "chat_instance": str(chat.id * 31 + 7),
            "data": data,
        }
        self.world.updates.add("callback_query", query)
        return query_id

    def type_inline(self, person: Person, text: str) -> str:
        """Type after the bot's name in some chat and return the query's id; `world.offers` has what is offered."""
        query_id = self.world.add_inline(person)
        body = {"id": query_id, "from": person.as_json(), "query": text[:256], "offset": "", "chat_type": "group"}
        self.world.updates.add("inline_query", body)
        return query_id

    def choose_inline(self, person: Person, query_id: str, number: int = 0, chat: Chat | None = None) -> Message:
        """Send what was offered into a chat, as the person's own message by way of the bot."""
        offered = self.world.offers.get(query_id, [])
        if number >= len(offered):
            raise NotPossible("The bot offered nothing there.")
        place = self._place(person, chat)
        return self.world.post(place, person.as_json(), via_bot=self.world.bot, **offered[number]["message"])

    def block(self, person: Person) -> None:
        """Stop the bot: it learns by my_chat_member and gets 403 from now on."""
        self._set_blocked(person, blocked=True)

    def unblock(self, person: Person) -> None:
        """Let the bot write again."""
        self._set_blocked(person, blocked=False)

    def read(self, person: Person, chat: Chat) -> None:
        """Mark everything in a chat as seen."""
        person.read[chat.id] = next(reversed(chat.messages), 0)
        self.world.feed.publish("read", chat_id=chat.id, person_id=person.id)

    def set_bot_status(self, person: Person, chat: Chat, status: str) -> None:
        """Let `person` add the bot, make it administrator, silence it (restricted), or remove it (kicked, left)."""
        old, chat.bot_status = chat.bot_status, status
        if old == status:
            return
        if status in ("member", "administrator") and old in ("left", "kicked") and chat.kind != "channel":
            added = self.world.post(chat, person.as_json(), new_chat_members=[self.world.bot])
            self.world.updates.add("message", added)
        self._tell_status(person, chat, old, status)
        self.world.feed.publish("chats")

    def _set_blocked(self, person: Person, *, blocked: bool) -> None:
        if person.blocked == blocked:
            return
        person.blocked = blocked
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        self._tell_status(person, self.world.chats[person.id], old, new)
        self.world.feed.publish("chats")

    def _tell_status(self, person: Person, chat: Chat, old: str, new: str) -> None:
        self.world.updates.add(
            "my_chat_member",
            {
                "chat": self.world.chat_json(chat),
                "from": person.as_json(),
                "date": int(self.world.clock().timestamp()),
                "old_chat_member": bot_member(self.world.bot, old, chat.kind),
                "new_chat_member": bot_member(self.world.bot, new, chat.kind),
            },
        )

    def _place(self, person: Person, chat: Chat | None) -> Chat:
        place = chat or self.world.chats[person.id]
        if person.id not in place.members or place.kind == "channel":
            raise NotPossible("This person cannot write here.")
        if place.migrated_to:
            raise NotPossible("This group has become a supergroup; write there.")
        if place.kind == "private" and person.blocked:
            raise NotPossible("The bot is blocked; unblock it to write.")
        person.started = person.started or place.kind == "private"
        return place

    def _say(self, person: Person, chat: Chat, content: dict[str, Any], reply_to: int = 0) -> Message:
        replied = chat.messages.get(reply_to)
        keyboard = chat.reply_keyboard
        if keyboard and keyboard.get("one_time_keyboard"):
            chat.reply_keyboard = None
        message = self.world.post(chat, person.as_json(), reply_to_message=replied, **content)
        person.read[chat.id] = message["message_id"]
        if chat.kind == "private" or self._meant_for_bot(message, replied):
            self.world.updates.add("message", message)
        return message

    def _meant_for_bot(self, message: Message, replied: Message | None) -> bool:
        """Privacy mode: commands not addressed to another bot, replies to the bot, and mentions of it."""
        if message["chat"]["id"] in self.world.chats and (
            self.world.chats[message["chat"]["id"]].bot_status not in ("member", "administrator")
        ):
            return False
        text = message.get("text") or message.get("caption", "")
        if replied is not None and replied["from"]["id"] == self.world.bot["id"]:
            return True
        if f"@{BOT_USERNAME}" in text:
            return True
        return text.startswith("/") and "@" not in text.split()[0]


def bot_member(bot: dict[str, Any], status: str, kind: str = "group") -> dict[str, Any]:
    """Return the bot's ChatMember object of a status."""
    member: dict[str, Any] = {"user": bot, "status": status}
    if status == "kicked":
        member["until_date"] = 0
    if status == "restricted":
        member |= {"is_member": True, "until_date": 0} | dict.fromkeys(MEMBER_RIGHTS, False)
    if status == "administrator":
        member |= dict.fromkeys(ADMINISTRATOR_RIGHTS, False)
        if kind == "channel":
            member |= {"can_post_messages": True, "can_edit_messages": False}
    return member
