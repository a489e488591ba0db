"""What stood on a person's screen, step by step, as plain text: the golden files of whole conversations.

`BAQYLAU_WRITE_GOLDEN=1 python -m pytest tests/bot/chat/test_golden.py` writes them anew: read the difference first.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.people import Chat, Person
from tests.bot.chat.talking import Talk

Shown = dict[int, str]


def _keyboard(message: dict[str, Any]) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return ["    " + " ".join(f"[{one['text']}{' ↗' if 'url' in one else ''}]" for one in row) for row in rows]


def _body(message: dict[str, Any]) -> str:
    """Its text (or the name of its file) and its buttons."""
    text = message.get("text") or message.get("caption", "")
    lines = [f"  {line}".rstrip() for line in text.splitlines()]
    if "document" in message:
        lines.append(f"  (file {message['document']['file_name']})")
    if "receiver_user" in message:
        lines.insert(0, f"  (seen by {message['receiver_user']['first_name']} alone)")
    return "\n".join([*lines, *_keyboard(message)])


class Transcript:
    """Plays a person's part and writes down what changes on the screen."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.lines: list[str] = []
        self._seen: dict[int, Shown] = {}
        self._numbers: dict[tuple[int, int], int] = {}
        self._toasts = 0

    def part(self, title: str) -> None:
        self.lines += ["", f"## {title}"] if self.lines else [f"## {title}"]

    async def say(self, person: Person, text: str, chat: Chat | None = None) -> None:
        await self.talk.say(person, text, chat)
        self.look(chat or self.talk.chat(person), f"{person.first_name}: {text}")

    async def press(self, person: Person, data: str, chat: Chat | None = None) -> None:
        place = chat or self.talk.chat(person)
        label = next((text for text, says in self.talk.buttons(place).items() if says == data), data)
        await self.talk.press(person, data, chat)
        self.look(place, f"{person.first_name} presses [{label}]")

    def look(self, chat: Chat, step: str) -> None:
        """Write down a step and what it changed in a chat."""
        self.lines += ["", f"> {step}"]
        toasts = self.talk.toasts()
        self.lines += [f"  (a note: {words})" for words in toasts[self._toasts :] if words]
        self._toasts = len(toasts)
        bot, before = self.talk.sandbox.world.bot["id"], self._seen.get(chat.id, {})
        now = {id_: _body(one) for id_, one in chat.messages.items() if one["from"]["id"] == bot}
        for id_, body in now.items():
            if before.get(id_) != body:
                number = self._numbers.setdefault((chat.id, id_), len(self._numbers) + 1)
                self.lines += [f"message {number}{' becomes' if id_ in before else ''}:", body]
        self.lines += [f"message {self._numbers[chat.id, id_]} is deleted" for id_ in before.keys() - now.keys()]
        self._seen[chat.id] = now

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"
