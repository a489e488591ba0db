"""A reply to a tap: server time with 100,000 subscribers, 1,000,000 lots and 100,000 buyers stored, on SQLite.

Updates go through the dispatcher as the inbox feeds them; Telegram answers at once, so that what is measured is ours.
A reply is slower than the floor, reading one row of the same database, by what it says and keeps.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from resource import getpagesize
from typing import Any

import msgspec
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import Message, Update
from sqlalchemy import select

from alerts.channels.telegram.signing import sign
from alerts.render import Renderer
from alerts.subscriptions import Subscriptions
from alerts.tables import subscribers, subscriptions
from benchmarks import Result
from bot.chat import Services, build_dispatcher
from bot.database_commands import upgrade
from bot.fsm import SqlStorage
from watchers.categories import everyday_categories
from watchers.database import Database
from watchers.places import districts, regions
from watchers.store import Store
from watchers.tables import buyers, findings, snapshots, tenders

SUBSCRIBERS, TENDERS, LOTS_EACH, BUYERS = 100_000, 400_000, 2.5, 100_000
RECENT = 28_000  # of the tenders: a week of Kazakhstan
TALKS = 60
TARGET = 0.1
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
NAMES = ("Отдел образования", "Средняя школа №", "Областная больница", "Аппарат акима", "Детский сад", "Управление ЖКХ")
THINGS = (
    "Ремонт кровли",
    "Уголь каменный",
    "Бензин АИ-92",
    "Компьютеры",
    "Вывоз отходов",
    "Продукты питания",
    "Мебель",
)
TYPED = ("отдел образования", "отдел образавания сары", "школа 12", "больнца", "управление жкх сары", "аппарат акима")


class Answering(BaseSession):
    """A Telegram that takes everything at once."""

    def __init__(self) -> None:
        super().__init__()
        self.last = 0

    async def close(self) -> None:
        """Nothing is open."""

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ARG002, ASYNC109
    ) -> TelegramType:
        """The answer Telegram would give."""
        chat = getattr(method, "chat_id", None)
        if chat is None:
            return True  # type: ignore[return-value]
        self.last = getattr(method, "message_id", None) or self.last + 1
        return message(int(chat), self.last).as_(bot)  # type: ignore[return-value]

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        """No files here."""
        yield b""


def message(chat: int, number: int, text: str = "") -> Message:
    return Message.model_validate(
        {"message_id": number, "date": NOW, "chat": {"id": chat, "type": "private"}, "text": text or "x",
         "from": {"id": chat, "is_bot": False, "first_name": "x", "language_code": "ru"}}
    )  # fmt: skip


def run() -> list[Result]:
    """Fill a database, talk, tell how long each reply took."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(f"sqlite+aiosqlite:///{folder}/bench.sqlite3"))


async def _run(url: str) -> list[Result]:
    database = Database(url)
    await upgrade(database)
    await _fill(database)
    services = Services(
        database=database, subscriptions=Subscriptions(database, lambda: NOW), store=Store(database, lambda: NOW),
        renderer=Renderer(lambda: NOW), storage=SqlStorage(database, lambda: NOW), clock=lambda: NOW,
        countries=frozenset({"KZ"}),
    )  # fmt: skip
    services.flood._burst = 10**9
    before = _resident()
    started = time.perf_counter()
    while await services.recent.do_one():
        pass
    read = time.perf_counter() - started
    after = _resident()
    started = time.perf_counter()
    await services.names.do_one()
    named = time.perf_counter() - started
    bot = Bot("1:x" + "x" * 32, session=Answering())
    times: dict[str, list[float]] = {"tap": [], "preview": [], "buyer": []}
    floor = await _floor(database)
    processor: list[float] = []
    async for kind, seconds, worked in _talks(services, bot):
        times[kind].append(seconds)
        processor.append(worked)
    await database.close()
    every = [one for part in times.values() for one in part]
    return [
        _at95("a reply to a tap or a word, 95th percentile", every, floor, target=True),
        _at95("of those, a preview", times["preview"], floor, target=True),
        _at95("of those, a buyer by typed words", times["buyer"], floor, target=True),
        _at95("the processor's part of a reply, whatever else runs", processor, floor, target=False),
        Result("a reply, median", sorted(every)[len(every) // 2] * 1000, "ms", floor * 1000, "one row read"),
        Result("the slowest reply", max(every) * 1000, "ms"),
        Result("purchases of 7 days in memory", len(services.recent), "purchases"),
        Result("read at the start, beside the work", len(services.recent) / read, "purchases/s"),
        Result("memory they take", after - before, "MB"),
        Result("names of buyers read at the start", len(services.names) / named, "buyers/s"),
    ]


def _at95(name: str, times: Sequence[float], floor: float, *, target: bool) -> Result:
    value = sorted(times)[int(len(times) * 0.95)]
    return Result(
        name,
        value * 1000,
        "ms",
        floor * 1000,
        "one row read",
        target="< 100 ms" if target else "",
        met=value < TARGET if target else None,
    )


def _resident() -> float:
    """The memory of this process now, MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * getpagesize() / 2**20


async def _floor(database: Database) -> float:
    times = []
    for number in range(200):
        started = time.perf_counter()
        async with database.read() as connection:
            await connection.execute(select(tenders.c.title).where(tenders.c.id == number + 1))
        times.append(time.perf_counter() - started)
    return sorted(times)[100]


async def _talks(services: Services, bot: Bot) -> AsyncIterator[tuple[str, float, float]]:
    """A first filter and a change of it, as people tap; each reply with its kind, its time, the processor's."""
    choice = random.Random(2)
    dispatcher = build_dispatcher(services)
    numbers = count(1)
    for talk in range(TALKS):
        chat = 7_000_000_000 + talk
        for kind, data in _steps(choice):
            update = Update.model_validate({"update_id": next(numbers), **_body(chat, data, bot)})
            started, worked = time.perf_counter(), time.process_time()
            await dispatcher.feed_update(bot, update)
            yield kind, time.perf_counter() - started, time.process_time() - worked


def _steps(choice: random.Random) -> Iterator[tuple[str, str]]:
    """What one person does: words begin with a space."""
    place = choice.choice(regions("KZ")).code
    kind = choice.choice(everyday_categories()).slug
    for data in (" /start", "language:ru", "scope:region", f"area:{place}:0"):
        yield "tap", data
    yield "preview", f"region:{place}"
    for data in ("edit:menu", "open:category:0", f"kind:{kind}"):
        yield "tap", data
    yield "preview", "edit:look"
    yield "preview", f"pick:min_weight:{choice.choice('10345')}"
    for data in ("edit:menu", "open:buyer:0"):
        yield "tap", data
    yield "buyer", f" {choice.choice(TYPED)}"
    yield "preview", "clear:region"
    yield "tap", "edit:save"
    yield "tap", " /filters"


def _body(chat: int, data: str, bot: Bot) -> dict[str, Any]:
    """The update of a word or a tap on the last message."""
    if data.startswith(" "):
        return {"message": _plain(message(chat, 1, data.strip()))}
    session = bot.session
    assert isinstance(session, Answering)
    who = {"id": chat, "is_bot": False, "first_name": "x", "language_code": "ru"}
    pressed = _plain(message(chat, session.last))
    return {
        "callback_query": {
            "id": "1",
            "from": who,
            "chat_instance": "1",
            "data": sign(bot.token, chat, data),
            "message": pressed,
        }
    }


def _plain(one: Message) -> dict[str, Any]:
    return one.model_dump(mode="json", by_alias=True, exclude_none=True)


async def _fill(database: Database) -> None:
    choice = random.Random(1)
    areas = [row.code for region in regions("KZ") for row in districts(region.code)] or ["KZ-61"]
    codes = [prefix for kind in everyday_categories() for prefix in kind.prefixes["ENSTRU"]]
    ids = [f"KZ-BIN-{n:05}4{n % 1000000:06}" for n in range(BUYERS)]
    names = [_name(choice) for _ in ids]
    rows = [
        {"id": id_, "name": name, "search": f"{id_}\n{name}".casefold(), "seen_at": NOW}
        for id_, name in zip(ids, names, strict=True)
    ]
    await _insert(database, buyers, rows)
    people = [
        {"id": n, "channel": "telegram", "address": str(n), "language": "ru", "created_at": NOW, "changed_at": NOW}
        for n in range(1, SUBSCRIBERS + 1)
    ]
    await _insert(database, subscribers, people)
    wanted = [
        {"id": n, "subscriber_id": n, "criteria": {"regions": [choice.choice(areas)]}, "created_at": NOW,
         "changed_at": NOW}
        for n in range(1, SUBSCRIBERS + 1)
    ]  # fmt: skip
    await _insert(database, subscriptions, wanted)
    for start in range(0, TENDERS, 20_000):
        await _fill_tenders(database, choice, range(start + 1, start + 20_001), (ids, names, areas, codes))


def _name(choice: random.Random) -> str:
    syllables = ("сары", "қара", "ал", "тау", "су", "бай", "көл", "тас", "өзен", "жар", "құм", "ақ")
    place = "".join(choice.choices(syllables, k=3)).capitalize()
    return f"КГУ «{choice.choice(NAMES)} {choice.randrange(300)} {place} ауданы»"


async def _fill_tenders(database: Database, choice: random.Random, numbers: range, known: tuple[Any, ...]) -> None:
    ids, names, *_ = known
    rows, versions, found = [], [], []
    for n in numbers:
        recent = n > TENDERS - RECENT
        age = timedelta(hours=(TENDERS - n) * 168 / RECENT) if recent else timedelta(days=8 + (TENDERS - n) / 4000)
        seen, who = NOW - age, choice.randrange(BUYERS)
        release = _release(choice, n, seen, (ids[who], names[who]), known)
        rows.append({"id": n, "source": "x", "ocid": f"o-{n}", "snapshot_id": n, "title": "x", "buyer_id": ids[who],
                     "published_at": seen, "seen_at": seen, "changed_at": seen})  # fmt: skip
        versions.append({"id": n, "tender_id": n, "sequence": 1, "sha256": "", "release": release, "seen_at": seen})
        if recent and choice.random() < 0.3:
            found.append(_flag(n, choice.choice([2, 3, 4, 5])))
    for table, part in ((tenders, rows), (snapshots, versions), (findings, found)):
        await _insert(database, table, part)


def _release(choice: random.Random, n: int, seen: datetime, who: tuple[str, str], known: tuple[Any, ...]) -> bytes:
    """An announcement of two or three lots."""
    _, _, areas, codes = known
    lots = [{"id": str(k), "title": f"{choice.choice(THINGS)} {k}"} for k in range(choice.choice((2, 3)))]
    items = [
        {"id": str(k), "description": f"{choice.choice(THINGS)} для нужд учреждения, партия {n % 977}",
         "classification": {"scheme": "ENSTRU", "id": f"{choice.choice(codes):0<6}.000.0000{k}"},
         "deliveryAddress": {"region": choice.choice(areas).removeprefix("KZ-").replace("-", "") + "0000",
                             "regionCode": choice.choice(areas)[:5]}}
        for k, _ in enumerate(lots)
    ]  # fmt: skip
    tender = {
        "id": str(n), "title": f"{choice.choice(THINGS)} {n}", "lots": lots, "items": items,
        "value": {"amount": choice.randrange(10**5, 10**9), "currency": "KZT"}, "datePublished": seen.isoformat(),
        "tenderPeriod": {"endDate": (seen + timedelta(days=7)).isoformat()}, "procurementMethod": "open",
    }  # fmt: skip
    buyer = {"id": who[0], "name": who[1], "identifier": {"scheme": "KZ-BIN", "id": who[0].removeprefix("KZ-BIN-")}}
    return msgspec.json.encode(
        {"ocid": f"o-{n}", "id": str(n), "date": seen.isoformat(), "buyer": buyer, "tender": tender}
    )


def _flag(n: int, weight: int) -> dict[str, Any]:
    finding = {
        "ocid": f"o-{n}", "indicator": "R003", "version": 1, "status": "fired", "weight": weight, "tier": "A",
        "subject": {"role": "tender", "id": f"o-{n}"}, "family": "terms", "value": 3, "threshold": 5,
        "unit": "working_days", "facts": {"kind": "open"},
    }  # fmt: skip
    head = {"snapshot_id": n, "indicator": "R003", "version": 1, "status": "fired", "tier": "A", "weight": weight}
    return head | {"finding": finding}


async def _insert(database: Database, table: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 10_000):
        async with database.write() as connection:
            await connection.execute(table.insert(), rows[start : start + 10_000])
