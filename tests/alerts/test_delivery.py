"""What must hold of the delivery loop, against a channel that answers as the test says."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from alerts.channels.base import DeliveryError, Message, UncertainDelivery
from alerts.delivery import Deliverer, Delivery
from alerts.outbox import Outbox, Owed
from alerts.pace import Pace, Pacer
from alerts.tables import Standing

BLOCKED = "Forbidden: bot was blocked by the user"


class Channel:
    """Keeps what it accepted; answers by address what it was told to, one answer a request, then accepts."""

    name = "telegram"

    def __init__(self) -> None:
        self.accepted: list[tuple[str, str]] = []
        self.asked: list[str] = []
        self.answers: dict[str, list[Exception]] = defaultdict(list)

    async def send(self, address: str, message: Message) -> str:
        self.asked.append(address)
        await asyncio.sleep(0)
        if self.answers[address]:
            raise self.answers[address].pop(0)
        self.accepted.append((address, message.html))
        return str(len(self.accepted))


async def render(owed: Owed) -> Message:
    return Message(f"{owed.event} of {owed.tender_id}")


class Post:
    """A deliverer and everything around it."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.channel = Channel()
        self.troubles: list[str] = []
        self.naps = 0.0  # time passes for the pace by them alone, however slow the machine
        self.pacer = Pacer(Pace(), monotonic=lambda: 100.0 + self.naps, sleep=self._nap)
        self.deliverer = self.make(render)

    async def _nap(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.naps += seconds

    def make(self, render: Callable[..., Any], **settings: Any) -> Deliverer:
        outbox = Outbox(self.world.database, self.world.clock)
        return Deliverer(
            outbox, self.world.subscriptions, {"telegram": self.channel}, render, self.pacer, self.world.clock,
            settings=Delivery(**settings), trouble=lambda _, words: self.troubles.append(words), jitter=lambda: 1.0,
        )  # fmt: skip

    async def run(self) -> None:
        """Until there is nothing to do, then once more after every chat's wait is over."""
        while await self.deliverer.do_one():
            pass

    async def run_through(self, seconds: float, step: float = 1.0) -> None:
        """Let so much time pass, looking at the outbox every step."""
        for _ in range(int(seconds / step)):
            await self.run()
            self.world.clock.advance(seconds=step)
            self.naps += step
        await self.run()


@pytest.fixture
def post(world: Any) -> Post:
    return Post(world)


async def test_what_is_owed_is_sent_once_and_its_answer_kept(post, world) -> None:
    for n in range(12):
        await world.owe(await world.person(str(n)))
    await post.run()
    assert sorted(address for address, _ in post.channel.accepted) == sorted(map(str, range(12)))
    rows = await world.rows()
    assert {row.state for row in rows} == {"sent"}
    assert sorted(int(row.answer) for row in rows) == list(range(1, 13))
    assert await post.deliverer.do_one() is False


async def test_a_chat_is_told_in_the_order_of_tenders(post, world) -> None:
    person = await world.person()
    for minutes in (5, 1, 3):
        await world.owe(person, minutes=minutes)
    await post.run_through(10)
    assert [html for _, html in post.channel.accepted] == ["published of 2", "published of 3", "published of 1"]


async def test_who_blocked_us_is_asked_nothing_more(post, world) -> None:
    person = await world.person()
    for _ in range(3):
        await world.owe(person)
    post.channel.answers["1"] = [DeliveryError(BLOCKED, permanent=True)]
    await post.run_through(5)
    assert await world.states() == ["failed", "skipped", "skipped"]
    assert post.channel.asked == ["1"]
    found = await world.subscriptions.subscriber("telegram", "1")
    assert (found.state, found.state_reason) == (Standing.UNREACHABLE, BLOCKED)


async def test_what_was_not_sent_is_tried_again_later_and_later(post, world) -> None:
    await world.owe(await world.person())
    post.channel.answers["1"] = [DeliveryError("no connection") for _ in range(3)]
    waits = []
    for _ in range(3):
        await post.run()
        [row] = await world.rows()
        waits.append((row.due_at - world.clock()).total_seconds())
        world.clock.now = row.due_at
        post.naps += waits[-1]
    assert waits == [2.0, 4.0, 8.0]
    await post.run()
    assert await world.states() == ["sent"]
    assert post.troubles == []


async def test_a_message_is_not_tried_for_ever(post, world) -> None:
    post.deliverer = post.make(render, attempts=3)
    await world.owe(await world.person())
    post.channel.answers["1"] = [DeliveryError("no connection") for _ in range(9)]
    await post.run_through(60)
    assert await world.states() == ["failed"]
    assert (len(post.channel.asked), post.troubles) == (3, ["no connection"])


async def test_a_storm_of_429_loses_nothing_repeats_nothing_and_stops_the_whole_bot(post, world) -> None:
    for n in range(30):
        await world.owe(await world.person(str(n)))
        if n % 3 == 0:
            post.channel.answers[str(n)] = [DeliveryError("429", retry_after=20, everyone=True) for _ in range(2)]
    await post.run()
    before = len(post.channel.asked)
    await post.run_through(10)
    assert len(post.channel.asked) == before  # nobody is asked while the wait lasts
    await post.run_through(600, 5)
    assert await world.states() == ["sent"] * 30
    assert sorted(address for address, _ in post.channel.accepted) == sorted(map(str, range(30)))


async def test_what_got_no_turn_ends_its_round_even_where_that_is_written_last(post, world, monkeypatch) -> None:
    for n in range(4):
        await world.owe(await world.person(str(n)))
    post.channel.answers["0"] = [DeliveryError("429", retry_after=20, everyone=True)]
    release = Outbox.release

    async def slowly(*given: Any) -> None:
        await asyncio.sleep(0.05)  # a connection that is slower than the one that writes the 429 down
        await release(*given)

    monkeypatch.setattr(Outbox, "release", slowly)
    async with asyncio.timeout(60):  # it never ended
        await post.run()
    assert (await world.states(), post.channel.asked) == (["due"] * 4, ["0"])


async def test_what_got_no_turn_is_due_again_even_if_the_database_was_away(post, world, monkeypatch) -> None:
    for n in range(4):
        await world.owe(await world.person(str(n)))
    post.channel.answers["0"] = [DeliveryError("429", retry_after=20, everyone=True)]
    release, refused = Outbox.release, iter([OSError("gone"), OSError("gone")])

    async def now_and_then(*given: Any) -> None:
        if (trouble := next(refused, None)) is not None:
            raise trouble
        await release(*given)

    monkeypatch.setattr(Outbox, "release", now_and_then)
    for _ in range(2):
        with pytest.raises(OSError, match="gone"):
            await post.run()
    await post.run()
    assert await world.states() == ["due"] * 4  # in nobody's doubt: their requests never went out


@pytest.mark.parametrize("written", [False, True], ids=["not written", "written, but nobody said so"])
async def test_what_could_not_be_started_stays_in_hand(post, world, monkeypatch, written) -> None:
    ids = [await world.owe(await world.person(str(n))) for n in range(4)]
    start, refused = Outbox.start, iter([OSError("gone")])

    async def once_in_vain(*given: Any) -> list[Owed]:
        if (trouble := next(refused, None)) is None:
            return await start(*given)
        if written:
            await start(*given)
        raise trouble

    monkeypatch.setattr(Outbox, "start", once_in_vain)
    with pytest.raises(OSError, match="gone"):
        await post.run()
    await post.run()  # at once: no lease has to end
    told = [] if written else [f"published of {id_}" for id_ in ids]
    assert [text for _, text in post.channel.accepted] == told
    assert await world.states() == ["sending" if written else "sent"] * 4  # in doubt, once the lease is over


async def test_while_the_whole_bot_waits_the_ledger_is_left_alone(post, world) -> None:
    for n in range(5):
        await world.owe(await world.person(str(n)))
    post.pacer.hold(30)
    before = await world.rows()
    await post.run()
    assert await world.rows() == before


async def test_a_group_that_asks_to_wait_waits_alone(post, world) -> None:
    group, person = await world.person("-9"), await world.person("1")
    await world.owe(group)
    post.channel.answers["-9"] = [DeliveryError("429", retry_after=20)]
    await post.run()
    await world.owe(person)
    await world.owe(group)
    await post.run()
    assert post.channel.asked == ["-9", "1"]
    await post.run_through(30)
    assert [address for address, _ in post.channel.accepted] == ["1", "-9", "-9"]


async def test_a_group_hears_at_its_own_pace_however_long_the_queue_of_others(post, world) -> None:
    group = await world.person("-7")
    for _ in range(2):
        await world.owe(group)
    for n in range(1, 41):  # each of them is told again after 1.6 seconds
        person = await world.person(str(n))
        for _ in range(4):
            await world.owe(person)
    began, told = post.naps, []
    send = post.channel.send

    async def timed(address: str, message: Message) -> str:
        if address == "-7":
            told.append(post.naps - began)
        return await send(address, message)

    post.channel.send = timed
    await post.run()
    assert len(post.channel.accepted) == 162
    assert told[1] - told[0] == pytest.approx(3.1, abs=0.3)


async def test_what_waits_for_its_chat_is_given_back_at_the_end(post, world) -> None:
    group = await world.person("-7")
    for _ in range(2):
        await world.owe(group)
    await post.run()
    assert sorted(row.state for row in await world.rows()) == ["sending", "sent"]
    await post.deliverer.stop()
    assert sorted(row.state for row in await world.rows()) == ["due", "sent"]


async def test_a_group_that_became_a_supergroup_gets_the_message_there_once(post, world) -> None:
    person = await world.person("-5")
    await world.owe(person)
    post.channel.answers["-5"] = [DeliveryError("upgraded to a supergroup", moved_to="-1005")]
    await post.run()
    assert post.channel.accepted == [("-1005", "published of 1")]
    await world.owe(person)
    await post.run_through(5)
    assert post.channel.asked == ["-5", "-1005", "-1005"]


async def test_a_group_that_became_one_we_know_gets_each_tender_once(post, world) -> None:
    old, new = await world.person("-5"), await world.person("-1005")
    both = await world.tender()
    for person in (old, new):
        await world.owe(person, tender=both)
    alone = await world.owe(old, minutes=5)
    post.channel.answers["-5"] = [DeliveryError("upgraded to a supergroup", moved_to="-1005")]
    await post.run_through(20)
    assert [address for address, _ in post.channel.accepted] == ["-1005", "-1005"]
    assert {row.state for row in await world.rows() if row.id == alone} == {"sent"}


async def test_a_chat_that_moves_in_a_circle_is_our_trouble(post, world) -> None:
    await world.owe(await world.person("-5"))
    post.channel.answers["-5"] = [DeliveryError("moved", moved_to="-6")]
    post.channel.answers["-6"] = [DeliveryError("moved again", moved_to="-5")]
    await post.run()
    assert (await world.states(), post.troubles) == (["failed"], ["moved again"])


async def test_a_refused_text_is_our_bug_and_nobody_elses(post, world) -> None:
    for n in range(2):
        await world.owe(await world.person(str(n)))
    post.channel.answers["0"] = [DeliveryError("can't parse entities", ours=True)]
    await post.run()
    assert (await world.states(), post.troubles) == (["sent", "sent"], ["can't parse entities"])
    assert post.channel.asked.count("0") == 2
    assert (await world.subscriptions.subscriber("telegram", "0")).state is Standing.ACTIVE


async def test_a_message_that_cannot_be_rendered_stops_no_other(post, world) -> None:
    async def broken(owed: Owed) -> Message:
        if owed.tender_id == 1:
            raise KeyError("title")
        return await render(owed)

    post.deliverer = post.make(broken)
    for n in range(2):
        await world.owe(await world.person(str(n)))
    await post.run()
    assert (await world.states(), post.troubles) == (["failed", "sent"], ["render: KeyError: 'title'"])


async def test_what_may_have_arrived_is_not_sent_again(post, world) -> None:
    await world.owe(await world.person())
    post.channel.answers["1"] = [UncertainDelivery("no answer in 30 s")]
    await post.run_through(3600, 60)
    assert (await world.states(), post.channel.asked) == (["uncertain"], ["1"])


async def test_a_bug_of_the_channel_after_the_request_may_be_out_is_uncertain(post, world) -> None:
    await world.owe(await world.person())
    post.channel.answers["1"] = [RuntimeError("boom")]
    await post.run()
    assert (await world.states(), post.troubles) == (["uncertain"], ["telegram: RuntimeError: boom"])


async def test_a_kill_leaves_in_doubt_only_what_was_on_its_way_and_sends_nothing_twice(post, world) -> None:
    for n in range(40):
        await world.owe(await world.person(str(n)))
    hanging = asyncio.Event()
    send = post.channel.send

    async def send_and_hang(address: str, message: Message) -> str:
        answer = await send(address, message)
        if len(post.channel.accepted) > 6:
            await hanging.wait()  # accepted, but the answer never comes
        return answer

    post.channel.send = send_and_hang
    for _ in range(10):
        await asyncio.wait_for(post.deliverer.do_one(), 60) if len(post.channel.accepted) <= 6 else None
    for task in list(post.deliverer._tasks):  # kill -9: no finish, no release
        task.cancel()
    killed_with = dict(await world.outbox.counts())
    assert 0 < killed_with["sending"] < 40

    post.channel.send = send
    post.deliverer = post.make(render)
    await post.run_through(120, 5)
    states = await world.states()
    addresses = [address for address, _ in post.channel.accepted]
    assert len(addresses) == len(set(addresses))
    assert set(states) == {"sent", "uncertain"}
    assert states.count("uncertain") <= Delivery().started + Delivery().in_flight
    assert {str(n) for n in range(40)} - set(addresses) <= {
        str(n) for n, state in enumerate(states) if state == "uncertain"
    }


async def test_no_more_is_started_than_is_about_to_go_out(post, world) -> None:
    for n in range(30):
        await world.owe(await world.person(str(n)))
    post.pacer.hold(0.2)  # everybody waits for a turn
    waiting = asyncio.create_task(post.deliverer.do_one())
    await asyncio.sleep(0)
    started_before_a_turn = 0
    while not waiting.done():
        started_before_a_turn = max(
            started_before_a_turn, sum(row.started_at is not None for row in await world.rows())
        )
        await asyncio.sleep(0)
    assert started_before_a_turn <= Delivery().started


async def test_answers_that_come_close_together_are_recorded_in_one_transaction(post, world, monkeypatch) -> None:
    for n in range(40):
        await world.owe(await world.person(str(n)))
    recorded: list[int] = []
    finish, sleep, gather = Outbox.finish, asyncio.sleep, 0.2

    async def note(outbox: Outbox, results: Any) -> None:
        recorded.append(len(results))
        await finish(outbox, results)

    async def until_all_answered(seconds: float) -> None:
        while seconds == gather and len(post.deliverer._results) < 40:
            await sleep(0)
        await sleep(seconds)

    monkeypatch.setattr(Outbox, "finish", note)
    monkeypatch.setattr(asyncio, "sleep", until_all_answered)  # a fifth of a second may be short on a busy machine
    post.deliverer = post.make(render, started=40, gather=gather)
    await post.run()
    assert set(await world.states()) == {"sent"}
    assert recorded == [40]
    assert (Delivery.at(25).gather, Delivery.at(1000).gather) == (0.0, 0.02)


async def test_stopping_waits_for_answers_and_gives_the_rest_back(post, world) -> None:
    for n in range(30):
        await world.owe(await world.person(str(n)))
    await post.deliverer.do_one()
    await post.deliverer.stop()
    counts = await world.outbox.counts()
    assert (counts["sending"], counts["uncertain"]) == (0, 0)
    assert counts["sent"] == len(post.channel.accepted) > 0
    assert counts["sent"] + counts["due"] == 30


async def test_the_pace_is_kept_through_the_loop(post, world) -> None:
    moments = []
    send = post.channel.send

    async def noting(address: str, message: Message) -> str:
        moments.append(post.naps)
        return await send(address, message)

    post.channel.send = noting
    for n in range(60):
        await world.owe(await world.person(str(n)))
    await post.run()
    assert len(moments) == 60
    assert max(sum(1 for other in moments if moment <= other < moment + 1) for moment in moments) <= 30
