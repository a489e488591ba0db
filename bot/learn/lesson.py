"""A lesson in one language, as its file says it. Plain data: what is drawn of it, `bot.learn.words` knows."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

__all__ = ["Answer", "Card", "Cited", "Lesson", "Level", "Question"]


class Level(StrEnum):
    """Whom a lesson is for, in the order of the path."""

    BEGINNER = "beginner"
    READER = "reader"
    MONITOR = "monitor"


class Cited(msgspec.Struct, frozen=True):
    """A clause of a written rule that a lesson stands on, and the day somebody last read it.

    `secondary`: read in somebody else's account of it, not in the text.
    """

    act: str
    clause: str
    checked_on: date
    secondary: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What a card names it by."""
        return self.act, self.clause


class Answer(msgspec.Struct, frozen=True):
    """One of the three answers to choose among, and what is said to who chose it."""

    text: str
    reply: str
    right: bool = False


class Question(msgspec.Struct, frozen=True):
    """What is asked after the last card."""

    text: str
    answers: tuple[Answer, ...]


class Card(msgspec.Struct, frozen=True):
    """One screen: a heading, and Markdown in which `{act clause}` stands for a quoted rule. `line`: where it begins."""

    title: str
    body: str
    norms: tuple[Cited, ...]
    line: int


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """One lesson in one language.

    `order` is its place on the path, `minutes` what reading takes, `picture` the name of its drawing ('' for none),
    `sources` what it was written from, `origin` the file.
    """

    slug: str
    language: str
    title: str
    order: int
    minutes: int
    level: Level
    indicators: tuple[str, ...]
    norms: tuple[Cited, ...]
    sources: tuple[str, ...]
    cards: tuple[Card, ...]
    question: Question
    picture: str = ""
    origin: str = ""
