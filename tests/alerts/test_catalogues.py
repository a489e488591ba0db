"""Every text marked in code and templates is in every catalogue, translated, with its plural forms."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from alerts.i18n import KEYWORDS, LANGUAGES, language_of, translator
from templates import ROOT

REPOSITORY = ROOT.parent
METHODS = [("**.py", "python"), ("**.j2", "jinja2.ext.babel_extract")]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
Message = str | tuple[str, ...]


@cache
def used() -> dict[tuple[str | None, Message], str]:
    """Every message id with its context, and a file that uses it."""
    found: dict[tuple[str | None, Message], str] = {}
    for folder in ("alerts", "bot", "templates"):
        options = {"**.j2": {"silent": "false", "trimmed": "true"}}
        for file, line, message, _, context in extract_from_dir(
            REPOSITORY / folder, METHODS, keywords=KEYWORDS, options_map=options
        ):
            found.setdefault((context, message), f"{folder}/{file}:{line}")
    return found


@cache
def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name, abort_invalid=True)


def catalogues(language: str) -> list[Path]:
    return sorted((ROOT / "locale" / language).glob("*.po"))


def first(message: Message) -> str:
    return message if isinstance(message, str) else message[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_in_use_is_in_a_catalogue(language: str) -> None:
    known = {(m.context, first(m.id)) for path in catalogues(language) for m in catalogue(path) if m.id}
    missing = {
        f"{where}: {message!r}"
        for (context, message), where in used().items()
        if (context, first(message)) not in known
    }
    assert not missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_keeps_a_text_nobody_uses(language: str) -> None:
    wanted = {(context, first(message)) for context, message in used()}
    idle = {
        f"{path.name}: {first(m.id)!r}"
        for path in catalogues(language)
        for m in catalogue(path)
        if m.id and (m.context, first(m.id)) not in wanted
    }
    assert not idle


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_text_is_translated_in_all_its_plural_forms(language: str) -> None:
    forms = {"kk": 2, "ru": 3}[language]
    for path in catalogues(language):
        for message in catalogue(path):
            if not message.id:
                continue
            strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            assert all(strings), f"{path.name}: {message.id!r} is not translated"
            assert "fuzzy" not in message.flags, f"{path.name}: {message.id!r} is fuzzy"
            assert len(strings) == (forms if message.pluralizable else 1), f"{path.name}: {message.id!r}"
            places = set(PLACEHOLDER.findall(first(message.id)))
            for string in strings:
                assert set(PLACEHOLDER.findall(string)) == places, f"{path.name}: {string!r} has other placeholders"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_in_two_catalogues_says_the_same(language: str) -> None:
    seen: dict[tuple[str | None, str], object] = {}
    for path in catalogues(language):
        for message in filter(lambda one: one.id, catalogue(path)):
            told = seen.setdefault((message.context, first(message.id)), message.string)
            assert told == message.string, f"{path.name}: {message.id!r}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_catalogues(language: str) -> None:
    assert [path.name for path in catalogues(language)] == [path.name for path in catalogues("en")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_accuses_or_shouts(language: str) -> None:
    never = re.compile(
        r"!|\b(corruption|fraud|kickback|guilty|thief|urgent|коррупц|мошен|откат|виновн|вор\b|срочно|жемқор|алаяқ|кінәлі)",
        re.IGNORECASE,
    )
    for path in catalogues(language):
        for message in filter(lambda one: one.id, catalogue(path)):
            strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            for text in (*strings, first(message.id)):
                assert not never.search(text), f"{path.name}: {text!r}"


def test_an_empty_translation_is_said_in_english_and_an_unknown_language_is_an_error() -> None:
    texts = translator("en")
    assert texts.ngettext("%(n)s day", "%(n)s days", 2) == "%(n)s days"
    assert texts.gettext("open tender") == "open tender"
    with pytest.raises(KeyError, match="no catalogue for the language 'de'"):
        translator("de")


def test_a_clients_language_is_ours_if_we_have_it() -> None:
    assert [language_of(code) for code in ("kk-KZ", "en", "ru_RU", "uk", None, "")] == [
        "kk",
        "en",
        "ru",
        "ru",
        "ru",
        "ru",
    ]
