"""Short strings in kk, ru and en: gettext catalogues read from `templates/locale/<language>/*.po`, compiled in memory.

A message id is the English text. One file per part of the program, all merged; a string that a catalogue lacks is shown
in English (a test keeps the catalogues complete). A text in a table is marked with `mark` or `mark_plural` where it is
written, and translated where it is used; Babel finds it there.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations
from io import BytesIO

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from templates import LANGUAGES, ROOT

__all__ = [
    "DEFAULT_LANGUAGE",
    "KEYWORDS",
    "LANGUAGES",
    "language_name",
    "language_of",
    "mark",
    "mark_plural",
    "translator",
]

DEFAULT_LANGUAGE = "ru"
# Babel would read two megabytes for each; in full Kazakh is "қазақ тілі", which is long for a button.
_NAMES = {"kk": "Қазақша", "ru": "Русский", "en": "English"}

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "mark": None,
    "say": None,
    "mark_plural": (1, 2),
}
"""What Babel looks for when the message ids are gathered from code and templates."""


@cache
def translator(language: str) -> GNUTranslations:
    """The catalogue of one language. Raises KeyError for a language that has no folder."""
    if language not in LANGUAGES:
        raise KeyError(f"i18n: no catalogue for the language {language!r}; there are {', '.join(LANGUAGES)}")
    whole = Catalog(locale=language)
    for path in sorted((ROOT / "locale" / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
                if message.id and all(forms):  # an empty text means "say it in English"
                    whole.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)


def mark(text: str) -> str:
    """Mark a text in a table for the catalogues; returns it as it is."""
    return text


def mark_plural(one: str, many: str) -> tuple[str, str]:
    """Mark a text that counts something; returns both English forms for `ngettext`."""
    return one, many


def language_name(code: str) -> str:
    """What a language calls itself: "Қазақша", "Русский", "English"."""
    return _NAMES.get(code) or (Locale(code).get_display_name(code) or code).capitalize()


def language_of(code: str | None) -> str:
    """The language we speak to someone whose client says `code` ('kk-KZ', 'en', None): theirs if we have it."""
    short = (code or "").split("-")[0].split("_")[0].lower()
    return short if short in LANGUAGES else DEFAULT_LANGUAGE
