"""Lessons as people see them in Telegram: the HTML of cards and questions, and how long it is.

A card whose rule was last read longer ago than it may be is not shown: it says that it is being checked, and where the
text is.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import groupby

from babel.dates import format_date
from markupsafe import escape

from alerts.acts import acts
from alerts.channels.telegram.text import utf16
from alerts.format import money
from alerts.i18n import translator
from alerts.render.markdown import commonmark
from alerts.render.pages import telegram_html
from bot.learn.lesson import Card, Cited, Lesson
from bot.learn.reading import CITED, LINK, MULTIPLE, quoted
from watchers.rules import load_rules

__all__ = ["CARD_LIMIT", "body_html", "card_html", "checked_line", "expired", "visible", "with_links", "with_rules"]

CARD_LIMIT = 900
"""Of a card's heading and text as they are seen, in UTF-16 units."""
_TAG = re.compile(r"<[^>]*>")
_QUOTE_END = re.compile(r"\s+</blockquote>\n?")
_LESSON = "learn:"
_DAY = {"kk": "y 'жылғы' d MMMM"}
_BLANKS = re.compile(r" +(?=[.,;: ])")


def with_rules(text: str, language: str, today: date) -> str:
    """The text with its braces told: "(Rules No. 687, p. 164)", and "(34.6 M ₸ in 2026)" for `{mrp 8000}`."""

    def told(found: re.Match[str]) -> str:
        parts = []
        for act, group in groupby(quoted(found[1]), key=lambda pair: pair[0]):
            clauses = [clause for _, clause in group]
            known = acts().get(act)
            if act == MULTIPLE:
                parts += [in_tenge(int(clause), language, today) for clause in clauses]
            elif known is not None:
                parts.append(known.cited(language).replace("{clause}", ", ".join(clauses)))
        inside = "; ".join(filter(None, parts))
        return f"({inside})" if inside else ""

    return _BLANKS.sub("", CITED.sub(told, text))


def in_tenge(multiple: int, language: str, today: date) -> str:
    """So many monthly calculation indices in this year's tenge; '' where the index of the year is not known."""
    amount = load_rules().base_amount("KZ", today)
    if amount is None:
        return ""
    total = money(amount.amount * multiple, amount.currency, language)
    return translator(language).gettext("%(amount)s in %(year)s") % {"amount": total, "year": today.year}


def with_links(text: str, address: str) -> str:
    """The text with its links to lessons led to `address`, which has {slug} in it; without one, their words alone."""

    def led(found: re.Match[str]) -> str:
        target = found[1]
        if not target.startswith(_LESSON):
            return found[0]
        where = address.replace("{slug}", target.removeprefix(_LESSON))
        return found[0].replace(target, where) if where else found[0][1 : found[0].index("](")]

    return LINK.sub(led, text)


def body_html(card: Card, language: str, today: date, link: str = "") -> str:
    """A card's text as Telegram's HTML. Sums in indices are told in the money of `today`.

    `link`: a lesson's address, with {slug} in it; without one, the words alone.
    """

    markdown = with_rules(with_links(card.body, link), language, today)
    html = telegram_html(commonmark().parse(markdown))
    return _QUOTE_END.sub("</blockquote>\n", html).strip()


def visible(html: str) -> int:
    """How many UTF-16 units of it are seen."""
    plain = _TAG.sub("", html)
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&quot;", '"'), ("&amp;", "&")):
        plain = plain.replace(entity, char)
    return utf16(plain)


def expired(card: Card, today: date, good_for: timedelta) -> Cited | None:
    """The rule of a card that was not checked for too long, the oldest first; None where all hold."""
    oldest = min(card.norms, key=lambda one: one.checked_on, default=None)
    return oldest if oldest is not None and oldest.checked_on + good_for < today else None


def day_text(day: date, language: str) -> str:
    """A date in words: "25 November 2026"."""
    return str(format_date(day, _DAY.get(language, "d MMMM y"), locale=language))


def checked_line(card: Card, language: str) -> str:
    """When the rules of a card were read: plain text, '' for a card without one."""
    if not card.norms:
        return ""
    _ = translator(language).gettext
    oldest = min(card.norms, key=lambda one: one.checked_on)
    day = day_text(oldest.checked_on, language)
    if any(one.secondary for one in card.norms):
        return _("Read in a secondary source on %(day)s: look at the text before you rely on it.") % {"day": day}
    text_of = min(acts()[one.act].checked_on for one in card.norms)
    written = day_text(text_of, language)
    return _("Checked on %(day)s, in the text as of %(written)s.") % {"day": day, "written": written}


def card_html(lesson: Lesson, number: int, today: date, good_for: timedelta, language: str, *, link: str = "") -> str:
    """One card of a lesson, counted from 0, in Telegram's HTML, with its place and the day its rules were checked."""
    _ = translator(language).gettext
    card = lesson.cards[number]
    head = f"{escape(lesson.title)} · {number + 1}/{len(lesson.cards)}"
    stale = expired(card, today, good_for)
    if stale is not None:
        act = acts()[stale.act]
        day = day_text(stale.checked_on, language)
        text = _("This card is being checked: its rule was last read on %(day)s and may have changed since.") % {
            "day": day
        }
        rule = act.cited(language).replace("{clause}", stale.clause)
        body = f'{escape(text)}\n<a href="{escape(act.url)}">{escape(rule)}</a>'
    else:
        body = body_html(card, lesson.language, today, link)
    checked = "" if stale else checked_line(card, language)
    foot = f"<i>{escape(checked)}</i>" if checked else ""
    return "\n\n".join(filter(None, (f"<i>{head}</i>", f"<b>{escape(card.title)}</b>\n{body}", foot)))
