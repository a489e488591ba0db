"""The list of indicators in `docs/indicators.md`, made from the classes and their pages so that it cannot go stale.

`python -m bot.indicator_list` writes it again.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from alerts.acts import cite
from alerts.render.pages import read_page
from watchers.indicators.base import Indicator, Norm
from watchers.indicators.registry import indicator_classes
from watchers.rules import load_rules

__all__ = ["PLACE", "render_list", "with_list", "write_list"]

PLACE = Path("docs", "indicators.md")
_BEGIN = "<!-- made by python -m bot.indicator_list: begin -->"
_END = "<!-- end -->"


def render_list(root: Path) -> str:
    """The list as Markdown: a table of all indicators, then the settings of those that have some."""
    classes = indicator_classes()
    lines = ["| code | name | needs | stage | tier | weight |", "|---|---|---|---|---|---|"]
    for code, indicator in classes.items():
        folder = root / "templates" / "indicators" / code
        needs = ", ".join(f"`{path}`" for path in indicator.needs)
        lines.append(
            f"| {code} | [{read_page(folder / 'en.md').name}](../templates/indicators/{code}/en.md) | {needs} "
            f"| {indicator.stage} | {indicator.tier} | {indicator.weight} |"
        )
    lines += ["", "Settings, under `[indicators.CODE]`; each also knows `enabled = false`:", ""]
    lines += [line for code, indicator in classes.items() for line in _settings(code, indicator)]
    lines += ["", "Minimum time to bid (R003), as the rules hold it:", ""]
    return "\n".join(lines + _windows())


def _settings(code: str, indicator: type[Indicator]) -> list[str]:
    fields = msgspec.structs.fields(indicator.Settings)
    if not fields:
        return []
    defaults = msgspec.to_builtins(indicator.Settings())
    described = ", ".join(f"`{field.encode_name} = {_toml(defaults[field.encode_name])}`" for field in fields)
    return [f"- {code}: {described}"]


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{}"
    return str(list(value)) if isinstance(value, (list, tuple)) else str(value)


def _windows() -> list[str]:
    lines = ["| where | methods | first | repeat | first counted from | rule |", "|---|---|---|---|---|---|"]
    windows = [row for row in load_rules().windows if row.valid_to is None]
    for first in (row for row in windows if not row.repeat):
        repeat = next(row for row in windows if row.repeat and row.group == first.group)
        rules = dict.fromkeys(cite(Norm(row.act, row.clause, row.checked_on), "en") for row in (first, repeat))
        lines.append(
            f"| {first.jurisdiction} | {first.group} | {first.minimum} | {repeat.minimum} | {first.counted_from} "
            f"| {'; '.join(rules)} |"
        )
    return lines


def with_list(text: str, root: Path) -> str:
    """The text of the page with the list between its two marks made anew. Raises ValueError if a mark is gone."""
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"indicator list: {PLACE} has lost the marks around its list; put {_BEGIN} and {_END} back")
    return f"{before}{_BEGIN}\n{render_list(root)}\n{_END}{after}"


def write_list(root: Path) -> Path:
    """Write the list into the page under `root`, and return its path."""
    page = root / PLACE
    page.write_text(with_list(page.read_text(encoding="utf-8"), root), encoding="utf-8")
    return page


if __name__ == "__main__":
    write_list(Path(__file__).resolve().parent.parent)
