"""Takes from a release what history keeps of it. Pure: no clock, no I/O."""

from __future__ import annotations

from collections.abc import Iterator

from watchers.history.asking import Moments
from watchers.history.deals import bids_of, contracts_of
from watchers.history.lots import lots_of
from watchers.history.purchase import Purchase, moments_of
from watchers.history.rows import PastContact, Rows
from watchers.history.terms import terms_of
from watchers.ocds import Release
from watchers.rules import Rules
from watchers.summary import organization_id

__all__ = ["moments_of", "rows_of"]


def rows_of(release: Release, rules: Rules, link: str = "") -> Rows:
    """Everything of a release that later ones are compared with, nothing for one without any date.

    `link` is the page a person can open.
    """
    moments = moments_of(release)
    if moments is None:
        return Rows()
    purchase = Purchase(release, rules, moments)
    return Rows(
        tuple(lots_of(purchase, link)),
        tuple(contracts_of(purchase, link)),
        tuple(bids_of(purchase)),
        terms_of(purchase),
        tuple(_contacts(release, moments)),
    )


def _contacts(release: Release, moments: Moments) -> Iterator[PastContact]:
    """Digests only; a natural person has no name here, so no contacts either."""
    for party in release.parties:
        name = organization_id(party) if party.contact_keys else ""
        for contact in dict.fromkeys(party.contact_keys) if name else ():
            yield PastContact(contact=contact[:64], party=name, seen_at=moments.newest)
