"""Double opt-in: nothing happens before the mailbox says so, and whoever asks learns nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from alerts.filters import BadFilter, Criteria
from alerts.mail.asking import TooManyAsks
from alerts.mail.mailing import open_mailing
from alerts.mail.tables import Frequency
from alerts.mail.tokens import BadToken, ExpiredToken, Purpose
from alerts.tables import Standing
from tests.alerts.conftest import World
from tests.alerts.mail.conftest import FUEL, ROOFS, Post

ARU = "aru@example.kz"


async def test_an_address_gets_nothing_but_the_letter_before_it_confirms(post: Post, world: World) -> None:
    await post.mailing.asks.ask("Aru@Example.kz", language="ru", criteria=[FUEL])
    person = await post.who(ARU)
    assert (person.state, person.language) == (Standing.PENDING, "ru")
    assert await world.subscriptions.filters(person.id) == []
    assert await post.letters(ARU) == ["confirm:1"]
    assert [owed.event for owed in await world.outbox.claim(10)] == ["confirm:1"]  # though it is not active


async def test_confirming_makes_the_filters_count(post: Post, world: World, clock: Any) -> None:
    await post.mailing.asks.ask(ARU, language="ru", criteria=[FUEL, ROOFS], frequency=Frequency.WEEKLY)
    token = await post.token(ARU)
    asked = await post.mailing.asks.look(token)
    assert (asked.address, asked.criteria, asked.confirmed) == (ARU, (FUEL, ROOFS), False)
    assert (await post.who(ARU)).state is Standing.PENDING  # looking confirms nothing
    done = await post.mailing.asks.confirm(token)
    assert (done.again, done.left_out) == (False, 0)
    box = await post.mailing.boxes.view(done.ask.subscriber_id)
    assert (box.standing, box.frequency) == (Standing.ACTIVE, Frequency.WEEKLY)
    assert [one.criteria for one in box.filters] == [FUEL, ROOFS]
    [live] = [part async for part in world.subscriptions.changed_since(None)]
    assert [one.subscriber_id for one in live] == [box.subscriber_id] * 2
    assert (await post.mailing.asks.confirm(token)).again
    assert len((await post.mailing.boxes.view(box.subscriber_id)).filters) == 2


async def test_a_filter_of_a_chat_is_shared_with_the_address_that_confirmed(post: Post, world: World) -> None:
    chat = await world.person("77", FUEL)
    await post.mailing.asks.ask(ARU, language="kk", chat_id=chat)
    (waiting,) = await post.mailing.boxes.of_chat(chat)
    assert (waiting.address, waiting.standing) == (ARU, Standing.PENDING)
    await post.mailing.asks.confirm(await post.token(ARU))
    (sharing,) = await post.mailing.boxes.of_chat(chat)
    assert (sharing.address, sharing.standing) == (ARU, Standing.ACTIVE)
    box = await post.mailing.boxes.view((await post.who(ARU)).id)
    assert box.filters == ()
    assert [[one.criteria for one in shared.filters] for shared in box.chats] == [[FUEL]]


async def test_a_link_to_confirm_is_good_for_seven_days(post: Post, clock: Any) -> None:
    await post.mailing.asks.ask(ARU, language="kk", criteria=[FUEL])
    token = await post.token(ARU)
    clock.advance(days=6, hours=23)
    await post.mailing.asks.look(token)
    clock.advance(hours=1)
    with pytest.raises(ExpiredToken):
        await post.mailing.asks.confirm(token)
    assert (await post.who(ARU)).state is Standing.PENDING
    await post.mailing.asks.ask(ARU, language="kk", criteria=[FUEL])  # the same ask, seven days more
    assert await post.token(ARU) != token
    await post.mailing.asks.confirm(await post.token(ARU))
    with pytest.raises(BadToken):  # what was confirmed by another link is not shown to a forged one
        await post.mailing.asks.look(token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert (await post.mailing.asks.look(token)).confirmed


async def test_asking_again_and_again_sends_few_letters(post: Post, clock: Any) -> None:
    for _ in range(5):
        await post.mailing.asks.ask(ARU, language="kk", criteria=[FUEL])
    assert await post.letters(ARU) == ["confirm:1"]
    for _ in range(10):
        await post.world.outbox.claim(10)
        await post.world.outbox.expire_leases()
        clock.advance(minutes=6)
        await post.mailing.asks.ask(ARU, language="kk", criteria=[Criteria(words=(f"сөз{_}",))])
    assert len(await post.letters(ARU)) == 3
    clock.advance(days=1)
    await post.mailing.asks.ask(ARU, language="kk", criteria=[ROOFS])
    assert len(await post.letters(ARU)) == 4


async def test_a_known_address_is_answered_like_an_unknown_one(post: Post) -> None:
    known = await post.member(ARU)
    assert await post.mailing.asks.ask(ARU, language="en", criteria=[ROOFS]) is None
    assert await post.mailing.asks.ask("bek@example.kz", language="en", criteria=[ROOFS]) is None
    assert await post.mailing.boxes.ask_link(ARU) is None
    assert await post.mailing.boxes.ask_link("nobody@example.kz") is None
    box = await post.mailing.boxes.view(known)
    assert ([one.criteria for one in box.filters], box.language) == ([FUEL], "kk")  # nothing of it before it confirms
    assert await post.letters("nobody@example.kz") == []
    await post.mailing.asks.confirm(await post.token(ARU))
    box = await post.mailing.boxes.view(known)
    assert [one.criteria for one in box.filters] == [FUEL, ROOFS]


async def test_a_flood_of_asks_is_held_as_a_whole(world: World, clock: Any) -> None:
    from alerts.mail.asking import MailLimits

    limits = MailLimits(asks_per_hour=3)
    mailing = await open_mailing(world.database, clock, world.subscriptions, world.outbox, limits)
    post = Post(world, mailing)
    for number in range(6):
        await mailing.asks.ask(f"a{number}@example.kz", language="kk", criteria=[FUEL])
    sent = [number for number in range(6) if await post.letters(f"a{number}@example.kz")]
    assert sent == [0, 1, 2]


async def test_a_chat_may_not_write_to_the_whole_town(post: Post, world: World) -> None:
    chat = await world.person("77", FUEL)
    for number in range(10):
        await post.mailing.asks.ask(f"a{number}@example.kz", language="kk", chat_id=chat)
    with pytest.raises(TooManyAsks):
        await post.mailing.asks.ask("more@example.kz", language="kk", chat_id=chat)


@pytest.mark.parametrize("criteria", [[], [FUEL] * 6])
async def test_an_ask_without_filters_or_with_too_many_is_refused(post: Post, criteria: list[Criteria]) -> None:
    with pytest.raises(BadFilter):
        await post.mailing.asks.ask(ARU, language="kk", criteria=criteria)


async def test_leaving_by_the_link_in_any_mail_for_ever(post: Post, world: World, clock: Any) -> None:
    id_ = await post.member(ARU)
    token = post.mailing.boxes.leave_token(id_, ARU)
    clock.advance(days=2000)
    assert (await post.mailing.boxes.leaving(token)).active
    assert (await post.who(ARU)).state is Standing.ACTIVE  # looking leaves nothing
    assert not (await post.mailing.boxes.leave(token)).active
    assert not (await post.mailing.boxes.leave(token)).active
    assert (await post.who(ARU)).state is Standing.STOPPED
    assert [one async for one in world.subscriptions.changed_since(None)] == []
    assert (await post.mailing.boxes.rejoin(token)).active
    assert [one.criteria for one in (await post.mailing.boxes.view(id_)).filters] == [FUEL]


async def test_who_left_and_asks_anew_gets_only_what_they_ask_for_now(post: Post) -> None:
    id_ = await post.member(ARU)
    await post.mailing.boxes.leave(post.mailing.boxes.leave_token(id_, ARU))
    await post.member(ARU, criteria=[ROOFS])
    assert [one.criteria for one in (await post.mailing.boxes.view(id_)).filters] == [ROOFS]


async def test_a_token_is_worth_nothing_elsewhere(post: Post, clock: Any) -> None:
    """Another's, another purpose's, a changed one, one bound to another list: none is taken."""
    aru, bek = await post.member(ARU), await post.member("bek@example.kz")
    boxes, tokens = post.mailing.boxes, post.mailing.tokens
    leave, manage = boxes.leave_token(aru, ARU), boxes.manage_token(aru, ARU)
    forged = [
        manage, await post.token(ARU), "", "x", "ж" * 38, leave[:-1], leave + "A", leave.swapcase(), "A" * 38,
        "A" * 9999, f"{leave}=", f" {leave}",
        tokens.make(Purpose.UNSUBSCRIBE, bek, ARU, "digest"),
        tokens.make(Purpose.UNSUBSCRIBE, aru, ARU, "another list"),
        tokens.make(Purpose.UNSUBSCRIBE, 2**47, ARU, "digest"),
        tokens.make(Purpose.UNSUBSCRIBE, aru, ARU),
    ]  # fmt: skip
    for token in forged:
        with pytest.raises(BadToken):
            await boxes.leave(token)
    with pytest.raises(BadToken):
        await boxes.box_of(leave)
    assert await boxes.box_of(manage) == aru
    clock.advance(days=60)
    with pytest.raises(ExpiredToken):
        await boxes.box_of(manage)
    assert (await post.who(ARU)).state is Standing.ACTIVE


async def test_the_secret_is_made_once_by_whoever_comes_first(world: World, clock: Any) -> None:
    opened = await asyncio.gather(
        *(open_mailing(world.database, clock, world.subscriptions, world.outbox) for _ in range(4))
    )
    tokens = {one.boxes.leave_token(1, ARU) for one in opened}
    assert len(tokens) == 1


async def test_settings_are_changed_and_a_change_of_frequency_moves_the_next_digest(post: Post, clock: Any) -> None:
    from alerts.mail.tables import Attach

    id_ = await post.member(ARU)
    boxes = post.mailing.boxes
    await boxes.set_frequency(id_, Frequency.WEEKLY)
    await boxes.set_all_quiet(id_, wanted=True)
    await boxes.set_attach(id_, Attach.CSV)
    await boxes.set_language(id_, "en")
    box = await boxes.view(id_)
    assert (box.frequency, box.all_quiet, box.attach, box.language) == (Frequency.WEEKLY, True, Attach.CSV, "en")


async def test_an_address_with_nothing_left_to_tell_of_is_told_nothing(post: Post, world: World) -> None:
    chat = await world.person("77", FUEL)
    await post.member(ARU, criteria=(), chat_id=chat)
    assert await post.mailing.boxes.unlink(chat, ARU)
    assert not await post.mailing.boxes.unlink(chat, ARU)
    assert (await post.who(ARU)).state is Standing.STOPPED


async def test_a_person_who_is_erased_takes_the_addresses_along_that_had_nothing_of_their_own(
    post: Post, world: World, clock: Any
) -> None:
    from alerts.erasure import erase_subscriber

    chat = await world.person("77", FUEL)
    await post.member(ARU, criteria=(), chat_id=chat)
    await post.member("own@example.kz")
    await post.mailing.asks.ask("own@example.kz", language="kk", chat_id=chat)
    await post.mailing.asks.confirm(await post.token("own@example.kz"))
    await post.mailing.asks.ask("asked@example.kz", language="kk", chat_id=chat)
    await erase_subscriber(world.database, clock, chat)
    for address, kept in ((ARU, False), ("asked@example.kz", False), ("own@example.kz", True)):
        assert (await world.subscriptions.subscriber("email", address) is not None) is kept
    assert (await post.mailing.boxes.view((await post.who("own@example.kz")).id)).chats == ()


async def test_addresses_nobody_confirmed_and_those_that_left_are_forgotten_in_time(post: Post, clock: Any) -> None:
    from alerts.mail.erasing import prune

    stays, left = await post.member("stays@example.kz"), await post.member("left@example.kz")
    await post.mailing.asks.ask("never@example.kz", language="kk", criteria=[FUEL])
    await post.mailing.boxes.leave(post.mailing.boxes.leave_token(left, "left@example.kz"))
    database = post.world.database
    assert await prune(database, clock) == 0
    clock.advance(days=8)
    assert await prune(database, clock) == 1
    assert await post.world.subscriptions.subscriber("email", "never@example.kz") is None
    clock.advance(days=21)
    assert await prune(database, clock) == 1
    assert await post.world.subscriptions.subscriber("email", "left@example.kz") is None
    assert (await post.mailing.boxes.view(stays)).standing is Standing.ACTIVE
    with pytest.raises(BadToken):
        await post.mailing.boxes.leave(post.mailing.boxes.leave_token(left, "left@example.kz"))
