"""What `baqylau indicators` and `baqylau stats` print."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from alerts.acts import norm
from alerts.learning import CardVotes, Learning, Readers
from alerts.opinions import Opinion, Opinions
from alerts.outbox import Outbox
from alerts.render.pages import IndicatorPages
from alerts.subscriptions import Subscriptions
from bot.config import Config
from bot.database_commands import DatabaseError
from bot.times import utc_now
from bot.tips.counts import count_tips
from watchers.base_rates import Drift, Rate, monday_of, rates
from watchers.database import Database
from watchers.indicators.base import Indicator
from watchers.store import Store

__all__ = ["counted", "feedback", "indicator_table", "statistics"]


def indicator_table(indicators: Sequence[Indicator], language: str) -> str:
    """One line an indicator: code, stage, tier and weight, name, norm."""
    pages = IndicatorPages()
    lines = [f"{'code':<6} {'stage':<9} tier and weight, name"]
    for one in indicators:
        page = pages.page(one.code, language)
        cited = norm(one.norm, language) if one.norm else ""
        lines.append(f"{one.code:<6} {one.stage:<9} {one.tier}{one.weight}  {page.name if page else one.code}{cited}")
    return "\n".join(lines)


async def statistics(config: Config) -> list[str]:
    """Counts as lines of text. Raises DatabaseError where the tables cannot be read."""
    url = make_url(config.database.url.get_secret_value())
    if url.get_backend_name() == "sqlite" and not await asyncio.to_thread(Path(url.database or "").is_file):
        raise DatabaseError(f"stats: {url.database} is not there yet: baqylau run makes it, or check database.url")
    database = Database(config.database.url.get_secret_value())
    try:
        counts = await counted(database)
        said = await Opinions(database, utc_now).counts()
        this_week = monday_of(utc_now())
        learning = Learning(database, utc_now)
        judged, read = await learning.votes(), await learning.readers()
        weeks = [await rates(database, week) for week in (this_week, this_week - timedelta(weeks=1))]
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise DatabaseError(
            f"stats: {config.database.shown} cannot be read ({reason}): check database.url, or run baqylau db upgrade"
        ) from error
    finally:
        await database.close()
    return [
        *counts,
        *_lesson_lines(read, judged),
        *_rate_lines(*weeks),
        *_vote_lines(said),
    ]


async def counted(database: Database) -> list[str]:
    """What is stored, owed and sent, and to how many; a line each."""
    store = Store(database, utc_now)
    stored = await store.counts()
    aside = await store.set_aside_counts()
    owed = await Outbox(database, utc_now).counts()
    people = await Subscriptions(database, utc_now).counts()
    told = await count_tips(database)
    return [
        *(f"{name:<18} {count}" for name, count in stored.items()),
        *(f"set aside, {source}: {count}" for source, count in aside.items()),
        *(f"messages {state:<9} {count}" for state, count in owed.items()),
        *(f"subscribers {state}: {count}" for state, count in people.subscribers.items()),
        f"filters            {people.filters} ({people.paused} paused)",
        *(f"tips {state:<13} {count}" for state, count in told.states.items()),
        *([f"tips held          {told.held}"] if told.held else []),
        *([f"tips the monitors’ group does not know of: {told.untold}"] if told.untold else []),
    ]


async def feedback(database: Database) -> list[str]:
    """What readers said of each indicator; a line each."""
    return [line for line in _vote_lines(await Opinions(database, utc_now).counts()) if line]


def _lesson_lines(read: Sequence[Readers], judged: Sequence[CardVotes]) -> list[str]:
    """A line a lesson, the one that loses most people first; then the cards that were unclear to somebody."""
    if not read:
        return []
    lines = [
        f"{one.slug:<26} {one.readers:>6} {one.finished:>8} {_percent(1 - one.finished / one.readers):>7}"
        for one in sorted(read, key=lambda one: (one.finished / one.readers, -one.readers, one.slug))
    ]
    heading = f"{'lesson':<26} {'opened':>6} {'answered':>8} {'lost':>7}"
    unclear = [
        f"{one.slug:<26} {one.card + 1:>6} {one.unclear:>8} {one.clear:>7}   {one.reached} of {one.readers}"
        for one in judged
        if one.unclear
    ]
    cards = [f"{'card that was unclear':<26} {'number':>6} {'unclear':>8} {'clear':>7}   reached it"] if unclear else []
    return ["", heading, *lines, *cards, *unclear]


def _rate_lines(this_week: Sequence[Rate], last_week: Sequence[Rate]) -> list[str]:
    """A line an indicator: how often it fired this week, last week, and in the four weeks before that."""
    by_code = {one.indicator: one for one in this_week}
    earlier = {one.indicator: one for one in last_week}
    lines = []
    for code in sorted({*by_code, *earlier}):
        now, before = by_code.get(code), earlier.get(code)
        shown = before or now
        told = [_share(now), _share(before), _percent(shown.share_before if shown else None)]
        note = {Drift.OFTEN: "fires on more than a fifth", Drift.DOUBLED: "doubled"}.get(
            before.drift if before else Drift.NONE, ""
        )
        lines.append(f"{code:<6} {told[0]:<22} {told[1]:<22} {told[2]:<8} {note}".rstrip())
    heading = f"{'flag':<6} {'this week':<22} {'last week':<22} before"
    return ["", "how often each flag was raised, of what could be checked", heading, *lines] if lines else []


def _vote_lines(said: Mapping[str, Opinion]) -> list[str]:
    """A line an indicator: what readers say of its flags."""
    lines = [
        f"{code:<6} {one.useful:<8} {one.wrong:<8} {one.known:<8} {one.count}" for code, one in sorted(said.items())
    ]
    heading = f"{'flag':<6} {'useful':<8} {'wrong':<8} {'known':<8} votes"
    return ["", "what readers say of each flag", heading, *lines] if lines else []


def _share(rate: Rate | None) -> str:
    return f"{_percent(rate.share)} ({rate.fired} of {rate.computed})" if rate else "-"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"
