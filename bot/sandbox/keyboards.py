"""Keyboards as the server checks them: inline ones go into the message, reply ones belong to the chat."""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.links import checked_link

Markup = dict[str, Any]
ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "copy_text",
    "callback_game",
    "pay",
)
CALLBACK_BYTES = 64
BUTTONS_LIMIT = 100


def checked_markup(markup: Any) -> Markup | None:
    """Return the reply markup after the server's checks, or None where there is none. Raises ApiError."""
    if markup in (None, "", {}):
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return {"inline_keyboard": _inline_rows(markup["inline_keyboard"])}
    if "keyboard" in markup:
        rows = [[_reply_button(button) for button in row] for row in _rows(markup["keyboard"])]
        return markup | {"keyboard": [row for row in rows if row]}
    return markup


def inline_only(markup: Markup | None) -> Markup | None:
    """Return what a message itself carries: its inline keyboard, if it has one with a button."""
    return markup if markup and markup.get("inline_keyboard") else None


def _rows(value: Any) -> list[list[Any]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad_request('field "keyboard" of the ReplyKeyboardMarkup must be an Array of Arrays')
    return value


def _inline_rows(value: Any) -> list[list[Markup]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    rows = [[_inline_button(button) for button in row] for row in value]
    if sum(len(row) for row in rows) > BUTTONS_LIMIT:
        raise bad_request("reply markup is too long")
    return [row for row in rows if row]


def _inline_button(button: Any) -> Markup:
    if not isinstance(button, dict):
        raise _button_error("Object expected as an inline keyboard button")
    if not isinstance(button.get("text"), str):
        raise _button_error('Can\'t find field "text"')
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    chosen = [action for action in ACTIONS if action in button]
    if not chosen:
        raise _button_error("Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button:
        link = checked_link(str(button["url"]))
        if link is None:
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Unsupported URL protocol")
        return button | link if "url" in link else button
    return button


def _reply_button(button: Any) -> Markup:
    if isinstance(button, str):
        return {"text": button}
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request("can't parse keyboard button: Can't find field \"text\"")
    return button


def _button_error(text: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {text}")
