"""The screens of what a person wants to hear when: settings, mutes, how often a filter speaks. No Telegram in here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.channels.base import Message as Page
from alerts.format import when
from alerts.i18n import translator
from alerts.preferences import MOST_MUTES, Mute, MuteKind, Wishes
from alerts.timing import FOREVER, NIGHT, Mode
from alerts.zones import zone_name
from bot.chat.callbacks import ChooseMute, FilterAction, Go, OnFilter, Screen, Set, Setting, Unmute
from bot.chat.card_callbacks import ShowCard
from bot.chat.keyboards import Rows, press, shorten
from bot.chat.texts import mode_name, render

__all__ = [
    "DIGESTS",
    "PER_DAY",
    "QUIET",
    "choose_digest",
    "choose_per_day",
    "choose_quiet",
    "choose_snooze",
    "modes",
    "mute_what",
    "muted",
    "mutes",
    "overview",
    "too_many_mutes",
]  # fmt: skip

QUIET = (NIGHT, (21 * 60, 7 * 60), (23 * 60, 7 * 60), (0, 8 * 60), (20 * 60, 9 * 60))
"""The quiet hours to choose from, in minutes after midnight."""
PER_DAY = (3, 5, 10, 20, 0)
DIGESTS = (7 * 60, 9 * 60, 12 * 60, 18 * 60, 20 * 60)
_NAME = 40


def clock(minutes: int) -> str:
    """540: "09:00"."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _back(language: str) -> Rows:
    return ((press(translator(language).gettext("Back"), Go(screen=Screen.SETTINGS)),),)


def _span(quiet: tuple[int, int]) -> str:
    return f"{clock(quiet[0])}–{clock(quiet[1])}"


def overview(wishes: Wishes, mutes_: int, per_day: int, now: datetime, language: str, *, group: bool = False) -> Page:
    """How things stand, and the way to each. Channels are set up alone with the bot, not in a group."""
    _ = translator(language).gettext
    until = wishes.snoozed_until if wishes.snoozed_until is not None and wishes.snoozed_until > now else None
    snoozed = (
        ""
        if until is None
        else "open"
        if until >= FOREVER
        else when(until, language, wishes.zone, now=now, case="dative")
    )
    text = render(
        "settings",
        language,
        quiet=_span(wishes.quiet) if wishes.quiet else "",
        per_day=per_day if wishes.per_day is None else wishes.per_day,
        digest=clock(wishes.digest_at),
        mutes=mutes_,
        snoozed=snoozed,
        zone=zone_name(wishes.zone, language, now),
        short=wishes.short,
        news=wishes.news,
    )
    ways = {
        Screen.QUIET: _("Quiet hours"),
        Screen.PER_DAY: _("Alerts a day"),
        Screen.DIGEST: _("Time of lists"),
        Screen.SNOOZE: _("Snooze"),
        Screen.MUTES: _("Muted"),
        Screen.ZONE: _("Time zone"),
        Screen.LANGUAGE: _("Language"),
    }
    buttons = [press(label, Go(screen=screen)) for screen, label in ways.items()]
    length = _("Full alerts") if wishes.short else _("Short alerts")
    news = _("No announcements") if wishes.news else _("Announcements")
    buttons += [
        press(length, Set(what=Setting.SHORT, value="no" if wishes.short else "yes")),
        press(news, Set(what=Setting.NEWS, value="no" if wishes.news else "yes")),
        press(_("Export my data"), Go(screen=Screen.EXPORT)),
    ]
    if not group:
        buttons.append(press(_("Post to a channel"), Go(screen=Screen.CHANNEL)))
    return Page(text, tuple(tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2)))


def choose_quiet(language: str) -> Page:
    """When alerts wait."""
    none = translator(language).gettext("No quiet hours")
    rows = tuple((press(_span(one), Set(what=Setting.QUIET, value=f"{one[0]}-{one[1]}")),) for one in QUIET)
    rows += ((press(none, Set(what=Setting.QUIET, value="off")),),)
    return Page(render("quiet", language), (*rows, *_back(language)))


def choose_per_day(language: str) -> Page:
    """How many come at once."""
    _ = translator(language).gettext
    row = tuple(press(str(one), Set(what=Setting.PER_DAY, value=str(one))) for one in PER_DAY if one)
    anyhow = press(_("As many as there are"), Set(what=Setting.PER_DAY, value="0"))
    return Page(render("per_day", language), (row, (anyhow,), *_back(language)))


def choose_digest(language: str) -> Page:
    """When lists come."""
    row = tuple(press(clock(one), Set(what=Setting.DIGEST, value=str(one))) for one in DIGESTS)
    return Page(render("digest", language), (row, *_back(language)))


def choose_snooze(snoozed: bool, language: str) -> Page:
    """For how long nothing comes."""
    _ = translator(language).gettext
    labels = {"day": _("1 day"), "week": _("1 week"), "open": _("Until I say")}
    rows = tuple((press(label, Set(what=Setting.SNOOZE, value=value)),) for value, label in labels.items())
    if snoozed:
        rows = ((press(_("Resume alerts"), Set(what=Setting.SNOOZE, value="end")),), *rows)
    return Page(render("snooze", language), (*rows, *_back(language)))


def mutes(kept: Sequence[tuple[Mute, str]], zone: str, now: datetime, language: str) -> Page:
    """What is muted, each with its name, and a button that ends it."""
    unmute = translator(language).gettext("Unmute")
    shown = kept[:20]
    rows = [
        (number, shorten(name, 80), when(one.until, language, zone, now=now, case="dative"))
        for number, (one, name) in enumerate(shown, 1)
    ]
    buttons = [press(f"{number}. {unmute}", Unmute(id=one.id)) for number, (one, _) in enumerate(shown, 1)]
    pairs = tuple(tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2))
    return Page(render("mutes", language, rows=rows, more=len(kept) - len(shown)), (*pairs, *_back(language)))


def mute_what(tender: int, choices: Sequence[tuple[MuteKind, str, str]], days: int, language: str) -> Page:
    """What of a tender can be muted: (kind, value for the button, name)."""
    _ = translator(language).gettext
    labels = {MuteKind.BUYER: _("Buyer"), MuteKind.CATEGORY: _("Kind"), MuteKind.INDICATOR: _("Flag")}
    rows: Rows = tuple(
        (press(f"{labels[kind]}: {shorten(name, _NAME)}", ChooseMute(tender=tender, kind=kind, value=value)),)
        for kind, value, name in choices
    )
    rows += ((press(_("All mutes"), Go(screen=Screen.MUTES)), press(_("Back"), ShowCard(tender=tender))),)
    return Page(render("mute", language, days=days, any=bool(choices)), rows)


def muted(mute: Mute, name: str, zone: str, now: datetime, language: str, *, tender: int) -> Page:
    """It is muted, with an undo and a way back to the card of that tender."""
    _ = translator(language).gettext
    text = render(
        "muted", language, what=shorten(name, 200), until=when(mute.until, language, zone, now=now, case="dative")
    )
    ways = (press(_("All mutes"), Go(screen=Screen.MUTES)), press(_("Back"), ShowCard(tender=tender)))
    rows = ((press(_("Undo"), Unmute(id=mute.id)),), ways)
    return Page(text, rows)


def too_many_mutes(language: str) -> Page:
    """There is no room for another mute."""
    label = translator(language).gettext("All mutes")
    return Page(render("mutes_full", language, limit=MOST_MUTES), ((press(label, Go(screen=Screen.MUTES)),),))


def modes(what: str, filter_id: int, chosen: Mode, page: int, language: str) -> Page:
    """How often one filter speaks; the one that is set is marked."""
    rows = tuple(
        (
            press(
                f"• {mode_name(mode, language)}" if mode is chosen else mode_name(mode, language),
                OnFilter(id=filter_id, action=FilterAction(mode.value), page=page),
            ),
        )
        for mode in Mode
    )
    back = press(translator(language).gettext("Back"), OnFilter(id=filter_id, action=FilterAction.OPEN, page=page))
    return Page(render("modes", language, what=what), (*rows, (back,)))
