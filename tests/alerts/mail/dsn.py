"""Mails that come back as real servers write them, checked by flufl.bounce where it knows the kind."""

from __future__ import annotations

from typing import Any

from bot.sandbox.mailbox import Mail

__all__ = ["COMPLAINT", "dsn"]


def dsn(mail: Mail, *, status: str, action: str = "failed", words: str = "550 5.1.1 No such user here") -> bytes:
    """A delivery status notification (RFC 3464) as Postfix writes it."""
    (to,) = mail.recipients
    text = f"""\
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {mail.sender}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="B0.1764000000/mx.example"

--B0.1764000000/mx.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.
<{to}>: host mail.example.kz said: {words}

--B0.1764000000/mx.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
X-Postfix-Queue-ID: 4F1B22C0A1
X-Postfix-Sender: rfc822; {mail.sender}
Arrival-Date: Mon, 23 Nov 2026 09:00:01 +0500 (+05)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.kz
Diagnostic-Code: smtp;
    {words}

--B0.1764000000/mx.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Message-ID: {mail.message["Message-ID"]}
Status: 5.0.0
Subject: not the report: Status of 5.1.1

--B0.1764000000/mx.example--
"""
    return text.replace("\n", "\r\n").encode()


def COMPLAINT(mail: Mail, *, kind: str) -> bytes:  # noqa: N802
    """A complaint (RFC 5965) with the whole mail in it."""
    head = f"""\
From: <abuse@provider.example>
To: <bounce@bounces.example>
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain

This is an email abuse report.

--part
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1

--part
Content-Type: message/rfc822

"""
    whole: Any = head.replace("\n", "\r\n").encode() + mail.raw + b"\r\n--part--\r\n"
    return bytes(whole)
