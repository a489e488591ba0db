"""Editions about invented buyers: a busy day, a quiet week, and what hostile publishers write."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from alerts.changes import Changes
from alerts.public_pages import PublicPages
from alerts.render.digest import Doubt, Edition, Entry, Links, Week
from tests.alerts.invented import SHORT, SWAPPED, UNCHECKED, card, finding, summary

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
LINKS = Links(
    manage="https://baqylau.example/manage/abc", leave="https://baqylau.example/unsubscribe/abc",
    public=PublicPages("https://baqylau.example"),
)  # fmt: skip
NAMES = {
    "en": ("Schools, Turkistan", "Roads", "Medicines"),
    "ru": ("Школы, Туркестан", "Дороги", "Лекарства"),
    "kk": ("Мектептер, Түркістан", "Жолдар", "Дәрі-дәрмек"),
}
BUYERS = (
    ("КГУ «Отдел образования Алгабасского района»", "«Алғабас ауданының білім бөлімі» КММ", "Algabas schools office"),
    ("ГУ «Управление дорог Алгабаса»", "«Алғабас жолдары басқармасы» ММ", "Algabas roads office"),
)  # fmt: skip
TITLES = (
    ("Ремонт кровли школы № 12", "№ 12 мектептің шатырын жөндеу", "Roof repair, school No. 12"),
    ("Средний ремонт дороги в Жанажол, 14 км", "Алғабас — Жаңажол жолын орташа жөндеу, 14 км", "Road, 14 km"),
    ("Капитальный ремонт спортивного зала", "Спорт залын күрделі жөндеу", "Overhaul of a sports hall"),
)  # fmt: skip


def entry(number: int, language: str = "ru", **changed: Any) -> Entry:
    """The number-th purchase."""
    ru, kk, en = TITLES[number % 3]
    buyer_ru, buyer_kk, buyer_en = BUYERS[number % 2]
    facts = summary(
        title=ru, titles={"kk": kk, "en": en}, buyer_name=buyer_ru, buyer_names={"kk": buyer_kk, "en": buyer_en},
        amount=Decimal(48_200_000 + number * 1_000_000), closes_at=NOW + timedelta(days=1 + number % 9),
    )  # fmt: skip
    flags = [(SWAPPED, UNCHECKED, SHORT), (finding("T04", weight=2, value=number, unit="percent"),), ()][number % 3]
    one = card(tender_id=100 + number, snapshot_id=200 + number, summary=facts, findings=flags)
    given: dict[str, Any] = {
        "card": one,
        "filters": NAMES[language][number % 3 :][:2],
        "query": f"region=KZ-{number % 3}&min_weight=0",
    }
    return Entry(**(given | changed))


def edition(language: str = "ru", count: int = 8, **changed: Any) -> Edition:
    """A busy day: news, changes, doubts, two weeks of history, two missed days."""
    news = [entry(number, language) for number in range(count)]
    later = Changes(deadline=(NOW + timedelta(days=1), NOW + timedelta(days=9)), withdrawn=("T04",))
    moved = [entry(50, language, changes=later), entry(51, language, changes=Changes(cancelled=True))]
    again = [entry(60, language, again=True)]
    days = tuple((date(2026, 11, 23) - timedelta(days=back), (back * 7) % 11, back % 3) for back in range(14, -1, -1))
    facts: dict[str, Any] = {
        "language": language, "zone": "Asia/Almaty", "now": NOW, "run_date": date(2026, 11, 23), "weekly": False,
        "range_from": NOW - timedelta(days=3), "entries": (*news, *moved, *again),
        "missed": (date(2026, 11, 21), date(2026, 11, 22)), "doubts": (Doubt(entry(70, language).card, NOW),),
        "week": Week(days), "links": LINKS,
    }  # fmt: skip
    return Edition(**(facts | changed))


def quiet(language: str = "ru") -> Edition:
    """Nothing in a week."""
    return edition(language, 0, entries=(), doubts=(), missed=(), week=Week(), weekly=True)
