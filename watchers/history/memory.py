"""History in memory: an archive of releases that answers for one release, and for each of a batch.

`baqylau check`, the tables of cases and a batch on its way into the store use it; `watchers.history.stored` answers the
same from our own tables.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from watchers.history.asking import (
    KINDS,
    MONTHS,
    SHARING_AT_MOST,
    SUPPLIERS,
    WANTED_AT_MOST,
    Ask,
    Kind,
    month_of,
    questions_of,
    since,
)
from watchers.history.peers import TOTALS_MONTHS, add, month_counts, peers_of, suppliers_of
from watchers.history.rows import CLASS, DIVISION, PastLot, PastTerms, Rows, wider
from watchers.history.taking import moments_of, rows_of
from watchers.history.view import Answers, History, Market, Totals
from watchers.ocds import Release
from watchers.rules import Rules

__all__ = ["Archive", "history_of", "repeated"]


CHAIN_AT_MOST = 3
"""Earlier releases of one chain that are read whole: the newest."""


_WIDER = {"class": CLASS, "division": DIVISION}
_WANTED = Kind("wanted", "lots", ("buyer_kind", "class"), "published_at", 0)


def history_of(
    release: Release, earlier: Iterable[Release], rules: Rules, link: Callable[[Release], str] | None = None
) -> History | None:
    """The history of one release among others, whatever their order; None for a release without any date.

    `link` gives the page of a release that a person can open.
    """
    archive = Archive(rules)
    for one in earlier:
        archive.add(one, rows_of(one, rules, link(one) if link else ""))
    return archive.of(release)


class Archive:
    """Releases to compare with. Of each process the newest counts; its terms are kept of every release."""

    def __init__(self, rules: Rules, releases: Iterable[Release] = ()) -> None:
        self._rules = rules
        self._releases: dict[str, Release] = {}
        self._rows: dict[str, Rows] = {}
        self._terms: dict[str, list[PastTerms]] = {}
        self._contacts: dict[str, dict[str, datetime]] = {}  # when a party was first seen with a contact
        self._index: dict[str, dict[tuple[str, ...], list[Any]]] | None = None
        for release in releases:
            self.add(release)

    def add(self, release: Release, rows: Rows | None = None) -> None:
        """Take in one more; `rows` if they were taken already."""
        rows = rows if rows is not None else rows_of(release, self._rules)
        if rows.terms is not None:
            self._terms.setdefault(release.ocid, []).append(rows.terms)
        for one in rows.contacts:
            parties = self._contacts.setdefault(one.contact, {})
            parties[one.party] = min(one.seen_at, parties.get(one.party, one.seen_at))
        before = self._releases.get(release.ocid)
        if before is None or _newest(before) <= _newest(release):
            self._releases[release.ocid], self._rows[release.ocid] = release, rows
        self._index = None

    @property
    def ocids(self) -> Iterable[str]:
        """The processes it holds."""
        return self._releases.keys()

    def release(self, ocid: str) -> Release | None:
        """The newest release of a process."""
        return self._releases.get(ocid)

    def of(self, release: Release) -> History | None:
        """What this archive says about a release; None for one without any date."""
        moments = moments_of(release)
        if moments is None:
            return None
        own = rows_of(release, self._rules)
        return History(own, moments, self.answers(questions_of(own, release.ocid, moments)))

    def answers(self, ask: Ask) -> Answers:
        """Answer one release's questions."""
        rows = {(name, key): self.rows(KINDS[name], key, ask) for name, keys in ask.keys.items() for key in keys}
        return Answers(
            rows=rows,
            releases=[self._releases[ocid] for ocid in repeated(rows)],
            wanted={key: min(len(self.wanted(*key, ask)), WANTED_AT_MOST) for key in ask.wanted},
            peers={(measure, kind): band for kind in ask.peers for measure, band in self._peers(kind, ask).items()},
            totals={key: self._totals(*key, ask) for key in ask.totals},
            markets={one: self._market(one, ask) for one in ask.classes},
            sharing={one: frozenset(sorted(self.sharing(one, ask))[:SHARING_AT_MOST]) for one in ask.contacts},
        )

    def rows(self, kind: Kind, key: tuple[str, ...], ask: Ask) -> Sequence[Any]:
        """Rows of a kind under a key, newest first: structs, or the numbers alone."""
        before = ask.moments.before(kind)
        known = self._indexed()[kind.name].get(key, [])
        place = attrgetter(kind.moment, "ocid")
        if kind.source == "terms":  # the present terms are told by their content, not by a date that may stand still
            found = known[: bisect_right(known, (before, ask.ocid), key=place)]
        else:
            found = known[: bisect_left(known, (before, "" if kind.numbers else ask.ocid), key=place)]
        found = [row for row in found if place(row)[0] >= since(before, kind.months)]
        if kind.source != "terms":
            found = [row for row in found if row.ocid != ask.ocid]
        found = found[-kind.most :][::-1]
        if kind.numbers:
            return [_numbers(kind, row) for row in found]
        return (
            [type(row)(**{name: getattr(row, name) for name in kind.fields}) for row in found] if kind.fields else found
        )

    def wanted(self, buyer_kind: str, code_class: str, ask: Ask) -> set[str]:
        """Buyers of a kind that announced things of a class."""
        before = ask.moments.announced
        rows: list[PastLot] = self._indexed()["wanted"].get((buyer_kind, code_class), [])
        return {lot.customer for lot in rows if since(before) <= lot.published_at < before and lot.ocid != ask.ocid}

    def sharing(self, contact: str, ask: Ask) -> set[str]:
        """Parties seen with a contact."""
        seen = self._contacts.get(contact, {})
        return {party for party, seen_at in seen.items() if seen_at < ask.moments.newest}

    def _lots(self) -> Iterable[PastLot]:
        return (lot for rows in self._rows.values() for lot in rows.lots)

    def _indexed(self) -> dict[str, dict[tuple[str, ...], list[Any]]]:
        if self._index is None:
            terms = [one for known in self._terms.values() for one in known]
            sources: dict[str, Iterable[Any]] = {
                "lots": list(self._lots()),
                "contracts": [row for rows in self._rows.values() for row in rows.contracts],
                "bids": [row for rows in self._rows.values() for row in rows.bids],
                "terms": terms,
            }
            self._index = {kind.name: _by_key(kind, sources[kind.source]) for kind in (*KINDS.values(), _WANTED)}
        return self._index

    def _peers(self, buyer_kind: str, ask: Ask) -> dict[str, Any]:
        if buyer_kind == SUPPLIERS:
            return self._suppliers(ask)
        active: dict[str, int] = {}
        year: dict[str, Totals] = {}
        for lot in self._lots():
            for ago, counts in _ago(lot, ask) if lot.buyer_kind == buyer_kind else ():
                active[lot.customer] = active.get(lot.customer, 0) + counts.lots
                if ago <= TOTALS_MONTHS:
                    year[lot.customer] = add(year.get(lot.customer, Totals()), counts)
        return peers_of((lots for lots in active.values() if lots), year)

    def _suppliers(self, ask: Ask) -> dict[str, Any]:
        month = month_of(ask.moments.announced)
        found: dict[str, tuple[set[tuple[str, str]], set[str]]] = {}
        for row in (row for rows in self._rows.values() for row in rows.contracts if row.supplier):
            if 0 < month - month_of(row.signed_at) <= MONTHS:
                contracts, divisions = found.setdefault(row.supplier, (set(), set()))
                contracts.add((row.ocid, row.contract))
                divisions |= {wider(row.code, DIVISION)} - {""}
        return suppliers_of((len(contracts), len(divisions)) for contracts, divisions in found.values())

    def _totals(self, customer: str, currency: str, ask: Ask) -> Totals:
        found = Totals()
        for lot in self._lots():
            if (lot.customer, lot.currency) == (customer, currency):
                for ago, counts in _ago(lot, ask):
                    found = add(found, counts) if ago <= TOTALS_MONTHS else found
        return found

    def _market(self, code_class: str, ask: Ask) -> Market:
        month = month_of(ask.moments.announced)
        counts = [
            lot.bidders
            for lot in self._lots()
            if lot.bidders and lot.decided_at and lot.competitive and wider(lot.code, CLASS) == code_class
            if 0 < month - month_of(lot.decided_at) <= MONTHS
        ]
        return Market(len(counts), sum(counts))


def repeated(rows: Mapping[tuple[str, tuple[str, ...]], Sequence[Any]]) -> list[str]:
    """The processes that a release repeats, newest first, by the rows found for it."""
    lots = {row.ocid: row for (name, _), found in rows.items() if name in {"parent", "plan"} for row in found}
    return sorted(lots, key=lambda ocid: (lots[ocid].published_at, ocid), reverse=True)[:CHAIN_AT_MOST]


def _ago(lot: PastLot, ask: Ask) -> list[tuple[int, Totals]]:
    """What a lot adds to the whole months before, by how many months ago."""
    month = month_of(ask.moments.announced)
    return [(month - one, counts) for one, counts in month_counts(lot) if 0 < month - one <= MONTHS]


def _newest(release: Release) -> datetime:
    moments = moments_of(release)
    return moments.newest if moments else datetime.min.replace(tzinfo=UTC)


def _field(row: Any, name: str) -> Any:
    return wider(row.code, _WIDER[name]) if name in _WIDER else getattr(row, name)


def _by_key(kind: Kind, rows: Iterable[Any]) -> dict[tuple[str, ...], list[Any]]:
    found: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        key = tuple(_field(row, name) for name in kind.key)
        if getattr(row, kind.moment) is None or (kind.competitive and not row.competitive):
            continue
        if not kind.known or getattr(row, kind.numbers[0]) is not None:
            found.setdefault(key, []).append(row)
    for known in found.values():
        known.sort(key=attrgetter(kind.moment, "ocid"))
    return found


def _numbers(kind: Kind, row: Any) -> tuple[Any, ...]:
    values = (getattr(row, name) for name in kind.numbers)
    return tuple(float(value) if isinstance(value, Decimal) else value for value in values)
