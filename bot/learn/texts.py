"""The words around lessons: templates in `templates/telegram/learn`, strings in `templates/locale/*/learn.po`."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts.i18n import translator
from templates import ROOT

__all__ = ["render"]


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "telegram" / "learn"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.install_gettext_translations(translator(language), newstyle=True)  # type: ignore[attr-defined]
    return environment


def render(name: str, language: str, **values: Any) -> str:
    """One screen's text as Telegram HTML. Every value is escaped; the catalogues' own words are not."""
    return _environment(language).get_template(f"{name}.j2").render(**values).strip()
