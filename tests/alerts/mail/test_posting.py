"""From a matched purchase to the mailbox: one real SMTP server, the ledger beside it, bounces on the way back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from alerts.channels.email.bounces import Verdict
from alerts.channels.email.composing import Composer
from alerts.channels.email.mail import bare
from alerts.channels.email.pace import DomainPacer, mail_pace
from alerts.channels.email.transport import EmailChannel, Server
from alerts.delivery import Deliverer, Delivery
from alerts.filters import read_filter
from alerts.mail.checking import digest_figures, missing_runs
from alerts.mail.coming_back import ComingBack
from alerts.mail.posting import Posting, Sender
from alerts.mail.tables import Attach
from alerts.public_pages import PublicPages
from alerts.tables import Standing
from bot.sandbox.mail_faults import Stage
from bot.sandbox.mailbox import Mailbox
from bot.times import utc_now
from tests.alerts.conftest import World, roof_repair
from tests.alerts.mail.conftest import ROOFS, Post
from tests.alerts.mail.dsn import COMPLAINT, dsn
from tests.alerts.mail.test_runs import Days
from watchers.rules import load_rules

ARU = "aru@example.kz"


class Road(Days):
    """Days with a deliverer and a mailbox at their end."""

    def __init__(self, world: World, post: Post, clock: Any, mailbox: Mailbox) -> None:
        super().__init__(world, post, clock)
        self.mailbox = mailbox
        self.channel = EmailChannel(
            Server(host="127.0.0.1", port=mailbox.port, tls="none", timeout=30.0),
            Composer("Baqylau <digest@baqylau.example>"),
        )
        sender = Sender(domain="baqylau.example", bounces="bounce@bounces.example", contact="us@baqylau.example")
        public = PublicPages("https://baqylau.example")
        self.posting = Posting(world.store, post.mailing, public, sender, clock, load_rules())
        self.deliverer = Deliverer(
            self.mail, world.subscriptions, {"email": self.channel}, self.posting.render,
            DomainPacer(mail_pace(1000.0, 0.0)), clock, prepare=self.posting.prepare, bare=bare,
            settings=Delivery(backoff=60.0), jitter=lambda: 1.0,
        )  # fmt: skip
        self.coming_back = ComingBack(world.database, world.subscriptions, post.mailing, clock)

    async def send(self) -> None:
        while await self.deliverer.do_one():
            pass

    async def later(self) -> None:
        """Eight hours on."""
        self.clock.advance(hours=8, seconds=1)

    def digests(self) -> list[Any]:
        return [mail for mail in self.mailbox.mails if "digest." in str(mail.message["Message-ID"])]


@pytest.fixture
async def road(world: World, post: Post, clock: Any) -> AsyncIterator[Road]:
    mailbox = Mailbox(clock=utc_now)
    await mailbox.start("127.0.0.1")
    road = Road(world, post, clock, mailbox)
    yield road
    await road.deliverer.stop()
    await road.channel.close()
    await mailbox.stop()


async def test_the_letter_confirms_and_the_digest_comes(road: Road) -> None:
    await road.post.mailing.asks.ask(ARU, language="en", criteria=[ROOFS])
    await road.send()
    (letter,) = road.mailbox.to(ARU)
    assert letter.message["Subject"] == "Confirm that you want digests of public tenders"
    assert "List-Unsubscribe" not in letter.message
    (token,) = set(re.findall(r"https://baqylau\.example/confirm/(\S+)", letter.body("plain")))
    assert f"https://baqylau.example/confirm/{token}" in letter.body("html")
    await road.post.mailing.asks.confirm(token)
    tender = await road.happen(release=roof_repair())
    await road.nine()
    await road.send()
    (digest,) = road.digests()
    assert digest.message["Subject"] == "1 flagged tender, 1 serious"
    assert digest.message["Message-ID"] == f"<digest.1.{(await road.post.who(ARU)).id}@baqylau.example>"
    text = digest.body("plain")
    assert f"https://baqylau.example/t/{tender}" in text
    leave = re.search(r"<https://baqylau\.example/unsubscribe/([^>]+)>", str(digest.message["List-Unsubscribe"]))
    assert leave is not None
    assert leave[1] in text
    assert not (await road.post.mailing.boxes.leave(leave[1])).active
    assert await missing_runs(road.world.database, road.clock()) == {}


async def test_changes_are_told_and_doubts_named_once_more(road: Road) -> None:
    await road.post.member(ARU, criteria=[ROOFS], language="en")
    tender = await road.happen()
    await road.nine()
    road.mailbox.faults.drop_after_data(address=ARU, count=2)
    await road.send()  # letter and digest are left in doubt
    await road.happen(kind="cancelled", release=roof_repair(), tender_id=tender)
    other = await road.happen()
    await road.nine()
    await road.send()
    text = road.digests()[-1].body("plain")
    assert text.count(f"https://baqylau.example/t/{tender}\n") == 1
    assert text.index(f"/t/{other}\n") < text.index("=== From a digest that may not have reached you ===")
    assert len({mail.message["Message-ID"] for mail in road.digests()}) == len(road.digests()) == 2
    figures = await digest_figures(road.world.database, road.clock())
    assert (figures.missing, figures.states["sent"]) == (0, 1)


async def test_a_refused_mailbox_is_told_nothing_more_and_a_full_one_is_tried_again(road: Road) -> None:
    await road.post.member("gone@example.kz", criteria=[ROOFS])
    await road.post.member("full@example.kz", criteria=[ROOFS])
    await road.send()
    await road.happen()
    road.mailbox.faults.refuse(550, "5.1.1 No such user here", address="gone@example.kz")
    road.mailbox.faults.refuse(452, "4.2.2 Mailbox full", address="full@example.kz", count=2)
    await road.nine()
    for _ in range(4):
        await road.send()
        road.clock.advance(minutes=10)
    assert (await road.post.who("gone@example.kz")).state is Standing.UNREACHABLE
    assert [mail.recipients for mail in road.digests()] == [("full@example.kz",)]


async def test_what_does_not_fit_leads_to_the_index_by_its_own_filter(road: Road) -> None:
    await road.post.member(ARU, criteria=[ROOFS], language="en")
    await road.send()
    for _ in range(30):
        await road.happen()
    await road.nine()
    await road.send()
    text = road.digests()[0].body("plain")
    (link,) = re.findall(r"\(5\): https://baqylau\.example/en\?(\S+)", text)
    assert read_filter("words", parse_qs(link)["words"][0]) == ROOFS


async def test_a_refusal_that_gives_no_reason_closes_the_address_the_second_time(road: Road) -> None:
    await road.post.member("gone@example.kz", criteria=[ROOFS])
    await road.post.member(ARU, criteria=[ROOFS])
    await road.send()
    await road.happen()
    for session in ("a1b2", "c3d4"):
        road.mailbox.faults.refuse(550, f"we do not want this [{session}]", address="gone@example.kz", count=1)
        assert (await road.post.who("gone@example.kz")).state is Standing.ACTIVE
        await (road.nine() if session == "a1b2" else road.later())
        await road.send()
    assert (await road.post.who("gone@example.kz")).state is Standing.UNREACHABLE
    assert len(road.digests()) == 1  # of the other address, of the same provider: it did not wait


async def test_a_refusal_that_gives_no_reason_once_loses_nobody(road: Road) -> None:
    await road.post.member(ARU, criteria=[ROOFS])
    await road.send()
    await road.happen()
    road.mailbox.faults.refuse(550, "we do not want this", address=ARU, count=1)
    await road.nine()
    await road.send()
    assert not road.digests()
    await road.later()
    await road.send()
    assert len(road.digests()) == 1
    assert (await road.post.who(ARU)).state is Standing.ACTIVE


async def test_a_digest_refused_for_what_it_is_goes_out_as_text(road: Road) -> None:
    id_ = await road.post.member(ARU, criteria=[ROOFS], language="en")
    await road.post.mailing.boxes.set_attach(id_, Attach.CSV)
    await road.send()
    await road.happen()
    road.mailbox.faults.refuse(554, "5.6.0 Message content rejected", stage=Stage.DATA, count=1)
    await road.nine()
    await road.send()
    (digest,) = road.digests()
    assert digest.message.get_content_type() == "text/plain"


async def test_the_rows_are_attached_to_who_asked_for_them(road: Road) -> None:
    id_ = await road.post.member(ARU, criteria=[ROOFS], language="en")
    await road.post.mailing.boxes.set_attach(id_, Attach.XLSX)
    await road.happen()
    await road.nine()
    await road.send()
    (file,) = road.digests()[0].message.iter_attachments()
    assert file.get_filename() == "baqylau-2026-11-23.xlsx"


@pytest.mark.parametrize(
    ("status", "action", "standing"),
    [
        ("5.1.1", "failed", Standing.UNREACHABLE),
        ("5.2.1", "failed", Standing.UNREACHABLE),
        ("5.7.1", "failed", Standing.UNREACHABLE),
        ("5.4.4", "failed", Standing.ACTIVE),
        ("4.2.2", "failed", Standing.ACTIVE),
        ("4.4.1", "delayed", Standing.ACTIVE),
        ("2.0.0", "delivered", Standing.ACTIVE),
    ],
)
async def test_bounces_close_an_address_for_good_or_not_at_all(
    road: Road, status: str, action: str, standing: Standing
) -> None:
    await road.post.member(ARU, criteria=[ROOFS])
    await road.post.member("bek@example.kz", criteria=[ROOFS])
    await road.happen()
    await road.nine()
    await road.send()
    (mail,) = [one for one in road.digests() if one.recipients == (ARU,)]
    assert mail.sender.startswith("bounce+")
    assert len(mail.sender.partition("@")[0]) <= 64
    for _ in range(2):  # bounces come twice, too
        await road.coming_back.take(mail.sender.upper(), dsn(mail, status=status, action=action))
    assert (await road.post.who(ARU)).state is standing
    assert (await road.post.who("bek@example.kz")).state is Standing.ACTIVE


async def test_a_bounce_nobody_signed_closes_nothing(road: Road) -> None:
    await road.post.member(ARU, criteria=[ROOFS])
    await road.happen()
    await road.nine()
    await road.send()
    (mail,) = road.digests()
    tag = mail.sender.partition("+")[2].partition("@")[0]
    for forged in ("bounce@bounces.example", f"bounce+{tag[:-1]}a@bounces.example", "bounce+x@bounces.example"):
        if forged != mail.sender:
            await road.coming_back.take(forged, dsn(mail, status="5.1.1"))
    assert (await road.post.who(ARU)).state is Standing.ACTIVE
    road.clock.advance(days=11)
    await road.coming_back.take(mail.sender, dsn(mail, status="5.1.1"))  # too late to be believed
    assert (await road.post.who(ARU)).state is Standing.ACTIVE
    assert await road.coming_back.take(mail.sender, b"Subject: out of office\r\n\r\n5.1.1") is Verdict.NOTHING


async def test_whoever_calls_it_spam_gets_no_more(road: Road) -> None:
    await road.post.member(ARU, criteria=[ROOFS])
    await road.happen()
    await road.nine()
    await road.send()
    (mail,) = road.digests()
    await road.coming_back.take("bounce@bounces.example", COMPLAINT(mail, kind="not-spam"))
    assert (await road.post.who(ARU)).state is Standing.ACTIVE
    verdict = await road.coming_back.take("bounce@bounces.example", COMPLAINT(mail, kind="abuse"))
    assert verdict is Verdict.COMPLAINT
    assert (await road.post.who(ARU)).state is Standing.STOPPED


async def test_a_mail_to_the_address_of_the_header_unsubscribes(road: Road) -> None:
    await road.post.member(ARU, criteria=[ROOFS])
    await road.happen()
    await road.nine()
    await road.send()
    found = re.search(r"<mailto:([^?]+)\?", str(road.digests()[0].message["List-Unsubscribe"]))
    assert found is not None
    assert len(found[1].partition("@")[0]) <= 64
    assert await road.coming_back.knows(found[1])
    assert not await road.coming_back.knows(found[1].replace("leave.", "leave.a"))
    await road.coming_back.take(found[1], b"Subject: unsubscribe\r\n\r\n")
    assert (await road.post.who(ARU)).state is Standing.STOPPED
