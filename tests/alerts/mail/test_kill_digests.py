"""The short form of `tests.alerts.mail.kill_digests`."""

from __future__ import annotations

from pathlib import Path

from tests.alerts.mail.kill_digests import Killing, passed


async def test_whatever_moment_a_process_is_killed_no_purchase_is_lost_and_no_mail_comes_twice(
    database_url: str, tmp_path: Path
) -> None:
    tally = await Killing(database_url, tmp_path, kills=6, people=4).run()
    assert passed(tally), tally
    assert tally.owed == tally.days * 2 * 4
    assert tally.mails >= 4 * 3
    assert len(tally.at_steps) >= 2
