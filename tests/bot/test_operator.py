"""The operator is told of an alarm once, in the chat's language, and again when it is over."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from alerts.channels.telegram.transport import TelegramChannel, connect
from alerts.i18n import LANGUAGES
from alerts.pace import Pace, Pacer
from alerts.subscriptions import Subscriptions
from bot.config_sections import Alerts
from bot.operator import Operator, drift_text, text_of
from bot.sandbox import Sandbox
from tests.alerts.telegram_parser import parsed
from watchers.base_rates import Drift, Rate
from watchers.tables import indicator_weeks, standings
from watchers.vigil import Alarm, Stood

TOKEN_REFUSED = "goszakup: token refused (401): take a new one"


async def put(database: Any, **row: Any) -> None:
    insert = database.insert(standings)
    async with database.write() as connection:
        kept = {name: insert.excluded[name] for name in row if name != "source"}
        await connection.execute(insert.on_conflict_do_update(index_elements=["source"], set_=kept), [row])


async def test_an_alarm_is_told_once_and_its_end_too(database: Any, clock: Any) -> None:
    async with Sandbox() as sandbox:
        person, other = sandbox.people[0], sandbox.people[1]
        for one in (person, other):
            one.started = True
        people = Subscriptions(database, clock)
        await people.get_or_create("telegram", str(person.id), "kk")
        bot = connect(sandbox.token, sandbox.api_base)
        news = Operator(
            database, TelegramChannel(bot), people, Pacer(Pace(chat_seconds=0.0)), clock,
            admins=(person.id, other.id), defaults=Alerts(language="ru"),
        )  # fmt: skip
        row = {"source": "goszakup", "state": "off", "trouble": TOKEN_REFUSED, "checked_at": clock(),
               "good_at": clock(), "alarm": "refused", "alarm_at": clock()}  # fmt: skip
        await put(database, **row)
        await asyncio.gather(*(news.do_one() for _ in range(3)))  # several processes deliver
        said = [entry.text for entry in sandbox.ledger.messages()]
        assert len(said) == 2
        assert said[0].startswith("⚠️ goszakup бізге жауап беруден бас тартады")
        assert said[1].startswith("⚠️ goszakup отказывает нам")
        assert all(TOKEN_REFUSED in text and "14:05" in text for text in said)
        clock.advance(hours=1)
        await put(database, **row | {"state": "waiting", "trouble": "", "alarm": ""})
        for _ in range(3):
            await news.do_one()
        said = [entry.text for entry in sandbox.ledger.messages()][2:]
        assert [text.partition(":")[0] for text in said] == [
            "✅ goszakup қайтадан дұрыс оқылып жатыр. Ақау басталған уақыт",
            "✅ goszakup снова читается нормально. Сбой начался 22 нояб., 14",
        ]
        await bot.session.close()


async def test_a_message_that_did_not_go_out_is_owed(database: Any, clock: Any) -> None:
    async with Sandbox() as sandbox:
        person = sandbox.people[0]
        person.started = True
        bot = connect(sandbox.token, sandbox.api_base)
        news = Operator(
            database, TelegramChannel(bot), Subscriptions(database, clock), Pacer(Pace(chat_seconds=0.0)), clock,
            admins=(person.id, 404), defaults=Alerts(),
        )  # fmt: skip
        await put(database, source="a", state="troubled", checked_at=clock(), alarm="unanswering", alarm_at=clock())
        sandbox.faults.refuse(500, "Internal Server Error", count=1)
        await news.do_one()
        assert sandbox.ledger.messages() == []
        await news.do_one()
        await news.do_one()
        assert len(sandbox.ledger.messages()) == 1
        await bot.session.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("alarm", list(Alarm))
def test_every_alarm_has_its_words(alarm: Alarm, language: str, clock: Any) -> None:
    stood = Stood(source="goszakup", alarm=alarm, alarm_at=clock() - timedelta(hours=2), trouble="a < b")
    text = text_of(stood, language, "Asia/Almaty", clock())
    assert "goszakup" in text
    assert ("a &lt; b" in text) == bool(alarm)
    assert "None" not in text


def drifted(fired: int = 60, clear: int = 140, before: tuple[int, int] = (10, 400)) -> Rate:
    return Rate(
        indicator="R003", week=date(2026, 11, 16), fired=fired, clear=clear, not_computable=5, fired_before=before[0],
        computed_before=before[1],
    )  # fmt: skip


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("rate", [drifted(), drifted(fired=30)], ids=["often", "doubled"])
def test_an_indicator_gone_astray_is_told_with_its_numbers(rate: Rate, language: str) -> None:
    text, _ = parsed(drift_text(rate, language))
    assert "R003" in text
    assert str(rate.fired) in text
    assert str(rate.computed) in text
    assert "%(" not in text
    assert ("2.5" in text or "2,5" in text) is (rate.drift is Drift.DOUBLED)


async def test_an_indicator_gone_astray_is_told_once_a_week(database: Any, clock: Any) -> None:
    week = {"week": date(2026, 11, 9), "indicator": "R003", "fired": 50, "clear": 150}  # the clock says Sunday the 22nd
    async with database.write() as connection:
        await connection.execute(indicator_weeks.insert(), [week, week | {"indicator": "R010", "fired": 2}])
    async with Sandbox() as sandbox:
        person = sandbox.people[0]
        person.started = True
        bot = connect(sandbox.token, sandbox.api_base)
        news = Operator(
            database, TelegramChannel(bot), Subscriptions(database, clock), Pacer(Pace(chat_seconds=0.0)), clock,
            admins=(person.id,), defaults=Alerts(language="en"),
        )  # fmt: skip
        sandbox.faults.refuse(500, "Internal Server Error", count=1)
        await news.do_one()
        assert sandbox.ledger.messages() == []
        await asyncio.gather(*(news.do_one() for _ in range(3)))  # several processes deliver
        await news.do_one()
        (said,) = [entry.text for entry in sandbox.ledger.messages()]
        assert said.startswith("📈 <b>R003 Submission window too short</b>")
        assert "25" in said
        await bot.session.close()
