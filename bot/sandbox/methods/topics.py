"""Topics of a supergroup: made and named; messages carry the number of theirs."""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.methods.base import Call, method

COLOUR = 7322096


@method("createForumTopic")
async def create_forum_topic(call: Call) -> dict[str, Any]:
    """Make a topic; its number is that of the service message that says so, as on the real server."""
    chat = call.chat()
    name = call.arguments.text("name")
    if chat.kind != "supergroup":
        raise bad_request("the chat is not a forum")
    if not 1 <= len(name) <= 128:
        raise bad_request("TOPIC_TITLE_INVALID")
    topic = {"name": name, "icon_color": COLOUR}
    message = call.world.post(chat, call.world.bot, forum_topic_created=topic)
    message["message_thread_id"], message["is_topic_message"] = message["message_id"], True
    return topic | {"message_thread_id": message["message_id"]}
