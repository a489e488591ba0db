"""Takes from a release what history keeps of it. Pure: no clock, no I/O."""

from __future__ import annotations

from collections.abc import Iterator

import structlog

from watchers.history.asking import Moments
from watchers.history.deals import bids_of, contracts_of
from watchers.history.lots import lots_of
from watchers.history.purchase import Purchase, moments_of
from watchers.history.rows import PastContact, Rows
from watchers.history.terms import terms_of
from watchers.ocds import Release
from watchers.rules import Rules
from watchers.summary import organization_id

__all__ = ["kept_rows", "moments_of", "rows_of"]

_log = structlog.get_logger(__name__)


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
    """Digests only, of parties that are known by a number."""
    for party in release.parties:
        name = organization_id(party) if party.contact_keys else ""
        for contact in dict.fromkeys(party.contact_keys) if name else ():
            yield PastContact(contact=contact[:64], party=name, seen_at=moments.newest)


def kept_rows(release: Release, rules: Rules, link: str = "") -> Rows:
    """What `rows_of` says, and nothing of a release that nobody foresaw: it is stored and judged all the same."""
    try:
        return rows_of(release, rules, link)
    except Exception:  # noqa: BLE001 - one record nobody foresaw must not stop a publisher
        _log.exception("history not taken", ocid=release.ocid)
        return Rows()
