"""Whether lessons may be shown: what `baqylau explainers check` says, and what the bot leaves out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path

from alerts.channels.telegram.text import safe_link
from bot.learn.lesson import Card, Lesson
from bot.learn.pictures import names
from bot.learn.reading import CITED, LINK, Fault, read_lesson
from bot.learn.words import CARD_LIMIT, body_html, visible
from templates import ROOT, WHOLE
from watchers.indicators.registry import indicator_classes

__all__ = ["SHIPPED", "check_folder", "faults_of", "numbers", "shipped_slugs"]

SHIPPED = ROOT / "explainers"
_FEWEST, _MOST = 3, 6
_LONGEST = {"title": 80, "question": 300, "answer": 200, "reply": 500}
_LESSON = "learn:"
_NUMBER = re.compile(r"\d+(?:[ \u00a0\u202f]\d{3}(?!\d))*(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")


def shipped_slugs() -> frozenset[str]:
    """The slugs of the lessons that come with Baqylau."""
    return frozenset(path.name.partition(".")[0] for path in SHIPPED.glob("*.md"))


def check_folder(folder: Path, today: date, taken: Collection[str] = ()) -> tuple[list[Lesson], list[Fault]]:
    """The lessons of a folder that may be shown, and everything that is wrong with its files, by file and line.

    `taken`: slugs of the lessons that come with Baqylau, where the folder is another.
    """
    if not folder.is_dir():
        return [], [Fault(str(folder), 1, "there is no such folder: name another")]
    faults: list[Fault] = []
    read: list[Lesson] = []
    for path in sorted(folder.glob("*.md")):
        lesson, wrong = read_lesson(path)
        faults += wrong
        if lesson is not None:
            read.append(lesson)
    slugs = {one.slug for one in read} | set(taken)
    by_slug: dict[str, dict[str, Lesson]] = defaultdict(dict)
    for lesson in read:
        by_slug[lesson.slug][lesson.language] = lesson
        if lesson.slug in taken:
            sentence = f"the slug {lesson.slug!r} belongs to a lesson that comes with Baqylau: choose another"
            faults.append(Fault(lesson.origin, 1, sentence))
        faults += faults_of(lesson, slugs, today)
    for told in by_slug.values():
        faults += _among_languages(told, folder)
    spoilt = {one.file for one in faults}
    return [one for one in read if one.origin not in spoilt], sorted(set(faults))


def faults_of(lesson: Lesson, slugs: Collection[str], today: date) -> Iterator[Fault]:
    """What is wrong with one lesson by itself; its form is right already."""

    def fault(line: int, sentence: str) -> Fault:
        return Fault(lesson.origin, line, sentence)

    if not _FEWEST <= len(lesson.cards) <= _MOST:
        yield fault(lesson.cards[0].line if lesson.cards else 1, f"{len(lesson.cards)} cards: make them 3 to 6")
    if not 1 <= lesson.minutes <= 15:
        yield fault(1, f"minutes = {lesson.minutes}: write how long reading takes, 1 to 15")
    yield from _faults_of_frame(lesson, today)
    for part, limit, text in _texts(lesson):
        if not text.strip() or len(text) > limit:
            yield fault(1, f"the {part} has {len(text)} characters: write 1 to {limit}")
    for card in lesson.cards:
        yield from _faults_of_card(card, lesson, slugs, today)


def _faults_of_frame(lesson: Lesson, today: date) -> Iterator[Fault]:
    """What is wrong with the lists of the front matter."""
    for code in lesson.indicators:
        if code not in indicator_classes():
            sentence = f"the indicator {code!r} is not known: `baqylau indicators` lists them"
            yield Fault(lesson.origin, line_of(lesson, f'"{code}"'), sentence)
    quoted = {norm.key for card in lesson.cards for norm in card.norms}
    for norm in lesson.norms:
        name, line = f"the norm {norm.act} {norm.clause}", line_of(lesson, f'"{norm.clause}"')
        if norm.checked_on > today:
            yield Fault(lesson.origin, line, f"{name} was checked on {norm.checked_on}, which is yet to come")
        if norm.key not in quoted:
            yield Fault(lesson.origin, line, f"{name} is quoted on no card: quote it or take it out")
    if lesson.picture and lesson.picture not in names():
        sentence = f"the drawing {lesson.picture!r} is not known: one of {', '.join(sorted(names()))}"
        yield Fault(lesson.origin, line_of(lesson, "picture ="), sentence)
    for link in lesson.sources:
        if not safe_link(link):
            sentence = f"the source {link!r} is no address: write it with https://"
            yield Fault(lesson.origin, line_of(lesson, link), sentence)


def line_of(lesson: Lesson, words: str) -> int:
    """The first line of a lesson's file that holds these words."""
    lines = Path(lesson.origin).read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if words in line), 1)


def _texts(lesson: Lesson) -> Iterator[tuple[str, int, str]]:
    yield "title", _LONGEST["title"], lesson.title
    yield "question", _LONGEST["question"], lesson.question.text
    for answer in lesson.question.answers:
        yield "text of an answer", _LONGEST["answer"], answer.text
        yield "reply to an answer", _LONGEST["reply"], answer.reply


def _faults_of_card(card: Card, lesson: Lesson, slugs: Collection[str], today: date) -> Iterator[Fault]:
    length = visible(body_html(card, lesson.language, today)) + len(card.title) + 1
    if length > CARD_LIMIT:
        yield Fault(lesson.origin, card.line, f"the card has {length} characters: make it {CARD_LIMIT} at most")
    if not card.body:
        yield Fault(lesson.origin, card.line, "the card is empty: write something below its heading")
    for number, text in enumerate(card.body.splitlines(), card.line + 1):
        for found in LINK.finditer(text):
            target = found[1]
            slug = target.removeprefix(_LESSON)
            if target.startswith(_LESSON) and slug not in slugs:
                yield Fault(lesson.origin, number, f"the link to the lesson {slug!r} leads nowhere: there is none")
            elif not target.startswith(_LESSON) and not safe_link(target):
                yield Fault(lesson.origin, number, f"the link {target!r} is dead: write https://… or learn:SLUG")


def _among_languages(told: Mapping[str, Lesson], folder: Path) -> Iterator[Fault]:
    """A lesson is the same in all languages: its frame, its rules, its numbers."""
    first = next(iter(told.values()))
    for language in WHOLE:
        if not (folder / f"{first.slug}.{language}.md").is_file():
            yield Fault(first.origin, 1, f"the language {language} is missing: write {first.slug}.{language}.md")
    for lesson in list(told.values())[1:]:
        for name in ("order", "minutes", "level", "indicators", "norms", "picture"):
            ours, theirs = getattr(lesson, name), getattr(first, name)
            if ours != theirs:
                yield Fault(lesson.origin, 1, f"{name} differs from {Path(first.origin).name}: make them the same")
        if len(lesson.cards) != len(first.cards):
            yield Fault(lesson.origin, 1, f"{len(lesson.cards)} cards, {len(first.cards)} in {first.language}")
            continue
        if [one.right for one in lesson.question.answers] != [one.right for one in first.question.answers]:
            yield Fault(lesson.origin, 1, f"another answer is right than in {Path(first.origin).name}")
        for ours, theirs in zip(lesson.cards, first.cards, strict=True):
            yield from _same_facts(ours, theirs, lesson, first)


def _same_facts(ours: Card, theirs: Card, lesson: Lesson, first: Lesson) -> Iterator[Fault]:
    if {norm.key for norm in ours.norms} != {norm.key for norm in theirs.norms}:
        yield Fault(lesson.origin, ours.line, f"the card quotes other rules than in {first.language}")
    differ = numbers(ours.body) - numbers(theirs.body), numbers(theirs.body) - numbers(ours.body)
    if any(differ):
        mine, other = (", ".join(sorted(one.elements())) or "none" for one in differ)
        sentence = f"other numbers than in {first.language}: {mine} here, {other} there"
        yield Fault(lesson.origin, ours.line, sentence)


def numbers(text: str) -> Counter[str]:
    """The numbers of a text without its quoted rules and links: how they are written (1 000, 2,5) does not matter."""
    plain = LINK.sub(" ", CITED.sub(" ", text))
    joined = (re.sub(r"[\s\u00a0\u202f]", "", one) for one in _NUMBER.findall(plain))
    return Counter(_THOUSANDS.sub("", one).replace(",", ".") for one in joined)
