"""One mail as it is to be sent, before it becomes bytes."""

from __future__ import annotations

from datetime import datetime

import msgspec

from alerts.channels.base import Message

__all__ = ["Attachment", "ListLinks", "Mail", "bare"]


class Attachment(msgspec.Struct, frozen=True):
    """A file beside the text. `kind`: its media type."""

    name: str
    kind: str
    content: bytes


class ListLinks(msgspec.Struct, frozen=True):
    """What a list says about itself (RFC 2369, 2919, 8058); '' for what there is not.

    `leave` is an https address that unsubscribes by a POST without cookies and by nothing else; `leave_by_mail` the
    address of a mailbox that does, too.
    """

    name: str
    title: str
    leave: str
    leave_by_mail: str = ""
    settings: str = ""
    subscribe: str = ""
    archive: str = ""
    owner: str = ""


class Mail(Message, frozen=True, kw_only=True):
    """`html` is a whole document, or '' for a mail of text alone.

    `message_id` (without <>), `date` and `return_path` are the same each time the same row is made, so that a receiver
    who got a mail twice can tell. `links`: for a mail of a list; None for an answer to what one person asked.
    """

    subject: str
    text: str
    language: str
    message_id: str
    date: datetime
    return_path: str = ""
    links: ListLinks | None = None
    feedback_id: str = ""
    attachments: tuple[Attachment, ...] = ()


def bare(message: Message) -> Message | None:
    """The mail without its HTML and files: what is sent, once, where the whole was refused for what it is."""
    if not isinstance(message, Mail) or message.plain:
        return None
    return msgspec.structs.replace(message, html="", attachments=(), plain=True)
