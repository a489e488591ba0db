"""Every screen of settings, one's own data, channels and the operator, with somebody else's words in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from alerts.announcing import Announcement
from alerts.channels.base import Message as Page
from alerts.crowds import Crowd
from alerts.portable import Carried
from alerts.preferences import Wishes
from alerts.preview import Preview
from alerts.subscriptions import Subscription
from bot.chat import carrying, operating, posting, screens, settings, zones
from bot.chat.operating import read_news
from bot.chat.texts import render

NOTHING = Preview(count=0, days=7, stored=9, floods=False, examples=(), remedies=(), complete=True)
FLOOD = Preview(count=999, days=7, stored=999, floods=True, examples=(), remedies=(), complete=True)


def house_pages(language: str, now: datetime, word: str, kept: Sequence[Subscription]) -> Iterator[Page]:
    for group in (False, True):
        yield zones.choose("Asia/Almaty", now, language, group=group)
        yield zones.found(word[:100], [], "Asia/Almaty", now, language, group=group)
        yield zones.found(word[:100], ["Europe/Berlin", "UTC"], "Asia/Almaty", now, language, group=group)
    yield settings.overview(Wishes("Asia/Oral", None, None, 0, 540, None, True, True), 0, 5, now, language)
    carried = [Carried(one.criteria) for one in kept]
    for known, over in ((0, 0), (1, 2), (5, 5)):
        for seen in (NOTHING, FLOOD):
            yield carrying.preview([carrying.Weighed(one, seen) for one in carried * 5], known, over, {}, language)
        yield carrying.preview([], known, over, {}, language)
        yield carrying.added(known, language)
        yield carrying.added(known, language, kept, {})
        yield carrying.export(known, language)
    yield carrying.unreadable(word[:200], language)
    yield posting.how(language)
    yield from (posting.refused(word[:128], language, ours=ours) for ours in (False, True))
    for mine in (kept, []):
        yield posting.choose((-(2**53), word[:128]), mine, {one.criteria for one in mine[:1]}, {}, language)
    yield from operator_pages(language, word)
    yield screens.filter_(kept[0], {}, 0, language, forum=True)
    for topic in (-1, 5):
        yield screens.filter_(
            Subscription(1, 1, word[:64], kept[0].criteria, False, now, topic=topic), {}, 0, language, forum=True
        )


def operator_pages(language: str, word: str) -> Iterator[Page]:
    yield operating.statistics([word[:40]] * 60, language)
    yield operating.health([], [], language)
    yield operating.health([word[:100]], [("goszakup", "—", ""), ("unified", "22 Nov, 14:05", "silent")], language)
    yield operating.crowd(Crowd({}, {}), language)
    yield operating.crowd(Crowd({"kk": 4, "ru": 900}, {"*": 5, "KZ-61": 12, "UA": 1, "QQ": 7}), language)
    yield operating.asked(language)
    for typed in (word[:900] or "x", f"kk: {word[:900]}\nru: b\nen: c"):
        one = Announcement(7, read_news(typed), None)
        yield operating.announcing(one, {"kk": 1, "ru": 2}, language)
        yield operating.announcing(one, {}, language)
        yield operating.news(one.text(language), language)
    for states in ({"due": 5, "sent": 5}, {"sent": 21, "failed": 1}):
        yield operating.sent(7, states, language)
    yield from (operating.banned(-100123, banned, language) for banned in (False, True))
    yield Page(render("operator_usage", language, example="/ban 123"))
    yield from (screens.plain(name, language) for name in ("no_votes", "news_left"))
