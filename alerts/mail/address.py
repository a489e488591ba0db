"""A mail address in the one form it is kept and compared in."""

from __future__ import annotations

import re

import idna

__all__ = ["BadAddress", "domain_of", "mail_address", "masked", "shown"]

_LOCAL = re.compile(r"[^\x00-\x20\x7f-\xa0\"(),:;<>@\[\\\]\u2000-\u200f\u2028-\u202f\u205f-\u206f\ufeff]+")
_LONGEST, _LONGEST_LOCAL = 254, 64  # octets, RFC 5321 §4.5.3.1


class BadAddress(ValueError):  # noqa: N818 - as BadFilter
    """The text is no mail address; the message says what is wrong with it. Raised by `mail_address`."""


def mail_address(text: str) -> str:
    """The address of a person's text: without blanks around, lower case, the domain as it travels (xn--...).

    Lower case before the @ too: no server in use tells mailboxes apart by case, and one person must not get two mails.
    Comments, quotes and bare numbers in place of a domain are refused. Raises BadAddress.
    """
    local, at, domain = text.strip().removeprefix("mailto:").rpartition("@")
    local = local.casefold() if local.isascii() else local.lower()
    if not at or not local or not domain:
        raise BadAddress(f"mail: {text.strip()[:80]!r} is no address: write one like name@example.kz")
    if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise BadAddress(f"mail: {local[:80]!r} cannot stand before the @: check the address")
    try:
        ascii_domain = idna.encode(domain.rstrip("."), uts46=True).decode().lower()
    except idna.IDNAError:
        ascii_domain = ""
    if "." not in ascii_domain or ascii_domain.rpartition(".")[2].isdigit():
        raise BadAddress(f"mail: {domain[:80]!r} is no domain: write an address like name@example.kz")
    if len(local.encode()) > _LONGEST_LOCAL or len(f"{local}@{ascii_domain}".encode()) > _LONGEST:
        raise BadAddress("mail: the address is longer than mail allows: check it")
    return f"{local}@{ascii_domain}"


def domain_of(address: str) -> str:
    """What stands behind the @."""
    return address.rpartition("@")[2]


def shown(address: str) -> str:
    """The address as people write it: the domain in its own letters."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.decode(domain)}"
    except idna.IDNAError:
        return address


def masked(address: str) -> str:
    """Enough to know one's own address by, too little to learn another's: "a…@example.kz"."""
    local, _, domain = shown(address).rpartition("@")
    return f"{local[:1]}…@{domain}"
