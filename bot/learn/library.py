"""The lessons there are: those that come with Baqylau, and those of a folder that the operator names.

The operator's folder is looked at whenever a lesson is asked for, and read again when a file of it came, went or
changed: nobody has to restart anything. A file with a fault is left out and told in the log; the others stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog

from bot.learn.checking import SHIPPED, check_folder
from bot.learn.lesson import Lesson, Level
from templates import LANGUAGES, WHOLE

__all__ = ["GOOD_FOR", "Lessons"]

log = structlog.get_logger("learn")

GOOD_FOR = timedelta(days=365)
"""How long a rule that was read counts as checked."""
_WORD = re.compile(r"\w+")
_SHORTEST = 3
_ENDINGS = ((7, 3), (6, 2), (4, 1), (0, 0))
"""From how many letters on a word is taken to have an ending of how many."""
_PATH = list(Level)


class Lessons:
    """All lessons. `folder`: the operator's own, None without. `clock` says the moment in UTC."""

    def __init__(
        self, clock: Callable[[], datetime], folder: Path | None = None, *, good_for: timedelta = GOOD_FOR
    ) -> None:
        self._clock = clock
        self._folder = folder
        self.good_for = good_for
        self._shipped: dict[tuple[str, str], Lesson] = {}
        self._own: dict[tuple[str, str], Lesson] = {}
        self._seen: tuple[tuple[str, int, int], ...] | None = None

    def today(self) -> date:
        """The day that rules are judged by."""
        return self._clock().date()

    def lesson(self, slug: str, language: str) -> Lesson | None:
        """A lesson in a language, in another where it lacks this one; None where there is none."""
        known = self._all()
        others = LANGUAGES if language in WHOLE else ("en", *LANGUAGES)
        wanted = (language, *others)
        return next((known[slug, one] for one in wanted if (slug, one) in known), None)

    def path(self, language: str) -> list[Lesson]:
        """Every lesson once, in the order they are best read in."""
        slugs = dict.fromkeys(slug for slug, _ in self._all())
        found = [lesson for slug in slugs if (lesson := self.lesson(slug, language)) is not None]
        return sorted(found, key=lambda one: (_PATH.index(one.level), one.order, one.slug))

    def of_indicator(self, code: str, language: str) -> Lesson | None:
        """The lesson that explains an indicator, the first of the path that names it; None without."""
        return next((one for one in self.path(language) if code in one.indicators), None)

    def search(self, words: str, language: str, most: int = 8, *, in_titles: bool = False) -> list[Lesson]:
        """The lessons that hold all these words, or words that begin so; those with them in the title first.

        `in_titles`: no others than these.
        """
        wanted = [word for word in _WORD.findall(words.casefold()) if len(word) >= _SHORTEST]
        if not wanted:
            return []
        found = []
        for place, lesson in enumerate(self.path(language)):
            title, text = _words([lesson.title]), _words(_texts(lesson))
            if all(any(word.startswith(_stem(asked)) for word in text) for asked in wanted):
                in_title = all(any(word.startswith(_stem(asked)) for word in title) for asked in wanted)
                found += [(not in_title, place, lesson)] if in_title or not in_titles else []
        return [lesson for _, _, lesson in sorted(found, key=lambda one: one[:2])][:most]

    def _all(self) -> dict[tuple[str, str], Lesson]:
        if not self._shipped:
            self._shipped = _by_key(self._read(SHIPPED, ()))
        if self._folder is not None:
            seen = _signature(self._folder)
            if seen != self._seen:
                self._seen = seen
                self._own = _by_key(self._read(self._folder, {slug for slug, _ in self._shipped}))
        return self._shipped | self._own

    def _read(self, folder: Path, taken: Iterable[str]) -> list[Lesson]:
        # A clock that is behind must not hide lessons: that a date is yet to come is for `explainers check` to say.
        lessons, faults = check_folder(folder, date.max, frozenset(taken))
        for fault in faults:
            log.warning("a lesson is left out", fault=str(fault))
        return lessons


def _by_key(lessons: Iterable[Lesson]) -> dict[tuple[str, str], Lesson]:
    return {(one.slug, one.language): one for one in lessons}


def _signature(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What a folder holds, as far as it shows from outside."""
    found = []
    for path in sorted(folder.glob("*.md")):
        try:
            state = path.stat()
        except OSError:  # it went between the two looks
            continue
        found.append((path.name, state.st_mtime_ns, state.st_size))
    return tuple(found)


def _stem(word: str) -> str:
    """A word without its ending, roughly: Kazakh and Russian change the ends of words."""
    ending = next(size for least, size in _ENDINGS if len(word) >= least)
    return word[: len(word) - ending]


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.casefold())}


def _texts(lesson: Lesson) -> list[str]:
    return [lesson.title, *lesson.indicators, *(part for card in lesson.cards for part in (card.title, card.body))]
