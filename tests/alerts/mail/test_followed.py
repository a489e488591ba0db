"""What somebody follows in chat is told by mail too, where the address shares that chat's filters."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from alerts.filters import Criteria
from alerts.follows import Follows
from tests.alerts.conftest import flag
from tests.alerts.mail.conftest import FUEL
from tests.alerts.mail.test_posting import ARU, Road, road  # noqa: F401 - a fixture
from tests.alerts.test_following import LATER, purchase
from watchers.intake import Judged
from watchers.ocds import Release, Value
from watchers.sources.base import Batch, Record
from watchers.tables import tenders


class Shared:
    """A chat that follows purchases its filters do not match, and an address that shares them."""

    def __init__(self, road: Road, chat: int) -> None:  # noqa: F811
        self.road, self.chat = road, chat
        self.follows = Follows(road.world.database, road.clock)

    async def save(self, release: Release, *flags: Any) -> None:
        """A snapshot stored and matched."""
        raw = msgspec.json.encode(release)
        record = Record(release=release, raw=raw, url="https://example.org/1", link="https://example.org/tender/1")
        await self.road.world.store.save("demo", Batch([record], [], cursor="1"), [Judged(record, flags)], cursor="1")
        while await self.road.matcher.do_one() or await self.road.gate.do_one():
            pass

    async def follow(self, chat: int = 0) -> None:
        """Follow the purchase as it stands now."""
        async with self.road.world.database.read() as connection:
            snapshot = (await connection.execute(select(tenders.c.snapshot_id))).scalar_one()
        await self.follows.follow(chat or self.chat, 1, snapshot)

    async def digest(self) -> Any:
        """The next morning's mail, None where none came."""
        before = len(self.road.digests())
        await self.road.nine()
        await self.road.send()
        mails = self.road.digests()[before:]
        assert len(mails) < 2
        return mails[0] if mails else None


@pytest.fixture
async def shared(road: Road) -> Shared:  # noqa: F811
    chat = await road.world.person("1", FUEL)
    await road.post.mailing.asks.ask(ARU, language="en", chat_id=chat)
    await road.post.mailing.asks.confirm(await road.post.token(ARU))
    await road.send()
    return Shared(road, chat)


async def test_every_change_since_they_follow_it_is_in_the_next_digest(shared: Shared) -> None:
    await shared.save(purchase())
    assert await shared.digest() is None
    await shared.follow()
    await shared.save(purchase(tender_period=LATER))
    await shared.save(purchase(tender_period=LATER, value=Value.of(60_000_000, "KZT")))
    mail = await shared.digest()
    assert mail.message["Subject"] == "1 change in tenders you follow"
    text = mail.body("plain").replace("\xa0", " ")
    assert "The deadline was moved to 3 Dec, 10:00 (before: 27 Nov, 10:00)." in text
    assert "The sum was changed to 60 M ₸ (before: 48.2 M ₸)." in text
    assert await shared.digest() is None
    await shared.save(purchase(tender_period=LATER, value=Value.of(60_000_000, "KZT"), status="cancelled"))
    text = (await shared.digest()).body("plain")
    assert "cancelled" in text
    assert "deadline was moved" not in text


async def test_a_flag_raised_in_what_they_follow_is_news_under_its_own_heading(shared: Shared) -> None:
    await shared.save(purchase())
    await shared.follow()
    await shared.save(purchase(description="Кровля мягкая"), flag())
    mail = await shared.digest()
    assert "1 flagged tender" in mail.message["Subject"]
    text = mail.body("plain")
    assert "=== Purchases you follow in chat ===" in text
    assert "told you of this purchase before" not in text


async def test_what_is_followed_no_more_is_not_told(shared: Shared) -> None:
    await shared.save(purchase())
    await shared.follow()
    await shared.follows.unfollow(shared.chat, 1)
    await shared.save(purchase(tender_period=LATER))
    assert await shared.digest() is None


async def test_an_address_that_stopped_sharing_hears_nothing_of_it(shared: Shared) -> None:
    road = shared.road  # noqa: F811
    await road.post.mailing.asks.ask(ARU, language="en", criteria=[FUEL])
    await road.post.mailing.asks.confirm(await road.post.token(ARU))
    assert await road.post.mailing.boxes.unlink(shared.chat, ARU)
    await shared.save(purchase())
    await shared.follow()
    await shared.save(purchase(tender_period=LATER))
    assert await shared.digest() is None


async def test_who_is_told_by_a_filter_and_follows_it_too_is_told_once(shared: Shared) -> None:
    await shared.road.world.subscriptions.add(shared.chat, Criteria(min_weight=0))
    await shared.save(purchase(), flag())
    await shared.follow()
    assert (await shared.digest()) is not None
    await shared.save(purchase(tender_period=LATER), flag())
    text = (await shared.digest()).body("plain")
    assert text.count("The deadline was moved") == 1


async def test_two_chats_that_follow_it_are_one_line(shared: Shared) -> None:
    road = shared.road  # noqa: F811
    other = await road.world.person("2", FUEL)
    await road.post.mailing.asks.ask(ARU, language="en", chat_id=other)
    await road.post.mailing.asks.confirm(await road.post.token(ARU))
    await shared.save(purchase())
    await shared.follow()
    await shared.follow(other)
    await shared.save(purchase(tender_period=LATER))
    text = (await shared.digest()).body("plain")
    assert text.count("The deadline was moved") == 1
