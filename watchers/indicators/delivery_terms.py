"""Reads by when something is delivered, as buyers write it in Russian and Kazakh.

"15 (пятнадцать) календарных дней", "10 жұмыс күні ішінде", "в течение двух недель", "до 25 декабря", "по заявке в
течение 3 дней". The words are in `watchers/rules/dictionaries/delivery_terms.toml`. Where a text names several terms
the longest counts, so that nothing is called short that need not be; where it is delivered by orders, the shortest:
that is how long one order may take.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec

__all__ = ["Term", "read_term", "stated_term"]

_LONGEST_TEXT = 600
_LONGEST_LOT = 4000
_LONGEST_STATED = 120
_LETTERS = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"[;\n]|\.\s+(?=[A-ZА-ЯЁӘҒҚҢӨҰҮІҺ])")
_WORD = re.compile(r"\d+|[^\W\d_]+|[./-]")
_NOT_FIGURES = re.compile(r"\([^()\d]*\)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_ENDINGS = frozenset({"и", "ти", "х", "м", "ми", "го", "е", "й", "ші", "шы"})  # "15-ти", "25-го"
_REACH = 4  # words looked at behind a number for its unit
_MOST_DAYS = 20 * 365


class Term(msgspec.Struct, frozen=True):
    """A term. `days` are calendar days; of `working_days` it is the fewest they can be. `due` is the last day.

    `on_request`: delivered by orders as need arises, `days` is then for one order; `scheduled`: by a schedule.
    """

    days: int | None = None
    working_days: int | None = None
    due: date | None = None
    on_request: bool = False
    scheduled: bool = False


class _Words:
    """The dictionary, ready to be asked about a word."""

    def __init__(self, table: dict[str, Any]) -> None:
        self._exact: dict[str, set[tuple[str, str]]] = {}
        self._stems: dict[str, set[tuple[str, str]]] = {}
        for role in ("units", "kinds", "within", "on_request", "last", "months", "numbers", "announced"):
            for name, words in table[role].items():
                for word in words:
                    place = self._stems if word.endswith("*") else self._exact
                    place.setdefault(word.rstrip("*"), set()).add((role, name))
        self.whole: dict[str, int] = table["whole"]
        self.days: dict[str, int] = table["days"]

    @lru_cache(maxsize=4096)  # noqa: B019 - one object for the life of the process
    def of(self, word: str) -> dict[str, str]:
        """{role: name} of a word: {"units": "day"}."""
        found = set(self._exact.get(word, ()))
        for length in range(2, len(word) + 1):
            found |= self._stems.get(word[:length], set())
        return dict(found)


@lru_cache(maxsize=1)
def _words() -> _Words:
    text = files("watchers.rules").joinpath("dictionaries", "delivery_terms.toml").read_text(encoding="utf-8")
    return _Words(tomllib.loads(text))


@lru_cache(maxsize=8192)
def read_term(text: str, year: int) -> Term | None:
    """The term a text names; None if it names none that can be read. `year` is meant where a date has none."""
    plain = _NOT_FIGURES.sub(" ", text[:_LONGEST_TEXT].casefold().replace("ё", "е"))
    dates, rest = _numeric_dates(plain)
    words = _WORD.findall(rest)
    dates += _named_dates(words, year)
    roles = [_words().of(word) for word in words]
    asked = {role["on_request"] for role in roles if "on_request" in role}
    durations = list(_durations(words, roles))
    on_request = bool(asked)
    if not durations and not dates:
        return Term(on_request=True, scheduled="schedule" in asked) if on_request else None
    days, working = (min if on_request else max)(durations, default=(None, None), key=lambda pair: pair[0])
    return Term(days, working, max(dates, default=None), on_request, "schedule" in asked)


def stated_term(text: str) -> str:
    """The part of a longer text that states a term of delivery, up to the end of its sentence; '' if there is none.

    "Срок поставки" and "жеткізу мерзімі" announce it, in either order of the two words.
    """
    found = list(_LETTERS.finditer(text[:_LONGEST_LOT]))
    kinds = [_words().of(one[0].casefold().replace("ё", "е")).get("announced", "") for one in found]
    for place in range(1, len(found)):
        if {kinds[place - 1], kinds[place]} == {"first", "second"}:
            rest = text[found[place].end() : found[place].end() + _LONGEST_STATED]
            return _SENTENCE_END.split(rest, maxsplit=1)[0].strip(" :–—-")
    return ""


def _date(year: str | int, month: str | int, day: str | int) -> date | None:
    number = int(year)
    try:
        return date(number + 2000 if number < 100 else number, int(month), int(day))
    except ValueError:
        return None


def _numeric_dates(text: str) -> tuple[list[date], str]:
    """The dates written in figures, and the text without them."""
    found = [_date(m[3], m[2], m[1]) for m in _NUMERIC.finditer(text)]
    found += [_date(m[1], m[2], m[3]) for m in _ISO.finditer(text)]
    rest = _ISO.sub(" ", _NUMERIC.sub(" ", text))
    return [day for day in found if day is not None and 2000 <= day.year < 2100], rest


def _named_dates(words: list[str], year: int) -> list[date]:
    """ "25 декабря 2026 года", "2026 жылғы 25 желтоқсанға", "до конца года": the words that were used are blanked."""
    roles, found = [_words().of(word) for word in words], []
    for place, role in enumerate(roles):
        if "months" in role:
            day = _day_before(words, place)
            if day is not None:
                found.append(_date(_year_near(words, place, year), role["months"], day))
            elif _is_end(roles, place):
                found.append(_end_of_month(_year_near(words, place, year), int(role["months"])))
        elif role.get("units") == "year" and (_is_end(roles, place) or _whole_year(words, roles, place)):
            found.append(_date(_year_near(words, place, year), 12, 31))
    return [day for day in found if day is not None]


def _day_before(words: list[str], place: int) -> str | None:
    """The number right before the name of a month; it is blanked, so that nobody takes it for a number of days."""
    for back in (place - 1, place - 2, place - 3):
        if back < 0:
            return None
        if words[back].isdecimal():
            number, words[back] = words[back], ""
            return number if len(number) <= 2 else None
        if words[back] not in _ENDINGS and words[back] not in "-/.":
            return None
    return None


def _year_near(words: list[str], place: int, year: int) -> int:
    for near in (*range(place + 1, place + 3), *range(place - 1, place - 5, -1)):
        if 0 <= near < len(words) and len(words[near]) == 4 and words[near].isdecimal() and words[near][:2] == "20":
            return int(words[near])
    return year


def _is_end(roles: list[dict[str, str]], place: int) -> bool:
    """Whether "конца" stands a word or two before, or "соңына" behind."""
    return any("last" in roles[near] for near in range(max(place - 3, 0), min(place + 3, len(roles))))


def _whole_year(words: list[str], roles: list[dict[str, str]], place: int) -> bool:
    """ "в течение года", "в течение 2026 года", "жыл бойы"."""
    before = range(max(place - 3, 0), place)
    numbers = [words[near] for near in before if words[near].isdecimal() and len(words[near]) < 4]
    counted = bool(numbers) or any("numbers" in roles[near] for near in before)
    within = any(roles[near].get("within") == "before" for near in before)
    within = within or any(roles[n].get("within") == "after" for n in range(place + 1, min(place + 3, len(roles))))
    return within and not counted


def _end_of_month(year: int, month: int) -> date | None:
    first = _date(year + month // 12, month % 12 + 1, 1)
    return first - timedelta(days=1) if first else None


def _durations(words: list[str], roles: list[dict[str, str]]) -> Iterator[tuple[int, int | None]]:
    """(calendar days, working days if it is counted in them) of every length of time in the text."""
    days = _words().days
    for place, word in enumerate(words):
        if word in _words().whole:
            yield _words().whole[word], None
        number, behind = _number_at(words, roles, place)
        if number is None:
            bare = _bare_unit(words, roles, place)
            if bare in days and bare != "year":
                yield days[bare], None
            continue
        unit, working = _unit_behind(words, roles, behind, place)
        if unit == "hour":
            yield max(-(-number // 24), 1), None
        elif unit == "day" and working and number <= _MOST_DAYS:
            yield _fewest_days(number), number
        elif unit in days and unit != "quarter" and number * days[unit] <= _MOST_DAYS:  # "4 квартал" is the fourth
            yield number * days[unit], None


def _number_at(words: list[str], roles: list[dict[str, str]], place: int) -> tuple[int | None, int]:
    """The number that begins at a place, and where it ends: "15", "10-15" (the greater), "двадцати пяти", "он бес"."""
    if words[place].isdecimal():
        if place >= 2 and words[place - 1] == "-" and words[place - 2].isdecimal():
            return None, place  # the second half of a range, told with the first
        number, behind = int(words[place][:6]), place + 1
        if behind + 1 < len(words) and words[behind] == "-" and words[behind + 1].isdecimal():
            number, behind = max(number, int(words[behind + 1][:6])), behind + 2
        return number, behind
    if "numbers" not in roles[place] or (place and "numbers" in roles[place - 1]):
        return None, place
    number, behind = 0, place
    while behind < len(words) and "numbers" in roles[behind]:
        number += int(roles[behind]["numbers"])
        behind += 1
    return number, behind


def _unit_behind(words: list[str], roles: list[dict[str, str]], behind: int, place: int) -> tuple[str, bool]:
    """The unit a number counts, and whether it counts working days only."""
    working = place > 0 and roles[place - 1].get("kinds") == "working"
    for near in range(behind, min(behind + _REACH, len(words))):
        role, word = roles[near], words[near]
        if "units" in role:
            return role["units"], working
        if word in {"к", "р"} and words[near + 1 : near + 3] in (["д"], [".", "д"]):
            return "day", word == "р"
        if word.isdecimal() or "numbers" in role:
            return "", False
        working = working or role.get("kinds") == "working"
    return "", False


def _bare_unit(words: list[str], roles: list[dict[str, str]], place: int) -> str:
    """The unit of "в течение месяца" and "ай ішінде", which is one; '' if it is counted or there is none."""
    unit = roles[place].get("units", "")
    before = place > 0 and roles[place - 1].get("within") == "before"
    after = place + 1 < len(roles) and roles[place + 1].get("within") == "after"
    counted = place > 0 and (words[place - 1].isdecimal() or bool(roles[place - 1].keys() & {"numbers", "kinds"}))
    return unit if unit and (before or (after and not counted)) else ""


def _fewest_days(working: int) -> int:
    """Calendar days that so many working days last at least: a week has five."""
    return working // 5 * 7 + working % 5
