"""What `baqylau doctor` finds of mail: the server and its TLS, SPF, DKIM, DMARC in the DNS, the way back of bounces."""

from __future__ import annotations

import asyncio
from typing import Protocol

import dns.asyncresolver
import dns.exception
import dns.rdatatype
import dns.resolver
from aiosmtplib import SMTP, SMTPException

from bot.checked import Checked
from bot.config import Config, ConfigError
from bot.mail.channel import dkim_key
from bot.web import address_of

__all__ = ["Resolver", "examine_mail"]

_PATIENCE = 15.0
_OURS = ("127.", "localhost", "::1", "[::1]")


class Resolver(Protocol):
    """What is asked of the DNS; dnspython's own by default."""

    async def resolve(self, qname: str, rdtype: str) -> object:
        """Answers, each with a text form. Raises dns.exception.DNSException."""
        ...


async def examine_mail(config: Config, resolver: Resolver | None = None) -> list[Checked]:
    """Look at everything mail needs; nothing is sent. Never raises for what it finds."""
    email = config.email
    if not email.host:
        return [Checked("mail", True, "email.host is empty: no mail is sent")]
    ask = resolver or dns.asyncresolver.Resolver()
    domain = email.sender.rpartition("@")[2]
    envelope = (email.bounce_address or email.sender).rpartition("@")[2]
    server, spf, dkim, dmarc, back = await asyncio.gather(
        _server(config), _spf(ask, envelope), _dkim(config, ask, domain), _dmarc(ask, domain), _bounces(config, ask)
    )
    return [server, _one_click(config), spf, dkim, dmarc, *_alignment(config, domain, envelope), *back]


async def _server(config: Config) -> Checked:
    email = config.email
    where = f"{email.host}:{email.port}"
    smtp = SMTP(
        hostname=email.host, port=email.port, use_tls=email.tls == "implicit", start_tls=email.tls == "starttls",
        timeout=_PATIENCE, username=email.username or None, password=email.password.get_secret_value() or None,
    )  # fmt: skip
    try:
        async with smtp:
            tls = smtp.get_transport_info("cipher")
    except (SMTPException, OSError) as error:
        mend = 'check email.host, port, tls, username and password; a server without TLS needs email.tls = "none"'
        return Checked("mail server", False, f"{where} takes no mail ({type(error).__name__}: {error})", mend)
    if tls is None:
        mend = 'set email.tls to "starttls" or "implicit"'
        local = email.host.startswith(_OURS)
        return Checked("mail server", True, f"{where} answers, without TLS", "" if local else mend, warning=not local)
    login = " and takes the login" if email.username else ""
    return Checked("mail server", True, f"{where} answers with {tls[1]}{login}")


def _one_click(config: Config) -> Checked:
    url = config.web.public_url
    if url.startswith("https://"):
        return Checked("unsubscribing", True, f"one click works at {url}")
    seen = f"web.public_url is {url}: providers accept one-click unsubscribing by https alone"
    return Checked("unsubscribing", False, seen, "put the pages behind https and set web.public_url")


async def _texts(ask: Resolver, name: str) -> list[str] | None:
    """The TXT records of a name; None where the DNS does not answer."""
    try:
        answer = await ask.resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError):
        return None
    return ["".join(part.decode("utf-8", "replace") for part in one.strings) for one in answer]  # type: ignore[attr-defined]


def _unanswered(subject: str, name: str) -> Checked:
    return Checked(subject, True, f"the DNS did not answer for {name}", "try again later", warning=True)


async def _spf(ask: Resolver, domain: str) -> Checked:
    records = await _texts(ask, domain)
    if records is None:
        return _unanswered("SPF", domain)
    found = [one for one in records if one.lower().startswith("v=spf1")]
    if not found:
        mend = f'add a TXT record to {domain} that names your mail server: "v=spf1 mx a:SERVER -all"'
        return Checked("SPF", False, f"{domain} has no SPF record", mend)
    if len(found) > 1:
        return Checked("SPF", False, f"{domain} has {len(found)} SPF records, which counts as none", "keep one of them")
    words = found[0].lower().split()
    if "+all" in words or "all" in words:
        return Checked("SPF", False, f"{domain} lets everybody send ({found[0]})", "end it with -all")
    if not any(word in words for word in ("-all", "~all")) and not any(one.startswith("redirect=") for one in words):
        return Checked("SPF", True, f"{domain}: {found[0]}", "end it with -all", warning=True)
    return Checked("SPF", True, f"{domain}: {found[0]}")


def _key_of(record: str) -> str:
    """The `p=` of a DKIM record; '' where it has none."""
    tags = (tag.partition("=") for tag in record.split(";"))
    return next(("".join(value.split()) for name, _, value in tags if name.strip() == "p"), "")


async def _dkim(config: Config, ask: Resolver, domain: str) -> Checked:
    try:
        key = await asyncio.to_thread(dkim_key, config)
    except ConfigError as error:
        return Checked("DKIM", False, str(error), "docs/email.md says how to make a key")
    if key is None:
        seen = "email.dkim_key is empty: mails are not signed here"
        return Checked("DKIM", True, seen, f"see to it that the server signs for {domain}", warning=True)
    name, ours = f"{key.selector}._domainkey.{key.domain}", key.public()
    record = f'add a TXT record to {name}: "v=DKIM1; k=rsa; p={ours}"'
    records = await _texts(ask, name)
    if records is None:
        return _unanswered("DKIM", name)
    if not records:
        return Checked("DKIM", False, f"{name} has no record", record)
    if _key_of(records[0]) != ours:
        return Checked("DKIM", False, f"{name} has another key than email.dkim_key", record)
    return Checked("DKIM", True, f"{name} has the key that mails are signed with")


def _organisation(domain: str) -> str:
    """The last two labels: near enough for the domains that people send from."""
    return ".".join(domain.rsplit(".", 2)[-2:])


async def _dmarc(ask: Resolver, domain: str) -> Checked:
    for name in dict.fromkeys((domain, _organisation(domain))):
        records = await _texts(ask, f"_dmarc.{name}")
        if records is None:
            return _unanswered("DMARC", f"_dmarc.{name}")
        found = next((one for one in records if one.lower().startswith("v=dmarc1")), "")
        if not found:
            continue
        if "p=none" in found.lower().replace(" ", ""):
            mend = "once the reports show nothing strange, go on to p=quarantine"
            return Checked("DMARC", True, f"_dmarc.{name}: {found}", mend, warning=True)
        return Checked("DMARC", True, f"_dmarc.{name}: {found}")
    mend = f'add a TXT record to _dmarc.{domain}: "v=DMARC1; p=none; rua=mailto:YOU@{domain}"'
    return Checked("DMARC", False, f"{domain} has no DMARC record: large providers refuse bulk mail without one", mend)


def _alignment(config: Config, domain: str, envelope: str) -> list[Checked]:
    """DMARC wants the domain people see to be that of the signature or of the envelope."""
    signed = config.email.dkim_domain or domain
    if _organisation(domain) in {_organisation(signed), _organisation(envelope)}:
        return []
    seen = f"mails are from {domain}, signed by {signed} and returned to {envelope}: DMARC sees no connection"
    return [Checked("DMARC", False, seen, f"set email.dkim_domain, or a bounce address, below {_organisation(domain)}")]


async def _bounces(config: Config, ask: Resolver) -> list[Checked]:
    email = config.email
    if not email.bounce_address:
        seen = "email.bounce_address is empty: nobody learns that an address is gone"
        return [Checked("bounces", True, seen, "docs/email.md says how bounces come back", warning=True)]
    domain = email.bounce_address.rpartition("@")[2]
    found = [await _mail_exchanger(ask, domain)]
    if not email.bounce_listen:
        seen = "email.bounce_listen is empty: bounces are not taken by this process"
        return [*found, Checked("bounces", True, seen, "set it, and have your mail server pass them on", warning=True)]
    host, port = address_of(email.bounce_listen)
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(host, port)
            greeting = (await reader.readline()).decode("ascii", "replace").strip()
            writer.close()
    except (OSError, TimeoutError):
        seen = f"nothing listens at {email.bounce_listen} now"
        return [*found, Checked("bounces", True, seen, "start baqylau run (role mail)", warning=True)]
    ours = greeting.startswith("220") and "baqylau" in greeting
    mend = "" if ours else "another program has that port: set email.bounce_listen to a free one"
    return [*found, Checked("bounces", ours, f"{email.bounce_listen} says {greeting[:60]!r}", mend)]


async def _mail_exchanger(ask: Resolver, domain: str) -> Checked:
    try:
        await ask.resolve(domain, "MX")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        mend = f"add an MX record to {domain} that names the server which passes bounces on"
        return Checked("bounces", False, f"{domain} has no MX record: bounces do not come back", mend)
    except (dns.exception.DNSException, OSError):
        return _unanswered("bounces", domain)
    return Checked("bounces", True, f"{domain} has a mail server")
