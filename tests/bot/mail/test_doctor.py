"""What doctor finds of mail, asked of a real name server and a real mail server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from bot.config import Config
from bot.mail.doctor import examine_mail
from bot.sandbox.mailbox import Mailbox
from bot.times import utc_now
from tests.alerts.channels.email.rsa import dkim_key

DOMAIN = "baqylau.example"
DKIM = f"v=DKIM1; k=rsa; p={dkim_key()[1]}"
GOOD: dict[tuple[str, str], list[str]] = {
    (DOMAIN, "TXT"): ["something else", "v=spf1 a:mail.baqylau.example -all"],
    (f"bounces.{DOMAIN}", "TXT"): ["v=spf1 a:mail.baqylau.example -all"],
    (f"s1._domainkey.{DOMAIN}", "TXT"): [DKIM],
    (f"_dmarc.{DOMAIN}", "TXT"): ["v=DMARC1; p=quarantine; rua=mailto:us@baqylau.example"],
    (f"bounces.{DOMAIN}", "MX"): ["10 mail.baqylau.example."],
}


class NameServer(asyncio.DatagramProtocol):
    """Answers by UDP from a table."""

    def __init__(self) -> None:
        self.records = dict(GOOD)
        self.silent = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self.silent:
            return
        asked = dns.message.from_wire(data)
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.RA
        (question,) = asked.question
        name, kind = question.name.to_text().rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        values = self.records.get((name, kind), [])
        if kind == "TXT":  # strings of a record are at most 255 bytes
            cut = [[one[at : at + 200] for at in range(0, len(one), 200)] for one in values]
            values = [" ".join(f'"{part}"' for part in parts) for parts in cut]
        if values:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
        elif not any(known == name for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), addr)


class Setup:
    def __init__(self, names: NameServer, resolver: Any, mailbox: Mailbox, key: Path) -> None:
        self.names, self.resolver, self.mailbox, self.key = names, resolver, mailbox, key

    def config(self, **email: Any) -> Config:
        given = {
            "host": "127.0.0.1", "port": self.mailbox.port, "tls": "none", "from": f"Baqylau <digest@{DOMAIN}>",
            "dkim_key": str(self.key), "dkim_selector": "s1", "bounce_address": f"bounce@bounces.{DOMAIN}",
        }  # fmt: skip
        return Config.model_validate({"email": given | email, "web": {"public_url": f"https://{DOMAIN}"}})

    async def lines(self, **email: Any) -> dict[str, str]:
        """By subject: its lines."""
        found: dict[str, str] = {}
        for one in await examine_mail(self.config(**email), self.resolver):
            found[one.subject] = found.get(one.subject, "") + one.line() + "\n"
        return found


@pytest.fixture
async def setup(tmp_path: Path) -> AsyncIterator[Setup]:
    loop = asyncio.get_running_loop()
    transport, names = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], transport.get_extra_info("sockname")[1]
    resolver.lifetime = 60.0
    mailbox = Mailbox(clock=utc_now)
    await mailbox.start("127.0.0.1")
    key = tmp_path / "dkim.pem"
    key.write_bytes(dkim_key()[0])
    yield Setup(names, resolver, mailbox, key)
    transport.close()
    await mailbox.stop()


async def test_a_good_setup_is_well(setup: Setup) -> None:
    lines = await setup.lines()
    assert [subject for subject, line in lines.items() if "FAIL" in line] == []
    assert lines["DKIM"].startswith("ok   DKIM: s1._domainkey.baqylau.example has the key")
    assert lines["DMARC"].startswith("ok  ")
    assert lines["SPF"].startswith("ok  ")
    assert "answers, without TLS" in lines["mail server"]
    assert not setup.mailbox.mails


@pytest.mark.parametrize(
    ("change", "subject", "said"),
    [
        ({(f"bounces.{DOMAIN}", "TXT"): []}, "SPF", "FAIL SPF: bounces.baqylau.example has no SPF record"),
        ({(f"bounces.{DOMAIN}", "TXT"): ["v=spf1 +all"]}, "SPF", "FAIL SPF: bounces.baqylau.example lets everybody"),
        ({(f"bounces.{DOMAIN}", "TXT"): ["v=spf1 mx -all", "v=spf1 a -all"]}, "SPF", "FAIL SPF"),
        ({(f"bounces.{DOMAIN}", "TXT"): ["v=spf1 mx ?all"]}, "SPF", "warn SPF"),
        ({(f"s1._domainkey.{DOMAIN}", "TXT"): []}, "DKIM", f'add a TXT record to s1._domainkey.{DOMAIN}: "{DKIM}"'),
        ({(f"s1._domainkey.{DOMAIN}", "TXT"): ["v=DKIM1; p=AAAA"]}, "DKIM", "FAIL DKIM"),
        ({(f"_dmarc.{DOMAIN}", "TXT"): []}, "DMARC", "FAIL DMARC: baqylau.example has no DMARC record"),
        ({(f"_dmarc.{DOMAIN}", "TXT"): ["v=DMARC1; p=none"]}, "DMARC", "warn DMARC"),
        ({(f"bounces.{DOMAIN}", "MX"): []}, "bounces", "FAIL bounces: bounces.baqylau.example has no MX record"),
    ],
)
async def test_what_is_amiss_in_the_dns_is_said_with_its_mend(
    setup: Setup, change: dict[tuple[str, str], list[str]], subject: str, said: str
) -> None:
    setup.names.records |= change
    assert said in (await setup.lines())[subject]


async def test_a_dns_that_does_not_answer_is_no_fault_of_the_domain(setup: Setup) -> None:
    setup.names.silent = True
    setup.resolver.lifetime = 0.3
    lines = await setup.lines()
    assert "FAIL" not in lines["SPF"] + lines["DKIM"] + lines["DMARC"] + lines["bounces"]
    assert "did not answer" in lines["SPF"]


@pytest.mark.parametrize(
    ("email", "subject", "said"),
    [
        ({"port": 1}, "mail server", "FAIL mail server: 127.0.0.1:1 takes no mail"),
        ({"tls": "starttls"}, "mail server", "FAIL mail server"),
        ({"dkim_key": ""}, "DKIM", "warn DKIM"),
        ({"dkim_key": "/nowhere/key.pem"}, "DKIM", "FAIL DKIM: config: email.dkim_key /nowhere/key.pem cannot be read"),
        ({"dkim_domain": "other.example", "bounce_address": "b@other.example"}, "DMARC", "DMARC sees no connection"),
        ({"bounce_address": ""}, "bounces", "warn bounces"),
        ({"bounce_listen": "127.0.0.1:1"}, "bounces", "nothing listens at 127.0.0.1:1 now"),
    ],
)
async def test_what_is_amiss_in_the_settings_is_said_with_its_mend(
    setup: Setup, email: dict[str, Any], subject: str, said: str
) -> None:
    assert said in (await setup.lines(**email))[subject]


async def test_without_a_server_there_is_nothing_to_look_at(setup: Setup) -> None:
    (one,) = await examine_mail(Config(), setup.resolver)
    assert (one.ok, one.seen) == (True, "email.host is empty: no mail is sent")


async def test_pages_without_https_are_no_way_to_unsubscribe(setup: Setup) -> None:
    config = setup.config().model_copy(
        update={"web": setup.config().web.model_copy(update={"public_url": "http://x.kz"})}
    )
    found = {one.subject: one for one in await examine_mail(config, setup.resolver)}
    assert not found["unsubscribing"].ok
