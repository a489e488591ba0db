"""A link copies what a filter asks for, says nothing of who shared it, and ends with them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from alerts.erasure import erase_subscriber
from alerts.filters import Criteria
from alerts.sharing import Sharing

ASKED = Criteria(regions=("KZ-61",), words=("кровл",), min_amount=Decimal("10000000.5"))


async def test_a_link_leads_to_the_same_criteria_and_fits_into_a_deep_link(world) -> None:
    sharing, person = Sharing(world.database, world.clock), await world.person("77001234567")
    payload = await sharing.share(person, ASKED)
    assert re.fullmatch(r"f_[A-Za-z0-9_-]{1,62}", payload)
    assert await sharing.shared(payload) == ASKED
    assert await sharing.share(person, ASKED) == payload, "sharing again makes no second link"
    other = await world.person("2")
    assert await sharing.share(other, ASKED) != payload, "two people's links tell nothing of each other"


@pytest.mark.parametrize("payload", ["", "f_", "f_nothing", "x", "f_" + "a" * 9000, "f_'; --", "f_\x00"])
async def test_what_was_never_shared_leads_nowhere(world, payload) -> None:
    assert await Sharing(world.database, world.clock).shared(payload) is None


async def test_a_link_ends_when_its_sharer_is_erased(world) -> None:
    sharing, person = Sharing(world.database, world.clock), await world.person("1")
    payload = await sharing.share(person, ASKED)
    await erase_subscriber(world.database, world.clock, person)
    assert await sharing.shared(payload) is None


async def test_the_oldest_links_make_room(world, monkeypatch) -> None:
    monkeypatch.setattr("alerts.sharing._MOST", 3)
    sharing, person = Sharing(world.database, world.clock), await world.person("1")
    payloads = [await sharing.share(person, Criteria(words=(f"слово{n}",))) for n in range(4)]
    assert [await sharing.shared(payload) is not None for payload in payloads] == [False, True, True, True]
