"""A text as a method gets it, made into what the server stores: parsed, cleaned, trimmed and measured.

Where the optional package `tdjson` (the real server's parser) is installed, it parses; else `markup` does.
"""

from __future__ import annotations

import importlib.util
import json
import re
from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.links import found_entities
from bot.sandbox.markup import Entity, parse_html, utf16_length

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
HAS_TDJSON = importlib.util.find_spec("tdjson") is not None
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
SKIPPED = re.compile("[\u2028-\u202e]")  # line separators and direction overrides: the server drops them

TDLIB_NAMES = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
}


def parse_text(text: str, parse_mode: str, entities: list[Entity] | None = None) -> tuple[str, list[Entity]]:
    """Return the stored text and its entities. `parse_mode` is empty, HTML, Markdown or MarkdownV2 in any case."""
    mode = parse_mode.lower()
    if mode in ("", "none"):
        plain, parsed = text, list(entities or [])
    elif HAS_TDJSON and mode in ("html", "markdown", "markdownv2"):
        plain, parsed = parse_with_tdjson(text, mode)
    elif mode == "html":
        plain, parsed = parse_html(text)
    else:
        raise bad_request("unsupported parse_mode")
    plain, parsed = _trimmed(CONTROL.sub(" ", SKIPPED.sub("", plain.replace("\r", ""))), parsed)
    return plain, found_entities(plain, parsed)


def message_text(text: str, parse_mode: str, entities: list[Entity] | None = None) -> tuple[str, list[Entity]]:
    """Parse a message's text; empty and too long texts are refused as the server refuses them."""
    plain, parsed = parse_text(text, parse_mode, entities)
    if not plain:
        raise bad_request("message text is empty")
    if utf16_length(plain) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return plain, parsed


def caption_text(text: str, parse_mode: str, entities: list[Entity] | None = None) -> tuple[str, list[Entity]]:
    """Parse a caption, which may be empty."""
    plain, parsed = parse_text(text, parse_mode, entities)
    if utf16_length(plain) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return plain, parsed


def parse_with_tdjson(text: str, mode: str) -> tuple[str, list[Entity]]:
    """Parse with TDLib itself: the very code the real server runs on every text."""
    import tdjson  # noqa: PLC0415 - optional, and 18 MB: only loaded where a text is parsed

    _quiet(tdjson)
    style: dict[str, Any] = {"@type": "textParseModeHTML"}
    if mode != "html":
        style = {"@type": "textParseModeMarkdown", "version": 2 if mode == "markdownv2" else 1}
    request = {"@type": "parseTextEntities", "text": text, "parse_mode": style}
    answer = json.loads(tdjson.td_execute(json.dumps(request).encode()) or b"{}")
    if answer.get("@type") == "error":
        message = str(answer["message"])
        raise bad_request(message[:1].lower() + message[1:])
    return answer["text"], [_from_tdlib(entity) for entity in answer["entities"]]


def _quiet(tdjson: Any) -> None:
    tdjson.td_execute(b'{"@type":"setLogVerbosityLevel","new_verbosity_level":0}')


def _from_tdlib(entity: dict[str, Any]) -> Entity:
    kind = entity["type"]
    name = kind["@type"].removeprefix("textEntityType")
    result: Entity = {"type": TDLIB_NAMES[name], "offset": entity["offset"], "length": entity["length"]}
    for key in ("url", "language", "custom_emoji_id", "unix_time"):
        if key in kind:
            result[key] = kind[key]
    if "user_id" in kind:
        result["user"] = {"id": kind["user_id"], "is_bot": False, "first_name": ""}
    return result


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    body = text.strip()
    cut = utf16_length(text[: len(text) - len(text.lstrip())])
    size = utf16_length(body)
    kept = []
    for entity in entities:
        begin = max(0, entity["offset"] - cut)
        end = min(size, entity["offset"] + entity["length"] - cut)
        if end > begin:
            kept.append(entity | {"offset": begin, "length": end - begin})
    return body, kept
