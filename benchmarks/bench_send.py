"""The send path: render + send + record, against a bare aiogram `send_message` loop of the same messages.

Both talk to a small Bot API on loopback in another process; CPU is that of this process alone, threads of the database
driver included. Rounds of the two alternate, and each ratio is taken inside one pair of rounds.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

from alerts.channels.base import Message
from alerts.channels.telegram.transport import TelegramChannel, connect
from alerts.delivery import Deliverer, Delivery
from alerts.messages import Messages
from alerts.outbox import Debt, Outbox
from alerts.pace import Pace, Pacer
from alerts.render import Renderer, TenderCard, finding_text
from alerts.render.environment import template
from alerts.subscriptions import Subscriptions
from alerts.tables import outbox
from benchmarks import Result
from benchmarks.sending import NOW, TENDERS, fill, flags, release, serve
from bot.chat.card_buttons import CardButtons
from bot.memory import settle
from watchers.database import Database
from watchers.rules import load_rules
from watchers.store import Store
from watchers.summary import summarise

TOKEN = "42:benchmark"  # noqa: S105 - of nobody
AT_ONCE, ROUNDS, PAID = 10, 5, 1000
ASKED = 1100  # the pacer stays 2 % under it, and a round begins and ends with nothing on its way
ZONE = "Asia/Almaty"


async def timed(count: int, send: Callable[[int], Awaitable[None]]) -> float:
    """CPU seconds of one of `count` sends, `AT_ONCE` of them at a time."""
    left = iter(range(1, count + 1))

    async def sender() -> None:
        for number in left:
            await send(number)

    begin = time.process_time()
    await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
    return (time.process_time() - begin) / count


def keyboard(message: Message) -> InlineKeyboardMarkup:
    """The buttons of a message as aiogram has them."""
    rows = [
        [InlineKeyboardButton(text=one.text, url=one.url or None, callback_data=one.data or None) for one in row]
        for row in message.buttons
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)


class SendPath:
    """The ways to send the same messages; each returns the CPU seconds that one took (two of them: and the clock's)."""

    def __init__(self, database: Database, bot: Bot, stock: Bot) -> None:
        self.database, self.bot, self.stock = database, bot, stock
        self.outbox = Outbox(database, lambda: NOW)
        self.subscriptions = Subscriptions(database, lambda: NOW)
        self.renderer = Renderer(lambda: NOW, load_rules(), actions=CardButtons())
        self.store = Store(database, lambda: NOW)

    async def ours(self, people: list[int], event: str) -> tuple[float, float]:
        free = Pace(per_second=1e6, reserved_per_second=0, chat_seconds=0, group_seconds=0)
        return await self.deliver(people, event, free, Delivery(claimed=500, started=100, in_flight=100))

    async def paced(self, people: list[int]) -> tuple[float, float]:
        """At the pace that Telegram sells: messages a second, and how much of one core `PAID` of them take."""
        paid = Pace(per_second=ASKED, chat_seconds=0, group_seconds=0)
        rounds = [await self.deliver(people, f"paid:{n}", paid, Delivery.at(ASKED)) for n in range(ROUNDS)]
        spent, took = (statistics.median(values) for values in zip(*rounds, strict=True))
        return 1 / took, spent * PAID

    async def deliver(self, people: list[int], event: str, pace: Pace, settings: Delivery) -> tuple[float, float]:
        """Seconds of CPU and of the clock for one message."""
        async with self.database.write() as connection:
            debts = [
                Debt(person, tender, tender, event, (), 30, NOW + timedelta(minutes=tender))
                for person in people
                for tender in range(1, TENDERS + 1)
            ]
            await self.outbox.owe(connection, debts)
        messages = Messages(self.store, self.subscriptions, self.renderer)
        channels = {"telegram": TelegramChannel(self.bot)}
        deliverer = Deliverer(
            self.outbox, self.subscriptions, channels, messages.render, Pacer(pace), lambda: NOW,
            prepare=messages.prepare, settings=settings,
        )  # fmt: skip
        began, begin = time.perf_counter(), time.process_time()
        while await deliverer.do_one():
            pass
        spent, took = time.process_time() - begin, time.perf_counter() - began
        await deliverer.stop()
        async with self.database.read() as connection:
            states = [row.state for row in await connection.execute(outbox.select().where(outbox.c.event == event))]
        assert states == ["sent"] * len(debts), set(states)
        return spent / len(debts), took / len(debts)

    async def unrecorded(self, count: int) -> float:
        """Render and send, nothing recorded: what this part of the path costs alone."""
        cards = [self.card(number) for number in range(1, TENDERS + 1)]
        channel = TelegramChannel(self.bot)

        async def send(number: int) -> None:
            language = ("kk", "ru", "en")[number % 3]
            await channel.send(str(number), self.renderer.alert(cards[number % TENDERS], language, ZONE, ("Школы",)))

        return await timed(count, send)

    async def bare(self, message: Message, count: int) -> float:
        markup = keyboard(message)
        preview = LinkPreviewOptions(is_disabled=True)

        async def send(number: int) -> None:
            await self.stock.send_message(
                number, message.html, parse_mode="HTML", link_preview_options=preview, reply_markup=markup
            )

        return await timed(count, send)

    def card(self, number: int) -> TenderCard:
        one = release(number)
        return TenderCard(
            tender_id=number, snapshot_id=number, summary=summarise(one), link="https://portal.example/1",
            seen_at=NOW, findings=tuple(flags(one.ocid)), checks_made=14, checks_possible=22,
        )  # fmt: skip


def rendering(path: SendPath) -> dict[str, float]:
    """Cards a second: each new (nothing kept), and one for many recipients; sentences in three languages a second."""
    cards = [path.card(number) for number in range(1000)]
    fresh = Renderer(lambda: NOW, load_rules(), actions=CardButtons(), kept=1)
    begin = time.process_time()
    for card in cards:
        fresh.alert(card, "ru", ZONE, ("Школы",))
    each = len(cards) / (time.process_time() - begin)
    begin = time.process_time()
    for card in cards[:50]:
        for language in ("kk", "ru", "en"):
            for _ in range(20):
                path.renderer.alert(card, language, ZONE, ("Школы",))
    shared = 3000 / (time.process_time() - begin)
    begin = time.process_time()
    for card in cards:
        for flag in card.findings:
            for language in ("kk", "ru", "en"):
                finding_text(flag, language)
    sentences = 2 * len(cards) / (time.process_time() - begin)
    parts = {"title": "Ремонт кровли", "place": "Школа", "terms": "48,2 млн ₸", "flags": [("a" * 40, "b" * 60)] * 2}
    values = {
        "card": parts,
        "more": 0,
        "again": False,
        "short": False,
        "number": "",
        "made": 14,
        "coverage": "14",
        "seen": "22",
        "names": "Школы",
    }
    layout = template("alert", "ru")
    begin = time.process_time()
    for _ in range(5000):
        layout.render(values)
    alone = 5000 / (time.process_time() - begin)
    return {
        "template_alone": alone,
        "cards_new": each,
        "cards_shared_by_20": shared,
        "findings_in_three_languages": sentences,
    }


async def measure(port: int, folder: Path) -> dict[str, float]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'bench.sqlite3'}")
    address = f"http://127.0.0.1:{port}"
    bot = connect(TOKEN, address)
    stock = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(address)))
    path = SendPath(database, bot, stock)
    people = await fill(database, path.subscriptions)
    message = path.renderer.alert(path.card(1), "ru", ZONE)
    await path.bare(message, 200)  # connections, caches
    for number in range(2):  # as many connections as are used at once, and every cache
        await path.ours(people, f"warm:{number}")
    count = len(people) * TENDERS
    settle()  # as the program does; the bare loop has the benefit too
    rounds = [
        (await path.ours(people, f"round:{number}"), await path.unrecorded(count), await path.bare(message, count))
        for number in range(ROUNDS)
    ]
    rate, share = await path.paced(people)
    await bot.session.close()
    await stock.session.close()
    await database.close()
    return {
        "paid_rate": rate,
        "paid_share": share * 100,
        "free_rate": statistics.median(1 / took for (_, took), _, _ in rounds),
        "whole_path_cpu_us": statistics.median(ours for (ours, _), _, _ in rounds) * 1e6,
        "render_and_send_cpu_us": statistics.median(part for _, part, _ in rounds) * 1e6,
        "bare_loop_cpu_us": statistics.median(bare for _, _, bare in rounds) * 1e6,
        "whole_path_ratio": statistics.median(ours / bare for (ours, _), _, bare in rounds),
        "render_and_send_ratio": statistics.median(part / bare for _, part, bare in rounds),
    } | rendering(path)


def run() -> list[Result]:
    """The figures, each beside what it is held to."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures = asyncio.run(measure(here.recv(), Path(folder)))
    finally:
        server.terminate()
    bare = figures["bare_loop_cpu_us"]
    most, least = "at most 1.3 bare loops", "at least 15,000 a second"
    sent = [
        Result(name, figures[key], "us CPU", bare, "us CPU, bare send_message", most, figures[ratio] <= 1.3)
        for name, key, ratio in (
            ("render + send + record", "whole_path_cpu_us", "whole_path_ratio"),
            ("render + send", "render_and_send_cpu_us", "render_and_send_ratio"),
        )
    ]
    sent += [
        Result("without a pace, the server on the other core", figures["free_rate"], "messages/s"),
        Result(
            "at a paid pace",
            figures["paid_rate"],
            "messages/s",
            target=f"at least {PAID:,} a second",
            met=figures["paid_rate"] >= PAID,
        ),
        Result(
            f"what {PAID:,} a second take of one core there",
            figures["paid_share"],
            "%",
            target="at most 60 %",
            met=figures["paid_share"] <= 60,
        ),
    ]
    rendered = [
        Result("the card's template alone, escaping on", figures["template_alone"], "/s", target=least,
               met=figures["template_alone"] >= 15_000),
        Result("a card to 20 people each", figures["cards_shared_by_20"], "/s", target=least,
               met=figures["cards_shared_by_20"] >= 15_000),
        Result("a card nobody was sent yet", figures["cards_new"], "/s"),
        Result("a finding in three languages", figures["findings_in_three_languages"], "/s"),
    ]  # fmt: skip
    return sent + rendered
