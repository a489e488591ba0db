"""What the bot says of itself: its commands by scope and language, and its descriptions."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.methods.base import Call, method
from bot.sandbox.world import World

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
COMMANDS_LIMIT = 100
COMMAND_DESCRIPTION_LIMIT = 256
DESCRIPTION_LIMITS = {"description": 512, "short_description": 120}


def commands_for(world: World, chat_id: int, language: str, person_id: int = 0) -> list[dict[str, str]]:
    """Return the commands somebody sees in a chat: the narrowest scope first, in their language before in none."""
    chat = world.chats.get(chat_id)
    scopes = [f"chat {chat_id}", "all_private_chats", "default"]
    if chat_id < 0:
        scopes = [f"chat {chat_id}", "all_group_chats", "default"]
        if chat is not None and person_id and chat.owner == person_id:
            scopes[:1] = [f"chat_administrators {chat_id}", f"chat {chat_id}", "all_chat_administrators"]
    for scope in scopes:
        for code in (language, ""):
            if (scope, code) in world.commands:
                return world.commands[scope, code]
    return []


def description_for(world: World, language: str, name: str = "description") -> str:
    """Return a description in a language, or the one for everybody."""
    return world.descriptions.get((name, language)) or world.descriptions.get((name, ""), "")


def _key(call: Call) -> tuple[str, str]:
    scope = call.arguments.json("scope", "bot command scope") or {}
    kind = scope.get("type", "default")
    language = call.arguments.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    if kind in ("chat", "chat_administrators", "chat_member"):
        chat = call.world.chat(call.world.resolve(str(scope.get("chat_id", ""))))
        return f"{kind} {chat.id}", language
    return kind, language


def _command(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise bad_request("can't parse BotCommand: expected an object")
    name = str(value.get("command", "")).removeprefix("/")
    about = str(value.get("description", "")).strip()
    if not COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not about or len(about) > COMMAND_DESCRIPTION_LIMIT:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": about}


@method("setMyCommands")
async def set_my_commands(call: Call) -> bool:
    """Replace the commands of a scope and a language."""
    commands = call.arguments.json("commands", "bot commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(commands) > COMMANDS_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    call.world.commands[_key(call)] = [_command(command) for command in commands]
    call.world.feed.publish("commands")
    return True


@method("getMyCommands")
async def get_my_commands(call: Call) -> list[dict[str, str]]:
    """Return the commands of exactly this scope and language."""
    return call.world.commands.get(_key(call), [])


@method("deleteMyCommands")
async def delete_my_commands(call: Call) -> bool:
    """Forget the commands of a scope and a language."""
    call.world.commands.pop(_key(call), None)
    call.world.feed.publish("commands")
    return True


def _set_description(call: Call, name: str) -> bool:
    text = call.arguments.text(name)
    if len(text) > DESCRIPTION_LIMITS[name]:
        raise bad_request(f"{name.upper()}_TOO_LONG")
    call.world.descriptions[name, call.arguments.text("language_code")] = text
    call.world.feed.publish("commands")
    return True


@method("setMyDescription")
async def set_my_description(call: Call) -> bool:
    """Set what an empty chat with the bot shows."""
    return _set_description(call, "description")


@method("getMyDescription")
async def get_my_description(call: Call) -> dict[str, str]:
    """Return the description."""
    return {"description": description_for(call.world, call.arguments.text("language_code"))}


@method("setMyShortDescription")
async def set_my_short_description(call: Call) -> bool:
    """Set what the bot's profile shows."""
    return _set_description(call, "short_description")


@method("getMyShortDescription")
async def get_my_short_description(call: Call) -> dict[str, str]:
    """Return the short description."""
    language = call.arguments.text("language_code")
    return {"short_description": description_for(call.world, language, "short_description")}
