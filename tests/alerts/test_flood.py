"""The short form of `tests.alerts.flood`, twice as fast as the clock of Telegram's limits.

How near to the pace it comes, and how soon people are answered, is for the long form to say: here a machine may stand
still for a second.
"""

from __future__ import annotations

from tests.alerts.flood import GROUPS, Flood


async def test_a_flood_goes_out_at_the_pace_and_people_are_answered_meanwhile(database_url, tmp_path) -> None:
    result = await Flood(database_url, tmp_path, rows=300, storms=1, scale=2.0).run()
    assert result.states == {"sent": 300}
    assert result.twice == 0
    assert result.refused >= 1  # the storm came
    assert result.busiest_minute_of_a_group <= 20
    assert result.wall > 0.97 * result.ideal
    assert result.replies >= 3  # behind the alerts, who were all due before, they would not have come at all
    assert result.before_other <= 2 * GROUPS  # the groups, owed first, held nobody up
