"""Blocked and let in again; a group that became a supergroup."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberRestricted, ChatMemberUpdated, Message

from alerts.tables import Standing
from bot.chat.services import Person, Services

__all__ = ["router"]

OUT = (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT)


def router() -> Router:
    """What Telegram tells about our own standing in a chat."""
    made = Router(name="membership")
    made.my_chat_member.register(moved_in_or_out)
    made.message.register(migrated, F.migrate_to_chat_id)
    made.message.register(quiet, F.migrate_from_chat_id | F.new_chat_members | F.left_chat_member)
    return made


async def moved_in_or_out(event: ChatMemberUpdated, person: Person, services: Services) -> None:
    """Unreachable when they blocked or removed us, active again when they let us back; /stop outlasts both.

    A tip that they were writing goes with them, and so does the way back to them.
    """
    now = event.new_chat_member
    silenced = isinstance(now, ChatMemberRestricted) and not now.can_send_messages
    out = now.status in OUT or silenced
    if out and services.tips is not None:
        await services.tips.desk.left(person.chat_id)
    subscriber = person.subscriber
    if subscriber is None:
        return
    if out:
        await services.storage.clear_chat(person.chat_id)
    if out and subscriber.state is Standing.ACTIVE:
        private = event.chat.type == ChatType.PRIVATE
        reason = "bot was blocked by the user" if private else "bot is not a member of the chat"
        reason = "not enough rights to send text messages to the chat" if silenced else reason
        await services.subscriptions.unreachable(subscriber.id, reason)
    elif not out and subscriber.state is Standing.UNREACHABLE:
        await services.subscriptions.resume(subscriber.id)


async def migrated(message: Message, person: Person, services: Services) -> None:
    """The group has another id from now on: its filters go with it, what was half chosen stays behind."""
    await services.storage.clear_chat(person.chat_id)
    if person.subscriber is not None and message.migrate_to_chat_id is not None:
        await services.subscriptions.move(person.subscriber.id, str(message.migrate_to_chat_id))


async def quiet(message: Message) -> None:
    """Service messages ask for nothing."""
