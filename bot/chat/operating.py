"""The operator's screens: counts, health, who there is, announcements, bans. No Telegram in here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from markupsafe import escape

from alerts.announcing import Announcement
from alerts.channels.base import Message as Page
from alerts.channels.telegram.text import utf16
from alerts.crowds import EVERYWHERE, FEWEST, Crowd
from alerts.i18n import LANGUAGES, translator
from bot.chat.callbacks import Go, News, NewsAct, Screen
from bot.chat.keyboards import NAMES, press
from bot.chat.texts import country_name, render
from watchers.places import region

__all__ = [
    "LONGEST_NEWS", "announcing", "asked", "banned", "crowd", "health", "news", "read_news", "sent", "statistics",
]  # fmt: skip

LONGEST_NEWS = 3000
_SECTION = re.compile(rf"^\s*({'|'.join(LANGUAGES)})\s*:\s*", re.IGNORECASE)
_ROOM = 3500  # of the 4,096 that a message takes


def statistics(lines: Sequence[str], language: str) -> Page:
    """The counts that `baqylau stats` prints."""
    shown: list[str] = []
    room = _ROOM
    for line in lines:
        room -= utf16(line) + 1
        if room < 0:
            shown.append("…")
            break
        shown.append(line)
    return Page(render("operator_stats", language, lines="\n".join(shown)))


def health(reasons: Sequence[str], sources: Sequence[tuple[str, str, str]], language: str) -> Page:
    """What is in the way of this process, and each source with its last good reading and its alarm."""
    return Page(render("operator_health", language, reasons=reasons, sources=sources))


def _few(count: int) -> str:
    return str(count) if count >= FEWEST else f"< {FEWEST}"


def crowd(found: Crowd, language: str) -> Page:
    """How many chats, by language and by region."""
    _ = translator(language).gettext
    languages = [(NAMES.get(code, code), _few(count)) for code, count in sorted(found.languages.items())]
    regions = []
    for code, count in sorted(found.regions.items(), key=lambda one: -one[1]):
        known = region(code)
        name = _("no region named") if code == EVERYWHERE else known.name(language) if known else country_name(
            code, language
        )  # fmt: skip
        regions.append((name, _few(count)))
    return Page(render("operator_people", language, languages=languages, regions=regions, fewest=FEWEST))


def read_news(typed: str) -> dict[str, str]:
    """The texts of an announcement by language; '' for words before any "kk:", "ru:" or "en:"."""
    texts: dict[str, list[str]] = {}
    language = ""
    for line in typed.splitlines():
        if section := _SECTION.match(line):
            language = section.group(1).lower()
        texts.setdefault(language, []).append(line[section.end() :] if section else line)
    found = {code: "\n".join(lines).strip() for code, lines in texts.items()}
    return {code: str(escape(text)) for code, text in found.items() if text}


def asked(language: str) -> Page:
    """What the announcement should say."""
    cancel = press(translator(language).gettext("Cancel"), News(id=0, act=NewsAct.CANCEL))
    return Page(render("news_ask", language, limit=LONGEST_NEWS), ((cancel,),))


def announcing(one: Announcement, agreed: Mapping[str, int], language: str) -> Page:
    """How it will look to whom; sent only when confirmed."""
    _ = translator(language).gettext
    by_text: dict[str, list[str]] = {}
    for code in LANGUAGES:
        by_text.setdefault(one.text(code), []).append(code)
    shown = [
        (", ".join(NAMES[code] for code in codes), sum(agreed.get(code, 0) for code in codes), text)
        for text, codes in by_text.items()
    ]
    total = sum(agreed.values())
    text = render("news_preview", language, shown=shown, total=total)
    send = ((press(_("Send"), News(id=one.id, act=NewsAct.SEND)),),) if total else ()
    return Page(text, (*send, (press(_("Cancel"), News(id=one.id, act=NewsAct.CANCEL)),)))


def sent(id_: int, states: Mapping[str, int], language: str) -> Page:
    """How far it is."""
    total = sum(states.values())
    over = sum(states.get(one, 0) for one in ("sent", "failed", "skipped", "uncertain", "carried"))
    text = render("news_sent", language, total=total, over=over, states=states)
    look = press(translator(language).gettext("Look again"), News(id=id_, act=NewsAct.LOOK))
    return Page(text, ((look,),) if over < total else ())


def banned(number: int, now: bool, language: str) -> Page:
    """It is kept out, or let in again."""
    return Page(render("operator_ban", language, number=number, banned=now))


def news(html: str, language: str) -> Page:
    """An announcement as its reader gets it."""
    settings = press(translator(language).gettext("Settings"), Go(screen=Screen.SETTINGS))
    return Page(render("news", language, html=html), ((settings,),))
