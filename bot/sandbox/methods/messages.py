"""Messages: send, edit, delete, answer a pressed button."""

from __future__ import annotations

from typing import Any

from bot.sandbox.arguments import Arguments, Upload
from bot.sandbox.errors import bad_request
from bot.sandbox.files import PHOTO_LIMIT, StoredFile, picture_size
from bot.sandbox.keyboards import Markup, checked_markup, inline_only
from bot.sandbox.methods.base import Call, method
from bot.sandbox.people import Chat, Message
from bot.sandbox.texts import caption_text, message_text
from bot.sandbox.world import World

ANSWER_LIMIT = 200
DELETABLE_SECONDS = 48 * 3600


def _markup(arguments: Arguments) -> Markup | None:
    return checked_markup(arguments.json("reply_markup", "reply keyboard markup"))


def _text(arguments: Arguments) -> dict[str, Any]:
    text, entities = message_text(
        arguments.text("text"), arguments.text("parse_mode"), arguments.json("entities", "message entities")
    )
    return {"text": text, "entities": entities}


def _caption(arguments: Arguments) -> dict[str, Any]:
    caption, entities = caption_text(
        arguments.text("caption"), arguments.text("parse_mode"), arguments.json("caption_entities", "caption entities")
    )
    return {"caption": caption, "caption_entities": entities}


def _send(call: Call, chat: Chat, content: dict[str, Any], *, fallback: str) -> Message:
    markup = _markup(call.arguments)
    if markup and "keyboard" in markup:
        chat.reply_keyboard = markup
    elif markup and "remove_keyboard" in markup:
        chat.reply_keyboard = None
    reply = call.arguments.json("reply_parameters", "reply parameters") or {}
    replied = chat.messages.get(int(reply.get("message_id", 0) or call.arguments.integer("reply_to_message_id")))
    if reply.get("message_id") and replied is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    preview = call.arguments.json("link_preview_options", "link preview options")
    topic = call.arguments.integer("message_thread_id")
    content |= _alone(call, chat)
    message = call.world.post(
        chat,
        call.world.bot,
        **content,
        is_topic_message=bool(topic and chat.forum) or None,
        has_protected_content=call.arguments.flag("protect_content") or None,
        reply_markup=inline_only(markup),
        reply_to_message=replied,
        link_preview_options=preview,
        message_thread_id=topic,
    )
    call.note(message, content.get("text") or content.get("caption") or fallback)
    call.ledger["markup"] = markup
    return message


def _alone(call: Call, chat: Chat) -> dict[str, Any]:
    """Who alone sees an ephemeral message. Raises ApiError outside of groups, and for who is not there."""
    asked = call.arguments.json("ephemeral_message_parameters", "ephemeral message parameters")
    if not asked:
        return {}
    if chat.kind not in ("group", "supergroup") or asked.get("receiver_user_id") not in chat.members:
        raise bad_request("ephemeral messages can be sent to members of groups only")
    receiver = call.world.people[asked["receiver_user_id"]].as_json()
    return {"ephemeral_message_id": len(chat.messages) + 1, "receiver_user": receiver}


@method("sendMessage")
async def send_message(call: Call) -> Message:
    """Send a text."""
    content = _text(call.arguments)
    return _send(call, call.chat(), content, fallback="")


@method("sendPhoto")
async def send_photo(call: Call) -> Message:
    """Send a picture: uploaded, or known by its file_id."""
    content = _caption(call.arguments)
    chat = call.chat()
    stored = _file(call.world, call.arguments.upload("photo"), "photo")
    if len(stored.content) > PHOTO_LIMIT:
        raise bad_request("file is too big for a photo")
    width, height = picture_size(stored.content)
    photo = [stored.as_json() | {"width": width, "height": height}]
    return _send(call, chat, {"photo": photo} | content, fallback=stored.name)


@method("sendDocument")
async def send_document(call: Call) -> Message:
    """Send a file as it is."""
    content = _caption(call.arguments)
    chat = call.chat()
    stored = _file(call.world, call.arguments.upload("document"), "document")
    document = stored.as_json() | {"file_name": stored.name, "mime_type": stored.mime_type}
    return _send(call, chat, {"document": document} | content, fallback=stored.name)


def _file(world: World, upload: Upload | str | None, what: str) -> StoredFile:
    if upload is None:
        raise bad_request(f"there is no {what} in the request")
    if isinstance(upload, str):
        if "://" in upload:
            raise bad_request("failed to get HTTP URL content")
        return world.files.get(upload)
    if not upload.content:
        raise bad_request("file must be non-empty")
    return world.files.add(upload.name, upload.content, folder=f"{what}s", mime_type=upload.content_type)


def _edit(call: Call, **changes: Any) -> Message:
    chat = call.chat()
    message_id = call.arguments.integer("message_id")
    message = call.world.edit(chat, message_id, **changes, reply_markup=inline_only(_markup(call.arguments)))
    call.note(message, message.get("text") or message.get("caption", ""))
    return message


@method("editMessageText")
async def edit_message_text(call: Call) -> Message:
    """Replace a text and its inline keyboard."""
    content = _text(call.arguments)
    chat = call.chat()
    message_id = call.arguments.integer("message_id")
    if "text" not in call.world.message(chat, message_id, "edit"):
        raise bad_request("there is no text in the message to edit")
    preview = call.arguments.json("link_preview_options", "link preview options")
    return _edit(call, **content, link_preview_options=preview)


@method("editMessageCaption")
async def edit_message_caption(call: Call) -> Message:
    """Replace the caption of a picture or a document."""
    content = _caption(call.arguments)
    message = call.world.message(call.chat(), call.arguments.integer("message_id"), "edit")
    if "photo" not in message and "document" not in message:
        raise bad_request("there is no caption in the message to edit")
    return _edit(call, **content)


@method("editMessageReplyMarkup")
async def edit_message_reply_markup(call: Call) -> Message:
    """Replace or take away the inline keyboard."""
    return _edit(call)


@method("deleteMessage")
async def delete_message(call: Call) -> bool:
    """Delete a message."""
    chat, message_id = call.chat(), call.arguments.integer("message_id")
    message = call.world.message(chat, message_id, "delete")
    if chat.kind == "private" and call.world.clock().timestamp() - message["date"] > DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    call.world.delete(chat, message_id)
    call.ledger["message_id"] = message_id
    return True


@method("answerCallbackQuery")
async def answer_callback_query(call: Call) -> bool:
    """End the spinner of a pressed button, with a toast or an alert where there is a text."""
    text = call.arguments.text("text")
    if len(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    query = call.world.answer_query(
        call.arguments.text("callback_query_id"),
        text=text,
        show_alert=call.arguments.flag("show_alert"),
        url=call.arguments.text("url"),
    )
    call.ledger |= {"chat_id": query.chat.id, "message_id": query.message_id, "plain": text}
    return True
