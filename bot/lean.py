"""Imports for a process that runs for months: what it never uses stays out of memory.

aiogram asks pydantic at import to build all its five hundred models, each with every model below it: two seconds, and
half of what an idle process held, while a bot uses a few dozen. Here each is built when it is first used, once.

aiogram takes its marks from unittest.mock, which brings the whole of unittest, argparse and difflib along.
structlog and httpx take in rich and pygments where they find them, to write in colour on a terminal. SQLAlchemy's
asyncio takes in the whole ORM for its sessions; nothing here has any.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from pydantic import BaseModel

__all__ = ["lean_imports"]


class _Empty(ModuleType):
    """A module whose every name is None."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


class _Sentinel:
    """A mark of its own, as `unittest.mock.sentinel` has for every name."""

    def __getattr__(self, name: str) -> _Sentinel:
        if name.startswith("__"):
            raise AttributeError(name)
        mark = _Sentinel()
        setattr(self, name, mark)
        return mark


class _Mock(ModuleType):
    """As much of unittest.mock as aiogram uses."""

    sentinel = _Sentinel()


_LEFT_OUT: dict[str, ModuleType | None] = {
    "unittest.mock": _Mock("mock"),
    "rich": None,  # as if it was not installed
    "pygments": None,
    "sqlalchemy.ext.asyncio.session": _Empty("session"),
    "sqlalchemy.ext.asyncio.scoping": _Empty("scoping"),
}


@contextmanager
def lean_imports() -> Iterator[None]:
    """Import the program in this block: with models built late, and without what it never uses.

    Where a library is imported already nothing changes for it. Afterwards what was left out can be imported as ever.
    """
    hidden = {name: module for name, module in _LEFT_OUT.items() if name not in sys.modules}
    sys.modules.update(hidden)  # type: ignore[arg-type]
    try:
        if "aiogram" not in sys.modules:
            _import_aiogram()
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _import_aiogram() -> None:
    with _unbuilt() as names:
        importlib.import_module("aiogram")
    from aiogram.methods import TelegramMethod  # noqa: PLC0415 - only now
    from aiogram.methods.base import Response  # noqa: PLC0415
    from aiogram.types import TelegramObject  # noqa: PLC0415

    for kind in (TelegramObject, TelegramMethod, Response):
        _know(kind, names)


@contextmanager
def _unbuilt() -> Iterator[dict[str, Any]]:
    """Meanwhile no model is built; yields the names that annotations speak of, as aiogram gives them for building."""
    names: dict[str, Any] = {}
    config, rebuild = BaseModel.model_config, BaseModel.__dict__["model_rebuild"]

    def note(_model: type[BaseModel], /, *, _types_namespace: Mapping[str, Any], **_options: Any) -> None:
        names.update(_types_namespace)

    BaseModel.model_config = {**config, "defer_build": True}
    BaseModel.model_rebuild = classmethod(note)  # type: ignore[assignment]
    try:
        yield names
    finally:
        BaseModel.model_config, BaseModel.model_rebuild = config, rebuild  # type: ignore[method-assign]


def _know(kind: type[BaseModel], names: Mapping[str, Any]) -> None:
    """Let pydantic find these names when it builds a model of this kind."""
    rebuild = BaseModel.model_rebuild.__func__  # type: ignore[attr-defined]

    def build(model: type[BaseModel], /, *, _types_namespace: Mapping[str, Any] | None = None, **options: Any) -> Any:
        return rebuild(model, _types_namespace={**names, **(_types_namespace or {})}, **options)

    kind.model_rebuild = classmethod(build)  # type: ignore[assignment]
