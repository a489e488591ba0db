"""The short form of `tests.alerts.kill_anywhere`."""

from __future__ import annotations

from tests.alerts.deliverers import STEPS
from tests.alerts.kill_anywhere import Killing


async def test_whatever_moment_a_deliverer_is_killed_nothing_is_lost_and_nothing_told_twice(
    database_url, dialect, tmp_path
) -> None:
    several = 3 if dialect == "postgres" else 1
    tally = await Killing(database_url, tmp_path, kills=len(STEPS) + 4, alerts=300, deliverers=several).run()
    assert (tally.lost, tally.twice, tally.astray) == ([], [], [])
    assert sum(tally.states.values()) == 300
    assert {"claimed", "starting", "started", "requesting", "answered", "finishing"} <= set(tally.at_steps)
    assert tally.states["uncertain"] >= 1  # of those killed between the request and its record
