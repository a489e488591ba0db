"""The Jinja2 environment of Telegram messages: one a language, escaping on, a missing name is an error."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from alerts.i18n import translator
from templates import ROOT

__all__ = ["template"]


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "telegram"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    texts = translator(language)
    # Plain gettext, not Jinja's own wrapper, which costs more than the rest of a card: no message id holds markup, and
    # what is put into one is escaped as any other value.
    environment.globals |= {"_": texts.gettext, "ngettext": texts.ngettext}
    return environment


@cache
def template(name: str, language: str) -> Template:
    """A message's template, compiled once a language: template("alert", "kk") is `telegram/alert.html.j2`."""
    return _environment(language).get_template(f"{name}.html.j2")
