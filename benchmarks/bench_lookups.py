"""Looking things up: a profile by number and by a misspelled name, its picture, the lists, a purchase by its number.

With 100,000 subscribers, 1,000,000 lots of a year, 100,000 buyers and 200,000 suppliers stored, on SQLite. Questions go
through the dispatcher as the inbox feeds them; Telegram answers at once. "First" is of a body nobody asked for lately,
"again" the same question once more. Sizes are drawn as in life, and the largest buyer and supplier are asked for too.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator

from alerts.filters import Criteria
from benchmarks import Result
from benchmarks.phone import Phone, services_on
from benchmarks.stored import BUYERS, TENDERS, buyer_id, fill, number_of
from benchmarks.year import SUPPLIERS, fill_year, supplier_id
from bot.chat import Services, build_dispatcher
from bot.chat.lookup_callbacks import Behind, ShowChart
from bot.database_commands import upgrade
from bot.memory import settle
from watchers.behind import Side, What
from watchers.database import Database

BODIES = 40
TARGET = 1.0
CHAT = 1  # a subscriber with a filter by region
HOSTILE = (
    "я" * 4000, "слово " * 600, "\u200b\u200d" * 500 + "образования", "<b>отдел</b> &amp; <script>", "\u202eалаб\u202c",
    "%_%_%", "отделл образаванияя " + "сарытауқаракөл" * 12, "🧹🇰🇿" * 400,
)  # fmt: skip
Asked = tuple[str, str]


def run() -> list[Result]:
    """Fill a database, ask, tell how long each answer took."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(f"sqlite+aiosqlite:///{folder}/bench.sqlite3"))


async def _run(url: str) -> list[Result]:
    database = Database(url)
    await upgrade(database)
    await fill(database)
    await fill_year(database)
    results = await measure(database)
    await database.close()
    return results


async def measure(database: Database) -> list[Result]:
    """Ask a filled database."""
    services = services_on(database)
    settle()
    started = time.perf_counter()
    await services.names.do_one()
    await services.supplier_names.do_one()
    named = time.perf_counter() - started
    first, again = await _asked(services)
    results = []
    for kind, times in first.items():
        results += (
            [_line(kind, times)] if kind not in again else [_line(kind, times), _line(f"{kind}, again", again[kind])]
        )
    read = len(services.names) + len(services.supplier_names)
    return [*results, Result("names read at the start", read / named, "names/s")]


async def _asked(services: Services) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Seconds of each kind of question: asked for the first time, and again."""
    mine = await services.subscriptions.subscriber("telegram", str(CHAT))
    assert mine is not None
    await services.subscriptions.add(mine.id, Criteria(regions=("KZ-61",)))
    phone = Phone(build_dispatcher(services))
    await phone.do(CHAT, " /help")
    first: dict[str, list[float]] = defaultdict(list)
    again: dict[str, list[float]] = defaultdict(list)
    for kind, data in _questions(random.Random(4)):
        for times in (first, again):
            times[kind].append((await phone.do(CHAT, data))[0])
    return first, again


def _questions(choice: random.Random) -> Iterator[Asked]:
    for n in range(BODIES):
        buyer = buyer_id(0 if n == 0 else int(BUYERS * choice.random() ** 3))
        supplier = supplier_id(0 if n == 0 else int(SUPPLIERS * choice.random() ** 3))
        yield "buyer by number", f" /buyer {buyer.removeprefix('KZ-BIN-')}"
        yield "chart of a buyer", ShowChart(side=Side.BUYER, id=buyer, dark=bool(n % 2)).pack()
        yield "list behind a number", Behind(side=Side.BUYER, id=buyer, what=What.DIRECT).pack()
        yield "supplier by number", f" /supplier {supplier.removeprefix('KZ-BIN-')}"
        yield "chart of a supplier", ShowChart(side=Side.SUPPLIER, id=supplier, dark=bool(n % 2)).pack()
        yield "purchase by number", f" /tender {number_of(choice.randrange(TENDERS) + 1)}"
        yield "buyer by a misspelled name", f" /buyer {choice.choice(_MISSPELLED)}"
        yield "supplier by a misspelled name", f" /supplier {choice.choice(_MISSPELLED_SUPPLIERS)}"
    for text in HOSTILE:
        yield "hostile names", f" /buyer {text}"
        yield "hostile names", f" /supplier {text}"
    for name in ("latest", "deadlines", "top"):
        for _ in range(5):
            yield f"/{name}", f" /{name}"


_MISSPELLED = (
    "отдел образавания сарытаукол", "шкала саркара", "больнца отдл", "управлене жкх", "аппрат акима бұлақтал",
    "bolnica", "education departament", "детскй сат", "қаратаубұлқ", "білім беру бөлмі",
)  # fmt: skip
_MISSPELLED_SUPPLIERS = (
    "тоо сарытаукол",
    "қаражылдыс",
    "нұрдалакентт",
    "kurylys",
    "жолбастасс",
    "тоо көлтауаққ бұлкентсары",
    "алтауссу",
)


def _line(kind: str, times: list[float]) -> Result:
    value = sorted(times)[min(int(len(times) * 0.95), len(times) - 1)]
    return Result(f"{kind}, 95th percentile of {len(times)}", value * 1000, "ms", target="< 1 s", met=value < TARGET)
