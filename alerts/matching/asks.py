"""What a filter asks for beside its key, as one small number: a level, how sure it is once found, a currency."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["DOUBTFUL", "SEVERAL", "SURE", "asking", "fitting", "kinds"]

SURE, SEVERAL, DOUBTFUL = 1, 2, 3
"""Under one key alone; under several, and perhaps found twice; to be asked in full."""

_KIND: Final = 3  # bits for the level before it
_CURRENCY: Final = 5


def asking(level: int = 0, kind: int = 0, currency: int = 0) -> int:
    """The number; of parts by `|`."""
    return level | kind << _KIND | currency << _CURRENCY


def kinds(asks: NDArray[np.int32]) -> NDArray[np.int32]:
    """`SURE`, `SEVERAL` or `DOUBTFUL`, of each."""
    return asks >> _KIND & 3


def fitting(levels: int, currency: int, currencies: int) -> NDArray[np.uint8]:
    """By what is asked: 0 where a tender of these levels and this currency does not meet it, else its kind."""
    asks = np.arange(currencies << _CURRENCY, dtype=np.int32)
    level, of = asks & (1 << _KIND) - 1, asks >> _CURRENCY
    met = (levels >> level & 1).astype(bool) & ((of == currency) | (of == 0))
    return np.where(met, kinds(asks), 0).astype(np.uint8)
