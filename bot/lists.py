"""What `baqylau indicators` and `baqylau stats` print."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from alerts.acts import norm
from alerts.outbox import Outbox
from alerts.render.pages import IndicatorPages
from alerts.subscriptions import Subscriptions
from bot.config import Config
from bot.database_commands import DatabaseError
from bot.times import utc_now
from watchers.database import Database
from watchers.indicators.base import Indicator
from watchers.store import Store

__all__ = ["indicator_table", "statistics"]


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
    database = Database(config.database.url.get_secret_value())
    store = Store(database, utc_now)
    try:
        stored = await store.counts()
        aside = await store.set_aside_counts()
        owed = await Outbox(database, utc_now).counts()
        people = await Subscriptions(database, utc_now).counts()
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise DatabaseError(
            f"stats: {config.database.shown} cannot be read ({reason}): check database.url, or run baqylau db upgrade"
        ) from error
    finally:
        await database.close()
    return [
        *(f"{name:<18} {count}" for name, count in stored.items()),
        *(f"set aside, {source}: {count}" for source, count in aside.items()),
        *(f"messages {state:<9} {count}" for state, count in owed.items()),
        *(f"subscribers {state}: {count}" for state, count in people.subscribers.items()),
        f"filters            {people.filters} ({people.paused} paused)",
    ]
