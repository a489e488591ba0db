"""Memory that is free inside the process goes back to the machine."""

from __future__ import annotations

import ctypes
import sys

__all__ = ["give_back"]


def give_back() -> None:
    """After much was made and dropped: milliseconds. glibc alone keeps what is freed in small pieces, and can be asked.

    Source: malloc_trim(3).
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
