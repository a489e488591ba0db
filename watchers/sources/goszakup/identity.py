"""One name for a purchase in Kazakhstan, whichever source tells of it: the system that holds it and its number there.

A repeat of a purchase that failed has another version behind the dash of its number (`17379679-2`), its own bids and
deadlines: it is a process of its own. `kz0001` is our prefix; Kazakhstan publishes no OCDS and has none registered.
"""

from __future__ import annotations

import re

__all__ = ["GOSZAKUP", "MITWORK", "OCID_PREFIX", "SAMRUK", "is_number", "number_of", "ocid_of"]

OCID_PREFIX = "ocds-kz0001-"

GOSZAKUP, MITWORK, SAMRUK = "goszakup", "mitwork", "samruk"
_SYSTEMS = frozenset({GOSZAKUP, MITWORK, SAMRUK})

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]*")


def ocid_of(system: str, number: str) -> str:
    """The ocid of the announcement `number` in `system`, one of goszakup, mitwork, samruk.

    The number is taken as printed; a leading number sign, blanks and typographic dashes are made plain, so that both
    sources come to the same name. Raises ValueError for another system and for what is no number.
    """
    if system not in _SYSTEMS:
        raise ValueError(f"system {system!r} is not known: one of {', '.join(sorted(_SYSTEMS))}")
    if not is_number(number):
        raise ValueError(f"{number!r} is no announcement number")
    return f"{OCID_PREFIX}{system}-{_plain(number)}"


def is_number(text: str) -> bool:
    """Whether a text can be the printed number of an announcement."""
    return _NUMBER.fullmatch(_plain(text)) is not None


def _plain(number: str) -> str:
    return "".join(number.translate(_DASHES).split()).removeprefix("№")


def number_of(ocid: str) -> str:
    """The announcement number inside an ocid that `ocid_of` built; empty for another publisher's ocid."""
    if not ocid.startswith(OCID_PREFIX):
        return ""
    return ocid.removeprefix(OCID_PREFIX).partition("-")[2]
