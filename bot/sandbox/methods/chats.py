"""Chats, their members, and files."""

from __future__ import annotations

from typing import Any

from bot.sandbox.crowd import bot_member
from bot.sandbox.errors import bad_request, forbidden
from bot.sandbox.files import DOWNLOAD_LIMIT
from bot.sandbox.methods.base import Call, method
from bot.sandbox.methods.settings import description_for

ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


@method("getMe")
async def get_me(call: Call) -> dict[str, Any]:
    """Return the bot."""
    return call.world.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "has_main_web_app": False,
    }


@method("sendChatAction")
async def send_chat_action(call: Call) -> bool:
    """Show "typing" and the like for five seconds."""
    action = call.arguments.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    call.world.feed.publish("action", chat_id=call.chat().id, action=action)
    return True


@method("getChat")
async def get_chat(call: Call) -> dict[str, Any]:
    """Return what is known of a chat."""
    chat = call.world.chat(call.world.resolve(call.arguments.text("chat_id")))
    about = {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), True
        ),
    }
    if chat.kind == "private":
        about["bio"] = description_for(call.world, call.world.people[chat.id].language, "short_description")
    return call.world.chat_json(chat) | about


@method("getChatMember")
async def get_chat_member(call: Call) -> dict[str, Any]:
    """Return somebody's standing in a chat."""
    chat = call.world.chat(call.world.resolve(call.arguments.text("chat_id")))
    user_id = call.arguments.integer("user_id")
    if user_id == call.world.bot["id"]:
        return bot_member(call.world.bot, chat.bot_status, chat.kind)
    person = call.world.people.get(user_id)
    if person is None:
        raise bad_request("member not found")
    if user_id == chat.owner:
        return {"user": person.as_json(), "status": "creator", "is_anonymous": False}
    return {"user": person.as_json(), "status": "member" if user_id in chat.members else "left"}


@method("leaveChat")
async def leave_chat(call: Call) -> bool:
    """Leave a group."""
    chat = call.world.chat(call.world.resolve(call.arguments.text("chat_id")))
    if chat.kind == "private":
        raise bad_request("chat not found")
    if chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {chat.named}")
    old, chat.bot_status = chat.bot_status, "left"
    call.world.updates.add(
        "my_chat_member",
        {
            "chat": call.world.chat_json(chat),
            "from": call.world.bot,
            "date": int(call.world.clock().timestamp()),
            "old_chat_member": bot_member(call.world.bot, old),
            "new_chat_member": bot_member(call.world.bot, "left"),
        },
    )
    call.world.feed.publish("chats")
    return True


@method("getFile")
async def get_file(call: Call) -> dict[str, Any]:
    """Return where a file can be downloaded."""
    stored = call.world.files.get(call.arguments.text("file_id"))
    if len(stored.content) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return stored.as_json() | {"file_path": stored.path}
