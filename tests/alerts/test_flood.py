"""The short form of `tests.alerts.flood`, twice as fast as the clock of Telegram's limits."""

from __future__ import annotations

import pytest

from tests.alerts.flood import Flood


@pytest.mark.timeout(120)
async def test_a_flood_goes_out_at_the_pace_and_people_are_answered_meanwhile(database_url, tmp_path) -> None:
    result = await Flood(database_url, tmp_path, rows=300, storms=1, scale=2.0).run()
    assert result.states == {"sent": 300}
    assert result.twice == 0
    assert result.refused >= 1  # the storm came
    assert result.busiest_second <= 2 * 30
    assert result.busiest_minute_of_a_group <= 20
    assert result.wall < 5 * (result.ideal + result.held)  # slack for a busy machine; the long form prints how near
    assert result.replies >= 3
    assert result.reply_95 < 2.0  # a storm makes everybody wait a second; the long form says how it is over hours
    assert result.first_other < 1.0  # the groups, owed first, held nobody up
