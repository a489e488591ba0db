"""What somebody can do about a purchase: whom they may turn to, how, by when. Never a bidder's road for a citizen.

The ways are dated data (`watchers/rules/data/steps.csv` and `authorities.csv`); what is told of a term that nobody read
in a text is that it is being checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from alerts.learning import Role
from bot.learn.stages import Stage, Standing
from watchers.indicators.base import Norm
from watchers.rules import Confidence, Rules
from watchers.rules.law import Authority

__all__ = ["Todo", "Way", "what_to_do"]

_SENDERS: Mapping[Role, tuple[str, ...]] = {
    Role.CITIZEN: ("citizen",),
    Role.SUPPLIER: ("supplier",),
    Role.JOURNALIST: ("journalist", "citizen"),
    Role.MONITOR: ("observer", "citizen"),
}
_BIDDERS = "supplier"


class Way(msgspec.Struct, frozen=True):
    """Somebody to turn to.

    `until`: the last day to do so, None where no term runs; `left`: working days up to it, after today; `over`: it has
    passed. `answer`: within how many working days it is decided, None where no term is known for certain.
    """

    authority: Authority
    until: date | None = None
    left: int = 0
    over: bool = False
    answer: int | None = None

    @property
    def key(self) -> str:
        """What the tables call it."""
        return self.authority.key

    @property
    def norm(self) -> Norm | None:
        """The rule it stands on, None where none was read."""
        row = self.authority
        return Norm(row.act, row.clause, row.checked_on) if row.act else None

    @property
    def sure(self) -> bool:
        """Whether what is told of its terms was read somewhere, not recalled."""
        return self.authority.confidence is not Confidence.LOW

    def name(self, language: str) -> str:
        """Who it is."""
        row = self.authority
        return {"kk": row.name_kk, "ru": row.name_ru}.get(language, row.name_en)

    def how(self, language: str) -> str:
        """How they are turned to."""
        row = self.authority
        return {"kk": row.how_kk, "ru": row.how_ru}.get(language, row.how_en)


class Todo(msgspec.Struct, frozen=True):
    """All that a role can do at a stage. `bidders`: what only a bidder can, told to others as such; None without.

    `confirmed`: the days off of the years at hand are known for certain.
    """

    role: Role
    standing: Standing
    ways: tuple[Way, ...]
    bidders: Way | None = None
    confirmed: bool = True


def what_to_do(role: Role, standing: Standing, rules: Rules, country: str, now: datetime) -> Todo:
    """The ways of a role at that moment (UTC), the first step first; none where a country's ways are not known."""
    calendar = rules.calendar(country)
    today = calendar.local_date(now)
    if standing.stage is Stage.OVER:
        return Todo(role, standing, ())

    def of(sender: str) -> list[Way]:
        found = rules.law.ways(country, sender, standing.stage, standing.group, today)
        return [_way(one, standing, rules, country, today) for one in found]

    ways: dict[str, Way] = {}
    for sender in _SENDERS[role]:
        for way in of(sender):
            ways.setdefault(way.key, way)
    timed = [way for way in of(_BIDDERS) if way.until is not None and not way.over]
    others = role is not Role.SUPPLIER
    confirmed = all(calendar.confirmed(year) for year in {today.year, *(way.until.year for way in timed if way.until)})
    return Todo(role, standing, tuple(ways.values()), timed[0] if timed and others else None, confirmed)


def _way(row: Authority, standing: Standing, rules: Rules, country: str, today: date) -> Way:
    calendar = rules.calendar(country)
    answer = row.answer if row.confidence is not Confidence.LOW else None
    if row.term is None:
        return Way(row, answer=answer)
    until = standing.until if standing.stage is Stage.DISCUSSION else None
    if until is None and standing.since is not None:
        until = calendar.after_working_days(standing.since, row.term)
    if until is None:
        return Way(row, answer=answer)
    return Way(row, until, calendar.working_days(today, until), until < today, answer)
