"""The Jinja2 environments of messages: one a channel and language, escaping on for HTML, a missing name is an error."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from alerts.i18n import translator
from templates import ROOT

__all__ = ["environment", "template"]


@cache
def environment(folder: str, language: str, *, html: bool = True) -> Environment:
    """Of the templates in a folder of `templates`; `html` is False for plain text, where nothing is escaped."""
    made = Environment(
        loader=FileSystemLoader(ROOT / folder),
        autoescape=html,  # noqa: S701 - off for text alone
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    texts = translator(language)
    # Plain gettext, not Jinja's own wrapper, which costs more than the rest of a card: no message id holds markup, and
    # what is put into one is escaped as any other value.
    made.globals |= {"_": texts.gettext, "ngettext": texts.ngettext}
    return made


@cache
def template(name: str, language: str) -> Template:
    """A message's template, compiled once a language: template("alert", "kk") is `telegram/alert.html.j2`."""
    return environment("telegram", language).get_template(f"{name}.html.j2")
