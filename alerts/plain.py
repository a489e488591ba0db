"""The bare text of a message: what a person gets where the message as it was made is refused."""

from __future__ import annotations

from html.parser import HTMLParser

from alerts.channels.base import Button, Message
from alerts.channels.telegram.text import MESSAGE_LIMIT, cut

__all__ = ["plain_of"]

_ROOM = 400  # for the addresses of buttons


class _Text(HTMLParser):
    """Collects text; the address of a link follows its words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._link = dict(attrs).get("href") or "" if tag == "a" else self._link

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link:
            self.parts.append(f" ({self._link})")
            self._link = ""

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain_of(message: Message) -> Message:
    """Without markup and buttons, short enough; where buttons led elsewhere, their addresses come below the text."""
    reader = _Text()
    reader.feed(message.html)
    reader.close()
    text = "".join(reader.parts).strip()
    links = [_line(button) for row in message.buttons for button in row if button.url]
    below = cut("\n".join(links), _ROOM)
    whole = "\n\n".join(part for part in (cut(text, MESSAGE_LIMIT - _ROOM - 2), below) if part)
    return Message(whole, silent=message.silent, reply_to=message.reply_to, plain=True, topic=message.topic)


def _line(button: Button) -> str:
    return f"{button.text}: {button.url}"
