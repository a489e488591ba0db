"""What must hold when a purchase that people were told of changes: from the stored snapshots to the words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from alerts.filters import Criteria
from alerts.i18n import LANGUAGES
from alerts.limits import Gate, Limits
from alerts.matching import Matcher
from alerts.messages import Messages
from alerts.outbox import Result, State
from alerts.preferences import Preferences
from alerts.render import Renderer
from alerts.timing import FOREVER
from bot.chat.card_buttons import CardButtons
from tests.alerts.conftest import flag, roof_repair
from tests.alerts.telegram_parser import parsed
from watchers.intake import Judged
from watchers.ocds import Award, Bid, Bids, Lot, Organization, Period, RelatedProcess, Release, Value
from watchers.rules import load_rules
from watchers.sources.base import Batch, Record

WEEK = Period(start_date="2026-11-22T08:00:00Z", end_date="2026-11-27T05:00:00Z")


def purchase(ocid: str = "ocds-x-1", **changed: Any) -> Release:
    """The school's roof, with a deadline; `changed` are fields of the tender or of the release."""
    release = roof_repair()
    of_tender = {key: changed.pop(key) for key in list(changed) if key in release.tender.__struct_fields__}
    tender = msgspec.structs.replace(
        release.tender, **{"tender_period": WEEK, "procurement_method": "open"} | of_tender
    )
    return msgspec.structs.replace(release, ocid=ocid, tender=tender, **changed)


def plain(message: Any) -> str:
    """What Telegram's parser shows of it, with plain blanks."""
    return parsed(message.html)[0].replace("\xa0", " ")


class Followed:
    """A world whose tenders are stored as they are in life, and everything up to the rendered message."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.matcher = Matcher(world.store, world.subscriptions, world.outbox, world.clock)
        self.gate = Gate(world.store, world.clock, Limits(per_day=0, burst=0))
        self.messages = Messages(
            world.store, world.subscriptions, Renderer(world.clock, load_rules(), actions=CardButtons())
        )
        self.sent = 0

    async def save(self, release: Release, *flags: Any) -> None:
        """A snapshot stored, matched and decided."""
        raw = msgspec.json.encode(release)
        record = Record(release=release, raw=raw, url="https://example.org/1", link="https://example.org/tender/1")
        await self.world.store.save("demo", Batch([record], [], cursor="1"), [Judged(record, flags)], cursor="1")
        await self.decide()

    async def decide(self) -> None:
        while await self.matcher.do_one():
            pass
        while await self.gate.do_one():
            pass

    async def send(self) -> list[Any]:
        """Everything that is due, as rendered."""
        out = []
        while claimed := await self.world.outbox.claim(10):
            for owed in await self.world.outbox.start(claimed):
                out.append(await self.messages.render(owed))
                self.sent += 1
                await self.world.outbox.finish([Result(owed, State.SENT, str(100 + self.sent))])
        return out

    async def said(self) -> list[str]:
        return [plain(message) for message in await self.send()]


@pytest.fixture
async def followed(world: Any) -> Followed:
    followed = Followed(world)
    await world.person("1", Criteria(min_weight=0))
    return followed


LATER = Period(start_date=WEEK.start_date, end_date="2026-12-03T05:00:00Z")
SAID = {
    "en": ("The deadline was moved to 3 Dec, 10:00 (before: 27 Nov, 10:00).", "This flag no longer stands: "),
    "ru": ("Срок подачи заявок перенесён на 3 дек., 10:00 (было: 27 нояб., 10:00).", "Этого признака больше нет: "),
    "kk": ("Өтінім берудің соңғы мерзімі 3 жел. 10:00-ге ауыстырылды (бұрын: 27 қар. 10:00).", "Бұл белгі енді жоқ: "),
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_deadline_that_moved_and_a_flag_that_fell_are_one_reply(followed, world, language: str) -> None:
    await world.subscriptions.set_language(1, language)
    await followed.save(purchase(), flag())
    assert len(await followed.send()) == 1
    await followed.save(purchase(tender_period=LATER))
    [reply] = await followed.send()
    assert reply.reply_to == "101"
    text = plain(reply)
    assert all(part in text for part in SAID[language])
    assert not any("why:" in button.data for row in reply.buttons for button in row)
    assert [row.event for row in await world.rows()] == ["published", "changed:2"]


WON = Award(id="1", status="active", suppliers=(Organization(id="s", name="ЖШС"),), value=Value.of(45_000_000, "KZT"))
BIDS = Bids(details=tuple(Bid(id=str(n), tenderers=(Organization(id=str(n)),)) for n in range(3)))
CHANGES = [
    ({"value": Value.of(50_000_000, "KZT")}, "The sum was changed to 50 M ₸ (before: 48.2 M ₸)."),
    ({"value": Value.of(48_682_000, "KZT")}, "The sum was changed to 48.7 M ₸ (before: 48.2 M ₸)."),  # exactly 1 %
    ({"value": Value.of(48_681_999, "KZT")}, ""),  # one tenge less
    ({"value": Value.of(48_200_000, "USD")}, "The sum was changed to 48.2 M USD (before: 48.2 M ₸)."),
    ({"procurement_method": "direct"}, "The method was changed: direct award (before: open tender)."),
    ({"title": "Ремонт кровли школы № 13"}, ""),
    ({"status": "cancelled"}, "The purchase was cancelled."),
    ({"status": "unsuccessful"}, "The purchase did not take place."),
    ({"status": "complete"}, ""),
    ({"status_details": "Приостановлено"}, "The purchase was paused."),
    ({"awards": (WON,)}, "The winner is known. Price: 45 M ₸; the plan was 48.2 M ₸ (6.6% less)."),
    ({"awards": (WON,), "bids": BIDS}, "The winner is known. Bids: 3. Price: 45 M ₸; the plan was 48.2 M ₸"),
]


@pytest.mark.parametrize(("changed", "said"), CHANGES)
async def test_only_what_matters_is_told(followed, world, changed: dict[str, Any], said: str) -> None:
    await world.subscriptions.set_language(1, "en")
    await followed.save(purchase(), flag())
    await followed.send()
    await followed.save(purchase(**changed), flag())
    texts = await followed.said()
    assert len(texts) == bool(said)
    assert all(said in text and "ЖШС" not in text for text in texts)


async def test_going_on_after_a_pause_is_told(followed, world) -> None:
    await world.subscriptions.set_language(1, "en")
    await followed.save(purchase(status_details="Приостановлено"))
    await followed.send()
    await followed.save(purchase(status_details="Опубликовано"))
    assert "The purchase goes on." in (await followed.said())[0]


async def test_who_was_not_told_or_will_be_told_anyway_gets_no_change(followed, world) -> None:
    await world.person("2", Criteria(buyers=("KZ-BIN-2",)))  # another buyer's
    await followed.save(purchase(), flag())
    await followed.save(purchase(tender_period=LATER), flag())  # the first card is still due
    assert [(row.subscriber_id, row.event, row.snapshot_id) for row in await world.rows()] == [(1, "published", 2)]
    assert "до 3 дек., 10:00" in (await followed.said())[0]
    await followed.save(purchase("ocds-x-2"), flag())
    await followed.save(purchase("ocds-x-2", status="cancelled"), flag())
    [text] = await followed.said()
    assert "· отменена\n" in text
    assert "приём заявок" not in text


async def test_a_card_of_the_same_snapshot_spares_the_change(followed, world) -> None:
    await followed.save(purchase())
    await followed.send()
    await followed.save(purchase(tender_period=LATER), flag())
    assert [row.event for row in await world.rows()] == ["published", "flag_raised:2"]
    await followed.send()
    await followed.save(purchase(tender_period=LATER, status="cancelled"), flag())
    [text] = await followed.said()
    assert "Закупка отменена." in text
    assert "перенесён" not in text, "the card showed the new deadline already"


async def test_changes_that_wait_are_told_together_and_once(followed, world) -> None:
    await world.subscriptions.set_language(1, "en")
    await followed.save(purchase(), flag())
    await followed.send()
    preferences = Preferences(world.database, world.clock)
    await preferences.snooze(1, FOREVER)
    await followed.save(purchase(tender_period=LATER), flag())
    await followed.save(purchase(tender_period=LATER, value=Value.of(60_000_000, "KZT")), flag())
    assert [row.event for row in await world.rows()] == ["published", "changed:2"]
    await preferences.snooze(1, None)
    await followed.decide()
    [text] = await followed.said()
    assert "The deadline was moved to 3 Dec" in text
    assert "The sum was changed to 60 M ₸" in text


async def test_a_change_in_a_list_is_said_there(followed, world) -> None:
    await world.subscriptions.set_language(1, "en")
    for number in (1, 2):
        await followed.save(purchase(f"ocds-x-{number}"), flag())
    await followed.send()
    preferences = Preferences(world.database, world.clock)
    await preferences.snooze(1, FOREVER)
    for number in (1, 2):
        await followed.save(purchase(f"ocds-x-{number}", tender_period=LATER), flag())
    await preferences.snooze(1, None)
    await followed.decide()
    [text] = await followed.said()
    assert text.count("The deadline was moved to 3 Dec, 10:00") == 2


async def test_a_first_message_in_doubt_or_in_a_list_counts_as_told(followed, world) -> None:
    await followed.save(purchase(), flag())
    [claimed] = await world.outbox.start(await world.outbox.claim(5))
    await world.outbox.finish([Result(claimed, State.UNCERTAIN, "time-out")])
    await followed.save(purchase(status="cancelled"), flag())
    [reply] = await followed.send()
    assert reply.reply_to == "", "nobody knows the first message's id"
    assert "Закупка отменена." in plain(reply)


async def test_a_first_message_that_failed_or_was_muted_is_no_telling(followed, world) -> None:
    await followed.save(purchase(), flag())
    [claimed] = await world.outbox.start(await world.outbox.claim(5))
    await world.outbox.finish([Result(claimed, State.FAILED, "refused")])
    await followed.save(purchase(status="cancelled"), flag())
    assert [row.event for row in await world.rows()] == ["published"]


async def test_a_list_made_but_not_claimed_takes_the_newest_snapshot(world) -> None:
    followed = Followed(world)
    followed.gate = Gate(world.store, world.clock, Limits(per_day=0, burst=2))
    await world.person("1", Criteria(min_weight=0))
    for number in (1, 2):
        release = purchase(f"ocds-x-{number}")
        raw = msgspec.json.encode(release)
        record = Record(release=release, raw=raw, url="https://example.org/1", link="")
        await world.store.save("demo", Batch([record], [], cursor="1"), [Judged(record, [flag()])], cursor="1")
    await followed.decide()
    await followed.save(purchase("ocds-x-1", tender_period=LATER), flag())
    rows = [(row.event, row.state) for row in await world.rows()]
    assert rows == [("published", "carried"), ("published", "carried"), ("list:burst", "due")]
    assert "3 дек." in (await followed.said())[0]


async def test_old_tenders_are_followed_no_more(followed, world, clock) -> None:
    await followed.save(purchase(), flag())
    await followed.send()
    clock.advance(days=15)
    await followed.save(purchase(status="cancelled"), flag())
    assert [row.event for row in await world.rows()] == ["published"]


@pytest.mark.parametrize("scheme", ["ocid", "KZ-GOSZAKUP-ID"])
async def test_a_repeated_purchase_is_told_to_who_knew_the_first(followed, world, scheme: str) -> None:
    first = purchase("ocds-xabcde-1", id="7001", value=Value.of(20_000_000, "KZT"))
    first = msgspec.structs.replace(first, tender=msgspec.structs.replace(first.tender, id="7001"))
    await world.person("2", Criteria(min_weight=0, min_amount=Decimal(30_000_000)))
    await followed.save(first)
    await followed.send()
    parent = "ocds-xabcde-1" if scheme == "ocid" else 7001
    again = RelatedProcess(id="1", relationship=("unsuccessfulProcess",), scheme=scheme, identifier=parent)
    [kept] = await world.subscriptions.filters(1)
    await world.subscriptions.delete(1, kept.id)  # it would match the second too
    world.clock.advance(minutes=5)
    await followed.save(purchase("ocds-xabcde-2", related_processes=(again,)))
    assert [(row.subscriber_id, row.tender_id, row.event) for row in await world.rows()] == [
        (1, 1, "published"),
        (2, 2, "published"),
        (1, 2, "reannounced"),
    ]
    [reply] = [message for message in await followed.send() if message.reply_to]
    assert reply.reply_to == "101"
    assert "Закупку, о которой мы писали, объявили снова под номером ocds-xabcde-2." in plain(reply)
    assert "48,2 млн" in plain(reply)
    assert "why:2" in {button.data for row in reply.buttons for button in row}


def planned(ocid: str, root: str, *, status: str = "active", **changed: Any) -> Release:
    """A purchase of one lot for one point of the buyer's plan, as its lot's number says."""
    lots = (Lot(id="1", public_number=f"{root}-ЗЦП1", status=status, title="Ремонт кровли"),)
    [roof] = roof_repair().tender.items
    items = (msgspec.structs.replace(roof, related_lot="1"),)
    return purchase(ocid, lots=lots, items=items, **changed)


LATER_ON = "2026-11-22T09:05:00Z"
PAST = Period(start_date="2026-11-18T08:00:00Z", end_date="2026-11-22T05:00:00Z")


@pytest.mark.parametrize(
    ("root", "first", "told"),
    [
        ("87361886", {"status": "unsuccessful"}, True),
        ("87361886", {"status": "cancelled"}, True),
        ("87361886", {"tender_period": PAST}, True),  # closed, and nobody said yet how it ended
        ("87361886", {}, False),  # still open
        ("55555555", {"status": "unsuccessful"}, False),  # another point of the plan
    ],
)
async def test_a_purchase_that_failed_and_comes_again_for_the_same_point_of_the_plan_is_told_once(
    followed, world, root, first, told
) -> None:
    await followed.save(planned("ocds-xabcde-1", "87361886"), flag())
    await followed.send()
    if first:
        await followed.save(planned("ocds-xabcde-1", "87361886", **first), flag())
        await followed.send()
    [kept] = await world.subscriptions.filters(1)
    await world.subscriptions.delete(1, kept.id)  # it would match the second too
    world.clock.advance(minutes=5)
    for sum_ in (48_200_000, 49_000_000):  # a later snapshot of the second is a change, not another announcement
        await followed.save(planned("ocds-xabcde-2", root, date_published=LATER_ON, value=Value.of(sum_, "KZT")))
    again = [row for row in await world.rows() if row.event == "reannounced"]
    assert [(row.subscriber_id, row.tender_id) for row in again] == ([(1, 2)] if told else [])
    replies = [message for message in await followed.send() if "под номером ocds-xabcde-2" in plain(message)]
    assert [one.reply_to for one in replies] == (["101"] if told else [])


async def test_a_purchase_of_another_publisher_with_the_same_number_of_a_plan_is_another_one(followed, world) -> None:
    await followed.save(planned("ocds-xabcde-1", "87361886", status="unsuccessful"), flag())
    [kept] = await world.subscriptions.filters(1)
    await world.subscriptions.delete(1, kept.id)
    world.clock.advance(minutes=5)
    await followed.save(planned("ocds-zyxwvu-2", "87361886", date_published=LATER_ON))
    assert [row.event for row in await world.rows()] == ["published"]


async def test_matching_a_change_twice_owes_once(followed, world) -> None:
    from sqlalchemy import update

    from watchers.tables import events

    await followed.save(purchase(), flag())
    await followed.send()
    await followed.save(purchase(status="cancelled"), flag())
    await followed.save(purchase("ocds-x-2"), flag())
    await followed.save(purchase("ocds-x-2", tender_period=LATER), flag())  # its card is made from this one
    await followed.send()
    async with world.database.write() as connection:
        await connection.execute(update(events).values(matched_at=None))
    await followed.decide()
    assert [row.event for row in await world.rows()] == ["published", "changed:2", "published"]
