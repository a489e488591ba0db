"""Every indicator's page, as it stands: complete in three languages and fit for Telegram."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alerts.acts import acts
from alerts.channels.telegram.text import utf16
from alerts.i18n import LANGUAGES
from alerts.render.pages import IndicatorPages, read_page
from templates import ROOT
from tests.alerts.telegram_parser import parsed

CODES = sorted(path.name for path in (ROOT / "indicators").iterdir() if path.is_dir())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_a_page_is_complete_and_passes_the_parser_with_all_its_links(code: str, language: str) -> None:
    page = IndicatorPages().page(code, language)
    assert page is not None
    assert page.name
    assert page.lead
    source = (ROOT / "indicators" / code / f"{language}.md").read_text(encoding="utf-8")
    links = 0
    for section in page.sections:
        text, entities = parsed(section.html)
        links += sum(entity["type"]["@type"] == "textEntityTypeTextUrl" for entity in entities)
        assert section.title
        assert not re.search(r"\*\*|^#|\]\(", text, re.MULTILINE), "Markdown left in the text"
    assert links == source.count("](")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_a_heavy_flag_is_explained_in_one_message(code: str, language: str) -> None:
    page = IndicatorPages().page(code, language)
    assert page is not None
    assert sum(utf16(section.title + section.html) + 10 for section in page.sections if section.chat) < 3000


@pytest.mark.parametrize("code", CODES)
def test_the_languages_of_a_page_ask_for_the_same_facts(code: str) -> None:
    asked = set()
    for language in LANGUAGES:
        page = IndicatorPages().page(code, language)
        assert page is not None
        asked.add(frozenset(re.findall(r"facts\.\w+", page.lead + page.rest)))
    assert len(asked) == 1


def test_every_act_has_its_names_in_three_languages() -> None:
    for act in acts().values():
        assert set(act.short) == set(act.full) == set(act.cite) == set(LANGUAGES)
        assert all("{clause}" in cite for cite in act.cite.values())
        assert act.url.startswith("https://")


def test_a_page_without_its_front_matter_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "R000"
    folder.mkdir()
    page = folder / "en.md"
    page.write_text("# No front matter\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"R000/en.md has no front matter"):
        read_page(page)
    page.write_text("+++\nname = 'x'\n+++\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"R000/en.md lacks lead, rest"):
        read_page(page)
