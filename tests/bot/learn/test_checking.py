"""`baqylau explainers check`: every fault by its file and line; and what a folder of one's own does to the bot."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.learn.checking import SHIPPED, check_folder, numbers
from bot.learn.library import Lessons
from templates import LANGUAGES

TODAY = date(2026, 11, 26)
GOOD = """+++
slug = "own-lesson"
title = "Roads of our district"
order = 30
minutes = 2
level = "reader"
indicators = ["R003"]
norms = [
  { act = "rules-687", clause = "164", checked_on = 2026-11-25 },
]
sources = ["https://example.org/roads"]

[question]
text = "How many working days?"
answers = [
  { text = "5", right = true, reply = "Right." },
  { text = "4", reply = "No." },
  { text = "3", reply = "No." },
]
+++

## One
A tender is open for 5 working days {rules-687 164}.

---

## Two
[The next](learn:own-lesson), [an address](https://example.org/x).

---

## Three
The end.
"""


def folder_of(place: Path, **changed: tuple[str, str]) -> Path:
    """A folder with the good lesson in three languages; `changed`: by language, what stands for what."""
    for language in LANGUAGES:
        old, new = changed.get(language, ("", ""))
        assert old in GOOD
        (place / f"own-lesson.{language}.md").write_text(GOOD.replace(old, new) if old else GOOD, encoding="utf-8")
    return place


def test_a_good_folder_has_no_fault(tmp_path: Path) -> None:
    lessons, faults = check_folder(folder_of(tmp_path), TODAY)
    assert faults == []
    assert len(lessons) == 3


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("The end.", "x" * 900, 32, "906 characters"),
        ("learn:own-lesson", "learn:nowhere", 28, "leads nowhere"),
        ("https://example.org/x", "example.org/x", 28, "is dead"),
        (", checked_on = 2026-11-25", "", 9, "has no date"),
        ("checked_on = 2026-11-25", "checked_on = 2027-01-01", 9, "yet to come"),
        ('"R003"', '"R999"', 7, "R999"),
        ("{rules-687 164}", "{rules-687 165}", 23, "165 is quoted and not among the norms"),
        ("{rules-687 164}", "", 9, "quoted on no card"),
        ('act = "rules-687"', 'act = "rules-1"', 9, "'rules-1' is not known"),
        ("minutes = 2", 'minutes = "two"', 5, "is no whole number"),
        ("minutes = 2", "minutes = 2\nmood = 1", 6, "mood is not a key"),
        ("minutes = 2\n", "", 1, "minutes is missing"),
        ('level = "reader"', 'level = "expert"', 6, "'expert' is not known"),
        ('slug = "own-lesson"', 'slug = "other"', 2, "differs from the file's name"),
        ("right = true, ", "", 15, "three answers"),
        ("order = 30", "order = = 30", 4, "no TOML"),
        ("## Two\n", "", 27, "begins with a heading"),
        ("\n---\n\n## Three\nThe end.\n", "", 22, "2 cards"),
        ("5 working days", "6 working days", 22, "other numbers"),
        ('"https://example.org/roads"', '"roads"', 11, "is no address"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    _, faults = check_folder(folder_of(tmp_path, ru=(old, new)), TODAY)
    own = [fault for fault in faults if fault.file.endswith("own-lesson.ru.md")]
    assert any(fault.line == line and words in fault.sentence for fault in own), [str(fault) for fault in faults]


def test_a_language_that_is_missing_is_named(tmp_path: Path) -> None:
    (folder_of(tmp_path) / "own-lesson.kk.md").unlink()
    _, faults = check_folder(tmp_path, TODAY)
    assert ["the language kk is missing" in fault.sentence for fault in faults] == [True]


def test_a_slug_of_ours_is_refused_and_a_folder_that_is_not_there_too(tmp_path: Path) -> None:
    _, faults = check_folder(folder_of(tmp_path), TODAY, taken={"own-lesson"})
    assert len(faults) == 3
    _, faults = check_folder(tmp_path / "nowhere", TODAY)
    assert "no such folder" in faults[0].sentence


def test_the_command_says_every_fault_and_ends_with_one(tmp_path: Path) -> None:
    run = CliRunner().invoke
    good = run(app, ["explainers", "check", str(folder_of(tmp_path))])
    assert good.exit_code == 0, good.output
    assert "1 lessons, 3 files, no fault found" in good.output
    bad = run(app, ["explainers", "check", str(folder_of(tmp_path, kk=("learn:own-lesson", "learn:x")))])
    assert bad.exit_code == 1
    assert re.search(r"own-lesson\.kk\.md:28: the link to the lesson 'x' leads nowhere", bad.output)
    assert run(app, ["explainers", "check", str(tmp_path / "nowhere")]).exit_code == 1
    assert run(app, ["explainers", "check"]).exit_code == 0


def test_a_folder_of_one_s_own_is_picked_up_while_the_bot_runs(tmp_path: Path) -> None:
    lessons = Lessons(lambda: datetime(2026, 11, 26, tzinfo=UTC), tmp_path)
    ours = len({path.name.partition(".")[0] for path in SHIPPED.glob("*.md")})
    assert len(lessons.path("en")) == ours
    folder_of(tmp_path)
    assert [one.slug for one in lessons.path("en")].count("own-lesson") == 1
    assert lessons.lesson("own-lesson", "kk") is not None
    path = tmp_path / "own-lesson.en.md"
    path.write_text(GOOD.replace("Roads of our district", "Streets of our district"), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert {one.title for one in lessons.path("en")} >= {"Streets of our district"}
    path.write_text("broken", encoding="utf-8")
    held = lessons.lesson("own-lesson", "en")
    assert held is not None
    assert held.language == "kk", "the file that is broken is left out, the others stay"
    for one in tmp_path.iterdir():
        one.unlink()
    assert lessons.lesson("own-lesson", "en") is None


def test_search_finds_other_forms_of_a_word() -> None:
    lessons = Lessons(lambda: datetime(2026, 11, 26, tzinfo=UTC))
    for language, words in (("kk", "мерзімді"), ("ru", "сроков"), ("en", "working days"), ("en", "R003")):
        assert "too-little-time" in [one.slug for one in lessons.search(words, language)], words
    assert lessons.search("зебра", "ru") == []
    assert lessons.search("", "ru") == []


def test_numbers_are_compared_however_they_are_written() -> None:
    assert numbers("1 000 и 2,5 {rules-687 164}") == numbers("1000 and 2.5 [x](https://example.org/9)")
    assert numbers("5 days") != numbers("6 days")
