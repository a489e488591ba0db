"""Small data sets in a few words: processes with bids and awards, as lines of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from watchers.cardinal import Folding, Settings, read_settings, results_of

Row = tuple[Any, ...]


def bid(who: str | None, amount: Any = None, status: str = "valid", *, currency: str = "KZT", date: str = "") -> dict:
    """A bid of one tenderer; several are written "A+B", none as None."""
    found: dict[str, Any] = {"status": status}
    if who is not None:
        found["tenderers"] = [{"id": one} for one in who.split("+")]
    if amount is not None:
        found["value"] = {"amount": amount, "currency": currency}
    return found | ({"date": date} if date else {})


def award(who: str, status: str = "active", *codes: str) -> dict:
    """An award to one supplier, or several written "A+B", of items of these classifications."""
    found = {"status": status, "suppliers": [{"id": one} for one in who.split("+")]}
    return found | ({"items": [{"classification": {"id": code}} for code in codes]} if codes else {})


def process(ocid: str, bids: list[dict] = (), awards: list[dict] = (), buyer: str = "", **tender: Any) -> dict:
    """A contracting process; `tender` takes OCDS names."""
    found: dict[str, Any] = {"ocid": ocid, "tag": ["compiled"], "tender": tender}
    if bids:
        found["bids"] = {"details": list(bids)}
    if awards:
        found["awards"] = list(awards)
    return found | ({"buyer": {"id": buyer}} if buyer else {})


def race(ocid: str, won: float, second: float, winner: str = "W", loser: str = "L", **named: Any) -> dict:
    """Two valid bids, the first won."""
    return process(ocid, [bid(winner, won), bid(loser, second)], [award(winner)], **named)


def judged(*processes: dict, ini: str | None = None, tmp: Path | None = None, **named: Any) -> dict[str, Any]:
    """The results object, with the settings of an INI text if there is one."""
    settings = Settings.all_on()
    if ini is not None:
        assert tmp is not None
        (tmp / "settings.ini").write_text(ini, encoding="utf-8")
        settings = read_settings(tmp / "settings.ini")
    lines = [json.dumps(one, ensure_ascii=False).encode() for one in processes]
    folding = Folding(settings, maps=named.get("maps", False))
    return results_of(folding.fold(lines), settings, **named)


def of(results: dict[str, Any], code: str, group: str = "OCID") -> dict[str, float]:
    """What one indicator says in one group."""
    return {key: codes[code] for key, codes in results.get(group, {}).items() if code in codes}
