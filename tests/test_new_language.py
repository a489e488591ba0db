"""A fourth language is a folder of catalogues and its pages: tried in a copy of the templates, in another process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import templates

HEAD = """msgid ""
msgstr ""
"Language: uz\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

msgid "My filters"
msgstr "Mening filtrlarim"

msgid "What do you want to watch?"
msgstr "Nimani kuzatmoqchisiz?"

msgid "M"
msgstr "mln"
"""
PAGE = """+++
name = "Taklif muddati qisqa"
lead = 'Taklif muddati qisqa: {{ value | number }}'
rest = '; kerak: {{ threshold | number }}.'
+++

## Nima bu

Taklif berish uchun vaqt kam.
"""
SCRIPT = """
import asyncio, sys
from datetime import UTC, datetime
from alerts.i18n import LANGUAGES
from bot.database_commands import upgrade
from tests.bot.chat.bodies import store_year
from tests.bot.chat.talking import services_on
from tests.bot.chat.test_walking import ROOTS, check_looks, walker_on
from tests.conftest import Clock
from watchers.database import Database

async def main():
    database, clock = Database(sys.argv[1]), Clock(datetime(2026, 11, 22, 9, tzinfo=UTC))
    await upgrade(database)
    await store_year(services_on(database, clock).store)
    walker = walker_on(database, clock, "uz")
    print(LANGUAGES)
    for root in ROOTS:
        screen = await walker.go((root,))
        check_looks(screen)
        print(screen.text, *(one["text"] for one in screen.buttons), sep="\\n")
    for path in (("/tender 17379608-1", "why:#"), ("/filters", "filter:#:open:#"), ("/learn", "lc:")):
        screen = await walker.go(path)
        check_looks(screen)
        print(screen.text)
    await database.close()

asyncio.run(main())
"""


@pytest.fixture
def with_uzbek(tmp_path: Path) -> Path:
    """The templates with a language of three strings and one indicator's page."""
    copied = tmp_path / "templates"
    shutil.copytree(templates.ROOT, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "locale" / "uz").mkdir()
    (copied / "locale" / "uz" / "chat.po").write_text(HEAD, encoding="utf-8")
    (copied / "indicators" / "R003" / "uz.md").write_text(PAGE, encoding="utf-8")
    return tmp_path


def test_a_new_language_is_a_folder_of_catalogues_and_its_pages_and_english_where_they_lack(with_uzbek: Path) -> None:
    root = Path(__file__).parents[1]
    environ = os.environ | {"PYTHONPATH": f"{with_uzbek}{os.pathsep}{root}", "PYTHONSAFEPATH": "1"}
    url = f"sqlite+aiosqlite:///{with_uzbek / 'new.sqlite3'}"
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, url], env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    assert run.returncode == 0, run.stderr[-3000:]
    said = run.stdout.replace("\xa0", " ")
    assert said.startswith("('kk', 'ru', 'en', 'uz')")
    for theirs in (
        "Mening filtrlarim",
        "Nimani kuzatmoqchisiz?",
        "8 mln",
        "Taklif muddati qisqa: 3",
        "kerak: 5.",
        "zbek",
    ):
        assert theirs in said, theirs
    for english in ("A flag is a reason to look, not proof of wrongdoing.", "The newest purchases", "Turkistan Region"):
        assert english in said, english
