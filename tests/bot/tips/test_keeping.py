"""How long what is kept: from full back to nothing, warned before, held by law; limits against floods and guessing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy.engine import make_url

from bot.tips.audit import read_audit
from bot.tips.desk import Desk
from bot.tips.drafts import Drafts
from bot.tips.limits import EVERYBODY_PER_HOUR, Verdict
from bot.tips.receipt import digits_of, grouped
from bot.tips.retention import Retention
from tests.bot.tips.files import making
from tests.bot.tips.tipping import Tipping

KEPT_ANYWAY = ("tip_audit", "alembic_version", "inbox", "inbox_keys", "keys", "conversations", "subscribers")


def files(talk: Tipping) -> set[str]:
    """The files beside the database (SQLite's own three)."""
    if talk.database.dialect != "sqlite":
        return set()
    folder = Path(make_url(talk.database.url).database or "").parent
    return {one.name for one in folder.rglob("*") if one.is_file() and not one.name.startswith("baqylau.sqlite3")}


async def test_from_full_back_to_no_row_and_no_file(talk: Tipping) -> None:
    group = await talk.monitors()
    before, files_before = await talk.rows(*KEPT_ANYWAY), files(talk)
    person = talk.person("kk")
    await talk.accept(person)
    await talk.forge(person, "tip:go:files")
    await talk.press(person, "tip:orig:yes")
    await talk.say(person, "they paid twice")
    talk.sandbox.crowd.send_file(person, "a.pdf", making.pdf())
    talk.sandbox.crowd.send_photo(person, "a.jpg", making.jpeg())
    await talk.settle()
    await talk.forge(person, "tip:ask:yes")
    await talk.press(person, "tip:send:")
    await talk.around()
    (tip,) = await talk.tips.group.open_tips()
    await talk.order(talk.person("en"), "/ask when?", group, tip.topic)
    full = await talk.rows(*KEPT_ANYWAY)
    assert full["tip_parts"] == 5
    assert {"tips", "tip_routes", "tip_senders", "tip_messages", "tip_part_keys", "tip_drafts"} <= set(full)
    retention = Retention(talk.tips.desk, talk.settings)
    assert await retention.run() == 0
    assert (await talk.rows(*KEPT_ANYWAY))["tips"] == 1, "all survive while their time is not over"
    talk.clock.advance(days=358, hours=2)
    assert await retention.run() == 0, "warned first"
    await talk.around()
    talk.clock.advance(days=8)
    await talk.around()
    talk.clock.advance(hours=2)
    await talk.around()
    assert await talk.rows(*KEPT_ANYWAY) == before
    assert files(talk) == files_before
    assert [line.act for line in await read_audit(talk.database)][-2:] == ["warn", "erase"]


async def test_the_tipper_is_warned_and_what_they_add_postpones_it(talk: Tipping) -> None:
    await talk.monitors()
    person = talk.person("en")
    await talk.tell(person, "they paid twice")
    await talk.around()
    talk.clock.advance(days=24)
    await talk.around()
    assert talk.last(person) == "There is news for you."
    await talk.press(person, talk.buttons(person)["Look"])
    assert "It is erased after" in talk.last(person)
    await talk.press(person, talk.buttons(person)["Answer or add something"])
    await talk.say(person, "and a third time")
    await talk.press(person, "tip:send:")
    talk.clock.advance(days=13)
    await talk.around()
    assert await talk.rows_of("tips") == {"tips": 1}
    talk.clock.advance(days=9)
    await talk.around()
    talk.clock.advance(days=9)
    await talk.around()
    assert not await talk.rows_of("tips")


async def test_a_legal_hold_outlasts_every_term(talk: Tipping) -> None:
    group = await talk.monitors()
    await talk.tell(talk.person("kk"), "they paid twice")
    await talk.around()
    (tip,) = await talk.tips.group.open_tips()
    await talk.order(talk.person("ru"), "/hold", group, tip.topic)
    talk.clock.advance(days=4000)
    await talk.around()
    assert await talk.rows_of("tips") == {"tips": 1}
    await talk.order(talk.person("ru"), "/release", group, tip.topic)
    talk.clock.advance(hours=2)
    await talk.around()
    assert await talk.rows_of("tips") == {"tips": 1}, "not without a warning either"
    talk.clock.advance(days=8)
    await talk.around()
    assert not await talk.rows_of("tips")


async def test_terms_differ_by_state_and_an_authority_s_tip_waits_for_its_end(talk: Tipping) -> None:
    await talk.tell(talk.person("kk"), "they paid twice")
    retention = Retention(talk.tips.desk, talk.settings)
    tip = await talk.tips.desk.by_id(1)
    assert tip is not None
    from bot.tips.states import State

    def days(state: State) -> int | None:
        ends = retention.erased_at(replace(tip, state=state))
        return (ends - tip.changed_at) // timedelta(days=1) if ends else None

    assert [days(state) for state in State] == [30, 365, 365, 365, None, 365, 30, 365]


async def test_the_same_tip_is_not_taken_twice(talk: Tipping) -> None:
    person = talk.person("en")
    await talk.tell(person, "they paid twice")
    await talk.tell(person, "they paid twice")
    assert talk.last(person).startswith("You sent the same")
    assert await talk.rows_of("tips") == {"tips": 1}
    await talk.press(person, "tip:cancel:")
    await talk.tell(talk.person("ru"), "they paid twice")
    assert await talk.rows_of("tips") == {"tips": 2}, "somebody else may say the same"


async def test_a_flood_of_tips_has_to_wait_and_its_draft_stays(talk: Tipping) -> None:
    person = talk.person("en")
    for number in range(talk.settings.per_day):
        await talk.tell(person, f"tip {number}")
        talk.clock.advance(minutes=1)
    await talk.tell(person, "one too many")
    assert talk.last(person).startswith("Too many tips at once.")
    talk.clock.advance(hours=6)
    await talk.press(person, "tip:send:")
    assert await talk.rows_of("tips") == {"tips": talk.settings.per_day + 1}


async def test_a_flood_from_many_accounts_has_to_wait_as_well(talk: Tipping) -> None:
    limits = talk.tips.limits
    for number in range(EVERYBODY_PER_HOUR):
        assert await limits.may_send(number, ("x",)) is Verdict.FREE
    assert await limits.may_send(10**6, ("x",)) is Verdict.WAIT
    talk.clock.advance(minutes=1)
    assert await limits.may_send(10**6, ("x",)) is Verdict.FREE


async def test_codes_cannot_be_guessed_and_a_right_one_waits_too(talk: Tipping) -> None:
    code = await talk.tell(talk.person("kk"), "they paid twice")
    other = talk.person("en")
    await talk.say(other, "/mytips")
    wrong = grouped(f"{(int(digits_of(code)) + 1) % 10**16:016}")
    for _ in range(5):
        await talk.say(other, wrong)
        assert talk.last(other).startswith("No tip has this code.")
    await talk.say(other, code)
    assert talk.last(other).startswith("Too many codes were tried")
    talk.clock.advance(minutes=16)
    await talk.say(other, code)
    assert talk.last(other).startswith("Your tip: received")


async def test_rows_against_floods_name_nobody_and_are_forgotten(talk: Tipping) -> None:
    person = talk.person("kk")
    await talk.tell(person, "they paid twice")
    for table in ("tip_buckets", "tip_marks", "tip_senders", "tip_routes", "tip_drafts"):
        async with talk.database.read() as connection:
            from sqlalchemy import text

            rows = (await connection.execute(text(f"SELECT * FROM {table}"))).all()
        assert rows
        assert str(person.id) not in str(rows)
        held = b"".join(bytes(value) for row in rows for value in row if isinstance(value, bytes | memoryview))
        assert person.id.to_bytes(8, "big") not in held
    talk.clock.advance(days=8)
    await talk.tips.limits.sweep()
    assert not await talk.rows_of("tip_buckets", "tip_marks", "tip_senders")


async def test_forget_me_erases_the_way_back_and_the_code_still_opens(talk: Tipping) -> None:
    person = talk.person("kk")
    code = await talk.tell(person, "they paid twice")
    assert await talk.tips.desk.forget(person.id) == 1
    assert not await talk.rows_of("tip_routes", "tip_senders", "tip_drafts")
    assert await talk.tips.desk.by_code(digits_of(code)) is not None


@pytest.mark.parametrize("breaks", ["_put", "write"])
async def test_a_part_and_the_draft_that_counts_it_are_kept_together_or_not_at_all(
    talk: Tipping, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    person = talk.person("en")
    await talk.accept(person)
    draft = await talk.tips.drafts.get(person.id)
    assert draft is not None
    sealed = [talk.tips.drafts.seal({"kind": "text"}, b"once")]
    with monkeypatch.context() as patch:
        patch.setattr(Drafts, breaks, killed)
        with pytest.raises(OSError, match="killed"):
            await talk.tips.drafts.add(person.id, replace(draft, texts=1), sealed)
    assert not await talk.rows_of("tip_parts", "tip_part_keys")
    assert await talk.tips.drafts.get(person.id) == draft


@pytest.mark.parametrize("breaks", ["_take_parts", "_keep_route"])
async def test_a_tip_is_sent_whole_or_not_at_all(talk: Tipping, monkeypatch: pytest.MonkeyPatch, breaks: str) -> None:
    person = talk.person("en")
    await talk.accept(person)
    await talk.say(person, "once")
    await talk.forge(person, "tip:ask:yes")
    with monkeypatch.context() as patch:
        patch.setattr(Desk, breaks, killed)
        await talk.press(person, "tip:send:")
    assert not await talk.rows_of("tips", "tip_routes", "tip_senders", "tip_audit")
    await talk.press(person, "tip:send:")
    assert [one.text for one in await talk.opened()] == ["once"]


async def killed(*_: object, **__: object) -> None:
    """As a process ends in the middle."""
    raise OSError("killed")
