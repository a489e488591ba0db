"""The sandbox itself: one HTTP server for the Bot API, the chat page and the controls, and one SMTP server."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.sandbox.api import BotApi
from bot.sandbox.arguments import UPLOAD_LIMIT
from bot.sandbox.control import Control
from bot.sandbox.crowd import Crowd
from bot.sandbox.faults import Faults
from bot.sandbox.ledger import Ledger
from bot.sandbox.limits import Limits
from bot.sandbox.mail_page import MailPage
from bot.sandbox.mailbox import Mailbox
from bot.sandbox.page import ChatPage
from bot.sandbox.people import BOT_TOKEN, Person
from bot.sandbox.safety import add_headers, guard
from bot.sandbox.webhook import Webhook
from bot.sandbox.world import World


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


class Sandbox:
    """A Telegram and a mailbox on this machine: `async with Sandbox() as sandbox`.

    `port` and `smtp_port` 0 take free ones. `people` replaces the three invented persons. `ledger_file` also writes
    every ledger entry there as a JSON line. `webhook_delay` is the first wait in seconds after a failed webhook.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        smtp_port: int = 0,
        token: str = BOT_TOKEN,
        people: list[Person] | None = None,
        ledger_file: Path | None = None,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        webhook_delay: float = 1.0,
    ) -> None:
        self.host, self.port, self.token = host, port, token
        self._wanted_smtp_port = smtp_port
        self.world = World(clock=clock, people=people)
        self.crowd = Crowd(self.world)
        self.ledger = Ledger(clock=clock, monotonic=monotonic, path=ledger_file)
        self.faults = Faults()
        self.limits = Limits(monotonic)
        self.mailbox = Mailbox(clock=clock, feed=self.world.feed)
        self.page = ChatPage(self.crowd)
        self.webhook = Webhook(self.world.updates, clock=clock, delay=webhook_delay)
        self._runner: web.AppRunner | None = None

    @property
    def api_base(self) -> str:
        """Return the base for TelegramAPIServer.from_base."""
        return f"http://{self.host}:{self.port}"

    @property
    def page_url(self) -> str:
        """Return the address of the chat page."""
        return f"{self.api_base}/"

    @property
    def mail_url(self) -> str:
        """Return the address of the mailbox's page."""
        return f"{self.api_base}/mail"

    @property
    def smtp_port(self) -> int:
        """Return the port of the SMTP server."""
        return self.mailbox.port

    @property
    def people(self) -> list[Person]:
        """Return everybody, in the order they came."""
        return list(self.world.people.values())

    async def start(self) -> None:
        """Listen. Raises OSError where a port is taken."""
        app = web.Application(client_max_size=UPLOAD_LIMIT + 1024 * 1024, middlewares=[guard])
        app.on_response_prepare.append(add_headers)
        api = BotApi(self.world, self.webhook, self.ledger, self.faults, self.limits, token=self.token)
        control = Control(self.ledger, self.faults, self.mailbox.faults, self.limits)
        for part in (api, control, MailPage(self.mailbox), self.page):
            part.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self.host, self.port).start()
            self.port = self._runner.addresses[0][1]
            await self.mailbox.start(self.host, self._wanted_smtp_port)
        except OSError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close both servers; open polls and pages are ended."""
        self.world.updates.stop_polls()
        await self.webhook.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        await self.mailbox.stop()
        self.ledger.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
