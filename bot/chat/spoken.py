"""The words of buttons, typed instead of pressed. No Telegram in here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from babel import Locale

from alerts.i18n import LANGUAGES
from bot.chat.draft import clean
from bot.chat.keyboards import NAMES, Rows

__all__ = ["language_named", "meant", "said_by_buttons"]

_AROUND = "•‹› "
_CHOSEN = ("✓", "✕")
_DASHES = re.compile("[‐‑‒–—−]")
_SHORTEST = 3
_LANGUAGE = frozenset({"тілі", "тіл", "язык", "language"})


def _fold(text: str) -> str:
    words = clean(text).casefold().replace("ё", "е").strip(_AROUND)
    return re.sub(
        r"\b0(?=\d)|:00\b|(?<=\d)\s+(?=-)|(?<=-)\s+(?=\d)", "", _DASHES.sub("-", words)
    )  # "22:00–08:00" is "22-8"


def said_by_buttons(rows: Rows) -> dict[str, str]:
    """What buttons say when pressed, by their words: those that stand there once, and are not chosen already.

    Who types the name of what is chosen means it, and does not want it taken out.
    """
    said: dict[str, str] = {}
    twice: set[str] = set()
    for button in (button for row in rows for button in row):
        words = _fold(button.text)
        if not button.data or not words or button.text.startswith(_CHOSEN):
            continue
        if words in said:
            twice.add(words)
        said[words] = button.data
    return {words: data for words, data in said.items() if words not in twice}


def meant(typed: str, shown: Mapping[str, str], *, loosely: bool) -> str | None:
    """What the button says whose words were typed; `loosely`: the beginnings of some of them are enough."""
    words = _fold(typed)
    if words in shown or not loosely:
        return shown.get(words)
    begun = re.findall(r"\w+", words)
    if not begun or any(len(one) < _SHORTEST for one in begun):
        return None
    found = [data for label, data in shown.items() if _begins(begun, re.findall(r"\w+", label))]
    return found[0] if len(found) == 1 else None


def _begins(begun: list[str], words: list[str]) -> bool:
    return all(any(word.startswith(one) for word in words) for one in begun)


def language_named(typed: str) -> str | None:
    """The code of the language somebody names: by its own name, or as it is called in any of the others."""
    first, *rest = re.findall(r"\w+", _fold(typed)) or [""]
    if len(first) < _SHORTEST or not _LANGUAGE.issuperset(rest):
        return None
    found = {code for code in LANGUAGES for name in _names(code) if first.startswith(name) or name.startswith(first)}
    return found.pop() if len(found) == 1 else None


@cache
def _names(code: str) -> tuple[str, ...]:
    """The first words of its names: "русский", "орыс", "russian"."""
    said = (NAMES[code], *(str(Locale.parse(code).get_display_name(other)) for other in LANGUAGES))
    return tuple(dict.fromkeys(_fold(one).split()[0] for one in said))
