"""A database of Kazakhstan's size, filled for benchmarks: subscribers, purchases and their lots, buyers."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from alerts.tables import subscribers, subscriptions
from watchers.categories import everyday_categories
from watchers.database import Database
from watchers.places import districts, regions
from watchers.tables import buyers, findings, snapshots, tenders

__all__ = [
    "BUYERS", "NOW", "SUBSCRIBERS", "TENDERS", "buyer_id", "fill", "insert", "invented_word", "number_of",
    "seen_lately",
]  # fmt: skip

SUBSCRIBERS, TENDERS, LOTS_EACH, BUYERS = 100_000, 400_000, 2.5, 100_000
RECENT = 28_000  # of the tenders: a week of Kazakhstan
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
SYLLABLES = (
    *("сары", "қара", "ал", "тау", "су", "бай", "көл", "тас", "өзен", "жар", "құм", "ақ", "кент", "бұлақ", "тал"),
    *("дос", "нұр", "ғаз", "мол", "шың", "жол", "бас", "ор", "ер", "тен", "әсем", "күн", "ой", "дала", "там"),
)


async def fill(database: Database) -> None:
    """Fill an upgraded database: few buyers announce much, most a little, as in life."""
    choice = random.Random(1)
    areas = [row.code for region in regions("KZ") for row in districts(region.code)] or ["KZ-61"]
    codes = [prefix for kind in everyday_categories() for prefix in kind.prefixes["ENSTRU"]]
    ids = [buyer_id(n) for n in range(BUYERS)]
    names = [_name(choice) for _ in ids]
    rows = [
        {"id": id_, "name": name, "search": f"{id_}\n{name}".casefold(), "seen_at": seen_lately(n)}
        for n, (id_, name) in enumerate(zip(ids, names, strict=True))
    ]
    await insert(database, buyers, rows)
    people = [
        {"id": n, "channel": "telegram", "address": str(n), "language": "ru", "created_at": NOW, "changed_at": NOW}
        for n in range(1, SUBSCRIBERS + 1)
    ]
    await insert(database, subscribers, people)
    wanted = [
        {"id": n, "subscriber_id": n, "criteria": {"regions": [choice.choice(areas)]}, "created_at": NOW,
         "changed_at": NOW}
        for n in range(1, SUBSCRIBERS + 1)
    ]  # fmt: skip
    await insert(database, subscriptions, wanted)
    for start in range(0, TENDERS, 20_000):
        await _fill_tenders(database, choice, range(start + 1, start + 20_001), (ids, names, areas, codes))


def buyer_id(n: int) -> str:
    """The buyer of a place in the order of size: 0 announces most."""
    return f"KZ-BIN-{n:05}4{n:06}"


def seen_lately(n: int) -> datetime:
    """When the body of a place was told of last: one every few minutes, the largest just now."""
    return NOW - timedelta(minutes=5 * n)


def number_of(n: int) -> str:
    """The portal's number of a stored purchase."""
    return f"{17_000_000 + n}-1"


def invented_word(choice: random.Random) -> str:
    """One of 27,000."""
    return "".join(choice.choices(SYLLABLES, k=3))


def _name(choice: random.Random) -> str:
    return f"КГУ «{choice.choice(NAMES)} {choice.randrange(300)} {invented_word(choice).capitalize()} ауданы»"


def _ocid(n: int) -> str:
    return f"ocds-kz0001-goszakup-{number_of(n)}"


async def _fill_tenders(database: Database, choice: random.Random, numbers: range, known: tuple[Any, ...]) -> None:
    ids, names, *_ = known
    rows, versions, found = [], [], []
    for n in numbers:
        recent = n > TENDERS - RECENT
        age = timedelta(hours=(TENDERS - n) * 168 / RECENT) if recent else timedelta(days=8 + (TENDERS - n) / 4000)
        seen, who = NOW - age, int(BUYERS * choice.random() ** 3)
        release = _release(choice, n, seen, (ids[who], names[who]), known)
        weight = choice.choice([2, 3, 4, 5]) if recent and choice.random() < 0.3 else 0
        rows.append({"id": n, "source": "x", "ocid": _ocid(n), "snapshot_id": n, "title": "x", "buyer_id": ids[who],
                     "region": choice.choice(known[2])[:5], "weight": weight, "published_at": seen,
                     "closes_at": seen + timedelta(days=7), "seen_at": seen, "changed_at": seen})  # fmt: skip
        versions.append({"id": n, "tender_id": n, "sequence": 1, "sha256": "", "release": release, "seen_at": seen})
        if weight:
            found.append(_flag(n, weight))
    for table, part in ((tenders, rows), (snapshots, versions), (findings, found)):
        await insert(database, table, part)


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
        {"ocid": _ocid(n), "id": str(n), "date": seen.isoformat(), "buyer": buyer, "tender": tender}
    )


def _flag(n: int, weight: int) -> dict[str, Any]:
    finding = {
        "ocid": _ocid(n), "indicator": "R003", "version": 2, "status": "fired", "weight": weight, "tier": "A",
        "subject": {"role": "tender", "id": _ocid(n)}, "family": "terms", "value": 3, "threshold": 5,
        "unit": "working_days",
        "facts": {"group": "tender", "hard": False, "repeat": False, "calendar_confirmed": True},
    }  # fmt: skip
    head = {"snapshot_id": n, "indicator": "R003", "version": 2, "status": "fired", "tier": "A", "weight": weight}
    return head | {"finding": finding}


async def insert(database: Database, table: Any, rows: list[dict[str, Any]]) -> None:
    """In parts, so that no transaction is long."""
    for start in range(0, len(rows), 10_000):
        async with database.write() as connection:
            await connection.execute(table.insert(), rows[start : start + 10_000])
