"""The demo itself: a sandbox, an invented publisher in a folder, three people with filters, and the real bot between.

Nothing here stands in for a part of Baqylau: files are read by the `ocds_files` source, and everything after that is
`bot.app` against the sandbox's Bot API. Only the waiting between two messages to one chat is shorter than Telegram's.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from alerts.filters import Criteria
from alerts.i18n import LANGUAGES
from bot.app import App
from bot.config import Config
from bot.demo.portal import Portal
from bot.demo.records import release_of, rows
from bot.logs import set_up_logs
from bot.sandbox.ledger import Entry
from bot.sandbox.markup import parse_html
from bot.sandbox.people import BOT_TOKEN
from bot.sandbox.server import Sandbox
from bot.times import utc_now
from watchers.ocds import Release
from watchers.rules import load_rules

__all__ = ["DemoError", "show"]

_AT_ONCE = 54
"""Announcements that are there from the start; the rest comes one by one, as on a working day."""
_EVERY = 20.0
_PRINTED = 5
_PATIENCE = 60.0

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
        self._published = folder / "published"
        self._published.mkdir()
        self._database = f"sqlite+aiosqlite:///{folder / 'demo.sqlite3'}"
        self._printed = 0

    async def run(self, stop: asyncio.Event, port: int) -> None:
        releases: dict[str, Release] = {}
        async with await _sandbox(port) as sandbox, Portal(releases) as portal:
            calendar = load_rules().calendar("KZ")
            for row in rows():
                releases[row.number] = release_of(row, utc_now(), calendar.is_working_day, portal.base)
            self._console.print(f"Chat page: [bold]{sandbox.page_url}[/]  (mailbox: {sandbox.mail_url})")
            self._console.print("Reading the invented announcements, checking them, sending what people asked for.\n")
            app = App(_config(sandbox, portal, self._database, self._published))
            await self._people(app, sandbox)
            arriving = iter(releases.values())
            self._publish([release for _, release in zip(range(_AT_ONCE), arriving, strict=False)])
            await self._serve(app, sandbox, arriving, stop)

    async def _people(self, app: App, sandbox: Sandbox) -> None:
        """Three people who set up the bot a while ago, and open the chat again now."""
        await app.prepare()
        for person in sandbox.people:
            subscriber = await app.subscriptions.get_or_create("telegram", str(person.id), person.language)
            for criteria in _FOLLOWS[person.language]:
                await app.subscriptions.add(subscriber.id, criteria)
            sandbox.crowd.start(person)

    async def _serve(self, app: App, sandbox: Sandbox, arriving: Iterator[Release], stop: asyncio.Event) -> None:
        ended = asyncio.Event()
        running = asyncio.create_task(app.run(ended))
        try:
            await self._print_alerts(sandbox, running, stop)
            if not self._once:
                self._console.print(
                    f"\nOpen [bold]{sandbox.page_url}[/] to see the three chats, press the buttons, set up a filter."
                    "\nA new announcement comes every 20 seconds. Ctrl-C ends the demo; nothing is kept."
                )
                await self._live(arriving, stop, running)
        finally:
            ended.set()
            await running

    async def _print_alerts(self, sandbox: Sandbox, running: asyncio.Task[None], stop: asyncio.Event) -> None:
        person = next(one for one in sandbox.people if one.language == self._language)
        seen = 0
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        while self._printed < _PRINTED and not stop.is_set():
            if running.done():
                running.result()
                raise DemoError("demo: the bot ended before its first alert")
            if asyncio.get_running_loop().time() > deadline:
                raise DemoError(f"demo: only {self._printed} alerts came in {_PATIENCE:.0f} s; please report it")
            messages = sandbox.ledger.messages(person.id)
            for entry in messages[seen:]:
                if _is_alert(entry) and self._printed < _PRINTED:
                    self._print(entry)
            seen = len(messages)
            await asyncio.sleep(0.1)
        total = sum(_is_alert(entry) for entry in sandbox.ledger.messages())
        self._console.print(f"{self._printed} alerts shown as {person.first_name} sees them, {total} sent so far.")

    def _print(self, entry: Entry) -> None:
        self._printed += 1
        buttons = [button["text"] for row in (entry.markup or {}).get("inline_keyboard", []) for button in row]
        self._console.print(Panel(_shown(entry), width=min(self._console.width, 76), subtitle=" · ".join(buttons)))

    async def _live(self, arriving: Iterator[Release], stop: asyncio.Event, running: asyncio.Task[None]) -> None:
        while not stop.is_set() and not running.done():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _EVERY)
            release = next(arriving, None)
            if release is not None:
                self._publish([release])

    def _publish(self, releases: list[Release]) -> None:
        """Put a release package into the publisher's folder, whole or not at all."""
        package = msgspec.json.encode({"version": "1.1", "releases": releases})
        name = f"{releases[0].ocid}.json"
        draft = self._published / f"{name}.part"
        draft.write_bytes(package)
        draft.rename(self._published / name)


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


def _config(sandbox: Sandbox, portal: Portal, database: str, published: Path) -> Config:
    return Config.model_validate(
        {
            "telegram": {"token": BOT_TOKEN, "api_base": sandbox.api_base, "chat_seconds": 0.2},
            "database": {"url": database},
            "sources": {
                "demo": {
                    "kind": "ocds_files",
                    "paths": [str(published)],
                    "poll_seconds": 1.0,
                    "settle_seconds": 0.0,
                    "link": f"{portal.base}/announce/{{tender_id}}",
                }
            },
            "alerts": {"max_age_days": timedelta(days=60).days},
        }
    )


def _is_alert(entry: Entry) -> bool:
    rows_ = (entry.markup or {}).get("inline_keyboard", [])
    return any(str(button.get("callback_data", "")).startswith("why:") for row in rows_ for button in row)


def _shown(entry: Entry) -> Text:
    """A message as a person sees it: bold where it is bold, no markup."""
    plain, entities = parse_html(entry.text)
    shown = Text(plain)
    # Entities count UTF-16 units; Rich counts characters.
    places = [0]
    for character in plain:
        places.extend([places[-1] + 1] if ord(character) < 0x10000 else [places[-1], places[-1] + 1])
    for entity in entities:
        if entity["type"] == "bold":
            start, length = entity["offset"], entity["length"]
            shown.stylize("bold", places[start], places[start + length])
    return shown
