"""The few ways to answer: a new message, or the message a button stands under, edited in place."""

from __future__ import annotations

import contextlib

from aiogram.exceptions import TelegramBadRequest
from aiogram.types import CallbackQuery, EphemeralMessageParameters, LinkPreviewOptions, Message

from alerts.channels.base import Message as Page
from bot.chat.keyboards import Rows, markup

__all__ = ["answer", "drop_buttons", "edit", "edit_buttons", "whisper"]

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


async def answer(message: Message, page: Page, *, quote: bool = False) -> int:
    """Send a new message, as a reply to `message` if `quote`; returns its id."""
    send = message.reply if quote else message.answer
    sent = await send(page.html, parse_mode="HTML", reply_markup=markup(page.buttons), link_preview_options=NO_PREVIEW)
    return sent.message_id


async def edit(event: CallbackQuery | Message, page: Page) -> int:
    """Turn the pressed message into `page`, or send it anew where that cannot be edited; returns its id.

    Who typed the words of a button instead of pressing it is answered below.
    """
    if isinstance(event, Message):
        return await answer(event, page)
    callback, message = event, event.message
    if message is None or callback.bot is None:
        return 0
    if isinstance(message, Message):
        try:
            await message.edit_text(
                page.html, parse_mode="HTML", reply_markup=markup(page.buttons), link_preview_options=NO_PREVIEW
            )
        except TelegramBadRequest as error:
            if "message is not modified" in error.message:
                return message.message_id
            if not any(sign in error.message for sign in ("can't be edited", "message to edit not found")):
                raise
        else:
            return message.message_id
    sent = await callback.bot.send_message(
        message.chat.id,
        page.html,
        parse_mode="HTML",
        reply_markup=markup(page.buttons),
        link_preview_options=NO_PREVIEW,
    )
    return sent.message_id


async def whisper(event: Message | CallbackQuery, page: Page) -> None:
    """Answer in a group so that only who asked sees it; where the group or the server knows no such answers, openly.

    Only links are kept of its buttons: what is pressed under such a message cannot be edited as others are.
    """
    message = event.message if isinstance(event, CallbackQuery) else event
    if not isinstance(message, Message) or event.from_user is None:
        return
    rows = tuple(kept for row in page.buttons if (kept := tuple(one for one in row if one.url)))
    alone = EphemeralMessageParameters(
        receiver_user_id=event.from_user.id, callback_query_id=event.id if isinstance(event, CallbackQuery) else None
    )
    try:
        await message.answer(
            page.html, parse_mode="HTML", reply_markup=markup(rows), link_preview_options=NO_PREVIEW,
            ephemeral_message_parameters=alone,
        )  # fmt: skip
    except TelegramBadRequest:
        await answer(message, page, quote=True)


async def drop_buttons(message: Message, message_id: int) -> None:
    """Take the buttons off an earlier message of ours that a newer one replaces; if it is gone, so much the better."""
    if not message_id or message.bot is None:
        return
    try:
        await message.bot.edit_message_reply_markup(chat_id=message.chat.id, message_id=message_id)
    except TelegramBadRequest:
        return


async def edit_buttons(callback: CallbackQuery, rows: Rows) -> None:
    """Change the buttons under the pressed message and nothing else; where Telegram refuses, they stay as they are."""
    if isinstance(callback.message, Message):
        with contextlib.suppress(TelegramBadRequest):
            await callback.message.edit_reply_markup(reply_markup=markup(rows))
