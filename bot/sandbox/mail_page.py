"""The mailbox's page: the list, one mail with its parts and headers, its HTML in a locked frame, the raw file."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

from aiohttp import web

from bot.sandbox.mailbox import Mail, Mailbox
from bot.sandbox.page import STATIC
from bot.sandbox.safety import FILE_POLICY, MAIL_POLICY

BEGINNING = re.compile(r"\s*(?:<!doctype[^>]*>)?\s*(?:<html\b[^>]*>)?\s*(?:<head\b[^>]*>)?", re.IGNORECASE)
NEW_TAB = '<base target="_blank">'
Part = tuple[str, str, bytes]


class MailPage:
    """Answers /mail and /sandbox/mail."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    def add_routes(self, app: web.Application) -> None:
        """Take the addresses of the page."""
        app.router.add_get("/mail", self.page)
        app.router.add_get("/sandbox/mail", self.listing)
        app.router.add_get("/sandbox/mail/{number:[0-9]+}", self.one)
        app.router.add_get("/sandbox/mail/{number:[0-9]+}/html", self.html)
        app.router.add_get("/sandbox/mail/{number:[0-9]+}/raw", self.raw)
        app.router.add_get("/sandbox/mail/{number:[0-9]+}/parts/{part:[0-9]+}", self.part)
        app.router.add_delete("/sandbox/mail", self.clear)

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """Return the page."""
        return web.FileResponse(STATIC / "mail.html")

    async def listing(self, _request: web.Request) -> web.Response:
        """Return the mails, newest first."""
        mails = [_line(mail) for mail in reversed(self.mailbox.mails)]
        return web.json_response({"smtp_port": self.mailbox.port, "mails": mails})

    async def one(self, request: web.Request) -> web.Response:
        """Return one mail: headers, text, whether there is HTML, attachments."""
        mail = self._mail(request)
        message = mail.message
        return web.json_response(
            _line(mail)
            | {
                "headers": [[name, str(value)] for name, value in message.items()],
                "text": mail.body("plain"),
                "html": bool(mail.body("html")),
                "size": len(mail.raw),
                "attachments": [
                    {"name": name, "type": kind, "size": len(content)} for name, kind, content in _attachments(message)
                ],
            }
        )

    async def html(self, request: web.Request) -> web.Response:
        """Return the HTML part under a policy without scripts, forms or outside requests; links open a new tab."""
        mail = self._mail(request)
        body = _with_pictures(mail)
        beginning = BEGINNING.match(body)
        at = beginning.end() if beginning else 0
        headers = {"Content-Security-Policy": MAIL_POLICY}
        return web.Response(text=body[:at] + NEW_TAB + body[at:], content_type="text/html", headers=headers)

    async def raw(self, request: web.Request) -> web.Response:
        """Return the mail as a file."""
        mail = self._mail(request)
        return _download(mail.raw, f"mail-{mail.number}.eml")

    async def part(self, request: web.Request) -> web.Response:
        """Return one attachment as a file."""
        found = list(_attachments(self._mail(request).message))
        number = int(request.match_info["part"])
        if number >= len(found):
            raise web.HTTPNotFound(text="sandbox: this mail has no such attachment")
        name, _, content = found[number]
        return _download(content, name)

    async def clear(self, _request: web.Request) -> web.Response:
        """Empty the mailbox."""
        self.mailbox.mails.clear()
        return web.json_response({})

    def _mail(self, request: web.Request) -> Mail:
        mail = self.mailbox.get(int(request.match_info["number"]))
        if mail is None:
            raise web.HTTPNotFound(text="sandbox: this mail is not kept any more")
        return mail


def _line(mail: Mail) -> dict[str, Any]:
    message = mail.message
    return {
        "number": mail.number,
        "received_at": mail.received_at.isoformat(),
        "from": str(message["From"] or mail.sender),
        "to": ", ".join(mail.recipients),
        "envelope_from": mail.sender,
        "subject": str(message["Subject"] or ""),
    }


def _attachments(message: EmailMessage) -> Iterator[Part]:
    for number, part in enumerate(message.iter_attachments()):
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else part.as_bytes()
        yield part.get_filename() or f"part-{number + 1}", part.get_content_type(), content


def _with_pictures(mail: Mail) -> str:
    body = mail.body("html")
    for part in mail.message.walk():
        name = str(part["Content-ID"] or "").strip("<>")
        content = part.get_payload(decode=True)
        if name and isinstance(content, bytes) and part.get_content_maintype() == "image":
            picture = f"data:{part.get_content_type()};base64,{base64.b64encode(content).decode()}"
            body = body.replace(f"cid:{name}", picture)
    return body


def _download(content: bytes, name: str) -> web.Response:
    safe = re.sub(r"[^\w.\- ]", "_", name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}"', "Content-Security-Policy": FILE_POLICY}
    return web.Response(body=content, content_type="application/octet-stream", headers=headers)
