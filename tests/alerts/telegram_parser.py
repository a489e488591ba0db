"""Telegram's own parser (TDLib, offline): what the Bot API server makes of a message."""

from __future__ import annotations

import json
from typing import Any

import tdjson


def _execute(request: dict[str, Any]) -> dict[str, Any]:
    answer = tdjson.td_execute(json.dumps(request).encode())
    assert answer is not None
    result: dict[str, Any] = json.loads(answer)
    return result


_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def parsed(html: str) -> tuple[str, list[dict[str, Any]]]:
    """The visible text and its entities; fails with the server's sentence if it would refuse the message."""
    request = {"@type": "parseTextEntities", "text": html, "parse_mode": {"@type": "textParseModeHTML"}}
    answer = _execute(request)
    assert answer["@type"] == "formattedText", f"{answer.get('message')}: {html!r}"
    return answer["text"], answer["entities"]


def covered(text: str, entity: dict[str, Any]) -> str:
    """The part of a text that an entity covers (offsets are UTF-16 units)."""
    units = text.encode("utf-16-le")
    return units[entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2].decode("utf-16-le")
