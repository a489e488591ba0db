"""The portal's code lists as it has them now, compared with ours, and kept in a folder of the operator's."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from watchers.sources.goszakup.codes import Code, code_list, own_rows
from watchers.sources.goszakup.portal import Portal

__all__ = ["Difference", "compare", "fetch", "refreshed_lists", "write"]

_COLUMNS = ("id", "code", "name_kk", "name_ru", "name_en", "ocds")


class Difference(msgspec.Struct, frozen=True):
    """What of a list is otherwise on the portal. `gone`: rows of ours that it no longer has; they are kept."""

    name: str
    count: int
    new: tuple[Code, ...] = ()
    changed: tuple[tuple[Code, Code], ...] = ()
    gone: tuple[Code, ...] = ()


@cache
def refreshed_lists() -> Mapping[str, str]:
    """The lists that the portal serves: our name and the portal's."""
    path = files("watchers.rules") / "codelists" / "goszakup" / "sources.toml"
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: source["ref"] for name, source in told.items() if source["ref"]}


async def fetch(portal: Portal, ref: str) -> list[dict[str, Any]]:
    """A list of the portal's. Raises SourceError: no answer, a token refused, or a list it does not have."""
    pages = [page async for page in portal.listed(f"/v3/refs/{ref}?limit=500")]
    return [row for page in pages for row in (msgspec.json.decode(raw) for raw in page) if isinstance(row, dict)]


def compare(name: str, rows: Iterable[Mapping[str, Any]]) -> Difference:
    """What differs. Where the portal has no Kazakh name, ours stands; our English name and OCDS code always do."""
    ours = code_list(name)
    there: dict[str, Code] = {}
    for row in rows:
        code = _code(name, row, ours)
        if code.id:
            there[code.id] = code
    pairs = [(ours[key], code) for key, code in there.items() if key in ours and ours[key] != code]
    return Difference(
        name=name,
        count=len(there),
        new=tuple(code for key, code in there.items() if key not in ours),
        changed=tuple(pairs),
        gone=tuple(code for key, code in ours.items() if key not in there and code.id),
    )


def _code(name: str, row: Mapping[str, Any], ours: Mapping[str, Code]) -> Code:
    def said(*keys: str) -> str:
        return next((text for key in keys if (text := " ".join(str(row.get(key) or "").split()))), "")

    number = said("code", "id") if name == "units" else said("id", "code")
    known = ours.get(number, Code(number, "", "", "", "", ""))
    code = said("alpha_code", "code2") if name == "units" else said("symbol_code", "code")
    name_ru = said("name_ru")
    name_kk = said("name_kz", "name_kk")
    if name_kk == name_ru and known.name_kk:
        name_kk = ""  # the portal repeats the Russian name where it has no Kazakh one
    return Code(
        id=number,
        code=known.code if name == "units" and known.code else code or known.code,
        name_kk=name_kk or known.name_kk or name_ru,
        name_ru=name_ru or known.name_ru,
        name_en=known.name_en,
        ocds=known.ocds,
    )


def write(folder: Path, difference: Difference) -> Path:
    """Keep what differs in the operator's folder, beside what was kept there before; whole or not at all."""
    kept = {row["id"]: row for row in own_rows(folder, difference.name)}
    for code in (*difference.new, *(new for _, new in difference.changed)):
        kept[code.id] = msgspec.to_builtins(code)
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept[key] for key in sorted(kept, key=lambda key: (len(key), key)))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{difference.name}.csv"
    draft = target.with_suffix(".part")
    draft.write_text(text.getvalue(), encoding="utf-8")
    draft.replace(target)
    return target
