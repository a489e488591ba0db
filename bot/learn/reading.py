"""How the file of a lesson is read: front matter between +++ lines (TOML), then cards parted by lines of `---`.

A card is a `## heading` and Markdown below it. `{law-106 10.4; rules-687 411}` stands for quoted rules; each must be
among the `norms` of the front matter, with the day it was checked. A link leads to an address, or as `learn:SLUG` to
another lesson. Every fault is told with its file and line, all of them at once.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from alerts.acts import acts
from bot.learn.lesson import Answer, Card, Cited, Lesson, Level, Question
from templates import LANGUAGES

__all__ = ["CITED", "LINK", "MULTIPLE", "NAME", "Fault", "read_lesson"]

NAME = re.compile(r"(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)\.(?P<language>[a-z]{2})\.md")
CITED = re.compile(r"\{([^{}]*)\}")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^()\s]*)\)")
MULTIPLE = "mrp"
"""Stands for no act: `{mrp 8000}` is so many monthly calculation indices in this year's money."""
_MARK = "---"
_FENCE = "+++"
_LONGEST_SLUG = 32  # beside the rest of a button's 64 bytes, and of a deep link's 64 letters
_KEYS = {
    "slug": str, "title": str, "order": int, "minutes": int, "level": str, "indicators": list, "norms": list,
    "sources": list, "question": dict,
}  # fmt: skip
_MAY = {"picture": str}
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


class Fault(msgspec.Struct, frozen=True, order=True):
    """Something wrong with a file: where, and what to do about it."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class _Reader:
    """One file at a time; `faults` gathers what is wrong with it."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()
        self.faults: list[Fault] = []

    def say(self, line: int, sentence: str) -> None:
        self.faults.append(Fault(str(self.path), line, sentence))

    def at(self, words: str, after: int = 0) -> int:
        """The line that holds these words, counted from 1; the first line where none does."""
        return next((n for n, line in enumerate(self.lines, 1) if n > after and words in line), max(after, 1))

    def key(self, name: str) -> int:
        """The line of a key of the front matter."""
        found = (n for n, line in enumerate(self.lines, 1) if re.match(rf"\s*(?:\[+\s*)?{name}\s*[\]=]", line))
        return next(found, 1)

    def front(self) -> tuple[dict[str, Any], int] | None:
        """The front matter, and the number of the line after it."""
        if not self.lines or self.lines[0].strip() != _FENCE:
            self.say(1, "the front matter is missing: begin the file with a line of +++")
            return None
        end = next((n for n, line in enumerate(self.lines[1:], 2) if line.strip() == _FENCE), 0)
        if not end:
            self.say(1, "the front matter has no end: close it with a line of +++")
            return None
        try:
            return tomllib.loads("\n".join(["", *self.lines[1 : end - 1]])), end + 1
        except tomllib.TOMLDecodeError as error:
            where = _AT_LINE.search(str(error))
            reason = _AT_LINE.sub("", str(error)).strip()
            self.say(int(where[1]) if where else end, f"the front matter is no TOML ({reason}): mend the line")
            return None

    def keys(self, head: dict[str, Any]) -> bool:
        """Whether all keys are there and of the right kind."""
        before = len(self.faults)
        for name, kind in {**_KEYS, **_MAY}.items():
            value = head.get(name)
            if value is None and name in _KEYS:
                self.say(1, f"{name} is missing in the front matter: add it")
            elif value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
                self.say(self.key(name), f"{name} = {value!r} is no {_kind(kind)}: write one")
        for name in sorted(head.keys() - _KEYS.keys() - _MAY.keys()):
            self.say(self.key(name), f"{name} is not a key of a lesson: take it out")
        return len(self.faults) == before

    def norms(self, head: dict[str, Any]) -> dict[tuple[str, str], Cited]:
        """The rules of the front matter, by act and clause."""
        found: dict[tuple[str, str], Cited] = {}
        start = self.key("norms") - 1
        for one in head["norms"]:
            act, clause = (str(one.get(name, "")) for name in ("act", "clause")) if isinstance(one, dict) else ("", "")
            line = self.at(f'"{clause}"', start) if clause else start + 1
            if not act or not clause:
                self.say(line, f"the norm {one!r} needs an act and a clause")
            elif act not in acts():
                self.say(line, f"the act {act!r} is not known: one of {', '.join(sorted(acts()))}")
            elif not isinstance(one.get("checked_on"), date):
                self.say(line, f"the norm {act} {clause} has no date: add checked_on, the day it was read in the text")
            else:
                found[act, clause] = Cited(act, clause, one["checked_on"], bool(one.get("secondary")))
        return found

    def cards(self, start: int, norms: dict[tuple[str, str], Cited]) -> list[Card]:
        """The cards, each with the rules it quotes."""
        parts: list[tuple[int, list[str]]] = [(start, [])]
        for number, line in enumerate(self.lines[start - 1 :], start):
            if line.strip() == _MARK:
                parts.append((number + 1, []))
            else:
                parts[-1][1].append(line)
        return [card for line, part in parts if (card := self._card(line, part, norms)) is not None]

    def _card(self, line: int, part: list[str], norms: dict[tuple[str, str], Cited]) -> Card | None:
        blank = next((n for n, text in enumerate(part) if text.strip()), len(part))
        first = line + blank
        if blank == len(part) or not part[blank].startswith("## "):
            self.say(min(first, len(self.lines)), "a card begins with a heading: write ## and its title")
            return None
        cited = []
        for number, text in enumerate(part[blank:], first):
            for found in CITED.finditer(text):
                for key in quoted(found[1]):
                    if key[0] == MULTIPLE and key[1].isdecimal():
                        continue
                    if key in norms:
                        cited.append(norms[key])
                    else:
                        self.say(number, f"{' '.join(key)} is quoted and not among the norms: add it with its date")
        title, body = part[blank][3:].strip(), "\n".join(part[blank + 1 :]).strip()
        return Card(title, body, tuple(dict.fromkeys(cited)), first)

    def question(self, head: dict[str, Any]) -> Question | None:
        """The question with its three answers."""
        asked, line = head["question"], self.key("question")
        answers = asked.get("answers")
        if not isinstance(asked.get("text"), str) or not isinstance(answers, list):
            self.say(line, "the question needs a text and answers")
            return None
        try:
            found = msgspec.convert(answers, tuple[Answer, ...])
        except msgspec.ValidationError as error:
            self.say(self.at("answers", line), f"an answer needs a text and a reply ({error})")
            return None
        if len(found) != 3 or sum(one.right for one in found) != 1:
            self.say(self.at("answers", line), "the question needs three answers, one of them with right = true")
            return None
        return Question(asked["text"], found)


def quoted(inside: str) -> list[tuple[str, str]]:
    """The acts and clauses that stand between braces: "law-106 10.4; rules-687 411"."""
    pairs = (part.strip().partition(" ") for part in inside.split(";"))
    return [(act, clause.strip()) for act, _, clause in pairs]


def _kind(kind: type) -> str:
    return {str: "text", int: "whole number", list: "list", dict: "table"}[kind]


def read_lesson(path: Path) -> tuple[Lesson | None, list[Fault]]:
    """The lesson in a file, None where it cannot be one, and everything that is wrong with the file's form."""
    try:
        reader = _Reader(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        return None, [Fault(str(path), 1, f"the file cannot be read ({reason}): mend or remove it")]
    name = NAME.fullmatch(path.name)
    if name is None or name["language"] not in LANGUAGES or len(name["slug"]) > _LONGEST_SLUG:
        languages = ", ".join(LANGUAGES)
        reader.say(1, f"the name is not SLUG.LANGUAGE.md: small letters, digits and hyphens, then one of {languages}")
        return None, reader.faults
    front = reader.front()
    if front is None or not reader.keys(front[0]):
        return None, reader.faults
    head, after = front
    if head["slug"] != name["slug"]:
        reader.say(reader.key("slug"), f"slug = {head['slug']!r} differs from the file's name: write {name['slug']!r}")
    if head["level"] not in list(Level):
        reader.say(reader.key("level"), f"level = {head['level']!r} is not known: one of {', '.join(Level)}")
    norms = reader.norms(head)
    cards = reader.cards(after, norms)
    question = reader.question(head)
    if question is None or reader.faults:
        return None, sorted(reader.faults)
    lesson = Lesson(
        slug=head["slug"],
        language=name["language"],
        title=head["title"],
        order=head["order"],
        minutes=head["minutes"],
        level=Level(head["level"]),
        indicators=tuple(map(str, head["indicators"])),
        norms=tuple(norms.values()),
        sources=tuple(map(str, head["sources"])),
        cards=tuple(cards),
        question=question,
        picture=head.get("picture", ""),
        origin=str(path),
    )
    return lesson, []
