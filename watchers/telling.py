"""Several sources may tell of one process: it is one tender, and one of them is believed.

An ocid of the registered form names a process to everybody; any other is a source's own name for it. The source that
told a tender's newest snapshot holds the tender. One of a higher rank (it knows more) takes it over; one of a lower
rank is not listened to while the holder is read regularly. So two descriptions of one purchase never alternate.
"""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec

__all__ = ["SILENCE", "Known", "Teller", "is_heard", "outranks", "scope_of"]

_REGISTERED = re.compile(r"ocds-[a-z0-9]{6}-.", re.IGNORECASE)

SILENCE = timedelta(hours=6)
"""A holder that was not read for so long (refused, switched off) no longer keeps sources of lower rank out."""


class Teller(msgspec.Struct, frozen=True):
    """The source a batch is from, and how much it knows of a process compared with others.

    `old`: it tells of the past, so that a process not known before is no news.
    """

    name: str
    rank: int = 0
    old: bool = False


class Known(msgspec.Struct, frozen=True):
    """The newest snapshot stored of one process, and who told it.

    `own` is the SHA-256 of what the teller at hand said last ("" if never); `silent`: the holder is no longer read.
    """

    tender_id: int
    snapshot_id: int
    sequence: int
    sha256: str
    holder: str
    rank: int
    own: str
    silent: bool = False


def scope_of(source: str, ocid: str) -> str:
    """ "" where an ocid means the same process whoever says it, else the source whose own name it is."""
    return "" if _REGISTERED.match(ocid) else source


def outranks(known: Known, teller: Teller) -> bool:
    """Whether the holder of a tender knows more than another source that tells of it."""
    return known.holder != teller.name and known.rank > teller.rank


def is_heard(known: Known, teller: Teller, sha256: str) -> bool:
    """Whether what a source says of a known process is news.

    The same again is none, except from a source of higher rank that takes the process back.
    """
    if known.holder == teller.name:
        return known.sha256 != sha256
    if outranks(known, teller) and not known.silent:
        return False
    return teller.rank > known.rank or known.own != sha256
