"""Messages in Telegram's HTML: the card of a tender, the answer to "Why?", the list of what may have been missed.

A card is rendered once for all its recipients of one language and zone; only the names of their filters differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec
from markupsafe import escape

from alerts import format as words
from alerts.changes import Changes
from alerts.channels.base import Message
from alerts.channels.telegram.text import MESSAGE_LIMIT, cut_html, safe_link, utf16
from alerts.i18n import translator
from alerts.opinions import Opinion
from alerts.render import view
from alerts.render.actions import Actions, LinkOnly, Rows
from alerts.render.card import TenderCard
from alerts.render.changed import change_sentences
from alerts.render.environment import template
from alerts.render.found import found_html
from alerts.render.lists import brief_html, page_html, page_of
from alerts.render.sentences import Sentences
from alerts.render.why import why_html
from watchers.rules import Rules

__all__ = ["Renderer"]

_NAMES = "\x00"  # stands where the names of filters go; `clean` leaves none in any text
_MOST_MISSED = 12


_Key = tuple[int, int, str, str, int, str, bool, bool]


class _Body(msgspec.Struct, frozen=True):
    """A rendered card without the names of filters: what stands before and after them."""

    card: TenderCard
    before: str
    after: str
    buttons: Rows


class Renderer:
    """Renders for Telegram. `clock` says what "now" is, `rules` which days are worked (without them, days are days).

    `actions`: the buttons; without them, only those that open the publisher's page.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        rules: Rules | None = None,
        *,
        sentences: Sentences | None = None,
        actions: Actions | None = None,
        kept: int = 512,
    ) -> None:
        self._clock = clock
        self._rules = rules
        self._sentences = sentences or Sentences()
        self._actions: Actions = actions or LinkOnly()
        self._kept = kept
        self._bodies: dict[_Key, _Body] = {}

    def now(self) -> datetime:
        """The moment that messages are rendered for."""
        return self._clock()

    def alert(
        self,
        tender: TenderCard,
        language: str,
        zone: str,
        matched_names: Sequence[str] = (),
        *,
        again: bool = False,
        short: bool = False,
    ) -> Message:
        """The card for someone whose filters `matched_names` the tender meets; `again`: they were told of it before.

        `short`: what, who, how much, until when and the names of the flags; the rest is behind "Why?".
        """
        now = self._clock()
        left = view.remaining(tender, self._rules, now, language, zone)
        key = (
            tender.snapshot_id,
            tender.tender_id,
            language,
            zone,
            now.astimezone(words.zone_of(zone)).year,
            left,
            again,
            short,
        )
        body = self._bodies.get(key)
        if body is None or body.card != tender:
            body = self._body(tender, language, zone, now, left, again=again, short=short)
            self._remember(key, body)
        names = view.names_text(tuple(matched_names), language)
        between = f"{escape(names)}\n" if names else ""
        return Message(html=f"{body.before}{between}{body.after}", buttons=body.buttons)

    def _remember(self, key: _Key, body: _Body) -> None:
        self._bodies.pop(key, None)
        while len(self._bodies) >= self._kept:
            del self._bodies[next(iter(self._bodies))]
        self._bodies[key] = body

    def _body(
        self, tender: TenderCard, language: str, zone: str, now: datetime, left: str, *, again: bool, short: bool
    ) -> _Body:
        title, place = view.heading(tender, language), view.place(tender, language)
        terms = view.terms(tender, self._rules, language, zone, now, left=left)
        found = [self._sentences.of(finding, language, zone, now) for finding in tender.flags]
        taken = utf16(title) + utf16(place) + utf16(terms) + view.NAMES_LIMIT + view.FRAME_LIMIT
        shown = view.fitted(found, view.CARD_LIMIT - taken)
        html = template("alert", language).render(
            again=again,
            short=short,
            card=view.CardView(title, place, terms, shown),
            more=len(found) - len(shown),
            made=tender.checks_made,
            coverage=view.coverage(tender, language),
            seen=view.seen(tender, language, zone, now),
            number=view.theirs(tender.number, view.NUMBER_LIMIT),
            names=_NAMES,
        )
        before, _, after = html.partition(f"{_NAMES}\n")
        return _Body(tender, before.rstrip() + "\n", f"\n{after.strip()}", self._actions.under_card(tender, language))

    def flag_name(self, code: str, language: str) -> str:
        """What an indicator is called."""
        return self._sentences.name(code, language)

    def brief(self, tenders: Sequence[TenderCard], language: str, zone: str) -> str:
        """A few tenders, numbered, as Telegram's HTML for the middle of another message."""
        return brief_html(tenders, self._sentences, self._rules, language, zone, self._clock())

    def why(
        self,
        tender: TenderCard,
        language: str,
        zone: str,
        *,
        ledger: str = "",
        opinions: Mapping[str, Opinion] | None = None,
    ) -> Message:
        """All flags of a tender with numbers, rules, innocent reasons, ways to check; and what was not checked.

        `ledger`: which filters of the person matched, when the alert was sent. `opinions`: what readers say of flags.
        """
        html = why_html(tender, self._sentences, language, zone, self._clock(), ledger=ledger, opinions=opinions or {})
        return Message(html=html, buttons=self._actions.under_reasons(tender, language))

    def missed(self, tenders: Sequence[TenderCard], language: str, zone: str) -> Message:
        """The list of tenders whose alerts got no answer; a button asks "Why?" about each."""
        now = self._clock()
        shown = tenders[:_MOST_MISSED]
        items = []
        for tender in shown:
            left = view.remaining(tender, self._rules, now, language, zone)
            items.append(
                {
                    "title": view.heading(tender, language),
                    "link": safe_link(tender.link),
                    "terms": view.terms(tender, self._rules, language, zone, now, left=left),
                }
            )
        html = template("missed", language).render(items=items, more=len(tenders) - len(shown))
        return Message(html=cut_html(html, MESSAGE_LIMIT), buttons=self._numbered(shown, 1, a_row=6))

    def found(
        self, tenders: Sequence[TenderCard], heading: str, language: str, zone: str, *, first: int = 1, note: str = ""
    ) -> Message:
        """A page of tenders that somebody asked for; a button opens each, `first` is the number of the first one."""
        html = found_html(tenders, first, heading, note, self._sentences, self._rules, language, zone, self._clock())
        return Message(html=html, buttons=self._numbered(tenders, first, a_row=6))

    def _numbered(self, shown: Sequence[TenderCard], first: int, *, a_row: int) -> Rows:
        """A button for each tender of a list, labelled with its number."""
        made = [self._actions.open(str(number), tender) for number, tender in enumerate(shown, first)]
        buttons = [button for button in made if button is not None]
        return tuple(tuple(buttons[start : start + a_row]) for start in range(0, len(buttons), a_row))

    def change(self, tender: TenderCard, changes: Changes, language: str, zone: str, *, reply_to: str = "") -> Message:
        """A short reply to the message `reply_to`: what has changed since. Its buttons are under that message."""
        now = self._clock()
        said = change_sentences(tender, changes, self._sentences, self._rules, language, zone=zone, now=now)
        left = view.remaining(tender, self._rules, now, language, zone)
        html = template("change", language).render(
            title=view.heading(tender, language),
            sentences=said,
            terms=view.terms(tender, self._rules, language, zone, now, left=left) if changes.reannounced else "",
            flagged=bool(tender.flags or changes.withdrawn),
            seen=view.seen(tender, language, zone, now),
        )
        under = self._actions.under_card if changes.reannounced else self._actions.under_change
        return Message(html=cut_html(html.strip(), MESSAGE_LIMIT), buttons=under(tender, language), reply_to=reply_to)

    def page(
        self,
        tenders: Sequence[TenderCard],
        list_id: int,
        reason: str,
        language: str,
        zone: str,
        *,
        number: int = 0,
        notes: Mapping[int, Changes] | None = None,
    ) -> Message:
        """A page of a list of alerts that waited for `reason` or came in a burst; buttons ask "Why?" and turn it.

        `notes`: by tender, what changed since its reader was told of it.
        """
        _ = translator(language).gettext
        shown, first, number, last = page_of(tenders, number)
        html = page_html(
            shown, len(tenders), first, reason, notes or {}, self._sentences, self._rules, language, zone, self._clock()
        )
        turns = [self._actions.turn(_("Previous"), list_id, number - 1)] if number else []
        turns += [self._actions.turn(_("Next"), list_id, number + 1)] if number < last else []
        row = tuple(button for button in turns if button is not None)
        return Message(html=html, buttons=(*self._numbered(shown, first, a_row=5), *((row,) if row else ())))
