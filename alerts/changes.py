"""What has changed since somebody was told of a tender, as far as it matters to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from watchers.ocds import parse_datetime

__all__ = ["CHANGE_KINDS", "Changes", "changes_of"]

CHANGE_KINDS = frozenset({"changed", "awarded", "cancelled", "flag_withdrawn"})
_LEAST_SHARE = Decimal("0.01")
"""Of the sum: a smaller change of it is nothing to tell."""
_OFF = {"cancelled", "withdrawn"}


class _Event(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def detail(self) -> dict[str, Any]: ...


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Before and after of what moved; what happened; codes of the flags that no longer stand."""

    deadline: tuple[datetime | None, datetime] | None = None
    sum: tuple[Decimal, Decimal] | None = None
    currency: tuple[str, str] | None = None
    method: tuple[str, str] | None = None
    paused: bool | None = None  # True: it was paused, False: it goes on
    failed: bool = False
    cancelled: bool = False
    awarded: bool = False
    reannounced: bool = False
    withdrawn: tuple[str, ...] = ()


def changes_of(events: Iterable[_Event]) -> Changes | None:
    """What these events of one tender, oldest first, come to; None where nothing of it matters.

    A deadline that moved there and back, a flag that fell and was raised again did not change.
    """
    moved: dict[str, tuple[Any, Any]] = {}
    withdrawn: dict[str, None] = {}
    happened: set[str] = set()
    for event in events:
        happened.add(event.kind)
        if event.kind == "changed":
            for name, pair in event.detail.items():
                moved[name] = (moved[name][0] if name in moved else pair.get("from"), pair.get("to"))
        elif event.kind == "flag_withdrawn":
            withdrawn.update(dict.fromkeys(event.detail.get("codes", ())))
        elif event.kind in {"flag_raised", "retold"}:
            for code in event.detail.get("codes", ()):
                withdrawn.pop(code, None)
    before, after = moved.get("status", ("", ""))
    found = Changes(
        deadline=_deadline(*moved.get("deadline", (None, None))),
        sum=_sum(*moved.get("sum", (None, None))),
        currency=_words(*moved.get("currency", ("", ""))),
        method=_words(*moved.get("method", ("", ""))),
        paused=_paused(moved.get("paused"), before, after),
        failed=after == "unsuccessful" and before != after,
        cancelled="cancelled" in happened and not (before in _OFF and after not in _OFF),
        awarded="awarded" in happened,
        withdrawn=tuple(withdrawn),
    )
    return None if found == Changes() else found


def _moment(value: Any) -> datetime | None:
    return parse_datetime(value) if isinstance(value, str) else value


def _deadline(before: Any, after: Any) -> tuple[datetime | None, datetime] | None:
    earlier, later = _moment(before), _moment(after)
    return None if later is None or earlier == later else (earlier, later)


def _sum(before: Any, after: Any) -> tuple[Decimal, Decimal] | None:
    if before is None or after is None:
        return None
    old, new = Decimal(str(before)), Decimal(str(after))
    return (old, new) if abs(new - old) >= _LEAST_SHARE * abs(old) and old != new else None


def _words(before: Any, after: Any) -> tuple[str, str] | None:
    return (str(before), str(after)) if before and after and before != after else None


def _paused(pair: tuple[Any, Any] | None, before: str, after: str) -> bool | None:
    """Paused, or going on: also a purchase that was taken up again after it had been cancelled."""
    if pair is not None and pair[0] != pair[1]:
        return bool(pair[1])
    return False if before in _OFF and after and after not in _OFF else None
