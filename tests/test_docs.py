"""The docs cannot rot: pages made from the code are current, links lead somewhere, the README's commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.command_page import PLACE, command_page
from templates import LANGUAGES

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def test_the_page_of_commands_is_what_the_commands_say():
    assert (ROOT / PLACE).read_text(encoding="utf-8") == command_page(), "run: python -m bot.command_page"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_in_the_docs_leads_to_a_file(page):
    for match in LINK.finditer(page.read_text(encoding="utf-8")):
        target = (match[1] or match[2]).partition("#")[0]
        if target and not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_make_target_the_readme_names_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`?make ([a-z]+)`?", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert {"demo", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_page_of_the_docs_is_reached_from_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = {match[1] or match[2] for match in LINK.finditer(readme)}
    for page in (ROOT / "docs").glob("*.md"):
        assert f"docs/{page.name}" in linked, f"{page.name} is not linked from the README"


def test_every_template_has_its_twin_in_the_other_languages():
    for path in (ROOT / "templates").rglob("*"):
        for language in LANGUAGES:
            if path.is_file() and language in (path.stem, path.parent.name):
                for other in LANGUAGES:
                    twin = (
                        path.with_name(path.name.replace(language, other, 1))
                        if path.stem == language
                        else path.parent.with_name(other) / path.name
                    )
                    assert twin.is_file(), f"{path.relative_to(ROOT)} has no twin {twin.relative_to(ROOT)}"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_dependency_is_locked_with_hashes_and_no_index(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.findall(r"^[A-Za-z0-9_.\[\]-]+==", text, re.MULTILINE)
    assert pins
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text
    assert "index" not in text
