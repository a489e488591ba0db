"""docs/filters.md, written from the rows: `python -m alerts.filters.page > docs/filters.md`."""

from __future__ import annotations

import sys

from alerts.filters.asking import read_filter, sentence
from alerts.filters.criteria import Criteria
from alerts.filters.rows import FILTERS

__all__ = ["page"]

_HEAD = """\
# Filters

A filter is kept as criteria; all that is set must hold, within one list any value is enough. Nothing set is every
tender worth a look. The sentence a person confirms is put together from the rows that are asked when a tender comes
(`alerts/filters/rows.py`), and this page is written from them too (`python -m alerts.filters.page`).

A person may keep 20 filters. Whichever of them match, a tender is one alert, and it names them all.
"""


def page() -> str:
    """The whole page, Markdown."""
    parts = [_HEAD]
    for row in FILTERS:
        criteria = read_filter(row.key, row.example)
        parts.append(
            f"## {row.title} (`{row.key}`)\n\n{row.about}\n\n"
            f"Written: `{row.example}`. Said:\n\n"
            + "\n".join(f"- {language}: {sentence(criteria, language)}" for language in ("kk", "ru", "en"))
            + "\n"
        )
    limits = ", ".join(f"`{name}`" for name in Criteria.__struct_fields__)
    parts.append(f"## Criteria\n\nThe fields as they are stored: {limits}.\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
