"""What Telegram's refusals mean, as data: the server's literal sentences, and what each says about trying again.

Sources: the Bot API server's own text (tdlib/telegram-bot-api, Client.cpp). A 400 that is not listed is taken as our
mistake; a 403 that is not listed is asked about once more in an hour, so that no reader is lost over one sentence.
"""

from __future__ import annotations

import re
from enum import Enum

import aiohttp
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)

from alerts.channels.base import DeliveryError, UncertainDelivery

__all__ = ["REFUSALS", "Kind", "classify", "delivery_error"]


class Kind(Enum):
    """What a refusal is about."""

    GONE = "gone"  # the person or chat will not take anything from us
    TOPIC = "topic"  # the forum topic is closed or deleted, the group may take it elsewhere
    CHAT_CONFIG = "chat_config"  # the chat is there, its settings keep us out: an administrator can change that
    OURS = "ours"  # the message is wrong
    UNKNOWN = "unknown"


# Parts of the server's sentence, lower case, each with what it means. The first that is found decides.
REFUSALS: tuple[tuple[str, Kind], ...] = (
    ("bot was blocked by the user", Kind.GONE),
    ("user is deactivated", Kind.GONE),
    ("bot can't initiate conversation with a user", Kind.GONE),
    ("bot can't send messages to bots", Kind.GONE),
    ("bot was kicked from the", Kind.GONE),
    ("bot is not a member of the", Kind.GONE),
    ("the group chat was deleted", Kind.GONE),
    ("chat not found", Kind.GONE),
    ("peer_id_invalid", Kind.GONE),
    ("user not found", Kind.GONE),
    ("not enough rights to send", Kind.CHAT_CONFIG),
    ("have no rights to send", Kind.CHAT_CONFIG),
    ("need administrator rights in the channel chat", Kind.CHAT_CONFIG),
    ("chat_write_forbidden", Kind.CHAT_CONFIG),
    ("chat_restricted", Kind.CHAT_CONFIG),
    ("chat_send_plain_forbidden", Kind.CHAT_CONFIG),
    ("topic_closed", Kind.TOPIC),
    ("topic_deleted", Kind.TOPIC),
    ("message thread not found", Kind.TOPIC),
    ("can't parse entities", Kind.OURS),
    ("message is too long", Kind.OURS),
    ("message text is empty", Kind.OURS),
    ("text must be non-empty", Kind.OURS),
    ("button_data_invalid", Kind.OURS),
    ("button_url_invalid", Kind.OURS),
    ("button_type_invalid", Kind.OURS),
)

_ORIGINAL = re.compile(r"Original description: (.*)", re.DOTALL)
_AN_HOUR = 3600.0
_A_MINUTE = 60.0
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


def classify(description: str) -> Kind:
    """What the server's sentence is about."""
    lower = description.casefold()
    return next((kind for part, kind in REFUSALS if part in lower), Kind.UNKNOWN)


def _words(error: BaseException, token: str) -> str:
    """The server's own sentence, or the network's; never the token, which is part of every address."""
    text = (
        error.message
        if isinstance(error, (TelegramAPIError, ClientDecodeError))
        else f"{type(error).__name__}: {error}"
    )
    original = _ORIGINAL.search(text)
    text = original[1] if original else text
    return f"telegram: {text.replace(token, '<token>')}"


def _refused(error: TelegramAPIError, words: str, topic: int) -> DeliveryError:
    kind = classify(error.message)
    if kind is Kind.TOPIC and topic:
        return DeliveryError(words, topic_gone=True)
    if kind in {Kind.GONE, Kind.CHAT_CONFIG, Kind.TOPIC}:
        return DeliveryError(words, permanent=True, paused=kind is not Kind.GONE)
    if kind is Kind.OURS or isinstance(error, (TelegramBadRequest, TelegramEntityTooLarge)):
        return DeliveryError(words, ours=True)
    if isinstance(error, TelegramForbiddenError):
        return DeliveryError(words, retry_after=_AN_HOUR, suspected=True)
    if isinstance(error, (TelegramUnauthorizedError, TelegramNotFound)):  # the token: nobody can be reached
        return DeliveryError(words, retry_after=_A_MINUTE, everyone=True)
    return DeliveryError(words)  # 5xx, restarting: later


def _network(error: TelegramNetworkError, words: str) -> DeliveryError | UncertainDelivery:
    """Not sent if no connection was made; anything after that may have arrived."""
    if isinstance(error.__cause__, _NOT_SENT):
        return DeliveryError(words)
    return UncertainDelivery(words)


def delivery_error(
    error: AiogramError | aiohttp.ClientError | OSError, address: str, token: str, topic: int = 0
) -> DeliveryError | UncertainDelivery:
    """Say in data what an exception of one `sendMessage` to `address` means. `token` is cut out of every text.

    `topic` is the forum topic it went to, 0 for none. A 429 in a group (its id is negative) is that group's; elsewhere
    the whole bot waits.
    """
    words = _words(error, token)
    if isinstance(error, TelegramRetryAfter):
        return DeliveryError(words, retry_after=float(error.retry_after), everyone=not address.startswith("-"))
    if isinstance(error, TelegramMigrateToChat):
        return DeliveryError(words, moved_to=str(error.migrate_to_chat_id))
    if isinstance(error, TelegramNetworkError) and not isinstance(error, TelegramEntityTooLarge):
        return _network(error, words)
    if isinstance(error, TelegramAPIError):
        return _refused(error, words, topic)
    # What is left: an answer that is not the Bot API's (a proxy's page), a connection that broke in a new way.
    return UncertainDelivery(words)
