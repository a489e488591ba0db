"""The values of filters that are tapped; each is a text that the filter's `read` takes, with its label."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, partial
from pkgutil import iter_modules

from alerts.filters import methods
from alerts.filters.row import Offer
from alerts.filters.speech import Speech
from alerts.format import money, number
from alerts.i18n import mark, mark_plural
from watchers import indicators

__all__ = ["AMOUNTS", "DAYS", "METHODS", "MOSTS", "WEIGHTS", "indicator_offers"]


def _said(text: str, speech: Speech) -> str:
    return speech.say(text)


def _weight(weight: int, speech: Speech) -> str:
    return speech.say(mark("Flags of weight %(weight)s or more"), weight=number(weight, speech.language))


def _amount(text: str, amount: Decimal, speech: Speech) -> str:
    return speech.say(text, amount=money(amount, "KZT", speech.language))


def _days(forms: tuple[str, str], days: int, speech: Speech) -> str:
    return speech.count(forms, days)


def _named(code: str, speech: Speech) -> str:
    name = speech.named(code)
    return name if name == code else f"{code} {name}"


def _method(group: str, speech: Speech) -> str:
    name = speech.method(group)
    return name[:1].upper() + name[1:]


_MODULE = re.compile(r"(r|kz)(\d{2,3})")
_SUMS = ("1", "3", "10", "30", "100", "300", "1000")  # millions
_ANY = Offer("-", partial(_said, mark("Any")))

WEIGHTS = (
    Offer("-", partial(_said, mark("Only what is worth a look (recommended)"))),
    Offer("1", partial(_said, mark("Every flag"))),
    *(Offer(str(weight), partial(_weight, weight)) for weight in (3, 4, 5)),
    Offer("0", partial(_said, mark("Every purchase"))),
)
AMOUNTS = (*(Offer(f"{n} m", partial(_amount, mark("from %(amount)s"), Decimal(n) * 10**6)) for n in _SUMS), _ANY)
MOSTS = (*(Offer(f"{n} m", partial(_amount, mark("up to %(amount)s"), Decimal(n) * 10**6)) for n in _SUMS), _ANY)
METHODS = tuple(Offer(group, partial(_method, group)) for group in methods.METHODS)
DAYS = (
    *(Offer(f">={n}", partial(_days, mark_plural("At least %(n)s day", "At least %(n)s days"), n)) for n in (3, 5, 10)),
    *(Offer(f"<={n}", partial(_days, mark_plural("At most %(n)s day", "At most %(n)s days"), n)) for n in (2, 5, 10)),
    _ANY,
)


@cache
def indicator_offers() -> tuple[Offer, ...]:
    """Every indicator by its module's name, without reading the modules."""
    heads = [one.name.partition("_")[0] for one in iter_modules(indicators.__path__)]
    coded = [_MODULE.fullmatch(head) for head in heads]
    codes = sorted(f"{'R' if one[1] == 'r' else 'KZ-'}{one[2]}" for one in coded if one)
    return tuple(Offer(code, partial(_named, code)) for code in codes)
