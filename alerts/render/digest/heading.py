"""The subject of a digest: what is in it, where, and how serious it is."""

from __future__ import annotations

from alerts.channels.telegram.text import clean, cut
from alerts.format import number
from alerts.i18n import translator
from alerts.render.digest.edition import Edition, Entry
from watchers.places import region

__all__ = ["subject"]

_SUBJECT = 150


def _where(entries: list[Entry], language: str) -> str:
    """The one region of all of them; '' where there are several or it is not known."""
    codes = {entry.card.summary.region for entry in entries}
    found = {known.code: known for code in codes if (known := region(code) if code else None) is not None}
    if len(found) == 1 and "" not in codes:
        return next(iter(found.values())).name(language)
    return ""


def subject(edition: Edition) -> str:
    """ "14 flagged tenders in Almaty, 3 serious"; of changes alone, of a quiet week, it says that."""
    texts = translator(edition.language)
    _, ngettext = texts.gettext, texts.ngettext
    news, flagged, serious = edition.news, edition.flagged, edition.serious
    if news:
        told = [one for one in news if one.card.flags] if flagged else news
        where = _where(told, edition.language)
        count = flagged or len(news)
        if flagged and where:
            text = ngettext("%(num)s flagged tender in %(place)s", "%(num)s flagged tenders in %(place)s", count)
        elif flagged:
            text = ngettext("%(num)s flagged tender", "%(num)s flagged tenders", count)
        elif where:
            text = ngettext(
                "%(num)s tender without flags in %(place)s", "%(num)s tenders without flags in %(place)s", count
            )
        else:
            text = ngettext("%(num)s tender without flags", "%(num)s tenders without flags", count)
        text %= {"num": number(count, edition.language), "place": where}
        if serious:
            heavy = ngettext("%(text)s, %(num)s serious", "%(text)s, %(num)s serious", serious)
            text = heavy % {"text": text, "num": number(serious, edition.language)}
    elif edition.changed:
        count = len(edition.changed)
        text = ngettext("%(num)s change in tenders you follow", "%(num)s changes in tenders you follow", count)
        text %= {"num": number(count, edition.language)}
    elif edition.again:
        text = _("Tenders of an earlier digest that may not have reached you")
    elif edition.doubts:
        text = _("Messages that may not have reached you")
    else:
        text = _("All quiet: nothing matched your filters this week")
    return cut(clean(text), _SUBJECT)
