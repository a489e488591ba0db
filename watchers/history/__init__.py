"""What earlier purchases say about one release: typed rows, bands of prices, shares among buyers of a kind.

`rows` are the vocabulary, `taking` takes them from a release, `asking` says which of them a release is compared with,
`view` is `History`, what an indicator sees: fetched already, no I/O, no clock. `memory` answers from a list of
releases, `stored` from our own tables; both answer the same questions, and the arithmetic is in one place.

Nothing is looked at that was published, decided or signed after the release it is compared with.
"""

from __future__ import annotations

from watchers.history.bands import Band, band_of, quartiles
from watchers.history.rows import PastBid, PastContract, PastLot, PastTerms
from watchers.history.view import History, Shares

__all__ = ["Band", "History", "PastBid", "PastContract", "PastLot", "PastTerms", "Shares", "band_of", "quartiles"]
