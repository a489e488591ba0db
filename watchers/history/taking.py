"""Takes from a release what history keeps of it. Pure: no clock, no I/O."""

from __future__ import annotations

from watchers.history.deals import bids_of, contracts_of
from watchers.history.lots import lots_of
from watchers.history.purchase import Purchase, moments_of
from watchers.history.rows import Rows
from watchers.history.terms import terms_of
from watchers.ocds import Release
from watchers.rules import Rules

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
    )
