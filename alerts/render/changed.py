"""What has changed, in sentences: "The deadline was moved to 3 Dec, 10:00 (before: 27 Nov, 10:00)."."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from alerts import format as words
from alerts.changes import Changes
from alerts.i18n import translator
from alerts.render import view
from alerts.render.card import TenderCard
from alerts.render.sentences import Sentences
from watchers.rules import Rules

__all__ = ["change_sentences"]

_MOST_FLAGS = 5


def change_sentences(
    card: TenderCard,
    changes: Changes,
    sentences: Sentences,
    rules: Rules | None,
    language: str,
    *,
    zone: str,
    now: datetime,
) -> list[str]:
    """Plain text, the weightiest first. `card` is of the newest snapshot."""
    texts = translator(language)
    _ = texts.gettext
    said = []
    if changes.reannounced:
        again = _("A purchase you were told of was announced again, under number %(number)s.")
        said.append(again % {"number": card.number})
    said += [_("The purchase was cancelled.")] if changes.cancelled else []
    said += [_("The purchase did not take place.")] if changes.failed else []
    if changes.paused is not None and not changes.cancelled:
        said.append(_("The purchase was paused.") if changes.paused else _("The purchase goes on."))
    if changes.awarded:
        said.append(" ".join(_award(card, language)))
    said += _terms(card, changes, rules, language, zone=zone, now=now)
    if changes.withdrawn:
        names = "; ".join(sentences.name(code, language) for code in changes.withdrawn[:_MOST_FLAGS])
        told = texts.ngettext(
            "This flag no longer stands: %(flags)s.", "These flags no longer stand: %(flags)s.", len(changes.withdrawn)
        )
        said.append(told % {"flags": names})
    return said


def _terms(
    card: TenderCard, changes: Changes, rules: Rules | None, language: str, *, zone: str, now: datetime
) -> Iterator[str]:
    _ = translator(language).gettext
    if changes.deadline is not None:
        before, after = changes.deadline
        when = words.when(after, language, zone, now=now, case="dative")
        if before is None:
            yield _("There is a deadline now: %(when)s.") % {"when": words.when(after, language, zone, now=now)}
        else:
            earlier = words.when(before, language, zone, now=now)
            yield _("The deadline was moved to %(when)s (before: %(before)s).") % {"when": when, "before": earlier}
    currency = card.summary.currency
    earlier_currency, _later = changes.currency or (currency, currency)
    if changes.sum is not None or (changes.currency is not None and card.summary.amount is not None):
        old, new = changes.sum or (card.summary.amount, card.summary.amount)
        yield _("The sum was changed to %(sum)s (before: %(before)s).") % {
            "sum": words.money(new, currency, language),
            "before": words.money(old, earlier_currency, language),
        }
    if changes.method is not None:
        earlier_method, method = (view.method_of(stated, card, rules, language) for stated in changes.method)
        if method != earlier_method:
            yield _("The method was changed: %(method)s (before: %(before)s).") % {
                "method": method,
                "before": earlier_method,
            }


def _award(card: TenderCard, language: str) -> Iterator[str]:
    """To how many bids, and the price against the plan. Who won is behind the link: it may be a person."""
    _ = translator(language).gettext
    outcome = card.outcome
    yield _("The winner is known.")
    if outcome.bids:
        yield _("Bids: %(num)s.") % {"num": words.number(outcome.bids, language)}
    if outcome.price is None:
        return
    price = words.money(outcome.price, outcome.currency, language)
    if not outcome.plan:
        yield _("Price: %(price)s.") % {"price": price}
        return
    share = (outcome.price - outcome.plan) / outcome.plan * 100
    percent = words.quantity(abs(share), "percent", language)
    if abs(share) < 0.05:
        text = _("Price: %(price)s, as planned.")
    elif share < 0:
        text = _("Price: %(price)s; the plan was %(plan)s (%(percent)s less).")
    else:
        text = _("Price: %(price)s; the plan was %(plan)s (%(percent)s more).")
    yield text % {"price": price, "plan": words.money(outcome.plan, outcome.currency, language), "percent": percent}
