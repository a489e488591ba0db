"""Who buys what: the tables of `data/` as groups of goods, kinds of buyers, places; and the people of the country.

Every buyer carries an invented district or number, every BIN a serial number that the register never reached; the IIN
of a sole trader has a wrong check digit, so that it can be nobody's.
"""

from __future__ import annotations

import csv
import functools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from bot.sandbox.goszakup.moments import DAY
from bot.sandbox.goszakup.records import Good, Place, Subject

_WEIGHTS = ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))
_OKRUGS = (
    ("Тасоткельского", "Тасөткел"), ("Бериктасского", "Беріктас"), ("Сарытерекского", "Сарытерек"),
    ("Жылысуского", "Жылысу"), ("Актобинского", "Ақтөбешік"), ("Карасуатского", "Қарасуат"),
    ("Енбекшильского", "Еңбекшіл"), ("Малсайского", "Малсай"), ("Ушарыкского", "Үшарық"), ("Бастауского", "Бастау"),
)  # fmt: skip
_FIRST = ("Алтын", "Жаңа", "Нұрлы", "Ақ", "Көк", "Берік", "Сенім", "Бірлік", "Дархан", "Арман", "Самал", "Шұғыла")
_SECOND = {
    "food": ("Дән", "Ас", "Азық"), "office": ("Кеңсе", "Парақ", "Қалам"), "household": ("Тұрмыс", "Үй", "Дүкен"),
    "medical": ("Дәрі", "Мед", "Шипа"), "veterinary": ("Вет", "Мал"), "computers": ("Цифр", "Тех", "Байт"),
    "furniture": ("Жиһаз", "Емен"), "fuel": ("Мұнай", "Отын", "Жол Май"), "construction": ("Құрылыс", "Үй Салу"),
    "roads": ("Жол", "Асфальт"), "security": ("Күзет", "Қалқан"), "services": ("Сервис", "Қызмет"),
    "insurance": ("Сақтандыру",), "design": ("Жоба", "Сызба"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Goods bought together: subject (1 goods, 2 works, 3 services), who sells them, titles of a mixed purchase."""

    name: str
    subject: int
    trade: str
    title_ru: str
    title_kk: str
    weights: dict[str, int]
    goods: tuple[Good, ...]


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("bot.sandbox.goszakup").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines(), delimiter="|")


@functools.cache
def groups() -> dict[str, Group]:
    """Return the groups of goods by name."""
    goods: dict[str, list[Good]] = {}
    for row in _rows("goods"):
        pairs = tuple(zip(row["desc_ru"].split(";"), row["desc_kk"].split(";"), strict=True))
        prices = (int(row[name]) for name in ("low", "high", "few", "many"))
        low, high, few, many = prices
        good = Good(
            row["group"], row["enstru"], row["unit"], row["name_ru"], row["name_kk"], pairs, low, high, few, many,
            row["title_ru"], row["title_kk"],
        )  # fmt: skip
        goods.setdefault(good.group, []).append(good)
    out = {}
    for row in _rows("groups"):
        weights = {kind: int(weight) for kind, _, weight in (each.partition(":") for each in row["weights"].split())}
        out[row["group"]] = Group(
            row["group"], int(row["subject"]), row["trade"], row["title_ru"], row["title_kk"], weights,
            tuple(goods[row["group"]]),
        )  # fmt: skip
    return out


@functools.cache
def shopping_lists() -> dict[str, tuple[list[Group], list[int]]]:
    """Return, for each kind of buyer, the groups it buys and how often."""
    out: dict[str, tuple[list[Group], list[int]]] = {}
    for group in groups().values():
        for kind, weight in group.weights.items():
            names, weights = out.setdefault(kind, ([], []))
            names.append(group)
            weights.append(weight)
    return out


def places() -> list[Place]:
    """Return the districts (invented) and cities of all twenty regions."""
    out = []
    for row in _rows("places"):
        region_gen, region_kk = row["ru_gen"], row["kk"]
        city_gen = f"города {row['city_ru_gen']}"
        out.append(
            Place(
                row["city_code"], region_gen, region_kk, city_gen, f"{row['city_kk']} қаласының", row["city_kk"], False
            )
        )
        for number, pair in enumerate(filter(None, row["districts"].split(";"))):
            gen, name = pair.split(":")
            code = f"{row['region']}9{number}10100"
            out.append(Place(code, region_gen, region_kk, f"{gen} района", f"{name} ауданының", name, True))
    return out


def make_buyers(dice: random.Random, first_pid: int, now: int) -> tuple[list[Subject], list[float]]:
    """Return the buyers of the country and how often each buys."""
    out: list[Subject] = []
    weights: list[float] = []
    for place in places():
        for row in _rows("buyers"):
            if row["where"] not in {"both", "district" if place.district else "city"}:
                continue
            count = int(row["count"]) * (1 if place.district else 4)
            numbers = dice.sample(range(301, 400), count)
            for index, number in enumerate(numbers):
                okrug_ru, okrug_kk = _OKRUGS[index % len(_OKRUGS)]
                words = {
                    "number": number, "okrug_ru": okrug_ru, "okrug_kk": okrug_kk, "name_kk": place.name_kk,
                    "place_kk": place.gen_kk, "place_gen": f"{place.gen_ru} {place.region_ru_gen}".strip(),
                }  # fmt: skip
                out.append(
                    Subject(
                        first_pid + len(out),
                        _bin(dice),
                        row["name_ru"].format(**words),
                        row["name_kk"].format(**words),
                        place,
                        row["kind"],
                        registered=now - dice.randrange(900, 9000) * DAY,
                        self_ru=row["self_ru_gen"].format(**words),
                        self_kk=row["self_kk"].format(**words),
                    )
                )
                weights.append(int(row["weight"]) / count)
    return out, weights


def make_suppliers(dice: random.Random, first_pid: int, now: int) -> dict[str, list[Subject]]:
    """Return the suppliers by trade: most of them companies, a third sole traders, a few registered days ago."""
    where = places()
    out: dict[str, list[Subject]] = {}
    pid = first_pid
    for trade, seconds in _SECOND.items():
        for number in range(90):
            word, second = dice.choice(_FIRST), dice.choice(seconds)
            name = f"{word} {second} {dice.randrange(2, 99)}" if number % 2 else f"{word}-{second}"
            sole = dice.random() < 0.34
            days = dice.randrange(3, 300) if dice.random() < 0.04 else dice.randrange(400, 7000)
            out.setdefault(trade, []).append(
                Subject(
                    pid,
                    _iin(dice) if sole else _bin(dice),
                    f"ИП «{name}»" if sole else f"ТОО «{name}»",
                    f"«{name}» ЖК" if sole else f"«{name}» ЖШС",
                    dice.choice(where),
                    trade,
                    sole,
                    True,
                    now - days * DAY,
                )
            )
            pid += 1
    return out


def _check_digit(digits: str) -> int | None:
    for weights in _WEIGHTS:
        rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if rest < 10:
            return rest
    return None


def _bin(dice: random.Random) -> str:
    while True:
        head = f"{dice.randrange(26):02}{dice.randrange(1, 13):02}40{dice.randrange(90_000, 99_999)}"
        digit = _check_digit(head)
        if digit is not None:
            return f"{head}{digit}"


def _iin(dice: random.Random) -> str:
    century = dice.choice("35")
    year = dice.randrange(60, 99) if century == "3" else dice.randrange(5)
    head = f"{year:02}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}{century}{dice.randrange(10_000):04}"
    digit = _check_digit(head)
    return f"{head}{((digit or 0) + dice.randrange(1, 10)) % 10}"
