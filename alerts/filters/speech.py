"""How a filter is said to a person: translated clauses, lists with "or", names of places and kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from babel import Locale

from alerts.filters.methods import METHODS
from alerts.format import number, quantity
from alerts.i18n import translator
from watchers.categories import everyday_categories
from watchers.enstru import code_name
from watchers.places import place, region

__all__ = ["Speech"]

_LONGEST_NAME = 60  # characters of what a code is called
_NAMED = 4  # so many values of a list are named, the rest are counted


class Speech(msgspec.Struct, frozen=True):
    """One language, and the names of what is known by an id only (buyers, indicators)."""

    language: str
    names: Mapping[str, str] = {}

    def say(self, text: str, /, **values: str) -> str:
        """A marked text, translated and filled."""
        return translator(self.language).gettext(text) % values

    def count(self, forms: tuple[str, str], number_: int, /, **values: str) -> str:
        """A marked text that counts something, in the right plural."""
        text = translator(self.language).ngettext(*forms, number_)
        return text % ({"n": number(number_, self.language)} | values)

    def any_of(self, values: Sequence[str]) -> str:
        """Join as "A, B or C"; of more than five the first four, and how many others."""
        if len(values) > _NAMED + 1:
            rest = len(values) - _NAMED
            texts = translator(self.language)
            text = texts.ngettext("%(names)s or %(n)s other", "%(names)s or %(n)s others", rest)
            return text % {"names": ", ".join(values[:_NAMED]), "n": number(rest, self.language)}
        if len(values) > 1:
            return self.say("%(names)s or %(last)s", names=", ".join(values[:-1]), last=values[-1])
        return "".join(values)

    def quoted(self, words: Sequence[str]) -> str:
        """Words in the quotation marks of the language, with "or" between."""
        left, right = ("“", "”") if self.language == "en" else ("«", "»")
        return self.any_of([f"{left}{word}{right}" for word in words])

    def named(self, code: str) -> str:
        """The name of a buyer or an indicator, the code itself where none was given."""
        return self.names.get(code) or code

    def flag(self, code: str) -> str:
        """The name of an indicator in quotation marks, its code where none was given."""
        return self.quoted([self.names[code]]) if self.names.get(code) else code

    def method(self, group: str) -> str:
        """A way of buying in words."""
        return translator(self.language).gettext(METHODS[group]) if group in METHODS else group

    def days(self, count: int) -> str:
        """A number of days: "3 days"."""
        return quantity(count, "days", self.language)

    def place(self, code: str) -> str:
        """The name of a region, of a district with its region, or of a country."""
        found, around = place(code), region(code)
        if found is not None and around is not None and found is not around:
            return f"{found.name(self.language)} ({around.name(self.language)})"
        if found is not None:
            return found.name(self.language)
        return str(Locale(self.language).territories.get(code, code))

    def kind(self, key: str) -> str:
        """The name of an everyday category as it stands inside a sentence; a code as "CPV 091"."""
        for category in everyday_categories():
            if category.slug == key:
                name = category.name(self.language)
                return name if name[1:2].isupper() else name[:1].lower() + name[1:]
        scheme, _, code = key.partition(":")
        said = key.replace(":", " ")
        name = code_name(code, self.language) if scheme == "ENSTRU" else ""
        if len(name) > _LONGEST_NAME:
            name = f"{name[:_LONGEST_NAME].rpartition(' ')[0]}…"
        return f"{said} ({name})" if name else said
