"""Answers that are well formed and wrong: pages that loop or shift, rows twice with other content, wrong types."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from bot.sandbox.goszakup.execute import Page, Reading, answer
from bot.sandbox.goszakup.faults import Fault


class Spoiler:
    """Spoils answers as a fault says."""

    def is_nested(self, body: Mapping[str, Any]) -> bool:
        """Return whether a query asks for records beneath records: three levels of braces."""
        depth = deepest = 0
        for letter in str(body.get("query", "")):
            depth += (letter == "{") - (letter == "}")
            deepest = max(deepest, depth)
        return deepest >= 3

    def answer(self, fault: Fault, body: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
        """Return the answer to a GraphQL body, spoiled as the fault says."""
        if fault.kind in {"page_loop", "page_shift"}:
            reading = dataclasses.replace(reading, page=self._paging(fault, reading))
        shown = answer(body, reading)
        rows = next(iter((shown.get("data") or {}).values()), None)
        if not isinstance(rows, list) or not rows:
            return shown
        if fault.kind == "duplicate":
            rows.append(_otherwise(rows[-1]))
        elif fault.kind == "wrong_types":
            rows[0] = _mistyped(rows[0])
        return shown

    def _paging(self, fault: Fault, reading: Reading) -> Any:
        def page(root: str, wanted: Mapping[str, Any], limit: int, after: int | None, since: str) -> Page:
            if fault.kind == "page_loop":
                if after is not None:  # the same rows as for the first page, for ever
                    first = reading.page(root, wanted, limit, None, since)
                    return Page(first.rows, first.total, True, first.last_id)
                return reading.page(root, wanted, limit, after, since)
            if fault.rows > 0:
                wider = reading.page(root, wanted, limit + fault.rows, after, since)
                return Page(wider.rows[fault.rows :], wider.total, wider.more, wider.last_id)
            return reading.page(root, wanted, limit, None if after is None else after - fault.rows, since)

        return page


def _otherwise(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with other content under the same id."""
    changed = {
        name: value + 1 if name in {"totalSum", "amount", "contractSum"} and isinstance(value, int | float) else value
        for name, value in row.items()
    }
    if changed == dict(row):
        name = next((name for name, value in row.items() if isinstance(value, str)), "")
        changed |= {name: f"{row[name]} *"} if name else {}
    return changed


def _mistyped(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row with numbers as words and lists in the place of text; the id stays."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        if name == "id":
            out[name] = value
        elif isinstance(value, int | float):
            out[name] = "не указано"
        else:
            out[name] = [value] if isinstance(value, str) else value
    return out
