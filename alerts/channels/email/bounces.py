"""Mails that come back: whose they are, by the signed address they return to, and what they say.

A bounce (RFC 3464) goes to the envelope's sender, which is made for each mail: `bounce+TOKEN@...` names a row of the
outbox and is signed, so that nobody can have an address disabled by inventing one. A complaint (RFC 5965) encloses the
mail itself, whose link to leave says who complained. What is neither (out of office, a person's answer) says nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import Message
from enum import Enum

import msgspec

from alerts.channels.email.errors import not_final
from alerts.mail.tokens import Purpose, Tokens

__all__ = ["BOUNCES_FOR", "LEAVE", "Report", "Verdict", "bounce_address", "lowered", "raised", "read_report"]

BOUNCES_FOR = timedelta(days=10)
"""Servers try for five days, and some bounce late."""
LEAVE = "leave."
"""Before a token in an address: a mail to it unsubscribes."""

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_LEAVE_LINK = re.compile(r"/unsubscribe/([A-Za-z0-9_-]{30,60})")
_LARGEST = 2 * 1024 * 1024


class Verdict(Enum):
    """What a mail that came back says."""

    GONE = "gone"  # for good
    SOFT = "soft"  # this mail, this time
    COMPLAINT = "complaint"
    NOTHING = "nothing"


class Report(msgspec.Struct, frozen=True):
    """`status`: of the DSN; `words`: the other server's; `leave`: the token of the enclosed mail's link."""

    verdict: Verdict
    status: str = ""
    words: str = ""
    leave: str = ""


def lowered(token: str) -> str:
    """A token in letters that survive a mail address, where case does not count."""
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    return base64.b32encode(raw).decode().rstrip("=").lower()


def raised(text: str) -> str:
    """The token again; '' for what is none."""
    try:
        raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return ""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def bounce_address(base: str, tokens: Tokens, outbox_id: int, address: str, now: datetime) -> str:
    """The envelope's sender of one mail: `bounce@bounces.example.kz` with a token that names its row."""
    token = tokens.make(Purpose.BOUNCE, outbox_id, address, expires=now + BOUNCES_FOR)
    local, _, domain = base.partition("@")
    return f"{local}+{lowered(token)}@{domain}"


def read_report(raw: bytes) -> Report:
    """What a mail that came back says. Never raises: what cannot be read says nothing."""
    try:
        message = message_from_bytes(raw[:_LARGEST], policy=policy.compat32)
        kind = str(message.get_param("report-type", "")).lower()
        parts = list(message.walk())
    except (ValueError, LookupError, TypeError, AttributeError):
        return Report(Verdict.NOTHING)
    if kind == "feedback-report" or any(part.get_content_type() == "message/feedback-report" for part in parts):
        return _complaint(parts, raw)
    for part in parts:
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            return _bounce(part)
    return Report(Verdict.NOTHING)


def _complaint(parts: list[Message], raw: bytes) -> Report:
    kind = ""
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            kind = _field(_text(part), "Feedback-Type").lower()
    if kind == "not-spam":
        return Report(Verdict.NOTHING)
    unfolded = re.sub(rb"\r?\n[ \t]+", b"", raw).decode("ascii", "replace")
    link = _LEAVE_LINK.search(unfolded)
    return Report(Verdict.COMPLAINT, words=kind or "abuse", leave=link[1] if link else "")


def _bounce(part: Message) -> Report:
    text = _text(part)
    action = _field(text, "Action").lower()
    words = re.sub(r"^[\w-]+;\s*", "", _field(text, "Diagnostic-Code"))
    found = _STATUS.search(_field(text, "Status")) or _STATUS.search(words)
    status = found[0] if found else ""
    if action in {"delayed", "relayed", "delivered", "expanded"} or not status:
        return Report(Verdict.NOTHING if action != "failed" else Verdict.SOFT, status, words)
    final = status.startswith("5.") and not not_final(status)
    return Report(Verdict.GONE if final else Verdict.SOFT, status, words[:300])


def _text(part: Message) -> str:
    """The fields of a report: the parser makes a message of each of its blocks."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return "\n".join(str(block) for block in payload)
    decoded = part.get_payload(decode=True)
    return decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else str(payload or "")


def _field(text: str, name: str) -> str:
    unfolded = re.sub(r"\r?\n[ \t]+", " ", text)
    found = re.findall(rf"^{name}:[ \t]*(.*)$", unfolded, re.MULTILINE | re.IGNORECASE)
    return found[-1].strip() if found else ""
