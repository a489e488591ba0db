"""The demo itself: an invented country behind its portal, a sandbox, three people with filters, the real bot between.

Nothing here stands in for a part of Baqylau: the portal is read by the `goszakup` source, and everything after that is
`bot.app` against the sandbox's Bot API. Only the waiting between two messages to one chat is shorter than Telegram's.
The country is always at work: at night its clock, which is the bot's too, says the last forenoon.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from alerts.filters import Criteria
from alerts.i18n import LANGUAGES
from bot.app import App
from bot.config import Config
from bot.demo.country import DAYS, publish_one, working_moment, young_country
from bot.demo.mail import SENDER, digest_arrives, free_port, share_by_mail
from bot.demo.portal import Portal
from bot.demo.tips import DemoTips
from bot.logs import set_up_logs
from bot.sandbox.goszakup.records import Tender
from bot.sandbox.goszakup.server import Goszakup
from bot.sandbox.ledger import Entry
from bot.sandbox.markup import parse_html
from bot.sandbox.people import BOT_TOKEN
from bot.sandbox.server import Sandbox
from bot.times import utc_now
from watchers.ocds import Release
from watchers.sources.goszakup.identity import GOSZAKUP, ocid_of

__all__ = ["DemoError", "show"]

_EVERY = 20.0
"""Seconds between two announcements, once those that were there at the start are read."""
_PRINTED = 5
_VARIED_FOR = 10.0
"""Seconds from the first alert on for which one is printed only if it shows a flag that none before it showed."""
_PATIENCE = 60.0
"""Seconds for which none may come; a slow machine takes longer for all of them."""

_FOLLOWS = {
    "kk": (Criteria(min_weight=1, regions=("KZ-61", "KZ-19", "KZ-75", "KZ-43")), Criteria(categories=("food",))),
    "ru": (Criteria(min_weight=1),),
    "en": (Criteria(min_weight=3), Criteria(categories=("computers", "software", "it-services"))),
}
"""What each of the sandbox's three people asked to be told, by their language."""


class DemoError(Exception):
    """The demo cannot go on; `code` is the exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


async def show(stop: asyncio.Event, *, once: bool, port: int, language: str) -> None:
    """Run the demo until `stop`, or (`once`) until the first alerts are printed. Raises DemoError."""
    if language not in LANGUAGES:
        raise DemoError(f"demo: --language {language} is not known: choose kk, ru or en", 2)
    set_up_logs("error")
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="baqylau-demo-") as folder:
        await _Demo(Path(folder), console, language, once=once).run(stop, port)


class _Demo:
    def __init__(self, folder: Path, console: Console, language: str, *, once: bool) -> None:
        self._console = console
        self._language = language
        self._once = once
        self._database = f"sqlite+aiosqlite:///{folder / 'demo.sqlite3'}"
        self._tips = DemoTips(folder, self._database)
        self._printed: list[frozenset[str]] = []  # the flags of each
        began = utc_now()
        self._behind = began - working_moment(began)
        self._country = young_country(began - self._behind)

    def _now(self) -> datetime:
        return utc_now() - self._behind

    async def run(self, stop: asyncio.Event, port: int) -> None:
        async with (
            await _sandbox(port) as sandbox,
            Goszakup(self._country, speed=1.0) as interface,
            Portal(self._find) as portal,
        ):
            self._console.print(f"Chat page: [bold]{sandbox.page_url}[/]  (mailbox: {sandbox.mail_url})")
            self._console.print("Reading an invented country's portal, checking, sending what people asked for.\n")
            self._app = App(self._config(sandbox, interface, portal), clock=self._now)
            await self._people(self._app, sandbox)
            await self._serve(self._app, sandbox, stop)

    async def _find(self, number: int) -> Release | None:
        """What is stored of an announcement of the country."""
        tender = self._country.shelves["TrdBuy"].get(number)
        if not isinstance(tender, Tender):
            return None
        stored = await self._app.store.named(ocid_of(GOSZAKUP, tender.number_anno))
        snapshot = await self._app.store.snapshot(stored.snapshot_id) if stored else None
        return snapshot.release if snapshot else None

    def _config(self, sandbox: Sandbox, interface: Goszakup, portal: Portal) -> Config:
        source = {
            "kind": "goszakup", "base_url": interface.url, "token": interface.token, "link_base": portal.base,
            "start": (self._now() - timedelta(days=DAYS)).isoformat(), "poll_seconds": 1.0,
            "requests_per_second": 200.0, "sweep_pages": 0,
        }  # fmt: skip
        pages = f"http://127.0.0.1:{free_port()}"
        return Config.model_validate(
            {
                "telegram": {"token": BOT_TOKEN, "api_base": sandbox.api_base, "chat_seconds": 0.2},
                "database": {"url": self._database},
                "sources": {"demo": source},
                "email": {"host": "127.0.0.1", "port": sandbox.smtp_port, "tls": "none", "from": SENDER},
                "web": {"listen": pages.removeprefix("http://"), "public_url": pages},
                # Every card is to be seen, whatever a person's day would hold.
                "alerts": {"max_age_days": 60, "per_day": 0, "burst": 0, "language": self._language},
                "tips": self._tips.settings(sandbox, self._language),
            }
        )

    async def _people(self, app: App, sandbox: Sandbox) -> None:
        """Three people who set up the bot a while ago, and open the chat again now."""
        await app.prepare()
        for person in sandbox.people:
            subscriber = await app.subscriptions.get_or_create("telegram", str(person.id), person.language)
            for criteria in _FOLLOWS[person.language]:
                await app.subscriptions.add(subscriber.id, criteria)
            sandbox.crowd.start(person)
        await share_by_mail(app.parts, {person.language: str(person.id) for person in sandbox.people})

    async def _serve(self, app: App, sandbox: Sandbox, stop: asyncio.Event) -> None:
        ended = asyncio.Event()
        running = asyncio.create_task(app.run(ended))
        try:
            await self._print_alerts(sandbox, running, stop)
            if not self._once:
                if subject := await digest_arrives(app.parts, sandbox.mailbox, self._language):
                    self._console.print(f"By mail, too: [bold]{sandbox.mail_url}[/] has the digest “{subject}”.")
                self._console.print(
                    f"\nOpen [bold]{sandbox.page_url}[/] to see the three chats, press the buttons, set up a filter."
                    "\nA new announcement comes every 20 seconds. Ctrl-C ends the demo; nothing is kept."
                )
                self._console.print(f"\n{self._tips.said()}", soft_wrap=True)
                await self._live(stop, running)
        finally:
            ended.set()
            await running

    async def _print_alerts(self, sandbox: Sandbox, running: asyncio.Task[None], stop: asyncio.Event) -> None:
        person = next(one for one in sandbox.people if one.language == self._language)
        now = asyncio.get_running_loop().time
        first, heard, waiting, seen = 0.0, now(), list[Entry](), 0
        while len(self._printed) < _PRINTED and not stop.is_set():
            if running.done():
                running.result()
                raise DemoError("demo: the bot ended before its first alert")
            messages = sandbox.ledger.messages(person.id)
            if fresh := list(filter(_is_alert, messages[seen:])):
                first, heard = first or now(), now()
            elif now() - heard > _PATIENCE:
                raise DemoError(
                    f"demo: {len(self._printed)} alerts, and no more in {_PATIENCE:.0f} s; please report it"
                )
            waiting += fresh
            seen = len(messages)
            self._print_some(waiting, any_will_do=bool(first) and now() - first > _VARIED_FOR)
            await asyncio.sleep(0.1)
        total = sum(_is_alert(entry) for entry in sandbox.ledger.messages())
        self._console.print(f"{len(self._printed)} alerts shown as {person.first_name} sees them, {total} sent so far.")

    def _print_some(self, waiting: list[Entry], *, any_will_do: bool) -> None:
        """Print those that show something new, and take them from what waits."""
        for entry in list(waiting):
            flags = _flags(entry)
            shown = frozenset[str]().union(*self._printed)
            if len(self._printed) < _PRINTED and (any_will_do or not flags <= shown):
                waiting.remove(entry)
                self._printed.append(flags)
                buttons = [button["text"] for row in _keyboard(entry) for button in row]
                width = min(self._console.width, 76)
                self._console.print(Panel(_shown(entry), width=width, subtitle=" · ".join(buttons)))

    async def _live(self, stop: asyncio.Event, running: asyncio.Task[None]) -> None:
        while not stop.is_set() and not running.done():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EVERY):
                    await stop.wait()
            publish_one(self._country)


async def _sandbox(port: int) -> Sandbox:
    """A sandbox on the port asked for, on a free one where that is taken."""
    for wanted in (port, 0):
        sandbox = Sandbox(port=wanted)
        try:
            await sandbox.start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE or not wanted:
                raise DemoError(f"demo: cannot listen on 127.0.0.1:{wanted} ({error.strerror})") from None
            continue
        await sandbox.stop()
        return Sandbox(port=wanted)
    raise DemoError("demo: no free port on 127.0.0.1")


def _keyboard(entry: Entry) -> list[list[dict[str, str]]]:
    return list((entry.markup or {}).get("inline_keyboard", []))


def _is_alert(entry: Entry) -> bool:
    return any(str(button.get("callback_data", "")).startswith("why:") for row in _keyboard(entry) for button in row)


def _bold(entry: Entry) -> Iterator[tuple[str, int, int]]:
    """The bold parts of a message, and where each begins and ends in its plain text."""
    plain, entities = parse_html(entry.text)
    # Entities count UTF-16 units; Rich counts characters.
    places = [0]
    for character in plain:
        places.extend([places[-1] + 1] if ord(character) < 0x10000 else [places[-1], places[-1] + 1])
    for entity in entities:
        if entity["type"] == "bold":
            begin, end = places[entity["offset"]], places[entity["offset"] + entity["length"]]
            yield plain[begin:end], begin, end


def _flags(entry: Entry) -> frozenset[str]:
    """What the flags of an alert are called: its bold parts after the title, without their numbers."""
    return frozenset(re.split(r"[:\d]", text)[0].strip() for text, *_ in list(_bold(entry))[1:])


def _shown(entry: Entry) -> Text:
    """A message as a person sees it: bold where it is bold, no markup."""
    shown = Text(parse_html(entry.text)[0])
    for _, begin, end in _bold(entry):
        shown.stylize("bold", begin, end)
    return shown
