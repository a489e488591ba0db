"""Sums as people write them, in three languages: "10 млн", "5–20 млн ₸", "до 50 млн", "5 млн-нан 10 млн-ға дейін"."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from alerts.filters.criteria import BadFilter

__all__ = ["NOTHING", "read_amount", "read_most"]

NOTHING = {"", "-", "–", "—"}
"""How somebody says that a filter asks for nothing."""
_SCALES = {
    3: ("k", "к", "тыс", "мың", "thousand"),
    6: ("m", "м", "млн", "mln", "million", "миллион"),
    9: ("bn", "b", "млрд", "billion", "миллиард"),
    12: ("tn", "трлн", "trillion"),
}
_SCALE_OF = {word: power for power, words in _SCALES.items() for word in words}
_CURRENCIES = {
    "₸": "KZT", "тг": "KZT", "тенге": "KZT", "теңге": "KZT", "tenge": "KZT",
    "₴": "UAH", "грн": "UAH", "гривен": "UAH", "€": "EUR", "евро": "EUR", "₽": "RUB", "руб": "RUB",
}  # fmt: skip
_AMOUNT = re.compile(r"(?P<number>\d[\d\s.,]*)(?P<rest>.*)", re.DOTALL)
_UNIT_WORD = re.compile(r"[^\W\d]+|[₸₴€₽]")
_RANGE = re.compile(r"(?<=[\w₸₴€₽])\s*(?:[-–—]|\.\.\.?|…)\s*(?=[\d₸₴€₽A-Z])")
_CASES = re.compile(
    r"\b(тенге|теңге|миллион|миллиард|млн|млрд|тг|мың|тыс|₸)-?(?:ге|ден|ға|нан|нен|дан|а|ов|\.)?(?![^\W\d])",
    re.IGNORECASE,
)
"""Endings of a word: "миллионға", "теңгеден", "миллионов", "тыс."."""
_BETWEEN = re.compile(
    r"(?<=[^\W_]|[₸₴€₽])(?<!up)(?<!UP)(?<!Up)\s*(?:-?(?:нан|нен|дан|ден|тан|тен)\b\s*(?:бастап\s+)?|\s(?:до|to|and|и)\s+)(?=[\d₸₴€₽])",
    re.IGNORECASE,
)
"""What stands between two sums in place of a dash."""
_ENDING = r"(?:-?(?:нан|нен|дан|ден|тан|тен)\s+)?"
_NOT_LESS = re.compile(r"\b(?:не\s+(?:меньше|менее|ниже)|no less than)\b|(?:>=|≥)", re.IGNORECASE)
_NOT_MORE = re.compile(
    rf"\b(?:не\s+(?:больше|более|выше)|no more than)\b|{_ENDING}\bаспайтын\b|(?:<=|≤)", re.IGNORECASE
)
_MORE = re.compile(
    r"\b(?:от|больше|более|свыше|выше|минимум|from|over|above|between|more than|at least|min|minimum|кемінде|ең азы)\b"
    rf"|{_ENDING}\b(?:бастап|көп|жоғары|астам)\b|[>+]",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"\b(?:до|меньше|менее|ниже|максимум|up to|under|below|less than|at most|max|maximum|ең көбі)\b"
    rf"|(?:-(?:ға|ге|қа|ке)\s*)?\bдейін\b|{_ENDING}\b(?:кем|аз)\b|<",
    re.IGNORECASE,
)
_DIGITS = 20


def read_amount(text: str) -> dict[str, Any]:
    """The least sum: "10 млн", "10,5 млн ₸", "UAH 500 000", "2bn"; or both ends: "5–10 млн". Nothing by "-"."""
    return _amounts(text, "min_amount")


def read_most(text: str) -> dict[str, Any]:
    """The largest sum, written like the least; or both ends."""
    return _amounts(text, "max_amount")


def _amounts(text: str, field: str) -> dict[str, Any]:
    if text.strip() in NOTHING:
        return {field: None}
    said, least, most = _directed(text)
    low_said, dash, high_said = _RANGE.sub(" – ", said, count=1).partition(" – ")
    if not dash:
        amount, _, currency = _sum(said)
        if least != most:
            field = "min_amount" if least else "max_amount"
        return {field: amount, "currency": currency}
    (low, power, of_low), (high, power_high, of_high) = _sum(low_said), _sum(high_said)
    if not power and power_high:  # "5–10 млн"
        low = _tidy(low * 10**power_high)
    named = {currency for currency, part in ((of_low, low_said), (of_high, high_said)) if _names_currency(part)}
    if len(named) > 1:
        raise BadFilter(f"filters: {text.strip()!r} names two currencies: write both sums in one")
    return {"min_amount": low, "max_amount": high, "currency": next(iter(named), "KZT")}


def _directed(text: str) -> tuple[str, bool, bool]:
    """The sums without the words that say which end they are; whether it is the least one, the largest one."""
    said = _CASES.sub(r"\1 ", _BETWEEN.sub(" – ", text, count=1))
    found = {True: 0, False: 0}
    for words, is_least in ((_NOT_LESS, True), (_NOT_MORE, False), (_MORE, True), (_LESS, False)):
        said, count = words.subn(" ", said)
        found[is_least] += count
    return said, bool(found[True]), bool(found[False])


def _names_currency(text: str) -> bool:
    return any(word.casefold() in _CURRENCIES or re.fullmatch(r"[A-Z]{3}", word) for word in _UNIT_WORD.findall(text))


def _tidy(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01")).normalize() + 0


def _sum(text: str) -> tuple[Decimal, int, str]:
    """A sum, the power of ten that was named, the currency: tenge where none is named."""
    match = _AMOUNT.search(text.replace("\u00a0", " "))
    if match is None:
        raise BadFilter(f"filters: {text.strip()!r} is no amount: write one like 10 млн or 500 000")
    digits = re.sub(r"\s", "", match["number"]).rstrip(".,")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits):  # 1,000,000.50
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(\.\d{3}){2,}", digits):  # 1.000.000
        digits = digits.replace(".", "")
    digits = digits.replace(",", ".")
    if digits.count(".") > 1 or len(digits) > _DIGITS:
        raise BadFilter(f"filters: {text.strip()!r} is no amount: write one like 10 млн or 500 000")
    power, currency = 0, "KZT"
    around = f"{text[: match.start()]} {match['rest']}"
    if re.search(r"[^\s.]", _UNIT_WORD.sub("", around)):
        raise BadFilter(f"filters: {text.strip()!r} is no amount: write one like 10 млн or 500 000")
    for word in _UNIT_WORD.findall(around):
        folded = word.casefold()
        if folded in _SCALE_OF:
            power = _SCALE_OF[folded]
        elif folded in _CURRENCIES:
            currency = _CURRENCIES[folded]
        elif re.fullmatch(r"[A-Z]{3}", word):
            currency = word
        else:
            raise BadFilter(f"filters: {word!r} is no currency and no scale: write the amount like 10 млн ₸")
    return _tidy(Decimal(digits) * 10**power), power, currency
