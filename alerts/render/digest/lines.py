"""The parts of a digest in one language: purchases as a few lines each, grouped by filter, then by buyer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

import msgspec

from alerts.channels.telegram.text import clean, cut, safe_link
from alerts.i18n import translator
from alerts.render import view
from alerts.render.card import TenderCard
from alerts.render.changed import change_sentences
from alerts.render.digest.edition import Doubt, Edition, Entry, Links, heading_of, names_of
from alerts.render.digest.layout import Block, laid_out
from alerts.render.sentences import Sentence, Sentences
from watchers.rules import Rules

__all__ = ["Group", "Line", "Lines", "Purchase", "Rest", "grouped", "rest"]

_TITLE, _REST, _NAME, _CHANGE = 140, 180, 80, 200
_MOST_FLAGS = 3


class Purchase(msgspec.Struct, frozen=True):
    """One purchase as everybody of a language reads it; plain text, escaped where it is laid out."""

    title: str
    place: str
    terms: str
    flags: tuple[Sentence, ...]
    more_flags: int
    coverage: str
    portal: str
    evidence: str
    heavy: bool
    block: Block | None = None  # as it is laid out where nothing of it is one reader's alone


class Line(msgspec.Struct, frozen=True, dict=True):
    """A purchase in one digest: what of it is this reader's alone."""

    purchase: Purchase
    language: str
    also: tuple[str, ...] = ()  # further filters that matched
    changes: tuple[str, ...] = ()
    raised: bool = False

    @cached_property
    def block(self) -> Block:
        """As it is laid out."""
        shared = None if self.also or self.changes or self.raised else self.purchase.block
        return shared or laid_out(self, self.language)


class Group(msgspec.Struct, frozen=True):
    """Purchases under one heading (a filter), by buyer."""

    name: str
    buyers: tuple[tuple[str, tuple[Line, ...]], ...]


class Rest(msgspec.Struct, frozen=True):
    """So many purchases of one filter that are not told in full, and the index by it, '' for none."""

    name: str
    count: int
    link: str


class Lines:
    """Makes lines. A purchase is put into words once for all who read it in a language on the same day."""

    def __init__(self, rules: Rules | None, sentences: Sentences | None = None, *, kept: int = 4096) -> None:
        self._rules = rules
        self._sentences = sentences or Sentences()
        self._kept = kept
        self._purchases: dict[tuple[int, str, str, int, bool, str], Purchase] = {}

    def purchase(self, card: TenderCard, edition: Edition) -> Purchase:
        """The shared words of a purchase."""
        language, zone, now = edition.language, edition.zone, edition.now
        closes_at = card.summary.closes_at
        closed = closes_at is not None and closes_at <= now
        # Days begin at a quarter of an hour, wherever somebody lives: within one, the words stay the same.
        key = (card.snapshot_id, language, zone, int(now.timestamp()) // 900, closed, edition.links.public.public_url)
        found = self._purchases.get(key)
        if found is None:
            found = self._make(card, language, zone, now, edition.links)
            while len(self._purchases) >= self._kept:
                del self._purchases[next(iter(self._purchases))]
            self._purchases[key] = found
        return found

    def _make(self, card: TenderCard, language: str, zone: str, now: datetime, links: Links) -> Purchase:
        flags = card.flags
        left = view.remaining(card, self._rules, now, language, zone)
        said = [self._sentences.of(one, language, zone, now) for one in flags[:_MOST_FLAGS]]
        purchase = Purchase(
            title=cut(view.heading(card, language), _TITLE),
            place=view.place(card, language),
            terms=view.terms(card, self._rules, language, zone, now, left=left),
            flags=tuple(Sentence((one.lead, cut(one.rest, _REST))) for one in said),
            more_flags=len(flags) - len(said),
            coverage=view.coverage(card, language) if flags else "",
            portal=safe_link(card.link),
            evidence=links.public.tender(card.tender_id),
            heavy=any(one.weight >= 4 for one in flags),
        )
        return msgspec.structs.replace(purchase, block=laid_out(Line(purchase, language), language))

    def line(self, entry: Entry, edition: Edition) -> Line:
        """A purchase with what is this reader's."""
        changes: Sequence[str] = ()
        if entry.changes is not None:
            changes = change_sentences(
                entry.card, entry.changes, self._sentences, self._rules, edition.language,
                zone=edition.zone, now=edition.now,
            )  # fmt: skip
        also = tuple(cut(clean(name), _NAME) for name in entry.filters[1:4])
        said = tuple(cut(one, _CHANGE) for one in changes)
        raised = entry.raised and not entry.followed  # who follows it may have been told of it in chat alone
        return Line(self.purchase(entry.card, edition), edition.language, also, said, raised)

    def doubt(self, doubt: Doubt, edition: Edition) -> Line:
        """A purchase whose chat message is in doubt."""
        return Line(self.purchase(doubt.card, edition), edition.language)


def grouped(entries: Sequence[Entry], lines: Lines, edition: Edition) -> list[Group]:
    """By filter, then by buyer; each in the order of its heaviest purchase, as `entries` are sorted."""
    groups = []
    for name, followed in names_of(entries):
        of_filter = [entry for entry in entries if heading_of(entry) == (name, followed)]
        by_buyer: dict[str, list[Line]] = {}
        for entry in of_filter:
            line = lines.line(entry, edition)
            by_buyer.setdefault(line.purchase.place, []).append(line)
        buyers = tuple((place, tuple(theirs)) for place, theirs in by_buyer.items())
        groups.append(Group(cut(clean(name), _NAME) or _nameless(followed, edition.language), buyers))
    return groups


def rest(entries: Sequence[Entry], edition: Edition) -> list[Rest]:
    """What a digest leaves out, by filter: each with the index by that filter."""
    found = []
    for name, followed in names_of(entries):
        of_filter = [entry for entry in entries if heading_of(entry) == (name, followed)]
        link = edition.links.public.search(of_filter[0].query, edition.language)
        found.append(Rest(cut(clean(name), _NAME) or _nameless(followed, edition.language), len(of_filter), link))
    return found


def _nameless(followed: bool, language: str) -> str:
    _ = translator(language).gettext
    return _("Purchases you follow in chat") if followed else _("By filters that are gone")
