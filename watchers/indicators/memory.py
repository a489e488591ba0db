"""Remembers what was worked out of the release at hand: indicators ask the same of it one after another."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

from watchers.ocds import Release

__all__ = ["per_release"]

_Result = TypeVar("_Result")
_Rest = ParamSpec("_Rest")


def per_release(
    function: Callable[Concatenate[Release, _Rest], _Result],
) -> Callable[Concatenate[Release, _Rest], _Result]:
    """Keep the answer about the newest release, told by identity; the other arguments must be the same all along.

    Question and answer are one tuple, so that threads can only miss each other's answer, never mix it up.
    """
    memory: tuple[Release, _Result] | None = None

    def remembered(release: Release, /, *rest: _Rest.args, **named: _Rest.kwargs) -> _Result:
        nonlocal memory
        held = memory
        if held is not None and held[0] is release:
            return held[1]
        answer = function(release, *rest, **named)
        memory = (release, answer)
        return answer

    update_wrapper(remembered, function)
    return remembered
