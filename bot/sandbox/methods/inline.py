"""Inline mode: the answer to somebody who types after the bot's name."""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import checked_markup
from bot.sandbox.methods.base import Call, method
from bot.sandbox.texts import message_text

MOST_RESULTS = 50
LONGEST_ID = 64


def _result(result: Any, seen: set[str]) -> dict[str, Any]:
    """An article as people see it, and the message it becomes. Raises ApiError with the server's sentences."""
    if not isinstance(result, dict) or result.get("type") != "article":
        raise bad_request("can't parse inline query result: only articles are known to this sandbox")
    id_ = str(result.get("id", ""))
    if not id_ or len(id_.encode()) > LONGEST_ID:
        raise bad_request("RESULT_ID_INVALID")
    if id_ in seen:
        raise bad_request("RESULT_ID_DUPLICATE")
    seen.add(id_)
    if not result.get("title"):
        raise bad_request("can't parse inline query result: article title is empty")
    content = result.get("input_message_content") or {}
    typed, mode = str(content.get("message_text", "")), str(content.get("parse_mode", ""))
    text, entities = message_text(typed, mode, content.get("entities"))
    message = {"text": text, "entities": entities, "link_preview_options": content.get("link_preview_options")}
    markup = checked_markup(result.get("reply_markup"))
    return {"id": id_, "title": result["title"], "description": result.get("description", ""),
            "message": message | {"reply_markup": markup}}  # fmt: skip


@method("answerInlineQuery")
async def answer_inline_query(call: Call) -> bool:
    """Offer at most fifty results, each with an id of its own."""
    results = call.arguments.json("results", "inline query results") or []
    if len(results) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    seen: set[str] = set()
    offered = [_result(result, seen) for result in results]
    call.world.offer(call.arguments.text("inline_query_id"), offered)
    return True
