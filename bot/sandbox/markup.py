"""The HTML subset of the Bot API, read by the server's own rules: what it refuses, and the entities it makes.

The sentences and byte offsets follow the real parser; the tests compare the two on the same texts.
"""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.links import checked_link

Entity = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
SPACE = " \t\r\n\0\v"
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
ENTITY = re.compile(r"&(?:#x(?P<hex>[0-9a-fA-F]+)|#(?P<dec>[0-9]+)|(?P<name>[a-zA-Z]+));?")
NAME_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 units, which is how Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def parse_html(text: str) -> tuple[str, list[Entity]]:
    """Return the plain text and its entities (offsets in UTF-16 units). Raises ApiError as the server answers."""
    return _HtmlText(text).read()


class _Tag:
    """An open tag: where it began in the source and in the result, and what its attributes said."""

    def __init__(self, name: str, offset: int, position: int, order: int) -> None:
        self.name, self.offset, self.position, self.order = name, offset, position, order
        self.attributes: dict[str, str] = {}


class _HtmlText:
    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0
        self.pieces: list[str] = []
        self.offset = 0
        self.open: list[_Tag] = []
        self.opened = 0
        self.entities: list[tuple[int, Entity]] = []

    def read(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            following = self.source.find("<", self.at)
            end = len(self.source) if following < 0 else following
            self._add(decode(self.source[self.at : end]))
            self.at = end
            if following >= 0 and self.source.startswith("</", following):
                self._end_tag()
            elif following >= 0:
                self._start_tag()
        if self.open:
            raise _unparsable(f"""Can't find end tag corresponding to start tag "{self.open[-1].name}\"""")
        self.entities.sort(key=lambda pair: (pair[1]["offset"], -pair[1]["length"], pair[0]))
        return "".join(self.pieces), _merge_code_into_pre([entity for _, entity in self.entities])

    def _add(self, text: str) -> None:
        self.pieces.append(text)
        self.offset += utf16_length(text)

    def _byte(self, position: int) -> int:
        return len(self.source[:position].encode("utf-8", "surrogatepass"))

    def _take(self, stops: str) -> str:
        begin = self.at
        while self.at < len(self.source) and self.source[self.at] not in stops:
            self.at += 1
        return self.source[begin : self.at]

    def _skip_space(self) -> None:
        while self.at < len(self.source) and self.source[self.at] in SPACE:
            self.at += 1

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        name = self._take(SPACE + ">").lower()
        where = f"at byte offset {self._byte(begin)}"
        if self.at >= len(self.source):
            raise _unparsable(f"Unclosed start tag {where}")
        if name not in TAGS:
            raise _unparsable(f'Unsupported start tag "{name}" {where}')
        self.opened += 1
        tag = _Tag(name, self.offset, len(self.pieces), self.opened)
        while True:
            self._skip_space()
            if self.source.startswith(">", self.at):
                break
            self._attribute(tag, where)
        self.at += 1
        if name == "span" and tag.attributes.get("class") != "tg-spoiler":
            raise _unparsable(f'Tag "span" must have class "tg-spoiler" {where}')
        self.open.append(tag)

    def _attribute(self, tag: _Tag, where: str) -> None:
        name = self._take(SPACE + "=>/\"'").lower()
        if not name:
            raise _unparsable(f'Empty attribute name in the tag "{tag.name}" {where}')
        self._skip_space()
        if self.at >= len(self.source):
            raise _unparsable(f'Unclosed start tag "{tag.name}" {where}')
        if not self.source.startswith("=", self.at):
            tag.attributes.setdefault(name, "")
            return
        self.at += 1
        self._skip_space()
        if self.at >= len(self.source):
            raise _unparsable(f'Unclosed start tag "{tag.name}" {where}')
        quote = self.source[self.at : self.at + 1]
        if quote in ("'", '"'):
            self.at += 1
            value = decode(self._take(quote))
            self.at += 1
        else:
            begin = self.at
            value = NAME_TOKEN.match(self.source, begin).group().lower()  # type: ignore[union-attr]
            self.at += len(value)
            if self.at < len(self.source) and self.source[self.at] not in SPACE + ">":
                raise _unparsable(f"Unexpected end of name token at byte offset {self._byte(begin)}")
        if self.at >= len(self.source):
            raise _unparsable(f"Unclosed start tag {where}")
        tag.attributes.setdefault(name, value)

    def _end_tag(self) -> None:
        begin = self.at
        where = f"at byte offset {self._byte(begin)}"
        if not self.open:
            raise _unparsable(f"Unexpected end tag {where}")
        self.at += 2
        name = self._take(SPACE + ">").lower()
        self._skip_space()
        if not self.source.startswith(">", self.at):
            raise _unparsable(f"Unclosed end tag {where}")
        self.at += 1
        tag = self.open.pop()
        if name and name != tag.name:
            raise _unparsable(f'Unmatched end tag {where}, expected "</{tag.name}>", found "</{name}>"')
        if self.offset > tag.offset:
            entity = self._entity(tag)
            if entity:
                self.entities.append((tag.order, entity))

    def _entity(self, tag: _Tag) -> Entity | None:
        entity: Entity = {"type": TAGS[tag.name], "offset": tag.offset, "length": self.offset - tag.offset}
        attributes = tag.attributes
        if tag.name == "a":
            shown = "".join(self.pieces[tag.position :])
            url = checked_link(attributes.get("href") or shown)
            return entity | url if url else None
        if tag.name == "blockquote" and "expandable" in attributes:
            return entity | {"type": "expandable_blockquote"}
        if tag.name == "code" and attributes.get("class", "").startswith("language-"):
            return entity | {"language": attributes["class"].removeprefix("language-")}
        if tag.name == "tg-emoji":
            emoji = attributes.get("emoji-id", "")
            return entity | {"custom_emoji_id": emoji} if emoji.isdigit() else None
        if tag.name == "tg-time":
            unix = attributes.get("unix", "")
            return entity | {"unix_time": int(unix)} if unix.isdigit() else None
        return entity


def decode(text: str) -> str:
    """Decode the four named and the numeric character references; everything else stays as it is written."""
    return ENTITY.sub(_decoded, text) if "&" in text else text


def _decoded(match: re.Match[str]) -> str:
    if match["name"]:
        return NAMED.get(match["name"], match.group())
    code = int(match["hex"], 16) if match["hex"] else int(match["dec"])
    return chr(code) if 0 < code < 0x10FFFF else match.group()


def _merge_code_into_pre(entities: list[Entity]) -> list[Entity]:
    blocks = {(e["offset"], e["length"]): e for e in entities if e["type"] == "pre"}
    kept: list[Entity] = []
    for entity in entities:
        language = entity.pop("language", None) if entity["type"] == "code" else None
        block = blocks.get((entity["offset"], entity["length"]))
        if language and block is not None:
            block["language"] = language
        else:
            kept.append(entity)
    return kept


def _unparsable(text: str) -> ApiError:
    return bad_request(f"can't parse entities: {text}")
