"""Each provider gets mails at its own pace, whoever of its people they are for."""

from __future__ import annotations

import asyncio
import time

from alerts.channels.email.pace import DomainPacer, mail_pace


async def test_two_of_one_provider_wait_for_each_other_and_others_do_not() -> None:
    pacer = DomainPacer(mail_pace(1000.0, 60.0))
    assert await pacer.turn("a@mail.example", patience=0.05)
    assert not await pacer.turn("b@mail.example", patience=0.05)
    assert await pacer.turn("a@other.example", patience=0.05)
    assert 30 < pacer.wait_of("c@mail.example") <= 60
    soon = DomainPacer(mail_pace(1000.0, 0.3))
    began = time.monotonic()
    for name in ("a", "b"):
        assert await soon.turn(f"{name}@mail.example")
    assert time.monotonic() - began >= 0.3


async def test_a_provider_that_is_held_holds_none_of_the_others() -> None:
    pacer = DomainPacer(mail_pace(1000.0, 0.0))
    pacer.hold(600.0, "a@mail.example")
    assert pacer.wait_of("b@mail.example") > 500
    assert not await pacer.turn("b@mail.example", patience=0.05)
    assert await pacer.turn("a@other.example", patience=0.05)


async def test_all_together_go_out_at_the_rate() -> None:
    pacer = DomainPacer(mail_pace(50.0, 0.0))
    began = time.monotonic()
    await asyncio.gather(*(pacer.turn(f"a@p{number}.example") for number in range(11)))
    assert time.monotonic() - began > 0.18
