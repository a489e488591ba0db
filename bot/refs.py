"""`baqylau refs update`: the portal's code lists beside ours, and what differs kept where the operator said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import msgspec

from bot.config import Config
from bot.progress import Progressing
from bot.times import utc_now
from watchers.sources.base import SourceError, open_source
from watchers.sources.goszakup import Goszakup
from watchers.sources.goszakup.codes import CodeListError
from watchers.sources.goszakup.refs import Difference, compare, fetch, refreshed_lists
from watchers.sources.goszakup.refs import write as keep

__all__ = ["RefsError", "update"]


class RefsError(Exception):
    """The lists could not be compared or kept; `code` is the exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


async def update(config: Config, name: str, *, write: bool, out: TextIO, err: TextIO) -> None:
    """Compare every list the portal serves; print what differs to `out`, how far it is to `err`. Raises RefsError."""
    source = _source(config, name)
    folder = Path(config.refs.folder)
    lists = refreshed_lists()
    differing: list[Difference] = []
    try:
        with Progressing("refs", len(lists), err) as progress:
            for number, (list_name, ref) in enumerate(lists.items()):
                progress.reach(number, ref)
                try:
                    rows = await fetch(source.portal, ref)
                except SourceError as error:
                    if error.permanent:
                        raise
                    print(f"{list_name}: not compared: {error}", file=out)
                    continue
                difference = compare(list_name, rows)
                _print(difference, out)
                if difference.new or difference.changed:
                    differing.append(difference)
    except SourceError as error:
        raise RefsError(str(error)) from None
    finally:
        await source.close()
    _keep(folder, differing, out, write=write)


def _source(config: Config, name: str) -> Goszakup:
    """The source to ask, patient enough for one question after the other. Raises RefsError."""
    kinds = {key: section.kind for key, section in config.sources.items()}
    chosen = name or next((key for key, kind in kinds.items() if kind == Goszakup.kind), "")
    if kinds.get(chosen) != Goszakup.kind:
        what = f"sources.{name} is not one" if name else "there is none in the configuration"
        raise RefsError(f"refs: a source of kind goszakup with a token is needed, and {what}: docs/sources.md", 2)
    try:
        source = open_source(chosen, config.source_settings(chosen) | {"attempts": 2}, utc_now)
    except SourceError as error:
        raise RefsError(f"refs: {error}", 2) from None
    assert isinstance(source, Goszakup)  # noqa: S101 - of that kind
    return source


def _print(difference: Difference, out: TextIO) -> None:
    counts = f"{len(difference.new)} new, {len(difference.changed)} changed, {len(difference.gone)} only here"
    print(f"{difference.name}: {difference.count} on the portal, {counts}", file=out)
    for line in _lines(difference):
        print(f"  {line}", file=out)


def _lines(difference: Difference) -> Iterator[str]:
    for code in difference.new:
        kazakh = f" / «{code.name_kk}»" if code.name_kk != code.name_ru else ""
        yield f"+ {code.id} «{code.name_ru}»{kazakh}: no English name and no OCDS code yet"
    for old, new in difference.changed:
        for field in ("code", "name_ru", "name_kk"):
            before, after = getattr(old, field), getattr(new, field)
            if before != after:
                yield f"~ {new.id} {field}: «{before}» -> «{after}»"
    for code in difference.gone:
        yield f"- {code.id} «{code.name_ru}»: not on the portal; kept"


def _keep(folder: Path, differing: list[Difference], out: TextIO, *, write: bool) -> None:
    if not differing:
        print("The lists are up to date.", file=out)
        return
    if not write:
        names = ", ".join(one.name for one in differing)
        print(f"Nothing was written. To keep what differs ({names}) in {folder}, add --write.", file=out)
        return
    for difference in differing:
        try:
            print(f"written: {keep(folder, difference)}", file=out)
        except (OSError, CodeListError, msgspec.MsgspecError) as error:
            raise RefsError(f"refs: {folder}/{difference.name}.csv cannot be written ({error}): mend it") from None
