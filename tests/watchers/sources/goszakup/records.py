"""Takes raw records out of an invented country, nested as the live watcher stores them."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.goszakup.country import Country
from bot.sandbox.goszakup.execute import answer
from bot.sandbox.goszakup.reading import Reader
from bot.sandbox.goszakup.schema import fields_of, is_scalar

_NESTED = {
    "TrdBuy": ("Lots", "Commission", "Cancel", "Pause", "ComplaintAppeal", "Files", "RefTypeTrade", "RefBuyStatus"),
    "Lots": ("Plans", "Files"),
    "PlnPoint": ("PlanActs", "PlansKato", "RefEnstru", "RefUnits", "RefFinsource", "RefPlnPointStatus"),
    "TrdApp": ("AppLots", "Supplier"),
    "AppLots": ("RefAppStatus",),
    "Contract": ("ContractUnits", "Acts", "TreasuryPay"),
    "Subject": ("Address",),
}


def selection(kind: str) -> str:
    """Every plain field of a type and the objects beneath it that the mapping reads."""
    fields = fields_of(kind)
    parts = [name for name, kind_of in fields.items() if is_scalar(kind_of)]
    parts += [f"{name} {{ {selection(fields[name].strip('[]'))} }}" for name in _NESTED.get(kind, ())]
    return " ".join(parts)


class Portal:
    """Asks an invented country by GraphQL, as the watcher does."""

    def __init__(self, country: Country) -> None:
        self._reading = Reader(country).reading()

    def ask(self, root: str, kind: str, wanted: str, limit: int = 200) -> list[dict[str, Any]]:
        """The rows of one query."""
        query = f"{{ {root}(filter: {{{wanted}}}, limit: {limit}) {{ {selection(kind)} }} }}"
        said = answer({"query": query}, self._reading)
        assert "errors" not in said, said
        rows: list[dict[str, Any]] = said["data"][root]
        return rows

    def records(self, tender: int, *, results: bool = False) -> dict[str, Any]:
        """All that is known of one announcement."""
        found: dict[str, Any] = {"TrdBuy": self.ask("TrdBuy", "TrdBuy", f"id: [{tender}]")[0]}
        if results:
            found["TrdApp"] = self.ask("TrdApp", "TrdApp", f"buyId: {tender}")
            found["Contract"] = self.ask("Contract", "Contract", f"trdBuyId: [{tender}]")
        return json.loads(json.dumps(found))  # type: ignore[no-any-return]
