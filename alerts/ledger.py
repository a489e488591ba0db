"""What the ledger says to the person it is about: which of their filters matched a tender, and when they were told."""

from __future__ import annotations

from datetime import datetime

from alerts.channels.telegram.text import clean, cut, isolate
from alerts.filters.label import label
from alerts.format import when
from alerts.i18n import translator
from alerts.subscriptions import Subscriber, Subscriptions
from alerts.tables import State
from alerts.told import told_to
from watchers.database import Database

__all__ = ["ledger_text"]

_NAME, _MOST = 80, 5


async def ledger_text(
    database: Database,
    subscriptions: Subscriptions,
    subscriber: Subscriber,
    tender_id: int,
    *,
    language: str,
    now: datetime,
) -> str:
    """Plain text, two sentences; '' where the ledger holds nothing about the tender for this person."""
    _ = translator(language).gettext
    told = await told_to(database, subscriber.id, [tender_id])
    if not told:
        return ""
    matched = {id_ for one in told for id_ in one.matched}
    kept = await subscriptions.filters(subscriber.id)
    names = [one.name or label(one.criteria, language) for one in kept if one.id in matched]
    shown = [isolate(cut(clean(name), _NAME)) for name in names[:_MOST]]
    if len(matched) > len(names):
        shown.append(_("a filter deleted since"))
    said = [_("Your filters that matched: %(filters)s.") % {"filters": "; ".join(shown)}] if shown else []
    sent = next((one.sent_at for one in told if one.sent_at is not None), None)
    if sent is not None:
        moment = when(sent, language, subscriber.zone, now=now, case="locative")
        said.append(_("The alert was sent %(when)s.") % {"when": moment})
    elif any(one.state == State.UNCERTAIN for one in told):
        said.append(_("Whether the alert reached you is not known."))
    return " ".join(said)
