"""The portal's known oddities, each of which can be switched off; and the shares with which they strike."""

from __future__ import annotations

import msgspec


class Quirks(msgspec.Struct, frozen=True):
    """What the API does that its documentation does not say. `Quirks.none()` is an API without any."""

    ignored_filters: bool = True
    """`TrdBuy.publishDate` and `kato` as a prefix change nothing or find nothing; no error says so."""
    enstru_zero: bool = True
    """`Lots.enstruList` is [0]."""
    hidden_plans: float = 0.5
    """Share of lots whose `Plans` is empty."""
    stale_status: float = 0.1
    """Share of announcements that still say 220 after their deadline, until the results."""
    late_publication: float = 0.06
    """Share of announcements published hours or days after their id was given; the others take up to twelve minutes, so
    that neighbours change places too. 0: published at once, in the order of ids."""
    bids_hidden: bool = True
    """Bids are shown only once `itogiDatePublic` is set."""
    late_bids: float = 0.0
    """Share of announcements whose bids come hours after the results, and move no date."""
    technical_edits: float = 0.02
    """Share of announcements a day whose `lastUpdateDate` moves though nothing changed."""
    language_slips: float = 0.04
    """Share of announcements with one language in both titles."""
    stray_next_page: bool = True
    """REST next_page of lots comes without /v3."""

    @classmethod
    def none(cls) -> Quirks:
        """Return an API that behaves as documented."""
        return cls(False, False, 0.0, 0.0, 0.0, False, 0.0, 0.0, 0.0, False)
