"""Numbers of natural persons (IIN): telling them, hiding them in texts."""

from __future__ import annotations

import re

__all__ = ["clear_of_persons", "is_person"]

_IIN = re.compile(r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?[0-6]\d{5}(?!\d)", re.ASCII)
_HIDDEN = "************"


def is_person(number: str) -> bool:
    """Whether twelve digits are an IIN: the fifth is 0-3 there, and 4-6 in the BIN of a legal entity."""
    return len(number) == 12 and number.isascii() and number.isdigit() and number[4] in "0123"


def clear_of_persons(text: str | None) -> str | None:
    """A text in which every IIN is hidden. What looks like one by its date is taken for one."""
    return _IIN.sub(_HIDDEN, text) if text else None
