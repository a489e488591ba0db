"""An invented tender of an invented buyer, with findings, and small indicator pages to say them with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from alerts.render import TenderCard
from watchers.indicators.base import Family, Finding, Norm, Status, Subject, Tier
from watchers.summary import Summary

HEADINGS = {
    "en": ("What it is", "Why it matters", "Innocent reasons", "How to check"),
    "ru": ("Что это", "Почему это важно", "Обычные причины", "Как проверить"),
    "kk": ("Бұл не", "Неге маңызды", "Әдеттегі себептер", "Қалай тексеруге болады"),
}
SENTENCES = {
    ("T01", "en"): (
        "Short time to bid: {{ value | quantity(unit) }}",
        "; a tender needs at least {{ threshold | number }}{{ norm | norm }}.",
    ),
    ("T01", "ru"): (
        "Короткий срок подачи заявок: {{ value | quantity(unit) }}",
        ", а для конкурса нужно не меньше {{ threshold | number }}{{ norm | norm }}.",
    ),
    ("T01", "kk"): (
        "Өтінім беру мерзімі қысқа: {{ value | quantity(unit) }}",
        ", ал конкурсқа кемінде {{ threshold | number }} күн керек{{ norm | norm }}.",
    ),
    ("T02", "en"): (
        "Swapped letters:",
        ' "{{ facts.word }}" has a Latin "{{ facts.letter }}", so a search will not find this purchase.',
    ),
    ("T02", "ru"): (
        "Подмена букв:",
        " в слове «{{ facts.word }}» стоит латинская «{{ facts.letter }}»; такую закупку не найти поиском.",
    ),
    ("T02", "kk"): (
        "Әріп алмастырылған:",
        " «{{ facts.word }}» сөзінде латын «{{ facts.letter }}» әрпі тұр; "  # noqa: ISC004 - one sentence
        "мұндай сатып алуды іздеу арқылы табу мүмкін емес.",
    ),
}
BODY = """
## {0}

Said & done.

## {1}

New suppliers *cannot* prepare a **good** offer.

## {2}

- The term was extended.
- A `typo` in a date < 3.

## {3}

1. Open [the portal](https://portal.example/ru).
2. Compare the dates.
"""


def write_pages(root: Path) -> Path:
    """Pages of T01 to T09 in three languages."""
    for number in range(1, 10):
        code = f"T0{number}"
        (root / code).mkdir(parents=True)
        for language, headings in HEADINGS.items():
            lead, rest = SENTENCES.get((code, language), (f"Flag {number}:", " {{ value | quantity(unit) }}."))
            front = f"+++\nname = 'Check {number}'\nlead = '{lead}'\nrest = '{rest}'\n+++\n"
            (root / code / f"{language}.md").write_text(front + BODY.format(*headings), encoding="utf-8")
    return root


def summary(**changed: Any) -> Summary:
    facts: dict[str, Any] = {
        "title": "Ремонт кровли школы № 12",
        "titles": {"kk": "№ 12 мектептің шатырын жөндеу", "en": "Roof repair, school No. 12"},
        "text": "",
        "buyer_id": "KZ-BIN-000000000000",
        "buyer_name": "КГУ «Отдел образования Алгабасского района»",
        "buyer_names": {
            "kk": "«Алғабас ауданының білім бөлімі» КММ",
            "en": "Education department of Algabas district",
        },
        "buyer_search": "",
        "region": "KZ-61",
        "region_keys": ("KZ", "KZ-61"),
        "category_keys": frozenset(),
        "amount": Decimal(48200000),
        "currency": "KZT",
        "published_at": None,
        "closes_at": datetime(2026, 11, 27, 5, tzinfo=UTC),
        "status": "active",
        "method": "open",
    }
    return Summary(**(facts | changed))


def finding(code: str = "T01", **changed: Any) -> Finding:
    facts: dict[str, Any] = {
        "ocid": "ocds-invented-1",
        "indicator": code,
        "version": 1,
        "status": Status.FIRED,
        "subject": Subject("process", "ocds-invented-1"),
        "tier": Tier.A,
        "weight": 3,
        "family": Family.TERMS,
    }
    return Finding(**(facts | changed))


SHORT = finding(
    "T01", weight=5, value=3, threshold=5, unit="working_days", norm=Norm("rules-687", "164", date(2026, 2, 22))
)
SWAPPED = finding("T02", weight=4, value="pемонт", facts={"word": "pемонт", "letter": "p"})
UNCHECKED = finding("T03", status=Status.NOT_COMPUTABLE, reason="tender.documents is missing")


def card(**changed: Any) -> TenderCard:
    """The tender of the voice guide: two flags, fourteen checks of twenty-two."""
    facts: dict[str, Any] = {
        "tender_id": 7,
        "snapshot_id": 9,
        "summary": summary(),
        "link": "https://portal.example/ru/announce/index/1?a=1&b=2",
        "seen_at": datetime(2026, 11, 22, 9, 5, tzinfo=UTC),
        "findings": (SWAPPED, UNCHECKED, SHORT),
        "checks_made": 14,
        "checks_possible": 22,
    }
    return TenderCard(**(facts | changed))


HOSTILE = {
    "markup": "<b>bold</b> <a href='javascript:alert(1)'>x</a> </b> & &nbsp; &lt; <",
    "long": "очень длинное название закупки " * 170,
    "one_word": "Ы" * 5000,
    "emoji": "👨‍👩‍👧‍👦👩🏽‍🚒🏴󠁧󠁢󠁥󠁮󠁧󠁿🇰🇿🇺🇦" * 200,
    "flags": "🇰🇿" * 3000,
    "right_to_left": "شراء معدات مدرسية " * 60,
    "direction_marks": "\u202eтнечамереп\u202c \u2067\u2066 \u200f\u061cтекст\u2069",
    "controls": "null\x00 bell\x07 escape\x1b[31m unit\x1f del\x7f c1\x85 line\r\nline\u2028para\u2029",
    "zero_width": "ре\u200bмо\u200cнт\u200d ш\u2060ко\ufeffлы\u00ad и\u180e др\U000e0041угое",
    "combining": "з" + "\u0301\u0335\u0489" * 900 + " алго",
    "surrogate": "a\ud83d b\udc00 c",
    "entities": "&#0; &#x110000; &#55357; &amp;amp; &quot" * 40,
    "braces": "{{ 7 * 7 }} {% raw %} %(n)s %s {0}",
    "blank": " \u3164\u2800\u00a0\t ",
    "private_use": "\ue000\U000f0000 text \uffff\ufffe",
}
